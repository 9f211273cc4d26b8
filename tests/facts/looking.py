"""Somebody before a page of figures."""

from typing import Any

from django.test import Client

from open12345.directory.models import Staff
from tests.cast import Town


def look(town: Town, who: str, url: str) -> Any:
    """Return the page as somebody sees it."""
    return client_of(town, who).get(url)


def text(answer: Any) -> str:
    """Return what stands on a page."""
    return str(answer.content.decode())


def client_of(town: Town, who: str) -> Client:
    """Return the browser of one who is signed in."""
    client = Client()
    client.force_login(Staff.objects.get(pk=town.person(who).id or 0))
    return client
