"""People at their screens: a town today, and a browser without pictures for each of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from open12345.directory.models import Staff
from open12345.directory.person import Person
from tests.cast import Town, jiuting

NOTHING: Mapping[str, Any] = {}


@pytest.fixture
def town(settled: dict[str, Person], db: None) -> Town:
    """The town of Jiuting, this morning: screens ask the database for the time."""
    return Town(jiuting(), timezone.now() - timedelta(hours=2), settled)


class Fields(HTMLParser):
    """Reads the fields of the first form that posts to an address (the only one where none is named)."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
        self.found: dict[str, list[str]] = {}
        self.inside = self.done = False
        self._select = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = not self.done and at.get("action", "") == self.action and at.get("method") == "post"
        if not self.inside:
            return
        name, value = at.get("name", ""), at.get("value", "")
        if tag == "input" and name:
            ticked = at.get("type") not in {"checkbox", "radio"} or "checked" in at
            if ticked:
                self.found.setdefault(name, []).append(value)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in at:
            self.found.setdefault(self._select, []).append(value)
        elif tag == "textarea":
            self._text = name
            self.found[name] = [""]

    def handle_data(self, data: str) -> None:
        if self.inside and self._text:
            self.found[self._text][0] += data.lstrip("\r\n") if not self.found[self._text][0] else data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.inside:
            self.inside, self.done = False, True
        if tag == "textarea":
            self._text = ""
        if tag == "select":
            self._select = ""


@dataclass
class Browser:
    """One person's browser: opens pages, fills in the forms that stand on them, presses their buttons."""

    client: Client
    name: str

    def open(self, url: str, status: int = 200, **headers: str) -> str:
        """Open a page; return its text."""
        answer = self.client.get(url, headers=headers)
        assert answer.status_code == status, (url, answer.status_code, text_of(answer)[:2000])
        return text_of(answer)

    def fields(self, page: str, action: str = "") -> dict[str, list[str]]:
        """Return the fields of the form that posts to `action`, as a browser would send them untouched."""
        reader = Fields(action)
        reader.feed(page)
        assert reader.done, f"no form to {action or 'this page'}"
        return reader.found

    def fill(self, url: str, typed: Mapping[str, Any], *, action: str = "", status: int = 302) -> HttpResponse:
        """Open `url`, fill in its form to `action` and send it; `status` is what must come back."""
        page = self.open(url)
        fields: dict[str, Any] = self.fields(page, action)
        fields |= dict(typed)
        return self.post(action or url, fields, status)

    def post(self, url: str, fields: dict[str, Any], status: int = 302) -> HttpResponse:
        """Send fields to an address."""
        answer = self.client.post(url, fields)
        assert answer.status_code == status, (url, answer.status_code, _mistakes(text_of(answer)))
        return answer  # type: ignore[return-value]

    def do(
        self, number: str, action: str, typed: Mapping[str, Any] = NOTHING, *, status: int = 302, query: str = ""
    ) -> HttpResponse:
        """Do an action by its form on the order page."""
        url = f"/orders/{number}/?do={action}{query}"
        return self.fill(url, typed, action=f"/orders/{number}/do/{action}/", status=status)


def text_of(answer: Any) -> str:
    """Return the body of an answer."""
    return str(answer.content.decode())


def _mistakes(page: str) -> str:
    lines = [line.strip() for line in page.splitlines() if "error" in line or "note" in line]
    return "\n".join(lines)[:2000]


@pytest.fixture
def at_screen(town: Town) -> Callable[[str], Browser]:
    """Return the browser of who holds a role ("dispatcher", "clerk.urban")."""

    def browser(name: str) -> Browser:
        client = Client()
        client.force_login(Staff.objects.get(pk=town.person(name).id or 0))
        return Browser(client, name)

    return browser
