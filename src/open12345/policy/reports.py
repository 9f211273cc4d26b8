"""Which papers a centre issues, and how each is written: data of `reports.yaml`.

A kind may carry its own `document`: an outline of headings and paragraphs. A sentence is text with placeholders in
braces; each names a figure of `figures` (what is asked, of which days, printed how) or a word of the period. A kind
without a document is written by the room's own outline for its sections. Sources: seeds 000 and 004 are such papers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field

from .fields import ClockTime, Code, Entry, Text, Title
from .names import KindBase, Period, UnitKind, UrgencyCode

Form = Literal[
    "count", "rate", "share", "growth", "points", "change", "mean_growth", "highest", "highest_day", "daily_mean",
    "ranking", "lowest", "issued",
]  # fmt: skip
Rounding = Literal["half_up", "down", "up"]
PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
"""A figure or a word of the period in a sentence: `{accepted}`."""

WORDS: Final = frozenset(
    {"period", "first", "last", "year", "year_before", "before", "day", "centre", "hotline", "matter"}
)  # fmt: skip
"""What a sentence may name beside figures: the period and its days in words, the centre, a special brief's matter."""


class Where(Entry):
    """Of which orders. `categories`: these and all below them; several values of one key: any of them."""

    categories: tuple[Code, ...] = ()
    channels: tuple[Code, ...] = ()
    kinds: tuple[KindBase, ...] = ()
    urgencies: tuple[UrgencyCode, ...] = ()
    unit_kinds: tuple[UnitKind, ...] = ()
    units: tuple[Code, ...] = ()
    areas: tuple[Code, ...] = ()
    enterprise: bool | None = None
    anonymous: bool | None = None
    repeat: bool | None = None
    point_to_point: bool | None = None


class ReportFigure(Entry):
    """One figure: what is asked of the facts, over which days, and how it is printed.

    `days`: the paper's own period where empty; else a period by name, `before`, `year_before`, `FROM..TO` with dates
    that may lack their year (`04-01..05-31`, of the period's year), or `period` for either end. `against`: what growth
    is measured by. `precision`: decimals (of the metric where none are named); `rounding`: as the sentence prints.
    `unit`: 万 divides by ten thousand. `of`: the whole of a share, else all orders of these days; `of_all`: also of a
    special brief, whose figures are otherwise all about its matter. `basis`: by another date than the metric's own.
    `words`: of rise and fall. `by`, `top`: of a ranking. `years`: of mean growth. `reports`: the kind of paper that
    `issued` counts in the register.
    """

    metric: Code = "orders"
    form: Form = "count"
    days: Title | None = None
    where: Where = Where()
    of: Where = Where()
    of_all: bool = False
    against: Title = "year_before"
    lead: str | None = Field(default=None, max_length=40)
    words: tuple[Title, Title] | None = None
    precision: int | None = Field(default=None, ge=0, le=4)
    rounding: Rounding = "half_up"
    unit: Literal["", "万"] = ""
    basis: Literal["accepted", "dispatched", "due", "submitted", "closed"] | None = None
    adjudicated: bool = False
    by: Code = "category_2"
    top: int = Field(default=5, ge=1, le=50)
    years: int = Field(default=1, ge=1, le=20)
    reports: Code | None = None


class Sentence(Entry):
    """A sentence with placeholders. `needs`: figures without which (nothing, or zero) it is left out.

    `only`: the periods of which it speaks, where it is not said of every one.
    """

    say: Text = Field(min_length=1)
    needs: tuple[Code, ...] = ()
    only: tuple[Title, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names in its placeholders, in order."""
        return tuple(PLACEHOLDER.findall(self.say))


def _sentence(value: object) -> object:
    return {"say": value} if isinstance(value, str) else value


Said = Annotated[Sentence, BeforeValidator(_sentence)]


def _sentences(value: object) -> object:
    return [value] if isinstance(value, str | dict) else value


class ChartOf(Entry):
    """A chart: a metric by a dimension; `beside`: the same of last year beside it."""

    title: Title
    metric: Code = "orders"
    by: Code = "month"
    shape: Literal["line", "bar"] = "bar"
    days: Title | None = None
    where: Where = Where()
    top: int = Field(default=10, ge=2, le=60)
    beside: bool = False


class TableOf(Entry):
    """A table: lines by a dimension, one column for each metric; the largest first metric on top."""

    title: Title
    by: Code
    metrics: tuple[Code, ...] = Field(min_length=1, max_length=7)
    days: Title | None = None
    where: Where = Where()
    top: int = Field(default=15, ge=1, le=200)
    growth: bool = False
    share: bool = False
    total: bool = True


class ExamplesOf(Entry):
    """Some orders, masked: number, day, what, unit, how it stands. `rest`: those that a metric counts below alone.

    `answers`: with what the citizens were told.
    """

    title: Title = "典型工单"
    where: Where = Where()
    metric: Code = "orders"
    rest: bool = False
    answers: bool = False
    most: int = Field(default=3, ge=1, le=50)


class Block(Entry):
    """A part of an outline: one of a paragraph, a chart, a table, examples, or a place for the drafter's own words."""

    text: Annotated[tuple[Said, ...], BeforeValidator(_sentences)] = ()
    bold: Title | None = None
    chart: ChartOf | None = None
    table: TableOf | None = None
    examples: ExamplesOf | None = None
    own: Title | None = None


class Section(Entry):
    """A heading and what stands below it. `use`: a section of the room's library, by its name, in this place."""

    heading: Title | None = None
    use: Code | None = None
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    figures: dict[Code, ReportFigure] = {}
    only: tuple[Title, ...] = ()

    def walk(self) -> Iterator[Section]:
        """This section and all below it."""
        yield self
        for below in self.sections:
            yield from below.walk()


class Head(Entry):
    """What a paper as sent has around its text (GB/T 9704): red head, number, receivers, issuer, copies."""

    mark: Title | None = None
    number: Title | None = None
    to: Title | None = None
    issuer: Title | None = None
    copies: Title | None = None
    printed_by: Title | None = None


class Outline(Entry):
    """How a kind of paper is written. `percent`: the sign as the centre prints it."""

    title: Title
    head: Head = Head()
    percent: Literal["%", "％"] = "%"
    figures: dict[Code, ReportFigure] = {}
    sections: tuple[Section, ...] = Field(min_length=1)
    source: Text = ""

    def walk(self) -> Iterator[Section]:
        """All its sections, from above."""
        for section in self.sections:
            yield from section.walk()


class ReportKind(Entry):
    """A kind of paper (日报、周报、月报、专报、预警函 …): how often, to whom, at what hour, with which sections.

    `period` is nothing where one is issued when needed. `matter`: what a special brief of this kind is always about.
    """

    code: Code
    title: Title
    period: Period | None = None
    receivers: tuple[Title, ...] = Field(min_length=1)
    at: ClockTime | None = None
    sections: tuple[Title, ...] = ()
    matter: Where | None = None
    head: Head | None = None
    document: Outline | None = None
    source: Text = ""


class Reports(Entry):
    """All kinds; empty where a pack has no `reports.yaml`."""

    kinds: tuple[ReportKind, ...] = ()
    source: Text = ""

    def kind(self, code: str) -> ReportKind | None:
        """Return a kind of report by its code."""
        return next((found for found in self.kinds if found.code == code), None)
