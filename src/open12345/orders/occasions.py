"""When an application may be asked for at all: told where it is asked, and before, as the reason of a greyed button.

One set of rules for both: of a `Change` under way, and of an order that somebody looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from open12345.orders.asking import Asking
from open12345.orders.change import Change
from open12345.orders.errors import Problem
from open12345.orders.models import Application, Assignment, Clock, WorkOrder
from open12345.orders.stages import ApplicationState, ClockKind, Role
from open12345.policy import Pack
from open12345.policy.applications import ApplicationRule
from open12345.worktime import moment_text

Bar = Callable[["Occasion"], Iterator[Problem]]

_bars: dict[str, list[Bar]] = {}


@dataclass(frozen=True, slots=True)
class Occasion:
    """An application of one kind that one side wants to ask for, and what that depends on."""

    kind: str
    rule: ApplicationRule
    order: WorkOrder
    pack: Pack
    at: datetime
    by_centre: bool
    asker: Assignment | None  # the share of the order for which it is asked
    assignments: Sequence[Assignment]
    applications: Sequence[Application]
    clocks: Sequence[Clock]  # running ones
    acting: bool = False  # it is asked for now, in a transaction; else somebody looks whether it could be

    def running(self, kind: ClockKind) -> Clock | None:
        """Return the asker's running clock of a kind; the order's own, where the centre asks."""
        own = self.asker.pk if self.asker else None
        return next((c for c in self.clocks if c.kind == kind and own in (None, c.assignment_id)), None)

    @property
    def of_child(self) -> bool:
        """Say whether a unit asks to which the work was handed down."""
        return self.asker is not None and self.asker.parent_id is not None


def bar(effect: str) -> Callable[[Bar], Bar]:
    """Register what forbids applications with the effect `effect`: it yields problems."""

    def register(check: Bar) -> Bar:
        _bars.setdefault(effect, []).append(check)
        return check

    return register


def of_change(change: Change, kind: str, rule: ApplicationRule) -> Occasion:
    """Return the occasion of an application that is being asked for."""
    return Occasion(
        kind, rule, change.order, change.pack, change.at, change.action.name == "ask_centre", change.assignment,
        change.assignments, list(change.order.applications.all()), change.clocks, acting=True,
    )  # fmt: skip


def of_asking(asking: Asking, kind: str, rule: ApplicationRule) -> Occasion:
    """Return the occasion as it stands for who looks at the order."""
    sight = asking.sight
    running = [clock for clock in sight.clocks if clock.stopped_at is None]
    return Occasion(
        kind, rule, sight.order, sight.pack, sight.at, asking.action.name == "ask_centre", asking.assignment,
        sight.scene.assignments, sight.scene.applications, running,
    )  # fmt: skip


def problems(occasion: Occasion) -> Iterator[Problem]:
    """Yield every reason why this may not be asked for now."""
    yield from _side(occasion)
    yield from (problem for check in _bars.get(occasion.rule.effect, ()) for problem in check(occasion))
    yield from _how_often(occasion)
    yield from _window(occasion)


def why_not(occasion: Occasion) -> str:
    """Return the first of these reasons, "" where it may be asked for."""
    return next((problem.message for problem in problems(occasion)), "")


def _side(occasion: Occasion) -> Iterator[Problem]:
    rule = occasion.rule
    if occasion.by_centre != (rule.asked_by == "centre"):
        who = _("中心") if not occasion.by_centre else _("承办单位")
        yield Problem("kind", "asker", _("这种申请由%(who)s提出") % {"who": who})
    if rule.asked_by == "lead" and occasion.asker is not None and occasion.asker.role != Role.LEAD:
        yield Problem("kind", "asker", _("这种申请由主办单位提出"))
    if occasion.order.stage not in rule.stages or occasion.order.origin not in rule.origins:
        yield Problem("kind", "stage", _("工单现在不能提出这种申请"))


def _how_often(occasion: Occasion) -> Iterator[Problem]:
    counted = [a for a in _of_this_level(occasion) if a.state != ApplicationState.WITHDRAWN]
    at_most = occasion.rule.at_most
    if at_most is not None and len(counted) >= at_most:
        yield Problem("kind", "at_most", _("每件工单最多申请 %(n)s 次") % {"n": at_most})
    own = occasion.asker.pk if occasion.asker else None
    if any(a.state == ApplicationState.PENDING and a.assignment_id == own for a in counted):
        yield Problem("kind", "pending", _("已有一项同类申请待审批"))


def _of_this_level(occasion: Occasion) -> list[Application]:
    """Return what counts towards "at most": of a unit below its own, else all but those of units below."""
    alike = [asked for asked in occasion.applications if asked.kind == occasion.kind]
    if occasion.asker is not None and occasion.of_child:
        return [asked for asked in alike if asked.assignment_id == occasion.asker.pk]
    below = {a.pk for a in occasion.assignments if a.parent_id is not None}
    return [asked for asked in alike if asked.assignment_id not in below]


def _window(occasion: Occasion) -> Iterator[Problem]:
    """A window clock must still be open; a child unit, whose own clocks are fewer, has until its due moment."""
    if occasion.rule.window_clock is None:
        return
    clock = occasion.running(ClockKind(occasion.rule.window_clock))
    if clock is None and occasion.of_child:
        clock = occasion.running(ClockKind.REPLY)
    if clock is None:
        yield Problem("kind", "window", _("没有可以申请的时限"))
    elif occasion.at > clock.due_at:
        moment = moment_text(clock.due_at.astimezone(occasion.pack.calendar().zone), get_language() or "zh")
        yield Problem("kind", "window", _("已过申请时限（%(due)s）") % {"due": moment})
