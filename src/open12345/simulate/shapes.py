"""What planner, writer of texts and players hand each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

FOREVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Caller:
    """An invented person; phones are of ranges marked synthetic."""

    key: int
    name: str
    phone: str
    anonymous: bool = False
    enterprise: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """What the request really is: never stored in the platform's tables, kept in a file beside the run."""

    category: str
    unit: str
    template: str
    topic: str = ""
    repeat_of: int | None = None
    second_category: str = ""
    mass: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What a citizen says, and what the agent makes of it."""

    index: int
    """Place in the run, 0-based; also the seed of everything about it."""
    at: datetime
    """When the citizen speaks (aware, Asia/Shanghai)."""
    channel: str
    kind: str
    urgency: str
    category: str
    """As the agent set it: usually the truth, wrong sometimes, by the plan. So are kind and urgency."""
    area: str
    place: str
    longitude: float | None
    latitude: float | None
    title: str
    body: str
    caller: Caller
    truth: Truth
    foreign: str = ""
    """Number of an upper platform, where it came from there."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a voice shall find words for."""

    index: int
    category: str
    area: str
    at: datetime
    caller: Caller
    topic: str = ""
    repeat_of: Request | None = None


class Fate(StrEnum):
    """How an order's life goes."""

    ANSWERED_AT_ONCE = "answered_at_once"
    REFUSED = "refused"
    SOLVED = "solved"
    EXPLAINED = "explained"
    RETURNED_THEN_SOLVED = "returned_then_solved"
    EXTENDED = "extended"
    REDISPATCHED = "redispatched"
    """Not solved at the first callback: a new round."""
    LATE = "late"
    UNREACHABLE = "unreachable"
    UNHAPPY_REOPENED = "unhappy_reopened"
    """Solved but dissatisfied: a new round."""
    HANDED_DOWN = "handed_down"
    CO_HANDLED = "co_handled"
    STANDING = "standing"
    """Still open at the end, wherever it stands then."""


@dataclass(frozen=True, slots=True)
class Life:
    """What becomes of a request: decided by the plan (exact quotas), played by bulk, step or live."""

    request: Request
    fate: Fate
    unit: str
    wrong_unit: str = ""
    co_handlers: tuple[str, ...] = ()
    solved: str = ""
    satisfied: str = ""
    cause: str = ""
    """Codes of the pack's scales; "" = not rated, not called."""
    sign_after: timedelta = timedelta(minutes=30)
    contact_after: timedelta = timedelta(hours=2)
    report_after: timedelta = timedelta(days=2)
    callback_after: timedelta = timedelta(days=1)
    """Running time after the step before: the unit's character has already moved it into its working hours."""
    until: datetime = FOREVER
    """The run's "now" (aware): steps after it have not happened yet, the order stands open."""
    marks: Mapping[str, str] = field(default_factory=dict)
    """What a scenario counts beyond the rows; says which category, channel or label stands for it."""
