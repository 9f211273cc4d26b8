"""The State Council's calendar of days off and make-up days (调休), from `chinesecalendar`."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from chinese_calendar import constants

WORKDAY: Final = "工作日"
MAKE_UP: Final = "调休上班"
WEEKENDS: Final = ("周六", "周日")
_SATURDAY = 5
_NAMES: dict[str, str] = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利70周年纪念日",
}


@dataclass(frozen=True, slots=True)
class OfficialDay:
    """What the official calendar says of a day."""

    works: bool
    reason: str
    provisional: bool


@cache
def known_until() -> date:
    """Return the last day whose plan is final.

    The plan of a year also moves the last days of the year before it (29 to 31 December, as in
    2006, 2007, 2011 and 2018), so those of the last known year are not final yet.
    """
    return date(_last_year(), 12, 28)


@cache
def _last_year() -> int:
    return int(max(constants.holidays).year)


@cache
def _first_year() -> int:
    return int(min(constants.holidays).year)


def official_day(day: date) -> OfficialDay:
    """Return whether `day` is worked; in years not published only weekends rest, provisionally."""
    works, reason = _plan(day)
    return OfficialDay(works, reason, day > known_until() or day.year < _first_year())


def _plan(day: date) -> tuple[bool, str]:
    holiday = constants.holidays.get(day)
    if holiday is not None:
        return False, _NAMES.get(holiday, str(holiday))
    if day in constants.workdays:
        return True, MAKE_UP
    weekday = day.weekday()
    return (False, WEEKENDS[weekday - _SATURDAY]) if weekday >= _SATURDAY else (True, WORKDAY)
