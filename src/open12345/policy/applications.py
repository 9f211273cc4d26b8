"""Applications (one engine) as data.

Reasons, evidence, steps, effect (order.md, "Applications").
"""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from .fields import Code, Entry, LimitText, Text, Title, Titled
from .names import ClockKind, Effect, EvidenceType, Origin, RoleCode, StageCode

AskedBy = Literal["lead", "assignee", "centre"]
StepOf = Literal["own_unit", "parent_unit", "centre", "upper"]


class Choice(Entry):
    """One answer of a choice."""

    code: Code
    title: Title


class EvidenceField(Entry):
    """One thing to be filled in: evidence of an application, or a line of an extra form.

    `min` and `max` count characters (text), the value (number), rows (rows), order numbers (orders)
    or files (attachment). `fields` are the columns of `rows`, `options` the answers of a `choice`.
    """

    code: Code
    title: Title
    type: EvidenceType
    required: bool = True
    min: Decimal | None = None
    max: Decimal | None = None
    fields: tuple["EvidenceField", ...] = ()
    options: tuple[Choice, ...] = ()
    unit: str = ""
    hint: Text = ""


class Reason(Entry):
    """A reason in up to two levels; the evidence of both levels is asked for.

    `tell` is said to the citizen.
    """

    code: Code
    title: Title
    sub: tuple["Reason", ...] = ()
    evidence: tuple[EvidenceField, ...] = ()
    tell: Text = ""
    source: Text = ""


class Step(Entry):
    """One decision on the way: any of `roles` in the unit that `of` names.

    `recall`: by calling the citizen again (not reached once, twice, passed, refused, out of scope).
    """

    code: Literal["approve", "check", "verdict", "recall"]
    title: Title
    roles: tuple[RoleCode, ...] = Field(min_length=1)
    of: StepOf


class ApplicationRule(Titled):
    """One kind of application.

    `window_clock`: may be asked only while that clock has not run out. `decide_within`: each step's
    limit. `lock`: the order stands still while it is pending; `pause`: the reply clock too.
    `at_most`: how often per order; `per_month`: how often per unit in a calendar month.
    An extension is never longer than the original limit; `extend_at_most` is a further cap.
    `origins`: for which orders.
    """

    effect: Effect
    stages: tuple[StageCode, ...] = Field(min_length=1)
    asked_by: AskedBy = "lead"
    origins: tuple[Origin, ...] = ("own", "upper", "lower")
    window_clock: ClockKind | None = None
    reasons: tuple[Reason, ...] = Field(min_length=1)
    steps: tuple[Step, ...] = Field(min_length=1)
    decide_within: LimitText | None = None
    lock: bool = False
    pause: bool = False
    at_most: int | None = Field(default=None, ge=1)
    per_month: int | None = Field(default=None, ge=1)
    extend_at_most: LimitText | None = None
    source: Text = ""

    def reason(self, code: str) -> Reason | None:
        """Return a reason of either level by its code."""
        return next((found for found in self.all_reasons if found.code == code), None)

    @property
    def all_reasons(self) -> tuple[Reason, ...]:
        """Both levels, each reason followed by those below it."""
        return tuple(found for reason in self.reasons for found in (reason, *reason.sub))

    def evidence_for(self, code: str) -> tuple[EvidenceField, ...]:
        """Return what a reason demands, the upper level's evidence included."""
        for reason in self.reasons:
            if reason.code == code:
                return reason.evidence
            for sub in reason.sub:
                if sub.code == code:
                    return reason.evidence + sub.evidence
        return ()
