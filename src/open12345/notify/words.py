"""Notices in words, in the reader's language: one line for each order, saying what matters most about it.

Words are made of codes, and of what the reader may see of the order anyway.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from open12345.notify.kinds import ENDS, KINDS, WEIGHTS
from open12345.notify.models import Notice
from open12345.notify.queries import Seen, subject_of
from open12345.orders.stages import ClockKind
from open12345.policy import Pack


@dataclass(frozen=True)
class Told:
    """What a list shows of the notices of one order: the one that matters most, and how many more there are."""

    notice: Notice  # the newest
    kind: str
    title: str
    detail: str
    seen: bool
    subject: str  # the order's title, or what else it is about
    more: int = 0

    @property
    def url(self) -> str:
        """The address that opens the order, by which all its notices are seen."""
        return reverse("notify:open", args=[self.notice.pk])

    @property
    def late(self) -> bool:
        """Whether it is about a clock that ran out: that alone may be red."""
        return self.kind in {"breach", "breach_centre"}


def told(found: Iterable[Notice], seen: Seen, pack: Pack) -> list[Told]:
    """Return the notices order by order, as they come (the newest first); `order` must have been read with them.

    While something of an order is unseen, its line speaks of that alone.
    """
    of_orders: dict[int, list[Notice]] = {}
    for notice in found:
        of_orders.setdefault(subject_of(notice.order_id, notice.pk), []).append(notice)
    return [_told(notices, seen, pack) for notices in of_orders.values()]


def _told(notices: list[Notice], seen: Seen, pack: Pack) -> Told:
    new = [notice for notice in notices if not seen.has(notice.pk)]
    said = new or notices
    kind = said[0].kind if said[0].kind in ENDS else min((n.kind for n in said), key=_weight)
    alike = [notice for notice in said if notice.kind == kind]
    known = KINDS.get(kind)
    details = dict.fromkeys(part for notice in alike for part in _details(notice.facts, pack))
    title = str(known.title) if known else kind
    more = len({n.kind for n in said}) - 1
    return Told(notices[0], kind, title, _("、").join(details), not new, _subject(notices[0], pack), more)


def _subject(notice: Notice, pack: Pack) -> str:
    """What the line is about: the order, or the breaker of a category, of a unit, of all."""
    if notice.order is not None:
        return notice.order.title
    if notice.facts.get("report"):
        return str(notice.facts.get("title", ""))
    code = str(notice.facts.get("code", ""))
    if notice.facts.get("scope") == "category" and code in pack.category_tree:
        return pack.category_tree[code].title
    if notice.facts.get("scope") == "unit" and code in pack.unit_tree:
        return pack.unit_tree[code].name
    named = {"global": _("全部自动派单"), "surge": _("陌生事项激增"), "master": _("自动派单总开关")}
    return named.get(str(notice.facts.get("scope")), code)


def _weight(kind: str) -> int:
    return WEIGHTS.index(kind) if kind in WEIGHTS else len(WEIGHTS)


def _details(facts: dict[str, Any], pack: Pack) -> list[str]:
    """What kind of application, which clocks, how many, how it ended."""
    if code := facts.get("application"):
        rule = pack.applications.get(str(code))
        return [rule.title if rule else str(code)]
    if leader := facts.get("sent_by"):
        return [str(leader)]
    if late := facts.get("late"):
        labels = {kind.value: str(kind.label) for kind in ClockKind}
        return [labels.get(kind, kind) for kind in late]
    if count := facts.get("tasks"):
        return [_("共 %(n)s 件") % {"n": count}]
    if facts.get("forced") or facts.get("rate") is not None:
        return [_of_breaker(facts)]
    option = pack.callback.solved_option(str(facts.get("solved", "")))
    return [option.title] if option else []


def _of_breaker(facts: dict[str, Any]) -> str:
    """By whom a breaker was switched, or at what rate it tripped."""
    if facts.get("forced"):
        return _("人工强制")
    return _("一次派准 %(n)s%%") % {"n": round(float(facts["rate"]) * 100)}
