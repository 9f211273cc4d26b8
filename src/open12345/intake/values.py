"""What a cell means: codes by code or title, moments and numbers as office software writes them (INT-13, INT-14)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from open12345.intake.columns import ASKED_AT, ROW_ID, Columns
from open12345.intake.table import Row
from open12345.orders.errors import Problem
from open12345.orders.stages import Origin, Urgency
from open12345.policy import Pack
from open12345.text import normalise

_FLAGS: Final = ("anonymous", "confidential", "enterprise")
_NUMBERS: Final = ("phone", "id_number", "foreign_number", ROW_ID)
_YES: Final = frozenset({"是", "有", "y", "yes", "true", "1", "√", "对", "匿名", "保密", "企业"})
_NO: Final = frozenset({"否", "无", "n", "no", "false", "0", "×", "不", "实名", "不保密", "公开", "个人"})
_SCIENTIFIC: Final = re.compile(r"\d(\.\d+)?e\+?\d+", re.IGNORECASE)
_MOMENT: Final = re.compile(
    r"(?P<y>\d{4})\D+(?P<m>\d{1,2})\D+(?P<d>\d{1,2})日?"
    r"(?:[\sT]*(?P<hour>\d{1,2})\s*[:：时]\s*(?P<minute>\d{1,2})?分?(?:\s*:?\s*(?P<second>\d{1,2})(?:\.\d+)?秒?)?)?"
)
_SEPARATORS: Final = re.compile(r"\s*[/／>＞\\|｜—→]+\s*")
_MORE_URGENCIES: Final = {"普通": "ordinary", "正常": "ordinary", "加急": "semi_urgent", "特急": "urgent"}


@dataclass(frozen=True, slots=True)
class Plan:
    """How the rows of a file are to be taken."""

    source: str = ""
    defaults: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)  # label of the file → category of the pack
    anonymous_if_no_phone: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What one row says, as input of `register`; `problems` are those that the domain cannot see."""

    values: dict[str, Any]
    row_id: str = ""
    asked_at: datetime | None = None
    problems: tuple[Problem, ...] = ()


class Reader:
    """Turns rows into what was said, by the words of one pack."""

    def __init__(self, pack: Pack, columns: Columns, plan: Plan) -> None:
        self.pack = pack
        self.columns = columns
        self.plan = plan
        self.zone: ZoneInfo = pack.calendar().zone
        self.labels = {_plain(label): code for label, code in plan.categories.items()}
        self.codes = _codes(pack)
        self.categories = _category_names(pack)

    def read(self, row: Row) -> Said:
        """Return what `row` says; an empty cell says what the plan's default says."""
        problems: list[Problem] = []
        values: dict[str, Any] = {}
        for name, text in self._texts(row).items():
            try:
                values[name] = self._value(name, text)
            except _Odd as odd:
                problems.append(Problem(name, odd.code, odd.message))
        asked_at, row_id = values.pop(ASKED_AT, None), values.pop(ROW_ID, "")
        self._complete(values)
        return Said(values, row_id, asked_at, tuple(problems))

    def _texts(self, row: Row) -> dict[str, str]:
        cells = {name: row.cells[place].strip() for name, place in self.columns.places.items()}
        return {**self.plan.defaults, **{name: text for name, text in cells.items() if text}}

    def _complete(self, values: dict[str, Any]) -> None:
        """Add what follows from the rest: kind of the category, origin of the channel, anonymity of the nameless."""
        lineage = self.pack.category_tree.lineage(values.get("category") or None)
        hint = next((row.kind_hint for row in lineage if row.kind_hint), None)
        if hint:
            values.setdefault("kind", hint)
        channel = self.pack.channels.get(values.get("channel", ""))
        if channel is not None:
            values.setdefault("origin", channel.origin)
        if self.plan.anonymous_if_no_phone and not values.get("phone"):
            values.setdefault("anonymous", True)

    def _value(self, name: str, text: str) -> Any:
        if name in _FLAGS:
            return _flag(text)
        if name in _NUMBERS:
            return _number(text)
        if name in ("upper_due_at", ASKED_AT):
            return self._moment(name, text)
        if name == "category":
            return self._category(text)
        return self.codes[name].get(_plain(text), text) if name in self.codes else text

    def _category(self, label: str) -> str:
        code = self.labels.get(_plain(label))
        if code is None:
            code = self.categories.get(_path(label))
        if code is None:
            text = _("规则包里没有分类“%(label)s”，请改为规则包的分类，或在 --category-map 里对应")
            raise _Odd("unknown", text % {"label": label[:40]})
        return code

    def _moment(self, name: str, text: str) -> datetime:
        """Read a moment; a due date without a time means the close of business of that day (ours)."""
        try:
            moment = datetime.fromisoformat(text) if "T" in text else None
        except ValueError:
            moment = None
        if moment is None:
            moment = self._written(name, normalise(text))
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)

    def _written(self, name: str, text: str) -> datetime:
        found = _MOMENT.fullmatch(text)
        parts = {key: int(value or 0) for key, value in found.groupdict().items()} if found else {}
        try:
            day = date(parts.get("y", 0), parts.get("m", 0), parts.get("d", 0))
            moment = time(parts.get("hour", 0), parts.get("minute", 0), parts.get("second", 0))
        except ValueError as error:
            raise _Odd("datetime_parsing", _("时间格式应如 2025-06-26 14:05")) from error
        if found and found["hour"] is None and name == "upper_due_at":
            return self._end_of(day)
        return datetime.combine(day, moment)

    def _end_of(self, day: date) -> datetime:
        close = self.pack.calendar().day(day).close
        return datetime.combine(day, close) + (timedelta(days=1) if close == time(0) else timedelta())


class _Odd(Exception):
    """A cell that means nothing."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def _flag(text: str) -> bool:
    word = _plain(text)
    if word in _YES | _NO:
        return word in _YES
    raise _Odd("bool_parsing", _("应为“是”或“否”"))


def _number(text: str) -> str:
    """Undo what a spreadsheet does to long numbers: ="138…", a leading apostrophe, a trailing .0."""
    plain = normalise(text).strip()
    plain = re.sub(r'^="?(.*?)"?$', r"\1", plain).lstrip("'‘’")
    if _SCIENTIFIC.fullmatch(plain):
        raise _Odd("scientific", _("表格软件把号码改成了科学计数法，尾数已丢失；请把这一列设为“文本”后重新填写"))
    return re.sub(r"^(\d+)\.0+$", r"\1", plain)


def _codes(pack: Pack) -> dict[str, dict[str, str]]:
    """Return, for each element that is a code, code or title → code."""
    origins = {str(choice.value): str(choice.label) for choice in Origin}
    urgencies = {str(choice.value): str(choice.label) for choice in Urgency}
    named = {
        "channel": {code: entry.title for code, entry in pack.channels.items()},
        "kind": {code: entry.title for code, entry in pack.kinds.items()},
        "order_type": {str(code): title for code, title in pack.order_types.items()},
        "area": {row.code: row.name for row in pack.areas},
        "origin": origins,
        "urgency": urgencies,
    }
    found = {name: _by_code_or_title(titles) for name, titles in named.items()}
    found["urgency"] |= {_plain(word): code for word, code in _MORE_URGENCIES.items()}
    return found


def _by_code_or_title(titles: Mapping[str, str]) -> dict[str, str]:
    """A title that two codes share stands for neither."""
    seen = [_plain(title) for title in titles.values()]
    by_title = {_plain(title): code for code, title in titles.items() if seen.count(_plain(title)) == 1}
    return {**by_title, **{_plain(code): code for code in titles}}


def _category_names(pack: Pack) -> dict[str, str]:
    """Return code, whole path, or title (where only one has it) → category."""
    paths = {_path(pack.category_path(row.code)): row.code for row in pack.categories}
    return {**_by_code_or_title({row.code: row.title for row in pack.categories}), **paths}


def _path(label: str) -> str:
    return _plain(_SEPARATORS.sub("/", normalise(label)))


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", normalise(text)).casefold()
