"""The frame, and the pages for what went wrong: calm, with a number to quote, without inline code."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse

import open12345
from open12345.directory.models import Staff
from open12345.ui import views

ROOMS = Path(open12345.__file__).parent
TEMPLATES = sorted(ROOMS.glob("*/templates/**/*.html"))


def number_in(page: str) -> str:
    found = re.search(r"<code>([0-9a-f-]+)</code>", page)
    assert found
    return found[1]


@pytest.fixture
def request_of_nobody(rf: RequestFactory) -> HttpRequest:
    return rf.get("/x/")


def test_each_error_page_has_a_number_and_says_what_to_do(request_of_nobody: HttpRequest) -> None:
    pages = {
        400: views.bad_request(request_of_nobody, BadRequest()),
        403: views.forbidden(request_of_nobody, PermissionDenied()),
        404: views.not_found(request_of_nobody, Exception()),
        503: views.busy(request_of_nobody),
        500: views.broken(request_of_nobody),
    }
    for status, page in pages.items():
        assert page.status_code == status
        assert number_in(page.content.decode())


@pytest.mark.django_db
def test_two_missing_pages_look_the_same_to_one_reader(client: Client) -> None:
    first, second = client.get("/no/such/page/"), client.get("/another/one/")
    assert first.status_code == second.status_code == 404
    assert first.content == second.content


def test_the_number_of_a_broken_page_is_in_the_log(
    request_of_nobody: HttpRequest, caplog: pytest.LogCaptureFixture
) -> None:
    page = views.broken(request_of_nobody)
    assert number_in(page.content.decode()) in caplog.text


@pytest.mark.django_db
def test_a_form_without_its_token_is_told_how_to_go_on() -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(reverse("account_login"), {"login": "x", "password": "y"})
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()


@pytest.mark.django_db
def test_one_without_a_desk_is_told_whom_to_ask(client: Client) -> None:
    client.force_login(Staff.objects.create_user("stranger", "生人"))
    page = client.get(reverse("home")).content.decode()
    assert "安全管理员" in page
    assert "生人" in page


@pytest.mark.django_db
def test_the_language_can_be_changed(client: Client) -> None:
    client.force_login(Staff.objects.create_user("stranger", "生人"))
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert 'lang="en"' in client.get("/").content.decode()


@pytest.mark.function("SEC-08")
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: str(t.relative_to(ROOMS)))
def test_no_template_has_inline_code_or_style(template: Path) -> None:
    source = template.read_text("utf-8")
    markup = re.sub(r"{%.*?%}", "", source, flags=re.DOTALL)
    assert not re.search(r"\son[a-z]+\s*=", markup)
    assert not re.search(r"\sstyle\s*=", source)
    assert "<style" not in source
    for head in re.findall(r"<script([^>]*)>", source):
        assert "src=" in head or "application/json" in head


@pytest.mark.parametrize("name", ["ui/app.css", "ui/app.js", "ui/icon.svg"])
def test_the_frames_own_files_are_found(name: str) -> None:
    assert finders.find(name)


def test_colour_means_time_only() -> None:
    source = (ROOMS / "ui/static/ui/app.css").read_text("utf-8")
    for line in source.splitlines():
        if re.search(r"var\(--(green|amber|red)\)", line):
            assert line.startswith(".clock"), line


READING = frozenset({"facts", "insight", "appraisal", "reports", "screen"})
"""Rooms whose pages are read, not worked at: no desk loads their scripts, and they load no desk's."""


@pytest.mark.parametrize("of_desks", [True, False], ids=["desks", "reading pages"])
def test_our_own_scripts_stay_small(of_desks: bool) -> None:
    """60 kB unminified is what a page may need of ours (issue "Six desks"); most pages load three files of it."""
    found = [(path.relative_to(ROOMS).parts[0], path) for path in ROOMS.glob("*/static/**/*.js")]
    sizes = {
        path.name: path.stat().st_size for room, path in found if room == "ui" or (room not in READING) == of_desks
    }
    assert sizes, "no script was found"
    assert sum(sizes.values()) <= 60_000, sizes


@pytest.mark.function("SEC-08")
def test_cookies_are_for_us_alone_and_over_tls_outside_a_demo() -> None:
    """The settings of a real instance, read in a process of its own."""
    names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_HTTPONLY"]
    ask = f"from open12345.project import settings as s; print([getattr(s, n) for n in {names}], s.SECURE_HSTS_SECONDS)"
    environ = {key: value for key, value in os.environ.items() if not key.startswith("OPEN12345_DEMO")}
    found = subprocess.run([sys.executable, "-c", ask], env=environ, capture_output=True, text=True, check=True)
    assert found.stdout.split("]")[0] == "[True, True, True, True"
    assert int(found.stdout.split("]")[1]) >= 31_536_000
