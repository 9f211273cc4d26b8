"""The plan of a run: exact lives out of a scenario.

1. Arrivals: orders per day to the last one, moments within the day (`arrivals`).
2. Sorting: category, place, unit, kind, channel, urgency by quota and chance (`sorting`).
3. Fates: who is asked, what they say, which way the order went (`fates`).
4. Lives, one after the other in order of time: words (`texts`), caller, waits (`paces`).

Everything is told by the scenario's seed and the place in the run: the same plan always makes the same lives, and can
begin at any place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

import numpy as np

from open12345.policy import Pack
from open12345.policy.names import TERRITORY
from open12345.simulate.chance import key_of, mix
from open12345.simulate.planning import arrivals, events
from open12345.simulate.planning.characters import characters
from open12345.simulate.planning.fates import FATES, Fates
from open12345.simulate.planning.officehours import OfficeHours
from open12345.simulate.planning.paces import Paces
from open12345.simulate.planning.quotas import Floats, Ints
from open12345.simulate.planning.sorting import Sorter
from open12345.simulate.planning.table import NONE, URGENCIES, Codes, Table
from open12345.simulate.scenarios.scenario import Scenario
from open12345.simulate.shapes import Asked, Caller, Fate, Life, Request, Truth
from open12345.worktime import SHANGHAI

STRETCH: Final = 4096
"""Orders whose waits are drawn together; a stretch has its own dice, so that a run may begin inside it."""
_KEPT: Final = 64
_DAILY_NOISE: Final = 0.06
_REPEAT_WITHIN: Final = 30
_PER_PERSON: Final = 0.7
_LAST_WORDS: Final = 60
"""Seconds before the run's "now" in which nobody speaks any more: what was said is on record then."""


class Spoken(Protocol):
    """What a citizen said (`texts.Spoken`)."""

    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def body(self) -> str: ...  # noqa: D102
    @property
    def place(self) -> str: ...  # noqa: D102
    @property
    def template(self) -> str: ...  # noqa: D102
    @property
    def longitude(self) -> float | None: ...  # noqa: D102
    @property
    def latitude(self) -> float | None: ...  # noqa: D102
    @property
    def topic(self) -> str: ...  # noqa: D102
    @property
    def second_category(self) -> str: ...  # noqa: D102
    @property
    def repeat_of(self) -> int | None: ...  # noqa: D102
    @property
    def mass(self) -> bool: ...  # noqa: D102


class Voice(Protocol):
    """Who finds words and people for requests (`voice.Townspeople`)."""

    def say(self, asked: Asked, kind: str) -> Spoken:
        """Say what a request is about, that will be filed as of this kind (by the pack's code)."""

    def caller(self, key: int, *, company: bool) -> Caller:
        """Return the person or company of a key; the same one asks again under the same key."""


class _Row(NamedTuple):
    """One order of a stretch as plain numbers: places in the lists of codes, seconds."""

    moment: float
    leaf: int
    truth: int
    area: int
    unit: int
    kind: int
    channel: int
    urgency: int
    reason: int
    event: int
    fate: int
    solved: int
    satisfied: int
    cause: int
    repeats: int
    enterprise: bool
    anonymous: bool
    sign: int
    contact: int
    report: int
    callback: int
    dice: int


class Plan:
    """A scenario at a scale, up to a moment: `size` lives."""

    def __init__(self, scenario: Scenario, pack: Pack, *, until: datetime, scale: float | None = None) -> None:
        """Decide everything but the words.

        `until`: the run's "now" (aware). Raises sorting.Unreachable or fates.Untold where the scenario contradicts
        itself in a way that shows only with the pack.
        """
        self.scenario, self.pack, self.until = scenario, pack, until.astimezone(SHANGHAI)
        self.scale = scenario.scale if scale is None else scale
        reasons = tuple(dict.fromkeys(v for q in scenario.quotas if q.of == "reason" for v in q.values))
        self.codes = Codes(pack, reasons)
        self.people = characters(pack, scenario.units, scenario.seed)
        self.table = self._arrivals()
        Sorter(scenario, self.codes, self.table, self.scale).sort()
        Fates(scenario, self.codes, self.table, self.people, self.scale).decide()
        self.table.repeats[:] = self._repeats()
        self._alone = self.table.repeats == NONE
        self._alone[self.table.repeats[~self._alone]] = False
        self._spoken = int(np.searchsorted(self._moments(slice(None)), self.until.timestamp() - 1, side="right"))
        self._kept: dict[int, list[_Row]] = {}
        self._nearby: dict[str, list[str]] = {}
        rules = pack.callback
        self._answers = [
            [*(entry.code for entry in found), ""] for found in (rules.solved_options, rules.scale, rules.causes)
        ]
        self._people_there = max(int(self.table.size * _PER_PERSON), 50)
        self._pace = np.array([self.people[code].pace for code in self.codes.units])
        last = self.table.first + timedelta(days=int(self.table.day.max(initial=0)))
        self._paces = Paces(self.codes, OfficeHours(pack.calendar(), self.table.first, last))

    @property
    def size(self) -> int:
        """How many lives there are: those that begin before the run's "now"."""
        return self._spoken

    def lives(
        self, voice: Voice, start: int = 0, stop: int | None = None, mine: Callable[[int], bool] | None = None
    ) -> Iterator[Life]:
        """Yield the lives from place `start` to before `stop`, in order of time; `mine`: of such callers' keys only."""
        end = self.size if stop is None else min(stop, self.size)
        for begin in range(start - start % STRETCH, end, STRETCH):
            rows = self._stretch(begin)
            for index in range(max(begin, start), min(begin + STRETCH, end)):
                row = rows[index - begin]
                if mine is None or mine(self._person(index, row)):
                    yield self._life(index, row, voice)

    # --- the columns ----------------------------------------------------------------------------------

    def _arrivals(self) -> Table:
        scenario, end = self.scenario, self.until.date()
        first, last = arrivals.first_and_last(scenario.totals, end)
        days = (last - first).days + 1
        weights = arrivals.day_weights(scenario.shape, self.pack.calendar(), first, days)
        weights *= events.busier(scenario.events, first, days, end)
        weights *= self._dice("days").lognormal(0, _DAILY_NOISE, days)
        passed = self._passed() if last == end else arrivals.DAY
        weights[-1] *= arrivals.share_of_day(scenario.shape, passed)
        counts = arrivals.per_day(arrivals.scaled(scenario.totals, self.scale), weights, first, end)
        seconds = arrivals.seconds_of_day(scenario.shape, counts, self._dice("seconds"), passed)
        return Table(first, end, np.repeat(np.arange(days), counts), seconds)

    def _passed(self) -> int:
        """Return the seconds of the last day in which a request could still be taken in; all of a day that is over."""
        now = self.until
        passed = (now.hour * 60 + now.minute) * 60 + now.second + 1
        return passed if passed == arrivals.DAY else max(passed - _LAST_WORDS, 1)

    def _dice(self, name: str, *more: int) -> np.random.Generator:
        return np.random.default_rng([self.scenario.seed, key_of(name) & 0x7FFFFFFF, *more])

    def _repeats(self) -> Ints:
        """Some ask again: the same person, matter and place within 30 days; who is repeated does not repeat."""
        table, size = self.table, self.table.size
        order = np.lexsort((np.arange(size), table.area, table.leaf))
        earlier = np.full(size, NONE, dtype=np.int64)
        before, after = order[:-1], order[1:]
        same = (table.leaf[before] == table.leaf[after]) & (table.area[before] == table.area[after])
        same &= (table.day[after] - table.day[before]) <= _REPEAT_WITHIN
        same &= table.enterprise[before] == table.enterprise[after]
        earlier[after[same]] = before[same]
        able = (earlier != NONE) & ~table.anonymous
        able &= (earlier == NONE) | ~table.anonymous[earlier]
        share = min(1.0, 1.25 * self.scenario.mix.repeats * size / max(int(able.sum()), 1))
        chosen = able & (self._dice("repeats").random(size) < share)
        chosen &= ~chosen[earlier]
        return np.where(chosen, earlier, NONE)

    # --- one life -------------------------------------------------------------------------------------

    def _stretch(self, begin: int) -> list[_Row]:
        """Return the stretch that begins at a row; the latest ones are kept, for those who ask again."""
        if begin not in self._kept:
            while len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[begin] = self._draw(begin)
        return self._kept[begin]

    def _draw(self, begin: int) -> list[_Row]:
        rows, table = slice(begin, min(begin + STRETCH, self.table.size)), self.table
        rng = self._dice("stretch", begin)
        moments = self._moments(rows)
        truths = self._truths(rows, rng)
        steps = self._paces.steps(table, rows, moments, self._pace[table.unit[rows]], rng)
        columns = (
            moments, table.leaf[rows], truths, *(
                getattr(table, name)[rows] for name in (
                    "area", "unit", "kind", "channel", "urgency", "reason", "event", "fate", "solved", "satisfied",
                    "cause", "repeats", "enterprise", "anonymous",
                )
            ), steps.sign, steps.contact, steps.report, steps.callback, rng.integers(0, 1 << 30, moments.size),
        )  # fmt: skip
        return [_Row._make(row) for row in zip(*(column.tolist() for column in columns), strict=True)]

    def _moments(self, rows: slice) -> Floats:
        origin = arrivals.midnight(self.table.first).timestamp()
        return origin + self.table.day[rows].astype(np.float64) * 86400 + self.table.second[rows]

    def _truths(self, rows: slice, rng: np.random.Generator) -> Ints:
        """Return what the requests really are: a sister of the agent's category, where the agent was wrong."""
        leaves = self.table.leaf[rows].astype(np.int64)
        wrong = (rng.random(leaves.size) < self.scenario.mix.wrong_category) & self._alone[rows]
        for place in np.flatnonzero(wrong):
            sisters = self._sisters(int(leaves[place]))
            leaves[place] = sisters[int(rng.integers(len(sisters)))]
        return leaves

    def _sisters(self, leaf: int) -> list[int]:
        codes = self.codes
        parent = self.pack.category_tree[codes.leaves[leaf]].parent
        found = (codes.places.get(row.code) for row in self.pack.category_tree.children(parent))
        return [place for place in found if place is not None] or [leaf]

    def _life(self, index: int, row: _Row, voice: Voice) -> Life:
        fate = FATES[row.fate]
        return Life(
            request=self._request(index, row, voice),
            fate=fate,
            unit=self.codes.units[row.unit],
            wrong_unit=self._wrong(row) if fate == Fate.RETURNED_THEN_SOLVED else "",
            co_handlers=self._co_handlers(row) if fate == Fate.CO_HANDLED else (),
            solved=self._answers[0][row.solved], satisfied=self._answers[1][row.satisfied],
            cause=self._answers[2][row.cause],
            sign_after=timedelta(seconds=row.sign), contact_after=timedelta(seconds=row.contact),
            report_after=timedelta(seconds=row.report), callback_after=timedelta(seconds=row.callback),
            until=self.until,
            marks=self._marks(row),
        )  # fmt: skip

    def _request(self, index: int, row: _Row, voice: Voice, *, repeated: bool = False) -> Request:
        codes = self.codes
        at = datetime.fromtimestamp(row.moment, SHANGHAI)
        truth, area = codes.leaves[row.truth], codes.areas[row.area]
        before = None if row.repeats == NONE or repeated else self._earlier(row.repeats, voice)
        topic = self.scenario.events[row.event].code if row.event != NONE else ""
        caller = self._caller(index, row, voice)
        said = voice.say(Asked(index, truth, area, at, caller, topic, before), codes.kinds[row.kind])
        channel = codes.channels[row.channel]
        return Request(
            index=index, at=at, channel=channel, kind=codes.kinds[row.kind], urgency=URGENCIES[row.urgency],
            category=codes.leaves[row.leaf], area=area, place=said.place or self._needed_place(row),
            longitude=said.longitude, latitude=said.latitude, title=said.title, body=said.body,
            caller=caller,
            truth=Truth(
                category=truth, unit=self._true_unit(row), template=said.template, topic=said.topic or topic,
                repeat_of=said.repeat_of, second_category=said.second_category, mass=said.mass,
            ),
            foreign=f"U{at:%Y%m%d}{index:08d}" if codes.upper[row.channel] else "",
        )  # fmt: skip

    def _needed_place(self, row: _Row) -> str:
        """Return at least the area's name where the category demands a place: the agent asks until there is one."""
        if "place" not in self.pack.required_fields(self.codes.leaves[row.leaf]):
            return ""
        return self.pack.area_path(self.codes.areas[row.area])

    def _earlier(self, index: int, voice: Voice) -> Request:
        begin = index - index % STRETCH
        return self._request(index, self._stretch(begin)[index - begin], voice, repeated=True)

    def _person(self, index: int, row: _Row) -> int:
        """Return the key of who asks: one of a town's people, so that some ask about other matters too."""
        return mix(self.scenario.seed, index if row.repeats == NONE else row.repeats) % self._people_there

    def _caller(self, index: int, row: _Row, voice: Voice) -> Caller:
        found = voice.caller(self._person(index, row), company=row.enterprise)
        return replace(found, anonymous=True) if row.anonymous else found

    def _true_unit(self, row: _Row) -> str:
        lead = row.unit if row.truth == row.leaf else int(self.codes.leads[row.truth])
        return self.codes.units[row.unit if lead == NONE else lead]

    def _wrong(self, row: _Row) -> str:
        """Return another unit that one might think of: of the same class of the duty list, else of its standing."""
        units, own = self.pack.units, self.codes.units[row.unit]
        near = [code for code in self._near(self.codes.leaves[row.truth]) if code != own]
        alike = near or [unit.code for unit in units if unit.kind == units[row.unit].kind and unit.code != own]
        alike = alike or [unit.code for unit in units if unit.kind != "centre" and unit.code != own]
        return alike[row.dice % len(alike)]

    def _near(self, leaf: str) -> list[str]:
        """Return the units that the duty list names for matters of the same class."""
        found = self._nearby.get(leaf)
        if found is None:
            items = self.pack.duty.find(leaf)[:1]
            group = next((c.items for c in self.pack.duty.classes if items and items[0] in c.items), ())
            leads = dict.fromkeys(item.lead for item in group if item.lead != TERRITORY)
            found = self._nearby[leaf] = [code for code in leads if code in self.pack.unit_tree]
        return found

    def _co_handlers(self, row: _Row) -> tuple[str, ...]:
        codes = self.codes
        item = next(iter(self.pack.duty.find(codes.leaves[row.leaf])), None)
        ground = int(codes.territory[row.area])
        named = item.co_handlers if item and item.co_handlers else (TERRITORY,)
        found = (codes.units[ground] if code == TERRITORY and ground != NONE else code for code in named)
        return tuple(code for code in dict.fromkeys(found) if code not in {codes.units[row.unit], TERRITORY})

    def _marks(self, row: _Row) -> Mapping[str, str]:
        marks: dict[str, str] = {}
        if row.reason > 0:
            marks["reason"] = self.codes.reasons[row.reason]
        if row.event != NONE:
            marks["topic"] = self.scenario.events[row.event].code
        return marks
