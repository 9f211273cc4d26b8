"""What the platform may do with the orders of a category: nothing, suggest, or dispatch above a threshold (DIS-05).

The last decision about the category holds, else the last one about the nearest category above it, else the one about
all (""), else what the pack says. Decisions are rows that never change (`CategoryMode`); each is on record. One that
follows (`Mode.FOLLOW`) withdraws the own decision: what holds above holds again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from open12345.directory import access
from open12345.directory.person import Person
from open12345.dispatch.models import CategoryMode, Mode
from open12345.orders.errors import NotAllowed, NotFound, Problem, Refused
from open12345.policy import Pack

#: Who decides what goes by itself.
DECIDERS: Final = ("floor_supervisor", "supervisor")
#: Seconds for which a process does not ask again whether anything goes by itself at all.
ASKED_AGAIN: Final = 15.0
_LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class Ruling:
    """What holds for a category. `of` is the category that was decided about ("" for all); `row` None: the pack's."""

    mode: Mode
    of: str = ""
    row: CategoryMode | None = None

    @property
    def threshold(self) -> float | None:
        """The probability (0-1) from which an order goes by itself; None where none does."""
        return self.row.threshold if self.row is not None and self.mode == Mode.AUTOMATIC else None


class Rulings:
    """Every decision of a pack that holds now, read in one query."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        rows = CategoryMode.objects.filter(pack=pack.id).order_by("category", "-pk").distinct("category")
        self._rows = {row.category: row for row in rows.select_related("by") if row.mode != Mode.FOLLOW}

    def own(self, category: str) -> CategoryMode | None:
        """Return what was decided about this very category; None where nothing was, or it was withdrawn."""
        return self._rows.get(category)

    def of(self, category: str) -> Ruling:
        """Return what holds for a category; "" and one that the pack does not have follow what holds for all."""
        above = [row.code for row in self.pack.category_tree.lineage(category)] if category else []
        for code in (*above, ""):
            row = self._rows.get(code)
            if row is not None:
                return Ruling(Mode(row.mode), code, row)
        return Ruling(Mode(self.pack.dispatching.mode))

    @property
    def anything_automatic(self) -> bool:
        """Say whether any category may be dispatched by itself."""
        return any(row.mode == Mode.AUTOMATIC for row in self._rows.values())


def ruling(pack: Pack, category: str) -> Ruling:
    """Return what holds for a category now."""
    return Rulings(pack).of(category)


def suggests(pack: Pack, category: str) -> bool:
    """Say whether units are suggested at all for a category."""
    return ruling(pack, category).mode != Mode.OFF


def switched_off(pack: Pack, categories: Sequence[str]) -> list[bool]:
    """Say for each of several categories whether nothing is suggested for it, in one query."""
    rulings = Rulings(pack)
    return [rulings.of(category).mode == Mode.OFF for category in categories]


# --- is there anything at all? ------------------------------------------------------------------------

_lock = Lock()
_known: dict[str, tuple[float, bool]] = {}


def anything_automatic(pack: Pack) -> bool:
    """Say whether any category of a pack goes by itself; what another process decided is known within 15 s.

    Asked at every order that is taken in: where nothing goes by itself, taking in costs nothing more than before.
    """
    with _lock:
        asked, found = _known.get(pack.id, (float("-inf"), False))
        if time.monotonic() - asked < ASKED_AGAIN:
            return found
    found = Rulings(pack).anything_automatic
    with _lock:
        _known[pack.id] = (time.monotonic(), found)
    return found


def forget() -> None:
    """Ask anew: something was decided, or (tests) the database is another one."""
    with _lock:
        _known.clear()


# --- deciding -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody wants for a category, and why; `figures` is what a replay told of it."""

    mode: Mode
    reason: str
    threshold: float | None = None
    wanted: float | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def decide(pack: Pack, category: str, choice: Choice, *, by: Person, at: datetime) -> CategoryMode:
    """Decide what may be done with a category and those below it; on record, with the replay that it rests on.

    Raises `NotAllowed`, `NotFound` for a category that the pack does not have, `Refused` without a reason, for
    automatic dispatch without a threshold or without the figures of a replay, and for following where there is nothing
    of its own to withdraw.
    """
    if by.kind != "system" and not by.has(*DECIDERS):
        raise NotAllowed(_("只有运营督导、督办员可以改变派单方式"))
    if category and category not in pack.category_tree:
        raise NotFound(_("没有这个分类"))
    problems = list(_problems(choice))
    if choice.mode == Mode.FOLLOW and Rulings(pack).own(category) is None:
        problems.append(Problem("mode", "nothing_own", _("这一类没有单独的决定，不用撤回")))
    if problems:
        raise Refused(problems)
    automatic = choice.mode == Mode.AUTOMATIC
    made = CategoryMode.objects.create(
        pack=pack.id, category=category, mode=choice.mode, threshold=choice.threshold if automatic else None,
        wanted=(choice.wanted or pack.dispatching.wanted) if automatic else None,
        figures=dict(choice.figures) if automatic else {},
        at=at, by_id=by.id if by.kind == "staff" else None, reason=choice.reason.strip()[:_LONGEST_REASON],
    )  # fmt: skip
    said = f"{choice.mode.value}{f' >= {choice.threshold:g}' if automatic else ''}: {made.reason}"
    access.record("dispatch.mode", by=by, at=at, on=f"category:{category or '*'}", reason=said)
    forget()
    transaction.on_commit(forget)
    return made


def _problems(choice: Choice) -> Iterator[Problem]:
    if not choice.reason.strip():
        yield Problem("reason", "missing", _("请写明理由"))
    if choice.mode != Mode.AUTOMATIC:
        return
    if choice.threshold is None:
        yield Problem("threshold", "missing", _("自动派单要有门槛：请先回放往期工单"))
    elif not 0 < choice.threshold <= 1:
        yield Problem("threshold", "invalid", _("门槛是 0 到 1 之间的概率"))
    elif not choice.figures:
        yield Problem("threshold", "not_replayed", _("请先回放往期工单，看过占比和准确率再改为自动"))
