"""For the system administrator on the home page: how the platform is, in a line."""

from __future__ import annotations

from typing import Final

from django.db import Error
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.directory.roles import Role
from open12345.project import health_page
from open12345.ui import home

ROLES: Final = frozenset({Role.SYSTEM_ADMIN.value})


def well(person: object, visit: home.Visit) -> home.Shown:
    """Return the parts that are not well, or one sentence."""
    del person
    try:
        parts = health_page.found_parts(visit.at)
    except Error:
        return home.Shown(empty=_("数据库没有响应"))
    url = reverse("health_page")
    ill = [home.Row(url, part.title, part.word, strong=True) for part in parts if not part.well]
    return home.Shown(rows=ill, empty=_("各部分运行正常"))


def lend() -> None:
    """Add the card; called when the addresses of the project are read."""
    home.lend(home.Card("health", __("运行"), "health_page", ROLES, well, order=810))
