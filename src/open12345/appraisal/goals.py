"""The board of targets of the whole centre (KPI-12): data of the pack, each beside last month and last year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from open12345.appraisal import queries
from open12345.appraisal.months import Month
from open12345.directory.person import Person
from open12345.facts import queries as facts
from open12345.facts.links import explore_url
from open12345.facts.metrics import Metric, metric
from open12345.facts.periods import Period, period
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
        then = self._then()
        if then is None or self.line is None or self.line.figure.value is None:
            return None
        return self.line.figure.value <= then if self.goal.direction == "down" else self.line.figure.value >= then

    @property
    def against(self) -> Literal["target", "year", "month", ""]:
        """What it is held against; "" where there is nothing."""
        if self.goal.target is not None:
            return "target"
        return "year" if self.year_before else "month" if self.before else ""

    @property
    def before(self) -> facts.Figure | None:
        """Last month, where something was counted then."""
        return _there(self.line.before) if self.line else None

    @property
    def year_before(self) -> facts.Figure | None:
        """The same month of last year, where something was counted then: no data is no zero."""
        return _there(self.line.year_before) if self.line else None

    def _then(self) -> float | None:
        if self.goal.target is not None:
            return float(self.goal.target)
        found = self.year_before or self.before
        return found.value if found else None


def _there(then: facts.Figure | None) -> facts.Figure | None:
    return then if then is not None and then.value is not None and (then.denominator or then.numerator) else None


def span_of(pack: Pack, month: Month, at: datetime) -> Period:
    """Return a month as a period, of the running one what is over: it meets as much of the month before."""
    today = queries.today(pack, at)
    return month.period if month.last <= today else period(f"{month}..{today}")


def board(pack: Pack, month: Month, *, person: Person, at: datetime) -> list[Standing]:
    """Return the pack's targets for a month; one without an indicator is named only. Raises `facts.store.NoFacts`."""
    found, over = [], span_of(pack, month, at)
    for goal in pack.appraisal.goals:
        if goal.indicator is None:
            found.append(Standing(goal))
            continue
        answer = facts.ask(goal.indicator, over, person=person, at=at)
        found.append(Standing(goal, metric(goal.indicator), answer.whole, explore_url(answer)))
    return found
