"""The small components that stand in every row of a list, put together without a template.

Fifty rows of a list hold some hundreds of them; as template tags they took most of the time of the page (measured).
Everything that comes from data is escaped here; words are looked up once per language.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from html import escape
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, gettext_noop

_ONE_DAY: Final = timedelta(days=1)
#: Words of screens, in all languages, that are kept at hand.
_WORDS_KEPT: Final = 1024


def said(text: str) -> str:
    """Return words of the platform in the language of the request; `text` stands in the source, never in data."""
    return _said(text, get_language() or "")


@lru_cache(maxsize=_WORDS_KEPT)
def _said(text: str, language: str) -> str:
    del language  # only so that each language has its own
    return gettext(text)


class Times:
    """Moments of one page as people say them, seen from `now`."""

    def __init__(self, now: datetime | None = None) -> None:
        self._zone = timezone.get_current_timezone()
        self._today = (now or timezone.now()).astimezone(self._zone).date()
        self._days: dict[date, str] = {}

    def moment(self, value: datetime | None) -> SafeString | str:
        """Return a time as people say it ("今天 14:05"), the exact moment on hover."""
        if value is None:
            return "—"
        local = value.astimezone(self._zone)
        clock = f"{local:%H:%M}"
        return _time(local, f"{local:%Y-%m-%d %H:%M:%S}", f"{self._day(local.date())} {clock}")

    def due(self, value: datetime | None) -> SafeString | str:
        """Return an end as people say it: midnight is 24:00 of the day that ends with it, not 0:00 of the next."""
        if value is None:
            return "—"
        local = value.astimezone(self._zone)
        midnight = local.time() == time.min
        day = local.date() - _ONE_DAY if midnight else local.date()
        clock = "24:00" if midnight else f"{local:%H:%M}"
        return _time(local, f"{day:%Y-%m-%d} {clock}", f"{self._day(day)} {clock}")

    def _day(self, day: date) -> str:
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = self._day_said(day)
        return found

    def _day_said(self, day: date) -> str:
        """Days near by are named, the others are dates; the year only where it is another one."""
        away = (day - self._today).days
        if away in _NEAR:
            return said(_NEAR[away])
        return date_format(day, said(_DAY_OF_YEAR) if day.year == self._today.year else "Y-m-d")


_NEAR: Final = {-1: gettext_noop("昨天"), 0: gettext_noop("今天"), 1: gettext_noop("明天")}
_DAY_OF_YEAR: Final = gettext_noop("n月j日")


def _time(local: datetime, hover: str, text: str) -> SafeString:
    return _safe(f'<time datetime="{local.isoformat()}" title="{hover}">{escape(text)}</time>')


def chip(text: object, weight: str = "plain") -> SafeString:
    """Return a word for a state. `weight` is plain, strong or faint: never a colour, that means time."""
    return _safe(f'<span class="chip chip-{escape(weight)}">{escape(str(text))}</span>')


def order_number(number: str) -> SafeString:
    """Return an order number in groups; one click copies it whole."""
    head, tail = number[:-6], number[-6:]
    groups = (head[:6], head[6:14], head[14:], tail)
    spans = "".join(f"<span>{escape(part)}</span>" for part in groups if part)
    return _safe(f'<span class="number" data-copy="{escape(number)}" tabindex="0">{spans}</span>')


def clock_bar(clock: Any, times: Times) -> SafeString:
    """Return how much of a limit is used (see the tag of this name)."""
    percent = round(max(0.0, min(1.0, float(getattr(clock, "share", 0) or 0))) * 100)
    mark = f' <span class="faint">{escape(said(gettext_noop("暂定")))}</span>' if clock.provisional else ""
    return _safe(
        f'<span class="clock clock-{escape(clock.state)}" title="{escape(clock.explanation)}">'
        f'<span class="clock-title">{escape(str(clock.title))}</span>'
        f' <progress value="{percent}" max="100">{percent}%</progress>'
        f' <span class="clock-due">{times.due(clock.due)}{mark}</span></span>'
    )


def _safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308 - every part is escaped where it is put in


_SEEDS: Final = {
    "000": gettext_noop("宝山区材料"), "001": gettext_noop("浦东新区材料"), "002": gettext_noop("上海市材料"),
    "003": gettext_noop("九亭镇材料"), "004": gettext_noop("秦淮区材料"),
}  # fmt: skip
_SEED: Final = re.compile(r"(?<!\d)00[0-4](?!\d)")


def sourced(text: str) -> str:
    """Return where a rule was read, in words for people: of its marks they know none."""
    told = _SEED.sub(lambda found: gettext(_SEEDS[found[0]]), text.replace("†", gettext("在用的系统或规章")))
    return told.removeprefix("(").removesuffix(")").replace(", ", "、") if text.startswith("(") else told
