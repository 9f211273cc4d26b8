"""What a scenario is: a stretch of a city's life with its exact figures, as data in `packs/<id>/scenarios/`.

`totals`, `quotas` and `heard` are what the plan makes come out to the last order; `figures` are what a text printed,
each with its sentence, and how it is counted from the database; `mix`, `shape`, `events` and `units` are the rest of
the picture (ours). Lists of codes are the pack's; a category means it and everything below it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from open12345.policy.fields import Code, Entry, Text, Title
from open12345.policy.names import KindBase, UnitKind, UrgencyCode
from open12345.simulate.scenarios.windows import DaysText

Weight = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Percent = Annotated[Decimal, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=0, le=50_000_000)]
Dimension = Literal["category", "unit_kind", "kind", "channel", "urgency", "enterprise", "reason"]


class Where(Entry):
    """Which orders: those to which everything given applies; nothing given means all."""

    categories: tuple[Code, ...] = ()
    channels: tuple[Code, ...] = ()
    kinds: tuple[KindBase, ...] = ()
    urgencies: tuple[UrgencyCode, ...] = ()
    unit_kinds: tuple[UnitKind, ...] = ()
    enterprise: bool | None = None
    reason: Title | None = None
    """What the dispatch gives as its reason begins with this (点对点派单)."""


class Total(Entry):
    """How many orders are registered on these days; windows lie apart or inside each other."""

    days: DaysText
    orders: Count
    busiest: bool = False
    """These days (one day) are the maximum of the window around them."""
    why: Text = ""


class Quota(Entry):
    """How many orders of these days are of one sort: a number, or a share in percent of `among`."""

    of: Dimension
    values: tuple[Title, ...] = Field(min_length=1)
    days: DaysText
    orders: Count | None = None
    percent: Percent | None = None
    among: Where = Where()
    why: Text = ""


class Heard(Entry):
    """What the citizens of these orders say at the callback that closes them.

    `rated`, `answered`: how many tell a level, how many whether it is solved; as numbers, or in percent of the orders
    that are called about. `satisfied`, `solved`: how many of those, as numbers or in percent of them.
    """

    days: DaysText
    among: Where = Where()
    rated: Count | None = None
    answered: Count | None = None
    valid_percent: Percent = Decimal(80)
    satisfied: Count | None = None
    satisfied_percent: Percent | None = None
    solved: Count | None = None
    solved_percent: Percent | None = None
    why: Text = ""


class Shape(Entry):
    """When people ask: by hour, weekday (Monday first), month; `day_off` of the official calendar against a workday."""

    hours: tuple[Weight, ...] = (
        1.0, 0.6, 0.4, 0.3, 0.3, 0.5, 1.2, 2.8, 6.2, 8.6, 8.4, 7.0, 5.2, 6.0, 7.4, 7.4, 6.8, 5.8, 5.0, 5.0, 4.8, 4.0,
        3.0, 1.8,
    )  # fmt: skip
    weekdays: tuple[Weight, ...] = (1.12, 1.06, 1.0, 1.0, 1.0, 0.8, 0.72)
    months: tuple[Weight, ...] = (0.92, 0.85, 1.0, 1.0, 1.02, 1.06, 1.14, 1.12, 1.02, 0.96, 0.98, 1.0)
    day_off: Weight = 0.66
    make_up: Weight = 1.02


class Event(Entry):
    """Something that happens: more orders on some matters, around a place, rising and fading away."""

    code: Code
    title: Title
    kind: Literal["surge", "storm", "heating", "tourists", "default", "noise"]
    days: DaysText
    categories: tuple[Code, ...] = Field(min_length=1)
    place: Code | None = None
    strength: Weight = 3.0
    """These matters at the height, as a multiple of usual."""
    volume: Weight = 0.0
    """All orders at the height: this share on top of usual (where no total fixes the day)."""
    rise: int = Field(default=1, ge=0, le=400)
    decay: int = Field(default=3, ge=0, le=400)
    """Days to rise before, and to fade after, the height; inside `days`."""
    spread: Share = 0.3
    """Share of its orders that comes from the neighbours of the place."""


class Mix(Entry):
    """How common things are, where no quota says (weights)."""

    channels: dict[Code, Weight] = {}
    kinds: dict[KindBase, Weight] = {}
    urgencies: dict[UrgencyCode, Weight] = {"urgent": 1, "semi_urgent": 6, "ordinary": 93}
    categories: dict[Code, Weight] = {}
    """Share of a category with all below it, against 1 for a top category that is not named."""
    areas: dict[Code, Weight] = {}
    enterprise: Share = 0.03
    anonymous: Share = 0.04
    repeats: Share = 0.08
    """The same person again on the same matter within 30 days."""
    wrong_category: Share = 0.03
    """The agent chose a sister category."""
    levels: dict[Code, Weight] = {}
    """How the satisfied, and how the others, spread over the pack's levels."""


class Course(Entry):
    """How lives go (shares of the orders that a unit works on)."""

    answered_at_once: Share = 0.55
    """Of the kinds that may be, on a channel of our own."""
    refused: Share = 0.004
    returned: Share = 0.035
    late: Share = 0.03
    extended: Share = 0.03
    handed_down: Share = 0.08
    co_handled: Share = 0.05
    explained: Share = 0.22
    unhappy_reopened: Share = 0.01


class Units(Entry):
    """How different the units are."""

    slow: Share = 0.12
    unskilled: Share = 0.1
    dishonest: int = Field(default=0, ge=0, le=20)
    """Units that report what they did not do; only units that the pack marks as synthetic."""


class Counted(Entry):
    """How a figure is counted from the platform's tables (see `counting`)."""

    measure: Literal[
        "orders", "busiest", "busiest_day", "share", "growth", "yearly_growth", "rated", "answered", "satisfied",
        "solved", "satisfied_rate", "solved_rate", "closed", "accounts", "units", "daily_mean",
    ]  # fmt: skip
    days: DaysText | None = None
    among: Where = Where()
    within: Where = Where()
    """share: of which orders."""
    less: DaysText | None = None
    """orders: without these days."""
    before: DaysText | None = None
    """growth: against these days."""
    years: int = Field(default=1, ge=1)
    closed_by: date | None = None
    role: Code | None = None
    """accounts: with this post."""


class Figure(Entry):
    """One printed figure: the sentence, its value, and how it is counted, or that its room comes later."""

    code: Code
    title: Title
    quote: Text
    """Short, from the seed; "ours" with a reason where the text gives no number."""
    seed: Annotated[str, Field(pattern=r"^(00[0-9]|ours)$")]
    value: Decimal | date
    printed: Decimal | date | None = None
    """What the text prints, where it rounded or truncated differently (720 for 719.9)."""
    unit: Literal["", "%"] = ""
    count: Counted | None = None
    later: bool = False
    room: Text = ""
    """later: the room that will count it."""
    why: Text = ""


class Scenario(Entry):
    """A scenario; `pack` and `name` come from where its file lies."""

    pack: Code
    name: Code
    title: Title
    source: Text
    until: date | None = None
    """The run's last day; nothing: the day on which it is run (a scenario counted back from it)."""
    seed: int = Field(default=12345, ge=0)
    scale: float = Field(default=1.0, gt=0, le=1)
    """What is run unless told otherwise."""
    totals: tuple[Total, ...] = Field(min_length=1)
    quotas: tuple[Quota, ...] = ()
    heard: tuple[Heard, ...] = ()
    shape: Shape = Shape()
    mix: Mix = Mix()
    course: Course = Course()
    units: Units = Units()
    events: tuple[Event, ...] = ()
    figures: tuple[Figure, ...] = ()

    @property
    def rolling(self) -> bool:
        """Say whether its days are counted back from the run's last day."""
        return self.totals[0].days.rolling
