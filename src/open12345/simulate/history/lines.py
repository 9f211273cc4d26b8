"""One life filled into the pattern of its kind: its rows as lines for COPY, collected on a sheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db import models

from open12345.orders.models import Link, Requester, Unsealed, WorkOrder
from open12345.orders.stages import LinkKind
from open12345.simulate.history.code import Written, function
from open12345.simulate.history.columns import columns
from open12345.simulate.history.learning import ClockRule
from open12345.simulate.history.opening import Given, Opened
from open12345.simulate.lives.steps import Step
from open12345.simulate.shapes import Life

if TYPE_CHECKING:
    from open12345.simulate.history.stamp import Stamper

_ENDS: Final = frozenset({"close", "close_by_upper", "answer_directly", "refuse"})
#: (moment, place among all acts, clocks that the watch marked then).
Act = tuple[datetime, int, tuple[int, ...]]


@dataclass
class Sheet:
    """Lines for COPY (in UTF-8), by table, and what they hold."""

    lines: dict[type[models.Model], list[bytes]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[type[models.Model], int] = field(default_factory=lambda: defaultdict(int))
    orders: int = 0
    events: int = 0


@dataclass(slots=True)
class Running:
    """One clock of one life: due at first and in the end, when it was seen to be late."""

    rule: ClockRule
    first: datetime
    due: datetime
    limit: str
    provisional: bool
    breached: datetime | None = None


class Form:
    """A pattern ready to be filled, again and again."""

    __slots__ = ("counts", "events", "fill", "requester")

    def __init__(self, written: Written) -> None:
        self.fill, self.counts, self.events = function(written), written.counts, written.events
        self.requester = [model for model, _many in self.counts].index(Requester)


@dataclass(slots=True)
class Filling:
    """One life being filled into its form."""

    stamper: Stamper
    form: Form
    life: Life
    steps: list[Step]
    acts: Sequence[Act]
    running: list[Running]
    order: int
    number: str

    def write(self, sheet: Sheet) -> None:
        """Add the rows of this life to the sheet."""
        form, stamper, spot = self.form, self.stamper, self.steps[0].spot
        ids = stamper.ids
        first = [self.order if model is WorkOrder else ids(model, many) for model, many in form.counts]
        opened = stamper.opening.open(
            self.steps[0].said, order=self.order, requester=first[form.requester], number=self.number
        )
        lines = form.fill(
            self.acts, self._done(), self.running, opened.values, self._given(), stamper.texts.fixed,
            stamper.texts.saying, stamper.texts.twin_key, stamper.units, first, self.number, spot,
            self._registered(opened, sheet),
        )  # fmt: skip
        for (model, many), line in zip(form.counts, lines, strict=True):
            sheet.lines[model].append(line.encode())
            sheet.rows[model] += many
        sheet.lines[Unsealed].append(b"%d\t%d\n" % (self.order, form.events))
        sheet.rows[Unsealed] += 1
        sheet.orders += 1
        sheet.events += form.events

    def _done(self) -> list[Step]:
        """Return the step of each act; the watch's have none that anybody asks for."""
        if len(self.acts) == len(self.steps):
            return self.steps
        steps = iter(self.steps)
        return [self.steps[0] if marks else next(steps) for _at, _place, marks in self.acts]

    def _given(self) -> Callable[[Step], Given]:
        given, request = self.stamper.opening.given, self.life.request
        return lambda step: given(step.own, step.fixed, request.category, request.area)

    def _registered(self, opened: Opened, sheet: Sheet) -> str:
        """Return the facts of the first event: what the order is, and what else its caller has open."""
        found = self.stamper.callers.note(opened, self.order, self.steps[0].at, self._ended_at())
        if found.repeat_of is not None:
            pk = self.stamper.ids(Link, 1)
            row = {"id": pk, "order_id": self.order, "other_id": found.repeat_of, "kind": LinkKind.REPEAT_OF.value}
            sheet.lines[Link].append(("\t".join(str(row[f.attname]) for f in columns(Link)) + "\n").encode())
            sheet.rows[Link] += 1
        return found.facts

    def _ended_at(self) -> datetime | None:
        return next((step.at for step in reversed(self.steps) if step.act in _ENDS), None)
