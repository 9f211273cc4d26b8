"""Deadlines in words, Chinese and English: what screens show under "why is this due then?"."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from .calendar import Deadline, Skipped
from .limits import Limit, Unit
from .moments import ONE_DAY, due_day
from .official import MAKE_UP, WEEKENDS

_WEEKEND = "周末"
_WEEKENDS_LISTED = 3
_ZH_WEEKDAYS = "一二三四五六日"
_EN_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EN_REASONS = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Qingming Festival",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "国庆节": "National Day",
    "中秋节": "Mid-Autumn Festival",
    "抗战胜利70周年纪念日": "70th anniversary of the victory over Japan",
    "周六": "Saturday",
    "周日": "Sunday",
    _WEEKEND: "weekend",
    MAKE_UP: "make-up working day",
    "半天": "half-day",
    "调班": "working day by local rule",
    "休息": "day off by local rule",
}
_UNITS = {
    "zh": {
        Unit.WD: "{}个工作日（起始日不计）",
        Unit.WH: "{}个工作小时",
        Unit.H: "{}小时（连续计算）",
        Unit.MIN: "{}分钟（连续计算）",
        Unit.D: "{}个自然日（起始日不计）",
        Unit.TODAY: "当日",
    },
    "en": {
        Unit.WD: "{} working day(s), the starting day not counted",
        Unit.WH: "{} working hour(s)",
        Unit.H: "{} hour(s), running",
        Unit.MIN: "{} minute(s), running",
        Unit.D: "{} calendar day(s), the starting day not counted",
        Unit.TODAY: "today",
    },
}
_PARTS = {
    "zh": {
        "start": "自{}起",
        "limit": "时限{}",
        "runs": "从{}起计时（此前不在工作时间）",
        "skipped": "跳过{}",
        "noted": "{}，计为工作日",
        "due": "截止{}",
        "weekends": "{}个周末",
        "provisional": "其中部分日期的放假安排尚未公布，暂按周末推算，公布后重算",
        "list": "、",
        "join": "；",
    },
    "en": {
        "start": "from {}",
        "limit": "limit {}",
        "runs": "counted from {} (no working hours before)",
        "skipped": "skipped {}",
        "noted": "{} counted as working",
        "due": "due {}",
        "weekends": "{} weekends",
        "provisional": "provisional: some days have no official plan yet, weekends assumed",
        "list": ", ",
        "join": "; ",
    },
}


@dataclass(slots=True)
class _Run:
    """Consecutive days with one reason."""

    first: date
    last: date
    reason: str


def explain(d: Deadline, lang: str = "zh") -> str:
    """Return one sentence: start, length, what was skipped and why, due moment, provisional mark.

    `lang` is "zh" or "en" (or a tag that starts so); names of a pack's own days stay as written.
    """
    lang = "en" if lang.startswith("en") else "zh"
    words = _PARTS[lang]
    parts = [
        words["start"].format(moment_text(d.start, lang, ends=False)),
        words["limit"].format(limit_text(d.limit, lang)),
    ]
    if d.runs_from is not None:
        parts.append(words["runs"].format(moment_text(d.runs_from, lang, ends=False)))
    if d.skipped:
        parts.append(words["skipped"].format(words["list"].join(_groups(d.skipped, lang))))
    if d.noted:
        noted = [_run_text(run, lang) for run in _runs(d.noted)]
        parts.append(words["noted"].format(words["list"].join(noted)))
    parts.append(words["due"].format(moment_text(d.due, lang)))
    if d.provisional:
        parts.append(words["provisional"])
    return words["join"].join(parts)


def limit_text(limit: Limit, lang: str = "zh") -> str:
    """Return "5个工作日（起始日不计）" or "5 working day(s), the starting day not counted"."""
    return _UNITS["en" if lang.startswith("en") else "zh"][limit.unit].format(limit.plain)


def moment_text(moment: datetime, lang: str = "zh", *, ends: bool = True) -> str:
    """Return the moment and its weekday, to the minute; an end (`ends`) at 0:00 as 24:00."""
    midnight = ends and moment.time() == time.min
    day = due_day(moment) if midnight else moment.date()
    clock = "24:00" if midnight else f"{moment:%H:%M}"
    if lang.startswith("en"):
        weekday, month = _EN_WEEKDAYS[day.weekday()], _EN_MONTHS[day.month - 1]
        return f"{weekday} {day.day} {month} {day.year} {clock}"
    return f"{day.year}年{day.month}月{day.day}日（周{_ZH_WEEKDAYS[day.weekday()]}）{clock}"


def _groups(skipped: tuple[Skipped, ...], lang: str) -> list[str]:
    """Return the runs in words; many weekends become one count at the end."""
    runs = _runs(skipped)
    weekends = [run for run in runs if run.reason in (*WEEKENDS, _WEEKEND)]
    if len(weekends) <= _WEEKENDS_LISTED:
        return [_run_text(run, lang) for run in runs]
    others = [_run_text(run, lang) for run in runs if run not in weekends]
    return [*others, _PARTS[lang]["weekends"].format(len(weekends))]


def _runs(days: Iterable[Skipped]) -> list[_Run]:
    runs: list[_Run] = []
    for day in days:
        previous = runs[-1] if runs else None
        if previous is None or day.date - previous.last != ONE_DAY:
            runs.append(_Run(day.date, day.date, day.reason))
        elif day.reason == previous.reason:
            previous.last = day.date
        elif (previous.reason, day.reason) == WEEKENDS:
            previous.last, previous.reason = day.date, _WEEKEND
        else:
            runs.append(_Run(day.date, day.date, day.reason))
    return runs


def _run_text(run: _Run, lang: str) -> str:
    if lang == "en":
        return f"{_en_dates(run)} {_en_reason(run.reason)}"
    text = f"{run.first.month}月{run.first.day}日"
    if run.last != run.first:
        same_month = run.last.month == run.first.month
        text += f"–{run.last.day}日" if same_month else f"–{run.last.month}月{run.last.day}日"
    return f"{text} {run.reason}"


def _en_dates(run: _Run) -> str:
    first, last = (f"{day.day} {_EN_MONTHS[day.month - 1]}" for day in (run.first, run.last))
    if run.first == run.last:
        return first
    return f"{run.first.day}–{last}" if run.first.month == run.last.month else f"{first}–{last}"


def _en_reason(reason: str) -> str:
    kind, colon, name = reason.partition("：")
    if colon and kind in _EN_REASONS:
        return f"{_EN_REASONS[kind]}: {name}"
    return _EN_REASONS.get(reason, reason)
