"""For the system administrator on the home page: which packs came into force, and when."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.ui import home

from .models import PackVersion
from .roles import Role

LAST = 3


def loads(person: object, visit: home.Visit) -> home.Shown:
    """Return the last loads of packs."""
    del person, visit
    found = PackVersion.objects.order_by("-id").only("id", "pack_id", "loaded_at")[:LAST]
    rows = [
        home.Row(reverse("directory:pack_version", args=[v.pk]), f"{v.pack_id} #{v.pk}", at=v.loaded_at) for v in found
    ]
    return home.Shown(rows=rows, empty=_("还没有装入规则包"))


def lend() -> None:
    """Add the card; called once when the room starts."""
    home.lend(
        home.Card("packs", __("规则包"), "directory:packs", frozenset({Role.SYSTEM_ADMIN.value}), loads, order=820)
    )
