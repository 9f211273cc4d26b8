"""What becomes of each order: who is asked and says what, to the last citizen; and which way it went there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from open12345.policy import Pack
from open12345.simulate.chance import key_of
from open12345.simulate.planning.arrivals import shrink
from open12345.simulate.planning.characters import Character
from open12345.simulate.planning.quotas import Floats, Ints, Mask, choose
from open12345.simulate.planning.table import NONE, Codes, Table, matching
from open12345.simulate.scenarios.scenario import Heard, Scenario
from open12345.simulate.shapes import Fate

FATES: Final = tuple(Fate)
_PLACE: Final = {fate: place for place, fate in enumerate(FATES)}
#: Share of the dissatisfied, though solved, who blame how they were treated (ours).
_BY_CONDUCT: Final = 0.3
_SLOW: Final = 0.6
#: Whoever no entry of the scenario speaks of (ours).
_EVERYONE: Final = Heard.model_validate({"days": "1990..2100", "satisfied_percent": 88, "solved_percent": 80})


class Untold(ValueError):
    """An answer that so many citizens cannot give; says which entry of `heard` and why."""

    def __init__(self, heard: Heard, message: str) -> None:
        """Name the entry."""
        self.heard = heard
        super().__init__(f"heard（{heard.days}）：{message}")


class Fates:
    """Decides the columns fate, solved, satisfied and cause."""

    def __init__(
        self, scenario: Scenario, codes: Codes, table: Table, people: Mapping[str, Character], scale: float
    ) -> None:
        """Remember what is planned and what units are like."""
        self.scenario, self.codes, self.table, self.scale = scenario, codes, table, scale
        self.pack: Pack = codes.pack
        self.skill = np.array([people[code].skill for code in codes.units])[table.unit]
        self.pace = np.array([people[code].pace for code in codes.units])[table.unit]
        self.honest = np.array([people[code].honest for code in codes.units])[table.unit]
        self.upper = codes.upper[table.channel]
        self.parent = np.array([bool(codes.pack.unit_tree.children(code)) for code in codes.units])[table.unit]
        self.callable = self.upper | ~table.anonymous

    def dice(self, name: str) -> np.random.Generator:
        """Return the dice of one decision."""
        return np.random.default_rng([self.scenario.seed, key_of(f"fate/{name}") & 0x7FFFFFFF])

    def decide(self) -> None:
        """Fill the columns."""
        worked = self._worked()
        rated, answered, satisfied, solved = self._said(worked)
        self.table.fate[:] = self._ways(worked, rated | answered, satisfied, solved)
        self._words(rated, answered, satisfied, solved)

    # --- which orders a unit works on -----------------------------------------------------------------

    def _worked(self) -> Mask:
        """What is answered at once or refused goes to no unit; the rest does."""
        rng, course, table = self.dice("worked"), self.scenario.course, self.table
        at_once = np.array([self.pack.kinds[code].answer_directly for code in self.codes.kinds])[table.kind]
        away: Mask = at_once & (rng.random(table.size) < course.answered_at_once)
        refused = ~away & (rng.random(table.size) < course.refused)
        free = ~self.upper & (table.reason <= 0)
        for heard in self.scenario.heard:
            if heard.rated is not None:
                free &= ~self._rows(heard)
        table.fate[away & free] = _PLACE[Fate.ANSWERED_AT_ONCE]
        table.fate[refused & free] = _PLACE[Fate.REFUSED]
        left: Mask = table.fate == NONE
        return left

    # --- what citizens say ----------------------------------------------------------------------------

    def _said(self, worked: Mask) -> tuple[Mask, Mask, Mask, Mask]:
        """Decide group after group (inner ones are listed first) who rates and who tells whether it is solved."""
        size = self.table.size
        rated, answered, satisfied, solved, done = (np.zeros(size, dtype=np.bool_) for _ in range(5))
        for place, heard in enumerate((*self.scenario.heard, _EVERYONE)):
            rng, rows = self.dice(f"heard/{place}"), self._rows(heard) & worked
            if place == len(self.scenario.heard):
                rows &= ~done
            free = np.flatnonzero(rows & ~done)
            many = _rated(heard, int(rows.sum()), self.scale)
            calling = np.where(self.callable[free], 1.0, 0.0)
            new = choose(rng, free, calling, self._left(heard, "rated", many, rated & rows, free.size))
            rated[new] = answered[new] = True
            self._silent(rng, heard, rows, answered, new)
            told = np.flatnonzero(rows & answered & ~done)
            want = self._wanted(heard, "solved", int((rows & answered).sum()))
            solved[choose(rng, told, self.skill[told], self._left(heard, "solved", want, solved & rows, told.size))] = (
                True
            )
            weights = np.where(solved[new], 1.0, 0.25) * self.skill[new]
            want = self._wanted(heard, "satisfied", int((rows & rated).sum()))
            happy = choose(rng, new, weights, self._left(heard, "satisfied", want, satisfied & rows, new.size))
            satisfied[happy] = True
            done |= rows
        return rated, answered, satisfied, solved

    def _rows(self, heard: Heard) -> Mask:
        return self.table.on(heard.days) & matching(self.table, self.codes, heard.among)

    def _silent(self, rng: np.random.Generator, heard: Heard, rows: Mask, answered: Mask, new: Ints) -> None:
        """Some rate, but do not tell whether it is solved: only a platform above takes that."""
        if heard.answered is None:
            return
        silent = int((rows & answered).sum()) - min(shrink(heard.answered, self.scale), int((rows & answered).sum()))
        above = new[self.upper[new]]
        if silent > above.size:
            raise Untold(heard, f"{silent} 人只评价不答是否解决，但只有 {above.size} 件由上级回访")
        answered[choose(rng, above, None, silent)] = False

    def _wanted(self, heard: Heard, what: str, base: int) -> int:
        """Return how many of `base` say yes."""
        number: int | None = getattr(heard, what)
        percent = getattr(heard, f"{what}_percent")
        if number is not None:
            return min(shrink(number, self.scale), base)
        return round(base * float(85 if percent is None else percent) / 100)

    def _left(self, heard: Heard, what: str, want: int, there: Mask, room: int) -> int:
        left = want - int(there.sum())
        if self.scale < 1:
            return min(max(left, 0), room)  # rounding of small numbers
        if not 0 <= left <= room:
            raise Untold(heard, f"{what} 要 {want} 件，其他条目已有 {int(there.sum())} 件，还可用 {room} 件")
        return left

    # --- which way it went ----------------------------------------------------------------------------

    def _ways(self, worked: Mask, reached: Mask, satisfied: Mask, solved: Mask) -> Ints:
        """A citizen of ours whose matter is not solved is asked twice; others take the ways of the scenario."""
        rng, course = self.dice("ways"), self.scenario.course
        fate = self.table.fate.astype(np.int64)
        usual = np.flatnonzero(worked)
        fate[usual] = self._usual(rng, usual)
        grumbling = worked & reached & ~solved
        fate[grumbling & self.upper & (fate == _PLACE[Fate.SOLVED])] = _PLACE[Fate.EXPLAINED]
        again = worked & reached & solved & (rng.random(fate.size) < course.unhappy_reopened)
        fate[again | (grumbling & ~self.upper)] = _PLACE[Fate.REDISPATCHED]
        subjective = worked & reached & solved & ~satisfied & ~self.upper & (rng.random(fate.size) < _BY_CONDUCT)
        fate[subjective] = _PLACE[Fate.UNHAPPY_REOPENED]
        fate[worked & ~reached] = _PLACE[Fate.UNREACHABLE]
        return fate

    def _usual(self, rng: np.random.Generator, rows: Ints) -> Ints:
        course = self.scenario.course
        slow = np.where(self.pace[rows] > _SLOW, 4.0, 0.6)
        weights = np.column_stack([
            np.full(rows.size, course.returned), course.late * slow, course.extended * np.sqrt(slow),
            course.handed_down * self.parent[rows], np.full(rows.size, course.co_handled),
            np.full(rows.size, course.explained),
        ])  # fmt: skip
        weights = np.column_stack([weights, np.maximum(1 - weights.sum(axis=1), 0.05)])
        ways = (
            Fate.RETURNED_THEN_SOLVED, Fate.LATE, Fate.EXTENDED, Fate.HANDED_DOWN, Fate.CO_HANDLED, Fate.EXPLAINED,
            Fate.SOLVED,
        )  # fmt: skip
        drawn = (np.cumsum(weights, axis=1) <= (rng.random(rows.size) * weights.sum(axis=1))[:, None]).sum(axis=1)
        fates: Ints = np.array([_PLACE[way] for way in ways])[np.minimum(drawn, len(ways) - 1)]
        return fates

    # --- in the pack's words --------------------------------------------------------------------------

    def _words(self, rated: Mask, answered: Mask, satisfied: Mask, solved: Mask) -> None:
        rules, table, rng = self.pack.callback, self.table, self.dice("words")
        yes = [n for n, option in enumerate(rules.solved_options) if option.counts_as_solved]
        no = [n for n, option in enumerate(rules.solved_options) if not option.counts_as_solved]
        self._put(rng, table.solved, answered & solved, yes, np.linspace(3, 1, len(yes)))
        self._put(rng, table.solved, answered & ~solved, no, np.ones(len(no)))
        happy = [n for n, level in enumerate(rules.scale) if level.satisfied and level.weight == 1]
        happy = happy or [n for n, level in enumerate(rules.scale) if level.satisfied]
        sad = [n for n, level in enumerate(rules.scale) if not level.satisfied]
        self._put(rng, table.satisfied, rated & satisfied, happy, self._levels(happy))
        self._put(rng, table.satisfied, rated & ~satisfied, sad, self._levels(sad))
        conduct = np.isin(table.fate, [_PLACE[Fate.UNHAPPY_REOPENED], _PLACE[Fate.REDISPATCHED]])
        for causes, rows in ((True, conduct), (False, ~conduct)):
            options = [n for n, cause in enumerate(rules.causes) if cause.subjective == causes]
            self._put(rng, table.cause, rated & ~satisfied & rows, options, np.ones(len(options)))

    def _levels(self, options: Sequence[int]) -> Floats:
        given = self.scenario.mix.levels
        return np.array([given.get(self.pack.callback.scale[n].code, 0.0 if given else 1.0) for n in options])

    def _put(self, rng: np.random.Generator, column: Ints, rows: Mask, options: Sequence[int], weights: Floats) -> None:
        if options:
            shares = weights / weights.sum() if weights.sum() else None
            column[rows] = rng.choice(np.array(options), size=int(rows.sum()), p=shares)


def _rated(heard: Heard, base: int, scale: float) -> int:
    """Return how many are asked with success: as told, or the usual share."""
    if heard.rated is not None:
        return min(shrink(heard.rated, scale), base)
    return round(base * float(heard.valid_percent) / 100)
