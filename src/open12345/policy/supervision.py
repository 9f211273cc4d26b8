"""How a centre presses, warns and brings people together: data of `supervision.yaml`.

The ladder of reminders, supervision levels (督办), mechanisms (吹哨, 约谈, 联席研判 …) and warning rules. Read,
checked and shown now; the rooms that carry them out take them from here.
"""

from pydantic import Field

from .fields import Code, Entry, LimitText, Text, Title
from .names import AlertLevel, Mechanism, OrderMark, Period, RoleCode, UnitKind, WarningKind


class LadderStep(Entry):
    """A rung of the ladder of reminders (催办): each is told once.

    `after` the due moment; nothing where it is told when the clock turns amber.
    """

    code: Code
    title: Title
    after: LimitText | None = None
    to: tuple[RoleCode, ...] = Field(min_length=1)
    written: bool = False
    source: Text = ""


class SupervisionLevel(Entry):
    """A level of supervision (督办), the lowest first: who runs it, what opens a case, its deadline.

    `assessed`: whether a case counts as solved or not. `on_site`: somebody goes and looks.
    """

    code: Code
    title: Title
    by: Title
    opened_by: tuple[OrderMark, ...] = Field(min_length=1)
    within: LimitText | None = None
    assessed: bool = True
    on_site: bool = False
    source: Text = ""


class MechanismRule(Entry):
    """A way of bringing people together or of looking closer.

    `period`: how often; nothing where it is called when needed. `covers`: which orders it is for. `callers`: which
    kinds of unit may call it (吹哨). `categories`: for which matters alone.
    """

    code: Code
    title: Title
    kind: Mechanism
    period: Period | None = None
    covers: tuple[OrderMark, ...] = ()
    callers: tuple[UnitKind, ...] = ()
    categories: tuple[Code, ...] = ()
    chair: Text = ""
    source: Text = ""


class WarningStep(Entry):
    """A level of a warning, raised from so many persons or orders on."""

    level: AlertLevel
    at_least: int = Field(ge=1)


class WarningRule(Entry):
    """A warning (预警): counted in `window`; `sigmas` above the mean of its hour where it is about a surge."""

    code: Code
    title: Title
    kind: WarningKind
    window: LimitText
    steps: tuple[WarningStep, ...] = Field(min_length=1)
    sigmas: float | None = Field(default=None, gt=0, le=10)
    source: Text = ""


class Supervision(Entry):
    """All of it; empty where a pack has no `supervision.yaml`."""

    ladder: tuple[LadderStep, ...] = ()
    levels: tuple[SupervisionLevel, ...] = ()
    mechanisms: tuple[MechanismRule, ...] = ()
    warnings: tuple[WarningRule, ...] = ()
    source: Text = ""

    def mechanism(self, kind: Mechanism) -> tuple[MechanismRule, ...]:
        """Return the mechanisms of one kind."""
        return tuple(found for found in self.mechanisms if found.kind == kind)
