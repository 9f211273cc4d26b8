"""Limits of a pack: one rule for each clock (order.md, "Clocks")."""

from pydantic import Field

from .fields import Code, Entry, LimitText, Text, Title
from .names import ClockKind, UrgencyCode

Limits = dict[UrgencyCode, LimitText | None]


class ClockRule(Entry):
    """The limits of one clock.

    `limits` by urgency, nothing where the clock does not run. `later_rounds` replaces single limits
    from the second round on. `sum_of` makes the clock run as long as the named clocks one after the
    other. `reserve` is what we keep back from the upper platform's date. `alarm` is off for a clock
    that is only a window (return). `amber` is the share of the length after which the clock is
    shown as due soon.
    """

    kind: ClockKind
    title: Title
    limits: Limits = Field(default_factory=dict)
    by_kind: dict[Code, LimitText] = Field(default_factory=dict)
    by_category: dict[Code, LimitText] = Field(default_factory=dict)
    later_rounds: Limits = Field(default_factory=dict)
    sum_of: tuple[ClockKind, ...] = ()
    reserve: LimitText | None = None
    alarm: bool = True
    amber: float = Field(default=0.75, gt=0, lt=1)
    source: Text = ""
