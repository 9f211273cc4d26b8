"""Files brought in from the screen: kept, looked at, run in the background through the same door as the command."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from open12345.directory.models import Staff
from open12345.directory.person import Person, person_of
from open12345.intake.columns import Columns, fields, map_columns
from open12345.intake.importer import Import, Rejects, Tally, check_plan, columns_of_report, steady_clock
from open12345.intake.models import ImportRun
from open12345.intake.table import Table, TableError, open_table
from open12345.intake.values import Plan
from open12345.orders.errors import DomainError
from open12345.policy import Pack

State = ImportRun.State
#: The largest file taken from a screen, in bytes, and how long files are kept.
LARGEST: Final = 20 << 20
KEPT: Final = timedelta(days=7)
#: A run that has told nothing for so long was broken off; it may be run again, nothing is made twice.
SILENT: Final = timedelta(minutes=3)
_PREVIEW: Final = 5
_TOLD_EVERY: Final = 0.5  # seconds


def folder() -> Path:
    """Return where uploaded tables wait; only the application's own user reads them."""
    found = Path(settings.OPEN12345_HOME) / "imports"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def file_of(run: ImportRun) -> Path:
    """Return the uploaded file."""
    return folder() / run.file


def rejects_of(run: ImportRun) -> Path:
    """Return the file of rejected rows; it exists where there are any."""
    return folder() / f"{run.file}.rejected.csv"


def runs_of(person: Person) -> QuerySet[ImportRun]:
    """Return the person's own imports, newest first: what others bring in does not exist for them."""
    return ImportRun.objects.filter(by=person.ref or 0).order_by("-pk")


def take_file(upload: UploadedFile[bytes] | None, *, by: Person, at: datetime) -> ImportRun:
    """Keep an uploaded file if it is a table; raises `TableError`."""
    if upload is None:
        raise TableError(_("请选择文件"))
    if (upload.size or 0) > LARGEST:
        raise TableError(_("文件超过 %(n)s MB") % {"n": LARGEST >> 20}, _("请拆成几个文件"))
    name = secrets.token_hex(16)
    path = folder() / name
    with path.open("xb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    path.chmod(0o600)
    try:
        table = open_table(path)
        columns = guessed(table)
    except BaseException:  # whatever was wrong with it: a file that no row knows would never be swept
        path.unlink(missing_ok=True)
        raise
    return ImportRun.objects.create(
        name=(upload.name or "")[:200], file=name, size=upload.size or 0, by=by.ref or 0, at=at, rows=table.count,
        columns=dict(columns.places),
    )  # fmt: skip


def guessed(table: Table) -> Columns:
    """Return what the headings say; where they do not say enough, nothing: a person chooses."""
    try:
        return map_columns(table, {})
    except TableError:
        return Columns({}, frozenset(), ())


def preview(run: ImportRun) -> tuple[Table, list[tuple[str, ...]]]:
    """Return the table and its first rows; raises `TableError` where the file is gone."""
    if not file_of(run).exists():
        raise TableError(_("文件已经清理"), _("请重新上传"))
    table = open_table(file_of(run), counted=False)
    rows = []
    for row in table.rows():
        rows.append(row.cells)
        if len(rows) == _PREVIEW:
            break
    return table, rows


def defaults_of(pack: Pack) -> dict[str, str]:
    """Return what rows are taken to say that say nothing: the channel of imports where the pack has one."""
    return {"channel": "import" if "import" in pack.channels else next(iter(pack.channels))}


def plan_of(run: ImportRun) -> Plan:
    """Return how the rows are to be taken."""
    told: Mapping[str, Any] = run.plan
    return Plan(
        source=str(told.get("source", "")), defaults=dict(told.get("defaults", {})),
        anonymous_if_no_phone=bool(told.get("anonymous")), dry_run=run.dry,
    )  # fmt: skip


def start(run: ImportRun, places: Mapping[str, int], plan: Mapping[str, Any], *, dry: bool, at: datetime) -> None:
    """Put the run in the queue; raises `TableError` for columns or defaults with which no row could be taken."""
    from open12345.intake.tasks import run_import  # noqa: PLC0415 - the queue's app must be ready

    table, _rows = preview(run)
    if "body" not in places:
        raise TableError(_("请选择哪一列是诉求内容"))
    if len(set(places.values())) < len(places):
        raise TableError(_("有一列被选了两次"))
    if any(place not in range(len(table.heads)) for place in places.values()):
        raise TableError(_("表里没有这一列"))
    run.columns, run.plan, run.dry = dict(places), dict(plan), dry
    check_plan(plan_of(run), at)
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        if busy(locked, at):
            return
        run.state, run.tally, run.message, run.ended_at = State.WAITING, {"beat": at.isoformat()}, "", None
        run.save()
        run_import.defer(run=run.pk)


def busy(run: ImportRun, at: datetime) -> bool:
    """Say whether somebody works on it now."""
    beat = run.tally.get("beat")
    heard = datetime.fromisoformat(beat) if beat else None
    return run.state in {State.WAITING, State.RUNNING} and heard is not None and at - heard < SILENT


def carry_out(pk: int) -> None:
    """Run an import to its end, telling on its row how far it is (the worker's part)."""
    run = ImportRun.objects.filter(pk=pk, state=State.WAITING).first()
    if run is None:
        return
    now = steady_clock()
    _told(run, Tally(), now(), state=State.RUNNING)
    try:
        table = open_table(file_of(run), counted=False)
        by = person_of(Staff.objects.get(pk=run.by, is_active=True))
        columns = Columns(dict(run.columns), frozenset(), ())
        work = Import(table, columns, plan_of(run), by, now)
        rejects = Rejects(rejects_of(run), table)
        try:
            work.run(rejects=rejects, tell=_teller(run, now), stop=lambda: False)
        finally:
            rejects.close()
    except (TableError, DomainError, OSError, Staff.DoesNotExist) as error:
        _told(run, Tally(), now(), state=State.FAILED, message=getattr(error, "message", "") or _("文件读不出来"))
        return
    _told(run, work.tally, now(), state=State.DONE)
    if not run.dry and not work.tally.rejected:
        file_of(run).unlink(missing_ok=True)


def _teller(run: ImportRun, now: Callable[[], datetime]) -> Callable[[Tally], None]:
    last = [0.0]

    def tell(tally: Tally) -> None:
        if time.monotonic() - last[0] >= _TOLD_EVERY:
            last[0] = time.monotonic()
            _told(run, tally, now(), state=State.RUNNING)

    return tell


def _told(run: ImportRun, tally: Tally, at: datetime, *, state: ImportRun.State, message: str = "") -> None:
    run.state, run.message = state, message[:400]
    run.tally = {
        "read": tally.rows, "created": tally.created, "already": tally.already, "rejected": tally.rejected,
        "first": tally.first, "last": tally.last, "beat": at.isoformat(), "reasons": _reasons(tally),
    }  # fmt: skip
    run.ended_at = at if state in {State.DONE, State.FAILED} else None
    run.save(update_fields=["state", "message", "tally", "ended_at"])


def _reasons(tally: Tally) -> list[dict[str, object]]:
    """Return what was wrong how often, in words, without a word of any row."""
    titles = fields()
    seen: dict[tuple[str, str], str] = {}
    for bad in tally.quoted:
        for problem in bad.problems:
            seen.setdefault((problem.field, problem.code), columns_of_report(problem)[1])
    return [
        {"what": titles.get(name, ""), "remedy": seen.get((name, code), ""), "rows": n}
        for (name, code), n in sorted(tally.reasons.items(), key=lambda one: -one[1])
    ]


def sweep(at: datetime) -> int:
    """Remove files whose time is over; returns how many."""
    old = ImportRun.objects.filter(at__lt=at - KEPT)
    found = [path for run in old for path in (file_of(run), rejects_of(run)) if path.exists()]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
