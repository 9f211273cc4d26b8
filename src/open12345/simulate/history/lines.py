"""One life filled into the pattern of its kind: lines for COPY, contents and facts as canonical JSON, the hash chain.

All values of a life stand in one flat list, kind by kind as `patterns.KINDS` orders them; what is made of others comes
after them. Templates pick from it by place.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import models

from open12345.callback.services import SHIFT
from open12345.orders.chain import GENESIS
from open12345.orders.models import Link, Requester, Unsealed, WorkOrder
from open12345.orders.stages import LinkKind
from open12345.simulate.history.opening import Opened, copied, hexed
from open12345.simulate.history.patterns import Pattern, columns
from open12345.simulate.lives.script import Step
from open12345.simulate.shapes import Life

if TYPE_CHECKING:
    from open12345.simulate.history.stamp import Running, Stamper

_EIGHT: Final = timedelta(hours=8)
_WHOLE: Final = len("2022-06-16T08:00:00")
_GENESIS: Final = hexed(GENESIS)
_ENDS: Final = frozenset({"close", "close_by_upper", "answer_directly", "refuse"})
#: (moment, place among all acts, clocks that the watch marked then).
Act = tuple[datetime, int, tuple[int, ...]]


@dataclass
class Sheet:
    """Lines for COPY, by table, and what they hold."""

    lines: dict[type[models.Model], list[str]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[type[models.Model], int] = field(default_factory=lambda: defaultdict(int))
    orders: int = 0
    events: int = 0


@dataclass(slots=True)
class Filling:
    """One life being filled into its pattern."""

    stamper: Stamper
    pattern: Pattern
    life: Life
    steps: list[Step]
    acts: list[Act]
    running: list[Running]
    order: int
    number: str

    def write(self, sheet: Sheet) -> None:
        """Add the rows of this life to the sheet."""
        pattern, ids = self.pattern, self.stamper.ids
        first = {model: ids(model, n) for model, n in pattern.numbered}
        first[WorkOrder] = self.order
        opened = self.stamper.opening.open(
            self.steps[0].said, order=self.order, requester=first[Requester], number=self.number
        )
        by_place = self._places()
        flat: list[str] = []
        self._simple(flat, opened, first, by_place)
        self._clocks(flat)
        self._written(flat, by_place)
        self._history(flat, opened, sheet, by_place)
        flat += [copied(template.fill(flat)) for (template,) in pattern.of("json")]
        for model, template in pattern.lines.items():
            sheet.lines[model].append(template.fill(flat))
            sheet.rows[model] += pattern.counts[model]
        events = len(pattern.events)
        sheet.lines[Unsealed].append(f"{self.order}\t{events}\n")
        sheet.rows[Unsealed] += 1
        sheet.orders += 1
        sheet.events += events

    def _places(self) -> list[Step]:
        """Return the step of each act; the watch's have none that anybody asks for."""
        if len(self.acts) == len(self.steps):
            return self.steps
        steps = iter(self.steps)
        return [self.steps[0] if marks else next(steps) for _at, _place, marks in self.acts]

    def _simple(
        self, flat: list[str], opened: Opened, first: dict[type[models.Model], int], by_place: list[Step]
    ) -> None:
        pick, of, stamper, acts = self.pattern.pick, self.pattern.of, self.stamper, self.acts
        units = stamper.units
        flat += pick("value", opened.values)
        flat += pick("at", [utc(act[0]) for act in acts])
        flat += [acts[place][0].isoformat() for (place,) in of("local")]
        flat += ["true" if acts[n][0].date() == acts[begun][0].date() else "false" for n, begun in of("same_day")]
        flat += [utc(acts[place][0] + SHIFT) for (place,) in of("shift")]
        flat += [str(first[model] + n) for model, n in of("id")]
        flat += [str(by_place[place].by.id) for (place,) in of("staff")]
        flat += [by_place[place].by.name for (place,) in of("staff_name")]
        flat += [units[by_place[place].unit] for (place,) in of("staff_unit")]
        for place, name, *nth in of("unit"):
            code = by_place[place].own[name]
            flat.append(units[code[nth[0]] if nth else code])
        say, spot, number = stamper.texts.saying, self.steps[0].spot, self.number
        for place, name, *nth in of("said"):
            told = by_place[place].own[name]
            flat.append(say(told[nth[0]] if nth else told, number, spot))
        request = self.life.request
        for place, name in of("given"):
            given = stamper.opening.given(by_place[place].own, by_place[place].fixed, request.category, request.area)
            flat.append(given.column(name))

    def _clocks(self, flat: list[str]) -> None:
        pattern, running = self.pattern, self.running
        due = [utc(clock.due) for clock in running]
        flat += pattern.pick("due_at", due)
        flat += pattern.pick("due_iso", due)
        flat += [running[n].due.isoformat() for (n,) in pattern.of("due_local")]
        flat += [running[n].limit for (n,) in pattern.of("limit")]
        flat += ["t" if running[n].provisional else "f" for (n,) in pattern.of("provisional")]
        for (n,) in pattern.of("breached_at"):
            breached = running[n].breached
            flat.append("\\N" if breached is None else utc(breached))
        if pattern.of("queue"):
            flat.append(min(due[n] for n in pattern.queue) if pattern.queue else "\\N")

    def _written(self, flat: list[str], by_place: list[Step]) -> None:
        """Fill in contents, digests and twin keys of what people wrote."""
        pattern = self.pattern
        if not pattern.contents:
            return
        contents = [template.fill(flat) for template in pattern.contents]
        digests = [hashlib.sha256(content.encode()).hexdigest() for content in contents]
        flat += [copied(contents[n]) for (n,) in pattern.of("content")]
        flat += pattern.pick("digest", digests)
        flat += ["\\\\x" + digests[n] for (n,) in pattern.of("digest_copied")]
        for (n,) in pattern.of("fingerprint_copied"):
            place, names = pattern.twins[n] or (0, ())
            own = by_place[place].own
            said = [own[name] for name in names]
            flat.append(hexed(self.stamper.texts.twin_key(said, self.number, self.steps[0].spot)))

    def _history(self, flat: list[str], opened: Opened, sheet: Sheet, by_place: list[Step]) -> None:
        """Fill in the events' facts and chain them."""
        pattern, request = self.pattern, self.life.request
        facts = []
        for template, place, act in pattern.facts:
            if template is not None:
                facts.append(template.fill(flat))
            elif act == "register":
                facts.append(self._registered(opened, sheet))
            else:
                own, fixed = by_place[place].own, by_place[place].fixed
                facts.append(self.stamper.opening.given(own, fixed, request.category, request.area).facts)
        flat += pattern.pick("facts", facts)
        flat += [copied(facts[n]) for (n,) in pattern.of("facts_copied")]
        prev, hashes = GENESIS, [_GENESIS]
        for template in pattern.events:
            prev = hashlib.sha256(prev + template.fill(flat).encode()).digest()
            hashes.append("\\\\x" + prev.hex())
        flat += pattern.pick("prev", hashes)
        flat += [hashes[n + 1] for (n,) in pattern.of("hash")]

    def _registered(self, opened: Opened, sheet: Sheet) -> str:
        """Return the facts of the first event: what the order is, and what else its caller has open."""
        found = self.stamper.callers.note(opened, self.order, self.steps[0].at, self._ended_at())
        if found.repeat_of is not None:
            pk = self.stamper.ids(Link, 1)
            row = {"id": pk, "order_id": self.order, "other_id": found.repeat_of, "kind": LinkKind.REPEAT_OF.value}
            sheet.lines[Link].append("\t".join(str(row[f.attname]) for f in columns(Link)) + "\n")
            sheet.rows[Link] += 1
        return found.facts

    def _ended_at(self) -> datetime | None:
        return next((step.at for step in reversed(self.steps) if step.act in _ENDS), None)


def utc(moment: datetime) -> str:
    """Return a moment of Shanghai as history and COPY write it: in UTC, to the microsecond."""
    text = (moment.replace(tzinfo=None) - _EIGHT).isoformat()
    return text + "+00:00" if len(text) > _WHOLE else text + ".000000+00:00"
