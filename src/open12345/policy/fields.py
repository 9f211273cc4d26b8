"""Types of single values in a pack: codes, limits, times of day; and the base of every record."""

import re
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
"""At most 40 letters, digits, `_`, `.`, `-`; never a slash, which joins codes in tree paths."""

END_OF_DAY = "24:00"

Code = Annotated[str, Field(pattern=CODE_PATTERN)]
Title = Annotated[str, Field(min_length=1, max_length=120)]
Text = Annotated[str, Field(max_length=4000)]


class Entry(BaseModel):
    """A record of a pack: frozen, and no key that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)


class Titled(Entry):
    """An entry of a mapping `code: {...}`.

    `position` keeps the file's order where JSON storage forgets it.
    """

    title: Title
    position: int = Field(default=0, ge=0)


_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def _parse_limit(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return Limit.parse(value)
    except ValueError:
        raise ValueError(
            f"时限 “{value[:40]}” 的写法不对；应写成 5 wd（工作日）、4 wh（工作小时）、"
            "24 h、30 min、15 d（自然日）或 today（当天）"
        ) from None


def _time(text: str) -> time:
    """Read "17:30"; "24:00" becomes midnight, which stands for the end of the day."""
    if text.strip() == END_OF_DAY:
        return time(0, 0)
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"时刻 “{text[:40]}” 的写法不对；应写成 17:30 或 24:00")
    return time(int(match[1]), int(match[2]))


def _parse_time(value: object) -> object:
    return _time(value) if isinstance(value, str) else value


def _show_time(value: time) -> str:
    return END_OF_DAY if value == time(0, 0) else f"{value:%H:%M}"


class Span(Entry):
    """A working span of a day, written "09:00-11:30" in the pack; an end at midnight is 24:00."""

    start: time
    end: time

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{_show_time(self.end)}"

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
        raise ValueError(f"工作时段 “{value[:40]}” 的写法不对；应写成 09:00-11:30")
    span = Span(start=_time(start), end=_time(end))
    if span.minutes[0] >= span.minutes[1]:
        raise ValueError(f"工作时段 “{value[:40]}” 的结束不晚于开始")
    return span


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
