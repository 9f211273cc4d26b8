"""Orders from a table, through the same door as the desk: `services.create("register", …)` (INT-13, INT-14).

One row is one order is one transaction. Each row has an idempotency key made of the source and the row's own number
(or the foreign platform's, else what the row says), so that a second run makes nothing twice. A bad row is told with
every field, reason and remedy; good ones are kept.
"""

from __future__ import annotations

import csv
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from open12345.directory import packs
from open12345.directory.csvfile import harmless
from open12345.directory.person import Person
from open12345.intake.columns import REJECT_HEADS, Columns, titles
from open12345.intake.table import Row, Table, TableError, open_table
from open12345.intake.values import Plan, Reader, Said
from open12345.orders import queries, services
from open12345.orders.chain import canonical
from open12345.orders.errors import Problem, Refused
from open12345.orders.models import IdempotencyKey

#: How many rejected rows a report quotes; all of them stand in the file of rejected rows.
QUOTED = 20


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row that was not taken, with everything that is wrong with it."""

    row: Row
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class Tally:
    """What an import has done so far."""

    rows: int = 0
    created: int = 0
    already: int = 0
    rejected: int = 0
    first: str = ""
    last: str = ""
    stopped: bool = False
    quoted: list[Rejected] = field(default_factory=list)
    reasons: dict[tuple[str, str], int] = field(default_factory=dict)  # (element, code) → rows

    def take(self, number: str) -> None:
        """Count an order that was made."""
        self.created += 1
        self.first, self.last = self.first or number, number

    def refuse(self, bad: Rejected) -> None:
        """Count a row that was not taken."""
        self.rejected += 1
        if len(self.quoted) < QUOTED:
            self.quoted.append(bad)
        for reason in {(p.field, p.code) for p in bad.problems}:
            self.reasons[reason] = self.reasons.get(reason, 0) + 1


def steady_clock() -> Callable[[], datetime]:
    """Return a clock of the database's time, asked once; it goes on by this machine's steady clock."""
    begun, since = queries.database_time(), time.monotonic()
    return lambda: begun + timedelta(seconds=time.monotonic() - since)


def check_plan(plan: Plan, at: datetime) -> None:
    """Refuse defaults that no row could be taken with; raises `TableError`."""
    _version, pack = packs.pack_at(at)
    known = titles()
    for name in plan.defaults:
        if name not in known:
            listed = "、".join(f"{field}（{title}）" for field, title in known.items())
            raise TableError(_("没有“%(field)s”这个字段") % {"field": name}, _("可用：%(list)s") % {"list": listed})
    reader = Reader(pack, Columns({}, frozenset(), ()), plan)
    said = reader.read(Row(0, ()))
    for problem in said.problems:
        raise TableError(f"{known[problem.field]}：{problem.message}")
    for name, codes in reader.codes.items():
        code = said.values.get(name, "")
        if code and code not in codes.values():
            raise TableError(
                _("没有“%(code)s”这种%(what)s") % {"code": code, "what": known[name]},
                _("可用：%(list)s") % {"list": "、".join(dict.fromkeys(codes.values()))},
            )


@dataclass
class Import:
    """One run over one table."""

    table: Table
    columns: Columns
    plan: Plan
    by: Person
    now: Callable[[], datetime]
    tally: Tally = field(default_factory=Tally)
    _seen: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    _numbers: set[tuple[str, str] | None] = field(default_factory=set)  # of other platforms

    def run(self, *, rejects: Rejects, tell: Callable[[Tally], None], stop: Callable[[], bool]) -> Tally:
        """Take every row until `stop` says so; `tell` is called after each.

        Raises `NotAllowed` where the person may not register orders.
        """
        _version, pack = packs.pack_at(self.now())
        reader = Reader(pack, self.columns, self.plan)
        for row in self.table.rows():
            if stop():
                self.tally.stopped = True
                break
            problems = self._take(row, reader)
            self.tally.rows += 1
            if problems:
                bad = Rejected(row, tuple(problems))
                self.tally.refuse(bad)
                rejects.write(bad)
            tell(self.tally)
        return self.tally

    def _take(self, row: Row, reader: Reader) -> list[Problem]:
        if row.problem:
            return [Problem("", "ragged", row.problem, {"remedy": row.remedy})]
        said = reader.read(row)
        key, content = self._key(row, said)
        if key in self._seen:
            return self._seen_in_file(key, content)
        if (foreign := _foreign(said)) in self._numbers:
            self.tally.already += 1
            return []
        problems = self._register(said, key)
        if not problems:
            self._seen[key] = (row.number, content)
            self._numbers |= {foreign} - {None}
        return problems

    def _key(self, row: Row, said: Said) -> tuple[str, bytes]:
        """Return the row's idempotency key, and a digest of all it says."""
        content = [row.cells[place].strip() for place in self.columns.places.values()]
        own = said.row_id or _foreign(said) or content
        digest = hashlib.sha256(canonical([self.plan.source, own])).hexdigest()
        return f"import:{digest[:48]}", hashlib.sha256(canonical(content)).digest()

    def _seen_in_file(self, key: str, content: bytes) -> list[Problem]:
        number, before = self._seen[key]
        if content == before:
            self.tally.already += 1
            return []
        text = _("与第 %(row)s 行编号相同、内容不同") % {"row": number}
        return [Problem("id", "twice", text)]

    def _register(self, said: Said, key: str) -> list[Problem]:
        """Register the order; nothing stays of a row with a problem, nor of a dry run."""
        problems = list(said.problems)
        try:
            if problems or self.plan.dry_run:
                with transaction.atomic():
                    outcome = self._create(said, key)
                    transaction.set_rollback(True)
            else:
                outcome = self._create(said, key)
        except Refused as error:
            return self._refused(error, key, problems)
        except (DataError, IntegrityError) as error:
            return [*problems, Problem("", "database", str(error).split("\n", 1)[0])]
        if not problems and outcome.replayed:
            self.tally.already += 1
        elif not problems:
            self.tally.take(outcome.number)
        return problems

    def _create(self, said: Said, key: str) -> services.Outcome:
        return services.create("register", said.values, by=self.by, at=self.now(), key=key, client_at=said.asked_at)

    def _refused(self, error: Refused, key: str, problems: list[Problem]) -> list[Problem]:
        """Return what is wrong; a number that another file or the desk brought in before is no fault."""
        codes = {problem.code for problem in error.problems}
        if codes == {"already_taken"} and not problems:
            self.tally.already += 1
            return []
        if "key_reused" in codes:
            return [self._changed(key)]
        told = {problem.field for problem in problems}
        return [*problems, *(problem for problem in error.problems if problem.field not in told)]

    def _changed(self, key: str) -> Problem:
        owner = f"{self.by.kind}:{self.by.id or 0}"
        first = IdempotencyKey.objects.filter(owner=owner, key=key).first()
        number = first.outcome.get("number", "") if first else ""
        text = _("已导入为工单 %(number)s，这次的内容或设置不同；导入不改已有工单")
        return Problem("id", "changed", text % {"number": number})


def _foreign(said: Said) -> tuple[str, str] | None:
    number = said.values.get("foreign_number", "")
    return (said.values.get("foreign_system", ""), number) if number else None


def columns_of_report(problem: Problem) -> tuple[str, str]:
    """Return the element's title and the remedy of a problem."""
    remedies = {
        "missing": _("补填这一项"),
        "string_too_short": _("补填这一项"),
        "string_too_long": _("缩短，或拆成几行"),
        "unknown": _("改成可选的一种"),
        "twice": _("改编号，或删去一行"),
        "changed": _("删去这一行；若是另一批数据，用 --source 另起名称"),
        "past": _("改成将来的时间，或留空"),
        "scientific": _("把这一列设为文本后重填"),
        "database": _("请把这一行交给管理员"),
    }
    remedy = str(problem.facts.get("remedy") or remedies.get(problem.code, _("按原因改正")))
    return titles().get(problem.field, ""), remedy


class Rejects:
    """The file of rejected rows: number, fields, reasons, remedies, then the row as it stood.

    UTF-8 with mark, so that office software opens it rightly, its cells no formulas; mended, it is imported again
    (`table` reads them as they were). An earlier file goes when a run begins.
    """

    def __init__(self, path: Path, table: Table) -> None:
        self.path = path
        self.table = table
        self._file: TextIO | None = None
        path.unlink(missing_ok=True)

    def write(self, bad: Rejected) -> None:
        """Add one row."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._file).writerow([*REJECT_HEADS, *(harmless(head) for _n, head in self._own())])
        told = [(*columns_of_report(problem), problem.message) for problem in bad.problems]
        texts = ["；".join(dict.fromkeys(filter(None, one))) for one in zip(*told, strict=True)]
        cells = bad.row.cells
        kept = [cells[place] if place < len(cells) else "" for place, _head in self._own()]
        spilt = cells[len(self.table.heads) :]
        told_first = [bad.row.number, texts[0], texts[2], texts[1]]
        csv.writer(self._file).writerow([*told_first, *map(harmless, [*kept, *spilt])])

    def _own(self) -> Iterator[tuple[int, str]]:
        """The file's own columns; those of an earlier file of rejected rows are made anew."""
        return ((n, head) for n, head in enumerate(self.table.heads) if head not in REJECT_HEADS)

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()

    @property
    def written(self) -> bool:
        """Whether there is a file."""
        return self._file is not None


def read_categories(path: Path, at: datetime) -> dict[str, str]:
    """Read a file of two columns, label → category of the pack (code, path or title; empty: no category).

    Raises `TableError` that names every line whose category the pack does not have or that is no leaf.
    """
    _version, pack = packs.pack_at(at)
    table = open_table(path, headed=False)
    reader = Reader(pack, Columns({"category": 1}, frozenset(), ()), Plan())
    found: dict[str, str] = {}
    wrong: list[str] = []
    for row in table.rows():
        label, target = (*(cell.strip() for cell in row.cells), "")[:2]
        code = _leaf(reader, target)
        if code is None and row.number > 1:
            wrong.append(_("第 %(row)s 行 %(target)s") % {"row": row.number, "target": target})
        elif code is not None:
            found[label] = code
    if wrong:
        raise TableError(
            _("分类对照表里有规则包没有的分类：%(list)s") % {"list": "；".join(wrong[:10])}, _("请填最末一级分类的代码")
        )
    return found


def _leaf(reader: Reader, target: str) -> str | None:
    if not target:
        return ""
    said: dict[str, Any] = reader.read(Row(0, ("", target))).values
    code = said.get("category")
    return code if code and reader.pack.is_leaf(code) else None
