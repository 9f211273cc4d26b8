"""Working time: official days off with make-up days (调休), limits, deadlines and their reasons.

Pure: knows no orders and never reads the clock. Every moment given must carry a time zone
(`NaiveDatetimeError` otherwise); every moment returned is in the calendar's zone. The end of a
day, 24:00, is the midnight that follows it: ask `due_day` which day a due moment belongs to,
never `due.date()`.
"""

from .arithmetic import add, deadline, extend, measure, resume, subtract, used_share
from .calendar import SHANGHAI, Calendar, CalendarError, Day, DayOverride, Deadline, Skipped, Span
from .limits import Limit, LimitError, Unit
from .moments import NaiveDatetimeError, due_day
from .official import known_until
from .wording import explain, limit_text, moment_text

__all__ = [
    "SHANGHAI",
    "Calendar",
    "CalendarError",
    "Day",
    "DayOverride",
    "Deadline",
    "Limit",
    "LimitError",
    "NaiveDatetimeError",
    "Skipped",
    "Span",
    "Unit",
    "add",
    "deadline",
    "due_day",
    "explain",
    "extend",
    "known_until",
    "limit_text",
    "measure",
    "moment_text",
    "resume",
    "subtract",
    "used_share",
]
