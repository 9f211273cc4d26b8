"""The board of targets of the whole centre (KPI-12): data of the pack, each beside last month and last year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from open12345.appraisal.months import Month
from open12345.directory.person import Person
from open12345.facts import queries as facts
from open12345.facts.links import explore_url
from open12345.facts.metrics import Metric, metric
from open12345.policy import Pack
from open12345.policy.scoring import Goal


@dataclass(frozen=True)
class Standing:
    """A target and how it stands; `met` is None where nothing is measured or nothing to compare with."""

    goal: Goal
    metric: Metric | None = None
    line: facts.Line | None = None
    url: str = ""

    @property
    def met(self) -> bool | None:
        """By the target where there is one, else against last year, else against last month."""
        if self.line is None or self.line.figure.value is None:
            return None
        then = float(self.goal.target) if self.goal.target is not None else self._before()
        if then is None:
            return None
        return self.line.figure.value <= then if self.goal.direction == "down" else self.line.figure.value >= then

    def _before(self) -> float | None:
        assert self.line is not None  # noqa: S101 - asked by the caller
        for then in (self.line.year_before, self.line.before):
            if then is not None and then.value is not None and (then.denominator or then.numerator):
                return then.value
        return None


def board(pack: Pack, month: Month, *, person: Person, at: datetime) -> list[Standing]:
    """Return the pack's targets for a month; one without an indicator is named only. Raises `facts.store.NoFacts`."""
    found = []
    for goal in pack.appraisal.goals:
        if goal.indicator is None:
            found.append(Standing(goal))
            continue
        answer = facts.ask(goal.indicator, month.period, person=person, at=at)
        found.append(Standing(goal, metric(goal.indicator), answer.whole, explore_url(answer)))
    return found
