"""What a portrait says in words: strengths, weaknesses and changes that follow from its figures, by thresholds.

    a rate is a strength (weakness) where it is at least `APART` percentage points better (worse) than the median of
    the peers, a duration where it is at least `SLOWER` of the median better (worse);
    a rate has changed where it moved at least `APART` points since the period before;
    a matter weighs where it makes up at least `HEAVY` of the orders;
    a matter rises where it has at least `MANY` orders and grew by at least `GROWN`.

Nothing is said of an indicator that rests on fewer orders than the pack's minimum for ranking, and of no change since a
period that rests on fewer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from django.utils.translation import gettext as _

from open12345.facts.links import figure_url
from open12345.facts.words import titled
from open12345.insight.measures import Measure

APART: Final = 5.0
SLOWER: Final = 0.2
HEAVY: Final = 0.3
MANY: Final = 10
GROWN: Final = 0.5


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence, what it is, and where its orders are."""

    kind: Literal["strength", "weakness", "change", "matter"]
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Matter:
    """One category: its orders now and in the period before, its share, and where they are."""

    title: str
    orders: int
    before: int
    share: float
    url: str

    @property
    def grown(self) -> float | None:
        """By which part it grew; None from nothing."""
        return None if not self.before else self.orders / self.before - 1


def said(measures: Iterable[Measure], matters: Sequence[Matter]) -> list[Said]:
    """Return the sentences: strengths, weaknesses, changes, matters."""
    found = [one for measure in measures if measure.enough for one in _of_measure(measure)]
    found += [one for matter in matters for one in _of_matter(matter)]
    order = ("strength", "weakness", "change", "matter")
    return sorted(found, key=lambda one: order.index(one.kind))


def _of_measure(measure: Measure) -> Iterable[Said]:
    url, title = figure_url(measure.cut, measure.part), name(measure)
    better = _better(measure)
    if better is not None and measure.middle is not None:
        values = {"title": title, "value": printed(measure, measure.figure.value),
                  "middle": printed(measure, measure.middle)}  # fmt: skip
        if better >= _limit(measure):
            behind = figure_url(measure.cut, "denominator")  # a strength rests on all of them
            yield Said("strength", _("%(title)s %(value)s，好于同组中位数 %(middle)s") % values, behind)
        elif better <= -_limit(measure):
            yield Said("weakness", _("%(title)s %(value)s，差于同组中位数 %(middle)s") % values, url)
    moved = measure.moved if measure.enough_before else None
    if measure.metric.unit == "%" and moved is not None and abs(moved) >= APART:
        words = _("%(title)s比上期升 %(n)s 个百分点") if moved > 0 else _("%(title)s比上期降 %(n)s 个百分点")
        yield Said("change", words % {"title": title, "n": f"{abs(moved):.1f}"}, url)


def _better(measure: Measure) -> float | None:
    """How much better than the median, in points; of a duration, as a part of the median."""
    if measure.above is None or measure.metric.falling is None:
        return None
    better = -measure.above if measure.metric.falling else measure.above
    if measure.metric.unit == "%":
        return better
    return better / measure.middle if measure.middle else None


def _limit(measure: Measure) -> float:
    return APART if measure.metric.unit == "%" else SLOWER


def _of_matter(matter: Matter) -> Iterable[Said]:
    if matter.share >= HEAVY and matter.orders >= MANY:
        values = {"title": matter.title, "n": matter.orders, "share": f"{100 * matter.share:.0f}"}
        yield Said("matter", _("%(title)s最集中：%(n)s 件，占 %(share)s%%") % values, matter.url)
    if matter.grown is not None and matter.grown >= GROWN and matter.orders >= MANY:
        values = {"title": matter.title, "n": matter.orders, "before": matter.before}
        yield Said("matter", _("%(title)s明显增多：%(n)s 件，上期 %(before)s 件") % values, matter.url)


def name(measure: Measure) -> str:
    """Return what an indicator is called, in the reader's language."""
    return titled(measure.metric)


def printed(measure: Measure, value: float | None) -> str:
    """Return a value of an indicator with its unit."""
    if value is None:
        return "–"
    unit = "%" if measure.metric.unit == "%" else _(" 个工作日")
    return f"{value:.1f}{unit}"
