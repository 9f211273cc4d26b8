"""Intake on the command line: `open12345 import FILE`.

Exit codes: 0 every row taken or there already, 1 some rows rejected, 2 wrong usage or unreadable file,
3 the database went away, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from django.db import OperationalError
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table as Grid
from rich.text import Text

from open12345.directory.errors import DirectoryError
from open12345.directory.models import Staff
from open12345.directory.person import SYSTEM, Person, person_of
from open12345.intake.columns import Columns, map_columns, titles
from open12345.intake.importer import (
    Import,
    Rejects,
    Tally,
    check_plan,
    columns_of_report,
    read_categories,
    steady_clock,
)
from open12345.intake.table import Table, TableError, open_table
from open12345.intake.values import Plan
from open12345.orders.errors import NotAllowed

FOUND, MISUSED, MACHINE, STOPPED = 1, 2, 3, 130
_CHANNEL = "import"

stderr = Console(stderr=True, highlight=False)


def register(app: typer.Typer) -> None:
    """Add the commands of this room to the project's command line."""
    app.command("import")(import_orders)


def import_orders(  # noqa: PLR0913 - the options of a command
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A CSV or XLSX file.")],
    *,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN", help="Which column is what (heading or #3); else guessed."),
    ] = None,
    default: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=VALUE", help="What an empty cell or missing column says.")
    ] = None,
    channel: Annotated[str, typer.Option(help="Channel of all rows that name none.")] = "",
    kind: Annotated[str, typer.Option(help="Kind of all rows that name none; else the hint of the category.")] = "",
    category_map: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="CSV of two columns: label in FILE, category of the pack."),
    ] = None,
    anonymous_if_no_phone: Annotated[
        bool, typer.Option("--anonymous-if-no-phone", help="Rows without a phone come from anonymous callers.")
    ] = False,
    source: Annotated[str, typer.Option(help="Name of the set the row numbers belong to.")] = "",
    no_header: Annotated[
        bool, typer.Option("--no-header", help="The first row is no heading; map by #1, #2 …")
    ] = False,
    rejects: Annotated[Path | None, typer.Option(dir_okay=False, help="Default: FILE.rejected.csv")] = None,
    username: Annotated[str, typer.Option("--as", metavar="USERNAME", help="Who registers; default: the system.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row, write no order.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON, for a program.")] = False,
) -> None:
    """Take complaints from a CSV or XLSX file through the same door as the desk; safe to run twice."""
    began = time.monotonic()
    try:
        by, now = _person(username), steady_clock()
        table = open_table(file, headed=not no_header)
        found = map_columns(table, _pairs(columns, "--map"))
        labels = read_categories(category_map, now()) if category_map else {}
        defaults = {**_defaults(channel, kind, now()), **_pairs(default, "--default")}
        plan = Plan(source, defaults, labels, anonymous_if_no_phone, dry_run)
        check_plan(plan, now())
        out = Rejects(_rejects_path(file, rejects), table)
    except (TableError, DirectoryError) as error:
        _refuse(error.message, getattr(error, "remedy", ""), as_json=as_json)
        return
    if not as_json:
        _show_columns(table, found)
    work = Import(table, found, plan, by, now)
    code = _run(work, out, quiet=as_json)
    _report(work.tally, _answer(work, out, time.monotonic() - began), as_json=as_json)
    raise typer.Exit(code)


def _person(username: str) -> Person:
    if not username:
        return SYSTEM
    staff = Staff.objects.filter(username__iexact=username, is_active=True).first()
    if staff is None:
        raise TableError(_("没有这个账号：%(name)s") % {"name": username}, _("--as 后面写登录用的用户名"))
    return person_of(staff)


def _pairs(given: list[str] | None, option: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given or []:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise TableError(
                _("%(option)s 应写成 字段=值：%(text)s") % {"option": option, "text": text},
                _("例如 --map body=诉求内容"),
            )
        found[name.strip()] = value.strip()
    return found


def _defaults(channel: str, kind: str, at: datetime) -> dict[str, str]:
    """What the short options say; the channel of imports where the pack has one."""
    from open12345.directory import packs  # noqa: PLC0415 - asked once

    _version, pack = packs.pack_at(at)
    named = channel or (_CHANNEL if _CHANNEL in pack.channels else "")
    if not named:
        raise TableError(_("规则包没有“批量导入”渠道"), _("请用 --channel 指定：") + "、".join(pack.channels))
    return {"channel": named, **({"kind": kind} if kind else {})}


def _rejects_path(file: Path, wanted: Path | None) -> Path:
    path = wanted or file.with_name(f"{file.name}.rejected.csv")
    if path.resolve() == file.resolve():
        raise TableError(_("--rejects 不能是要导入的文件本身"), _("请换一个文件名"))
    return path


# --- running ------------------------------------------------------------------------------------------


def _run(work: Import, out: Rejects, *, quiet: bool) -> int:
    """Take the rows; returns the exit code."""
    try:
        with _stop_flag() as stop, _progress(work.table.count, quiet=quiet) as tell:
            work.run(rejects=out, tell=tell, stop=stop)
    except NotAllowed as error:
        stderr.print(f"{work.by.name}：{error.message}", style="red", markup=False)
        return MISUSED
    except OperationalError as error:
        work.tally.stopped = True
        stderr.print(_("数据库断开：%(why)s") % {"why": str(error).strip()}, style="red", markup=False)
        return MACHINE
    finally:
        out.close()
    if work.tally.stopped:
        return STOPPED
    return FOUND if work.tally.rejected else 0


@contextmanager
def _stop_flag() -> Iterator[Callable[[], bool]]:
    """Ctrl-C lets the row at hand be finished; a second one ends at once."""
    asked: list[int] = []

    def ask(number: int, frame: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Rate(ProgressColumn):
    """Rows per second."""

    def render(self, task: Task) -> Text:
        """Return the rate as text."""
        return Text(_("%(n)d 行/秒") % {"n": task.finished_speed or task.speed or 0})


@contextmanager
def _progress(count: int, *, quiet: bool) -> Iterator[Callable[[Tally], None]]:
    parts = (
        TextColumn(_("导入")),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TextColumn(_("还需")),
        TimeRemainingColumn(),
    )
    bar = Progress(*parts, TextColumn("{task.description}"), console=stderr, disable=quiet or not sys.stderr.isatty())
    with bar:
        task = bar.add_task("", total=count)
        yield lambda tally: bar.update(task, completed=tally.rows, description=_rejected_so_far(tally))


def _rejected_so_far(tally: Tally) -> str:
    return _("退 %(n)s") % {"n": tally.rejected} if tally.rejected else ""


# --- telling ------------------------------------------------------------------------------------------


def _show_columns(table: Table, found: Columns) -> None:
    title = f"{table.path.name} · {table.encoding} · " + _("%(n)s 行") % {"n": table.count}
    grid = Grid(_("字段"), _("名称"), _("取自列"), _("怎么认出"), box=None, title=title)
    names = titles()
    for field, head in found.told(table).items():
        grid.add_row(field, names[field], head, _("按表头猜") if field in found.guessed else _("指定"))
    stderr.print(grid)
    if found.unknown:
        stderr.print(_("不用的列：") + "、".join(found.unknown), markup=False)


def _answer(work: Import, out: Rejects, seconds: float) -> dict[str, Any]:
    tally = work.tally
    return {
        "file": str(work.table.path),
        "encoding": work.table.encoding,
        "dry_run": work.plan.dry_run,
        "rows": work.table.count,
        "read": tally.rows,
        "created": tally.created,
        "already": tally.already,
        "rejected": tally.rejected,
        "first": tally.first,
        "last": tally.last,
        "stopped": tally.stopped,
        "rejects": str(out.path) if out.written else None,
        "reasons": [{"field": name, "code": code, "rows": n} for (name, code), n in sorted(tally.reasons.items())],
        "columns": work.columns.told(work.table),
        "guessed": sorted(work.columns.guessed),
        "unknown_columns": list(work.columns.unknown),
        "seconds": round(seconds, 2),
        "rows_per_second": round(tally.rows / seconds, 1) if seconds else None,
    }


def _report(tally: Tally, answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    did = _("可以导入") if answer["dry_run"] else _("新建")
    text = _("%(did)s %(created)s 件，已有 %(already)s 件，退回 %(rejected)s 行；%(seconds)s 秒，每秒 %(rate)s 行")
    typer.echo(text % {"did": did, "rate": answer["rows_per_second"], **answer})
    for bad in tally.quoted:
        for problem in bad.problems:
            title, remedy = columns_of_report(problem)
            line = _("  第 %(row)s 行 %(title)s：%(why)s（%(remedy)s）")
            typer.echo(line % {"row": bad.row.number, "title": title, "why": problem.message, "remedy": remedy})
    if answer["rejects"]:
        typer.echo(_("退回的行在 %(path)s，改正后可直接导入这个文件") % {"path": answer["rejects"]})
    if tally.stopped:
        text = _("在第 %(rows)s 行停下，已导入的都保留；再运行同一条命令会接着做，不会重复")
        typer.echo(text % {"rows": tally.rows})


def _refuse(message: str, remedy: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"error": message, "remedy": remedy}, ensure_ascii=False))
    else:
        stderr.print(message, style="red", markup=False)
        stderr.print(remedy, markup=False)
    raise typer.Exit(MISUSED)
