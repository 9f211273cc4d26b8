"""A notice in words, in the reader's language: made of codes, and of what the reader may see of the order anyway."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from open12345.notify.kinds import KINDS
from open12345.notify.models import Notice
from open12345.notify.queries import Seen
from open12345.orders.stages import ClockKind
from open12345.policy import Pack


@dataclass(frozen=True)
class Told:
    """What a list shows of a notice."""

    notice: Notice
    title: str
    detail: str
    seen: bool

    @property
    def url(self) -> str:
        """The address that opens the order, by which the notice is seen."""
        return reverse("notify:open", args=[self.notice.pk])

    @property
    def late(self) -> bool:
        """Whether it is about a clock that ran out: that alone may be red."""
        return self.notice.kind in {"breach", "breach_centre"}


def told(found: Iterable[Notice], seen: Seen, pack: Pack) -> list[Told]:
    """Return notices in words; `order` must have been read with them."""
    return [_told(notice, seen, pack) for notice in found]


def _told(notice: Notice, seen: Seen, pack: Pack) -> Told:
    known = KINDS.get(notice.kind)
    title = str(known.title) if known else notice.kind
    return Told(notice, title, _detail(notice.facts, pack), seen.has(notice.pk))


def _detail(facts: dict[str, Any], pack: Pack) -> str:
    """What kind of application, which clocks, how it ended."""
    if code := facts.get("application"):
        rule = pack.applications.get(str(code))
        return rule.title if rule else str(code)
    if late := facts.get("late"):
        labels = {kind.value: str(kind.label) for kind in ClockKind}
        return "、".join(labels.get(kind, kind) for kind in late)
    option = pack.callback.solved_option(str(facts.get("solved", "")))
    return option.title if option else ""
