"""The register from a file: good rows are kept, of bad ones every mistake is told with its column and remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any, Final

from django.utils.translation import gettext as _

from open12345.directory import access, packs
from open12345.directory.csvfile import Columns, Line, RowProblem, read_rows
from open12345.directory.import_report import Report, trial
from open12345.directory.models import Unit
from open12345.directory.person import Person
from open12345.dispatch.facilities.nearby import plate
from open12345.dispatch.facilities.register import FINE, VALUES, check_right, values_of, wrong
from open12345.dispatch.models import Facility
from open12345.policy import Pack

COLUMNS: Final[Columns] = {
    "kind": ("种类", "设施种类", "类别"),
    "code": ("编号", "设施编号", "牌号"),
    "title": ("名称", "设施名称"),
    "owner": ("权属单位", "权属单位代码", "管理单位"),
    "place": ("位置", "地址"),
    "longitude": ("经度",),
    "latitude": ("纬度",),
    "active": ("状态",),
}
REQUIRED: Final = ("kind", "code", "owner", "longitude", "latitude")
#: Rows that are looked up and written at a time.
_AT_ONCE: Final = 2000
_LONGEST: Final = {"title": 100, "place": 200}
_STATES: Final = {"": True, "在用": True, "1": True, "是": True, "停用": False, "0": False, "否": False}


@dataclass(frozen=True, slots=True)
class Row:
    """One row, each value with its type."""

    line: Line
    kind: str
    code: str
    values: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        """By what it is found again."""
        return self.kind, self.code


def import_facilities_csv(raw: bytes, *, by: Person, at: datetime, dry_run: bool = False) -> Report:
    """Add and change facilities (kind, code, title, owner, place, longitude, latitude, active).

    A row is found again by kind and number, so that a file can be imported once more; columns that the file does not
    have are left as they are. Nothing is deleted: `停用` in the column 状态 retires. An owner is named by code or full
    name. Raises `NotEntitled`, and `DirectoryError` for an unreadable file or missing columns.
    """
    check_right(by)
    _version, pack = packs.pack_at(at)
    lines = read_rows(raw, COLUMNS, REQUIRED)
    report, reader = Report(), _Reader(pack)

    def work() -> Report:
        while some := list(islice(lines, _AT_ONCE)):
            _take(pack, list(_good(reader, some, report)), report, at)
        access.record("import.facilities", by=by, at=at, reason=report.summary())
        return report

    return trial(work, dry_run=dry_run)


def _good(reader: _Reader, lines: Sequence[Line], report: Report) -> Iterator[Row]:
    for line in lines:
        try:
            yield reader.row(line)
        except RowProblem as problem:
            report.rejected.append(line.reject(problem))


def _take(pack: Pack, rows: Sequence[Row], report: Report, at: datetime) -> None:
    """Write some rows: new ones, and those that differ."""
    codes = {row.code for row in rows}
    stored = {(one.kind, one.code): one for one in Facility.objects.filter(pack=pack.id, code__in=codes)}
    new: list[Facility] = []
    changed: list[Facility] = []
    for row in rows:
        own = stored.get(row.key)
        if own is None:
            new.append(Facility(pack=pack.id, kind=row.kind, code=row.code, changed_at=at, **row.values))
            report.created.append(row.code)
        elif all(values_of(own)[name] == value for name, value in row.values.items()):
            report.unchanged += 1
        else:
            for name, value in row.values.items():
                setattr(own, name, value)
            own.changed_at = at
            changed.append(own)
            report.updated.append(row.code)
    Facility.objects.bulk_create(new)
    Facility.objects.bulk_update(changed, [*VALUES, "changed_at"], batch_size=500)


class _Reader:
    """Reads rows against the pack and the units at work; remembers what the file has said already."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.kinds = {name: kind.code for kind in pack.dispatching.facilities for name in (kind.code, kind.title)}
        units = list(Unit.objects.filter(active=True, parent__isnull=False).order_by("-path"))
        self.owners = {unit.name: unit.pk for unit in units} | {unit.code: unit.pk for unit in units}
        self.twice = {name for name, times in Counter(unit.name for unit in units).items() if times > 1}
        self.seen: set[tuple[str, str]] = set()

    def row(self, line: Line) -> Row:
        """Return a row; raises one `RowProblem` that tells every mistake in it."""
        kind, code = self.kinds.get(line.get("kind"), line.get("kind")), plate(line.get("code"))
        problems = [_blank(name) for name in REQUIRED if not line.get(name)]
        values = dict(self._values(line, problems))
        if line.get("kind") and line.get("code"):
            problems += wrong(self.pack, kind, code, values)
        if (kind, code) in self.seen and code:
            problems.append(("code", _("文件内编号重复"), _("删去多余的一行")))
        if problems:
            raise _all_of(problems)
        self.seen.add((kind, code))
        return Row(line, kind, code, values)

    def _values(self, line: Line, problems: list[tuple[str, str, str]]) -> Iterator[tuple[str, Any]]:
        for name, most in _LONGEST.items():
            if name in line.fields:
                yield name, line.get(name)
                if len(line.get(name)) > most:
                    problems.append((name, _("过长"), _("不超过 %d 个字") % most))
        if line.get("owner"):
            owner = self.owners.get(line.get("owner"))
            if owner is None or line.get("owner") in self.twice:
                remedy = _("写在用单位的代码或全称；先导入单位")
                problems.append(("owner", _("没有这个单位，或它已停用：%s") % line.get("owner"), remedy))
            yield "owner_id", owner
        for name in ("longitude", "latitude"):
            if line.get(name):
                yield name, _degrees(name, line.get(name), problems)
        if "active" in line.fields:
            if line.get("active") not in _STATES:
                problems.append(("active", _("没有这种状态：%s") % line.get("active"), _("写在用或停用，空着是在用")))
            yield "active", _STATES.get(line.get("active"), True)


def _blank(name: str) -> tuple[str, str, str]:
    return name, _("不能为空"), _("填写%s") % COLUMNS[name][0]


def _degrees(name: str, typed: str, problems: list[tuple[str, str, str]]) -> Decimal | None:
    try:
        found = Decimal(typed)
        if found.is_finite() and abs(found) <= 180:  # noqa: PLR2004 - degrees
            return found.quantize(FINE)
    except InvalidOperation:
        pass
    problems.append((name, _("不是度数：%s") % typed[:20], _("写成小数的度，如 121.523400")))
    return None


def _all_of(problems: Sequence[tuple[str, str, str]]) -> RowProblem:
    """Return all mistakes of a row as one: fields, reasons, remedies in the same order."""
    fields, reasons, remedies = (list(dict.fromkeys(part)) for part in zip(*problems, strict=True))
    return RowProblem("、".join(fields), "；".join(reasons), "；".join(remedies))
