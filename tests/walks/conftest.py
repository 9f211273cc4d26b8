"""A real browser before a real server: skipped where there is no Chromium (`.ci/run` installs it)."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright
from pytest_django import Settings

from open12345.directory.models import Staff
from tests.cast import Town

CHROMIUM = os.environ.get("OPEN12345_CHROMIUM") or shutil.which("chromium") or ""
PICTURES = os.environ.get("OPEN12345_PICTURES", "")
PATIENCE = 15_000  # milliseconds
WIDE, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
WALL = ViewportSize(width=1920, height=1080)


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def town(committed_town: Town) -> Town:
    return replace(committed_town, now=timezone.now() - timedelta(hours=4))


@pytest.fixture
def address(town: Town, settings: Settings) -> Iterator[str]:
    """The address of a demo that serves the town."""
    settings.DEMO = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.LANGUAGE_COOKIE_SECURE = False
    settings.SECURE_HSTS_SECONDS = 0
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet, allow_reuse_address=False)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A browser for the walks. No longer: its tool runs a loop in this thread, in which others cannot run theirs."""
    if not CHROMIUM:
        pytest.skip("no chromium: apt-get install chromium")
    with pytest.MonkeyPatch.context() as patched, sync_playwright() as tool:
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # we never await
        browser = tool.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture
def enter(chromium: Browser, address: str, town: Town, settings: Settings) -> Iterator[Callable[..., Page]]:
    """Let somebody come in: from the sign-in page of the demo, or with a session they already have ("": a visitor)."""
    contexts: list[BrowserContext] = []

    def come_in(
        name: str, size: ViewportSize = WIDE, *, scripts: bool = True, door: bool = False, locale: str = "zh-CN"
    ) -> Page:
        context = chromium.new_context(
            viewport=size, base_url=address, locale=locale, timezone_id="Asia/Shanghai", java_script_enabled=scripts
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        if door:
            page.goto("/accounts/login/")
            page.locator(f"button[name=username][value='{name}']").first.click()
        elif name:
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session(town, name), "url": address}])
        return page

    yield come_in
    for context in contexts:
        context.close()


def session(town: Town, name: str) -> str:
    """The key of a session of who holds a role."""
    client = Client()
    client.force_login(Staff.objects.get(pk=town.person(name).id or 0))
    return client.session.session_key or ""


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Take a picture of a whole page, for people to look at: into the folder OPEN12345_PICTURES, where that is set."""

    def take(page: Page, name: str) -> None:
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)

    return take
