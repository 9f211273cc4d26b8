"""What the room lends to others: its entry of the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from open12345.reports.queries import READERS
from open12345.ui import navigation
from open12345.ui.navigation import Entry


def lend() -> None:
    """Lend the entry."""
    hint = _("日报、周报、月报、专题，数字都能点到工单")
    navigation.register(Entry("reports:list", _("报告"), frozenset(READERS), order=80, hint=hint))
