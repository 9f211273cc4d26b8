"""How values become points, as data: rules of scoring, bands, floors, lists, talks, goals, whole schemes as presets.

One engine reads this (`appraisal.scoring`); a city that counts otherwise writes other data.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from .fields import Code, Entry, Text, Title

Percent = Annotated[Decimal, Field(ge=0, le=100)]
Points = Annotated[Decimal, Field(ge=0, le=1000)]

ScoreRule = Literal["linear", "share_of_group", "all_or_nothing", "band", "deduction"]


class BandStep(Entry):
    """From `at_least` on, `share` per cent of the points."""

    at_least: Decimal
    share: Percent


class Scoring(Entry):
    """How the value v of an indicator becomes points (weight w; v as printed, so 0 to 100 for a rate).

    linear          w × (v − zero) ÷ (full − zero), never below 0 nor above w; not told: 0 and 100, falling 100 and 0.
    share_of_group  w × own ÷ Σ of all units of the group.
    all_or_nothing  w where v reaches `at_least` (falling: does not pass it), else 0.
    band            w × share of the first step that v reaches; steps stand from the highest down.
    deduction       − each × v, at most `at_most` (0: no limit); has no weight and adds nothing.

    `where_none`: what a rate of nothing gives. `stub`: named in the source, but not how it is counted: always 0.
    """

    indicator: Code
    title: Title | None = None
    rule: ScoreRule = "linear"
    zero: Decimal | None = None
    full: Decimal | None = None
    at_least: Decimal | None = None
    steps: tuple[BandStep, ...] = ()
    each: Points | None = None
    at_most: Points = Decimal(0)
    where_none: Literal["full", "none"] = "full"
    stub: Text = ""
    source: Text = ""


class Band(Entry):
    """A band of results (分档) from `at_least` per cent of the maximum on."""

    code: Code
    title: Title
    at_least: Percent


class Floor(Entry):
    """A value below which (falling: above which) a unit must not come (底线)."""

    indicator: Code
    at_least: Decimal
    source: Text = ""


class TalkRule(Entry):
    """Who is called to a talk (约谈).

    `bottom`: among the last `count` of its group; `below`: under `at_least` per cent of the maximum; `floor`: under a
    floor; `most`: among the first `count` of all by the volume of `indicator`, if not 0. Each `months` in a row.
    """

    code: Code
    title: Title
    rule: Literal["bottom", "below", "floor", "most"]
    count: int = Field(default=1, ge=1)
    months: int = Field(default=1, ge=1, le=12)
    at_least: Percent | None = None
    indicator: Code | None = None
    source: Text = ""


class Goal(Entry):
    """A target of the whole centre (目标). Without an indicator it is named only: its text was not published."""

    code: Code
    title: Title
    direction: Literal["down", "up", "change"]
    indicator: Code | None = None
    target: Decimal | None = None
    note: Text = ""
    source: Text = ""


class Preset(Entry):
    """A scheme seen elsewhere, to be tried and adopted; what it does not name stays as it is."""

    code: Code
    title: Title
    weights: dict[Code, Points] = {}
    maximum: Points = Decimal(100)
    scoring: tuple[Scoring, ...] = ()
    bands: tuple[Band, ...] = ()
    floors: tuple[Floor, ...] = ()
    top: int | None = Field(default=None, ge=0)
    bottom: int | None = Field(default=None, ge=0)
    bottom_of_all: bool | None = None
    note: Text = ""
    source: Text = ""
