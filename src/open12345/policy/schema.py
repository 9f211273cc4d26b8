"""The pack as a whole.

Everything that makes the software one centre's, and the questions it answers.

A pack holds data only, never code. It is read by `loader.read_pack`, stored as JSON by the
directory (`model_dump(mode="json")` and `model_validate` are inverse) and never changed.
"""

import hashlib
import json
from functools import cached_property
from typing import Annotated, Self, cast

from pydantic import Field, model_validator

from open12345.worktime import Calendar, DayOverride, Limit

from .applications import ApplicationRule, Reason
from .appraisal import Appraisal
from .basics import (
    Channels,
    DayRule,
    EmergencyLine,
    Frontline,
    Kinds,
    LineRegister,
    NumberPattern,
    StageArticle,
    Urgencies,
    Words,
    WorkHours,
)
from .callback import CallbackRules
from .clocks import ClockRule
from .closing import ClosingRules
from .dispatching import Dispatching
from .duty import DutyList
from .fields import Code, Entry, LimitText, Ordered, Text, Title
from .names import Level, OrderTypeCode, UrgencyCode
from .outlines import Outlines
from .reports import Reports
from .spoken import SpokenAreas
from .supervision import Supervision
from .trees import AreaRow, Category, Tree, UnitRow

AreaCode = Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class Pack(Entry):
    """A policy pack (规则包)."""

    id: Code
    title: Title
    title_en: Title
    short_title: Title | None = None
    level: Level
    hotline: Annotated[str, Field(pattern=r"^[0-9-]{3,20}$")]
    area_code: AreaCode
    synthetic: bool = False
    synthetic_notice: Text = ""
    synthetic_notice_en: Text = ""
    sources: tuple[Text, ...] = ()
    text_not_published: tuple[Text, ...] = ()
    number: NumberPattern = NumberPattern()
    work: WorkHours
    days: tuple[DayRule, ...] = ()
    channels: Channels
    kinds: Kinds
    urgencies: Urgencies
    order_types: dict[OrderTypeCode, Title]
    emergency: tuple[EmergencyLine, ...] = ()
    refusals: tuple[Reason, ...] = Field(min_length=1)
    articles: tuple[StageArticle, ...] = ()
    units: tuple[UnitRow, ...] = Field(min_length=1)
    areas: tuple[AreaRow, ...] = Field(min_length=1)
    outlines: Outlines = Outlines()
    categories: tuple[Category, ...] = Field(min_length=1)
    duty: DutyList
    review: bool = True
    archive_after: LimitText
    clocks: tuple[ClockRule, ...]
    co_handler_share: float = Field(default=0.6, gt=0, le=1)
    child_reserve: LimitText
    verifier_within: LimitText
    applications: Ordered[ApplicationRule]
    closing: ClosingRules
    callback: CallbackRules
    words: Words
    english: dict[Title, Title] = Field(default_factory=dict)
    lines: LineRegister | None = None
    frontline: Frontline | None = None
    supervision: Supervision = Supervision()
    appraisal: Appraisal = Appraisal()
    dispatching: Dispatching = Dispatching()
    reports: Reports = Reports()

    @model_validator(mode="after")
    def _bind(self) -> Self:
        tree = self.category_tree
        self.duty.bind({code: tuple(row.code for row in tree.lineage(code)) for code in tree})
        return self

    # lookups

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical content, the same for equal packs wherever they were stored."""
        content = self.model_dump(mode="json")
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def unit_tree(self) -> Tree[UnitRow]:
        """Units by code."""
        return Tree(self.units)

    @cached_property
    def area_tree(self) -> Tree[AreaRow]:
        """Areas by code."""
        return Tree(self.areas)

    @cached_property
    def spoken_areas(self) -> SpokenAreas:
        """What people call the areas."""
        return SpokenAreas(self.areas)

    @cached_property
    def category_tree(self) -> Tree[Category]:
        """Categories by code."""
        return Tree(self.categories)

    @cached_property
    def clock_rules(self) -> dict[str, ClockRule]:
        """Clock rules by kind."""
        return {rule.kind: rule for rule in self.clocks}

    @cached_property
    def centre(self) -> UnitRow:
        """The hotline centre: the root of the unit tree."""
        return self.unit_tree.roots[0]

    def is_leaf(self, category: str) -> bool:
        """Say whether a category may stand on an order."""
        return self.category_tree.is_leaf(category)

    def category_path(self, category: str, separator: str = " / ") -> str:
        """Return the titles from the root down to `category`, "市容环卫 / 占道经营 / 无证设摊"."""
        return separator.join(row.title for row in reversed(self.category_tree.lineage(category)))

    def area_path(self, area: str, separator: str = "") -> str:
        """Return the names from the widest area down to `area`."""
        return separator.join(row.name for row in reversed(self.area_tree.lineage(area)))

    def article(self, stage: str) -> StageArticle | None:
        """Return the clause that a stage of the order comes from."""
        return next((article for article in self.articles if article.stage == stage), None)

    def required_fields(self, category: str) -> tuple[str, ...]:
        """Return what an order of this category must carry, by the categories above it too."""
        found = [name for row in self.category_tree.lineage(category) for name in row.required_fields]
        return tuple(dict.fromkeys(found))

    def urgent_words(self, category: str | None = None) -> tuple[str, ...]:
        """Return the words that suggest *urgent*: general, of a category, of those above it."""
        own = [word for row in self.category_tree.lineage(category) for word in row.urgent_words]
        return tuple(dict.fromkeys([*self.urgencies["urgent"].words, *own]))

    def on_site_required(self, category: str) -> bool:
        """Say whether the closing report must tell of an on-site view (the leaf's mark)."""
        return category in self.category_tree and self.category_tree[category].on_site_required

    def extra_form(self, category: str) -> str | None:
        """Return the code of the extra form of a category, or of the nearest one above it."""
        return next((row.extra_form for row in self.category_tree.lineage(category) if row.extra_form), None)

    @cached_property
    def _territory_units(self) -> dict[str, UnitRow]:
        kinds = reversed(self.duty.territory_kinds)
        found = (unit for kind in kinds for unit in self.units if unit.kind == kind)
        return {unit.area: unit for unit in found if unit.area}

    def territory_unit(self, area: str | None) -> UnitRow | None:
        """Return the unit that looks after an area (属地).

        Its own, or that of the nearest area above it.
        """
        units = self._territory_units
        return next((units[row.code] for row in self.area_tree.lineage(area) if row.code in units), None)

    # time

    def calendar(self) -> Calendar:
        """Return the working calendar of this pack; the same object each time."""
        return self._calendar

    @cached_property
    def _calendar(self) -> Calendar:
        return Calendar(
            close=self.work.close,
            hours=tuple((span.start, span.end) for span in self.work.hours),
            overrides={rule.date: self._override(rule) for rule in self.days},
        )

    def _override(self, rule: DayRule) -> DayOverride:
        spans = tuple((span.start, span.end) for span in rule.hours)
        return DayOverride(kind=rule.kind, name=rule.name, spans=spans, close=rule.close)

    def clock_limit(
        self, kind: str, *, urgency: str, order_kind: str, category: str | None, round_no: int = 1
    ) -> Limit | None:
        """Return the limit of one clock, or nothing where it does not run.

        An order that is urgent or semi-urgent has the limit of its urgency. An ordinary one has, in
        this order: the limit of its category or the nearest above it (`by_category`, or the law's
        limit on the category itself for the reply clock), of its kind, the ordinary one.
        `later_rounds` goes before all from the second round on. A clock made of others (`sum_of`)
        has no single limit: see `clock_parts`.
        """
        rule = self.clock_rules.get(kind)
        if rule is None:
            return None
        code = cast("UrgencyCode", urgency)
        if round_no > 1 and code in rule.later_rounds:
            return rule.later_rounds[code]
        if code != "ordinary":
            return rule.limits.get(code)
        own = self._category_limit(rule, category) or rule.by_kind.get(order_kind)
        return own or rule.limits.get("ordinary")

    def _category_limit(self, rule: ClockRule, category: str | None) -> Limit | None:
        for row in self.category_tree.lineage(category):
            if row.code in rule.by_category:
                return rule.by_category[row.code]
            if rule.kind == "reply" and row.limit is not None:
                return row.limit
        return None

    def clock_parts(
        self, kind: str, *, urgency: str, order_kind: str, category: str | None, round_no: int = 1
    ) -> tuple[Limit, ...]:
        """Return the limits to be added one after the other.

        Several for a `sum_of` clock, else one or none.
        """
        rule = self.clock_rules.get(kind)
        kinds = rule.sum_of if rule is not None and rule.sum_of else (kind,)
        found = (
            self.clock_limit(part, urgency=urgency, order_kind=order_kind, category=category, round_no=round_no)
            for part in kinds
        )
        return tuple(limit for limit in found if limit is not None)
