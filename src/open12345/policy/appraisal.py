"""How units are measured: data of `appraisal.yaml`; the rules of scoring stand in `scoring`."""

from datetime import date
from decimal import Decimal

from pydantic import Field

from .fields import Code, Entry, LimitText, Text, Title
from .names import DateBasis, UnitKind
from .scoring import Band, Floor, Goal, Percent, Points, Preset, Scoring, TalkRule

HUNDRED = Decimal(100)


class Indicator(Entry):
    """A rate (指标): numerator, denominator and the date by which an order falls into a period.

    `target` in per cent; `precision`: decimals when printed; `falling`: the lower the better.
    """

    code: Code
    title: Title
    numerator: Text
    denominator: Text
    basis: DateBasis
    target: Percent | None = None
    precision: int = Field(default=2, ge=0, le=4)
    falling: bool = False
    source: Text = ""


class WeightSet(Entry):
    """Weights from a day on (动态调整考核权重): by indicator, `maximum` in all."""

    effective_from: date
    weights: dict[Code, Points] = Field(min_length=1)
    maximum: Points = HUNDRED
    source: Text = ""


class RankGroup(Entry):
    """Units that are ranked among each other: of these kinds."""

    code: Code
    title: Title
    kinds: tuple[UnitKind, ...] = Field(min_length=1)


class Exclusion(Entry):
    """Why an order does not count (剔除), and for which indicators; none named: for all."""

    code: Code
    title: Title
    indicators: tuple[Code, ...] = ()
    evidence: Text = ""
    source: Text = ""


class Appraisal(Entry):
    """All of it; empty where a pack has no `appraisal.yaml`.

    Units with fewer than `minimum` orders are shown, not ranked; the `top` and `bottom` of each group are published
    as red and black list (`bottom_of_all`: the last of all groups together). `scoring`: how an indicator becomes
    points where that is not linear. `appeal_within`: how long units may appeal after publication.
    `repeat_window`: a second order of the same person and matter within it is a repeat.
    """

    indicators: tuple[Indicator, ...] = ()
    weights: tuple[WeightSet, ...] = ()
    groups: tuple[RankGroup, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    scoring: tuple[Scoring, ...] = ()
    bands: tuple[Band, ...] = ()
    floors: tuple[Floor, ...] = ()
    talks: tuple[TalkRule, ...] = ()
    goals: tuple[Goal, ...] = ()
    presets: tuple[Preset, ...] = ()
    minimum: int = Field(default=10, ge=1)
    top: int = Field(default=5, ge=0)
    bottom: int = Field(default=5, ge=0)
    bottom_of_all: bool = False
    appeal_within: LimitText | None = None
    repeat_window: LimitText | None = None
    source: Text = ""

    def weights_on(self, day: date) -> WeightSet | None:
        """Return the weights in effect on `day`; nothing before the first."""
        found = [one for one in self.weights if one.effective_from <= day]
        return max(found, key=lambda one: one.effective_from, default=None)
