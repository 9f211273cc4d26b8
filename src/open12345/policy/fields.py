"""Types of single values in a pack: codes, limits, times of day; and the base of every record."""

from collections.abc import Mapping
from datetime import time
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    InstanceOf,
    PlainSerializer,
    WithJsonSchema,
)

from open12345.worktime import Limit

CODE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$"
"""Letters, digits, `_`, `.`, `-`; at most 40. Codes are joined by "/" in tree paths, so never a slash."""

END_OF_DAY = "24:00"

Code = Annotated[str, Field(pattern=CODE_PATTERN)]
Title = Annotated[str, Field(min_length=1, max_length=120)]
Text = Annotated[str, Field(max_length=4000)]


class Entry(BaseModel):
    """A record of a pack: frozen, and no key that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)


class Titled(Entry):
    """An entry of a mapping `code: {...}`; `position` keeps the file's order where JSON storage forgets it."""

    title: Title
    position: int = Field(default=0, ge=0)


def _parse_limit(value: object) -> object:
    return Limit.parse(value) if isinstance(value, str) else value


def _parse_time(value: object) -> object:
    """Read "17:30"; "24:00" becomes midnight, which stands for the end of the day."""
    if not isinstance(value, str):
        return value
    hour, colon, minute = value.strip().partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal() and len(minute) == 2):  # noqa: PLR2004 - HH:MM
        message = f"{value!r} is not HH:MM"
        raise ValueError(message)
    return time(0, 0) if (int(hour), int(minute)) == (24, 0) else time(int(hour), int(minute))


def _show_time(value: time) -> str:
    return END_OF_DAY if value == time(0, 0) else f"{value:%H:%M}"


def show_start(value: time) -> str:
    """Write a starting time, for which midnight is 00:00."""
    return f"{value:%H:%M}"


class Span(Entry):
    """A working span of a day, written "09:00-11:30" in the pack."""

    start: time
    end: time

    def __str__(self) -> str:
        return f"{show_start(self.start)}-{_show_time(self.end)}"

    @property
    def minutes(self) -> tuple[int, int]:
        """Start and end in minutes of the day, an end at 24:00 as 1440."""
        end = self.end.hour * 60 + self.end.minute
        return self.start.hour * 60 + self.start.minute, end or 24 * 60


def _parse_span(value: object) -> object:
    if not isinstance(value, str):
        return value
    start, dash, end = value.partition("-")
    if not dash:
        message = f"{value!r} is not HH:MM-HH:MM"
        raise ValueError(message)
    span = Span(start=_plain_time(start), end=_plain_time(end))
    if span.minutes[0] >= span.minutes[1]:
        message = f"{value!r} ends before it starts"
        raise ValueError(message)
    return span


def _plain_time(text: str) -> time:
    parsed = _parse_time(text)
    if not isinstance(parsed, time):
        message = f"{text!r} is not HH:MM"
        raise TypeError(message)
    return parsed


def _numbered(value: object) -> object:
    """Give each entry of a mapping its place in the file, unless it already carries one."""
    if not isinstance(value, Mapping):
        return value
    return {
        code: {"position": place, **entry} if isinstance(entry, Mapping) else entry
        for place, (code, entry) in enumerate(value.items())
    }


T = TypeVar("T", bound=Titled)


def _in_place(value: dict[str, T]) -> dict[str, T]:
    return dict(sorted(value.items(), key=lambda item: item[1].position))


LimitText = Annotated[
    InstanceOf[Limit],
    BeforeValidator(_parse_limit),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["5 wd", "4 wh", "30 min", "24 h", "15 d", "today"]}),
]
ClockTime = Annotated[time, BeforeValidator(_parse_time), PlainSerializer(_show_time, return_type=str)]
SpanText = Annotated[Span, BeforeValidator(_parse_span), PlainSerializer(str, return_type=str)]
Ordered = Annotated[dict[Code, T], BeforeValidator(_numbered), AfterValidator(_in_place)]
"""A mapping by code that keeps the order of the file through any storage."""
