"""Files brought in from the screen: kept, then read and taken in by a worker, through the same door as the command.

No request reads a table: a workbook of a few megabytes takes a minute. What the pages show of it (headings, first
rows) the worker leaves in a file beside it.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from open12345.directory.models import Staff
from open12345.directory.person import Person, person_of
from open12345.intake.columns import Columns, map_columns, titles
from open12345.intake.importer import Import, Rejects, Tally, check_plan, columns_of_report, steady_clock
from open12345.intake.models import ImportRun
from open12345.intake.table import Table, TableError, look, open_table
from open12345.intake.values import Plan
from open12345.orders.errors import DomainError
from open12345.policy import Pack

State = ImportRun.State
#: A worker has it, or is to have it: to read it, to take it in.
READS: Final = frozenset({State.QUEUED, State.READING})
AT_WORK: Final = READS | {State.WAITING, State.RUNNING}
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


def preview_of(run: ImportRun) -> Path:
    """Return the file with headings and first rows; it exists once a worker has read the table."""
    return folder() / f"{run.file}.head.json"


def runs_of(person: Person) -> QuerySet[ImportRun]:
    """Return the person's own imports, newest first: what others bring in does not exist for them."""
    return ImportRun.objects.filter(by=person.ref or 0).order_by("-pk")


def take_file(upload: UploadedFile[bytes] | None, *, by: Person, at: datetime) -> ImportRun:
    """Keep an uploaded file and let a worker read it; raises `TableError` for what is no table at a glance."""
    if upload is None:
        raise TableError(_("请选择文件"))
    if (upload.size or 0) > LARGEST:
        raise TableError(_("文件超过 %(n)s MB") % {"n": LARGEST >> 20}, _("请拆成几个文件"))
    name = secrets.token_hex(16)
    path = folder() / name
    try:
        with path.open("xb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        path.chmod(0o600)
        look(path)
        with transaction.atomic():
            run = ImportRun.objects.create(
                name=(upload.name or "")[:200], file=name, size=upload.size or 0, by=by.ref or 0, at=at,
            )  # fmt: skip
            _order(run, State.QUEUED, at)
    except BaseException:  # whatever was wrong with it: a file that no row knows would never be swept
        path.unlink(missing_ok=True)
        raise
    return run


def read_again(run: ImportRun, *, at: datetime) -> None:
    """Let a file be read whose reading was broken off."""
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        if locked.state in READS and not busy(locked, at):
            _order(locked, State.QUEUED, at)


def _order(run: ImportRun, state: ImportRun.State, at: datetime) -> None:
    """Put the run in the queue, within the caller's transaction and lock; an earlier worker has lost it thereby."""
    from open12345.intake.tasks import read_import, run_import  # noqa: PLC0415 - the queue's app must be ready

    run.attempt += 1
    run.state, run.tally, run.message, run.ended_at = state, {"beat": at.isoformat()}, "", None
    run.save()
    task = read_import if state == State.QUEUED else run_import
    task.defer(run=run.pk, attempt=run.attempt, language=get_language() or settings.LANGUAGE_CODE)


def guessed(table: Table) -> Columns:
    """Return what the headings say; where they do not say enough, nothing: a person chooses."""
    try:
        return map_columns(table, {})
    except TableError:
        return Columns({}, frozenset(), ())


@dataclass(frozen=True)
class Preview:
    """What a page shows of a table: its headings and first rows."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def preview(run: ImportRun) -> Preview:
    """Return what the worker has read of the table; raises `TableError` where the file is gone."""
    try:
        kept = json.loads(preview_of(run).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        kept = None
    if kept is None or not file_of(run).exists():
        raise TableError(_("文件已经清理"), _("请重新上传"))
    return Preview(tuple(kept["heads"]), tuple(map(tuple, kept["rows"])))


def read(pk: int, attempt: int) -> None:
    """Read a file through: its headings, its first rows, how many there are (the worker's part)."""
    work = Work.begin(pk, attempt, State.QUEUED, State.READING)
    if work is None:
        return
    run = work.run
    try:
        table = open_table(file_of(run), counted=False)
        rows: list[tuple[str, ...]] = []
        count = 0
        for count, row in enumerate(table.rows(), start=1):
            if count <= _PREVIEW:
                rows.append(row.cells)
            if not work.tell({"read": count}):
                return
        _write_preview(run, Preview(table.heads, tuple(rows)))
    except (TableError, OSError) as error:
        if work.end(State.FAILED, message=_said(error)):
            file_of(run).unlink(missing_ok=True)
        return
    work.end(State.UPLOADED, {"read": count}, rows=count, columns=dict(guessed(table).places))


def _write_preview(run: ImportRun, found: Preview) -> None:
    path = preview_of(run)
    path.touch(mode=0o600)
    path.write_text(json.dumps({"heads": found.heads, "rows": found.rows}, ensure_ascii=False), encoding="utf-8")


def _said(error: Exception) -> str:
    found = [getattr(error, "message", "") or _("文件读不出来"), getattr(error, "remedy", "")]
    return "；".join(filter(None, found))


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
    """Put the run in the queue; raises `TableError` for columns or defaults with which no row could be taken.

    Of two clicks the second finds it busy, and does nothing.
    """
    heads = preview(run).heads
    if "body" not in places:
        raise TableError(_("请选择哪一列是诉求内容"))
    if len(set(places.values())) < len(places):
        raise TableError(_("有一列被选了两次"))
    if any(place not in range(len(heads)) for place in places.values()):
        raise TableError(_("表里没有这一列"))
    run.columns, run.plan, run.dry = dict(places), dict(plan), dry
    check_plan(plan_of(run), at)
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        if busy(locked, at):
            return
        locked.columns, locked.plan, locked.dry = run.columns, run.plan, run.dry
        _order(locked, State.WAITING, at)


def busy(run: ImportRun, at: datetime) -> bool:
    """Say whether somebody works on it now."""
    beat = run.tally.get("beat")
    heard = datetime.fromisoformat(beat) if beat else None
    return run.state in AT_WORK and heard is not None and at - heard < SILENT


@dataclass
class Work:
    """One worker's hold on one attempt of a run: whoever has lost it writes nothing more."""

    run: ImportRun
    now: Callable[[], datetime]
    held: bool = True
    _told_at: float = 0.0

    @classmethod
    def begin(cls, pk: int, attempt: int, before: ImportRun.State, after: ImportRun.State) -> Work | None:
        """Take the attempt up: of several workers, the one whose statement finds it waiting."""
        now = steady_clock()
        waiting = ImportRun.objects.filter(pk=pk, attempt=attempt, state=before)
        if not waiting.update(state=after, tally={"beat": now().isoformat()}):
            return None
        return cls(ImportRun.objects.get(pk=pk), now)

    def tell(self, tally: Mapping[str, object]) -> bool:
        """Note how far it is, twice a second at most; False once somebody else has the run."""
        if self.held and time.monotonic() - self._told_at >= _TOLD_EVERY:
            self._told_at = time.monotonic()
            self.held = self._write(tally={**tally, "beat": self.now().isoformat()})
        return self.held

    def end(self, state: ImportRun.State, tally: Mapping[str, object] | None = None, **more: object) -> bool:
        """Note how it ended; False where somebody else has the run."""
        at = self.now()
        ended = at if state in {State.DONE, State.FAILED} else None
        written = {"state": state, "tally": {**(tally or {}), "beat": at.isoformat()}, "ended_at": ended, **more}
        written["message"] = str(written.get("message", ""))[:400]
        self.held = self.held and self._write(**written)
        return self.held

    def _write(self, **values: object) -> bool:
        mine = ImportRun.objects.filter(pk=self.run.pk, attempt=self.run.attempt, state=self.run.state)
        return bool(mine.update(**values))


def carry_out(pk: int, attempt: int) -> None:
    """Run an import to its end, telling on its row how far it is (the worker's part)."""
    work = Work.begin(pk, attempt, State.WAITING, State.RUNNING)
    if work is None:
        return
    run = work.run
    try:
        table = open_table(file_of(run), counted=False)
        by = person_of(Staff.objects.get(pk=run.by, is_active=True))
        import_ = Import(table, Columns(dict(run.columns), frozenset(), ()), plan_of(run), by, work.now)
        rejects = Rejects(rejects_of(run), table)
        try:
            import_.run(rejects=rejects, tell=lambda tally: _tell(work, tally), stop=lambda: not work.held)
        finally:
            rejects.close()
    except (TableError, DomainError, OSError, Staff.DoesNotExist) as error:
        work.end(State.FAILED, message=_said(error))
        return
    if work.end(State.DONE, _told(import_.tally)) and not run.dry and not import_.tally.rejected:
        file_of(run).unlink(missing_ok=True)
        preview_of(run).unlink(missing_ok=True)


def _tell(work: Work, tally: Tally) -> None:
    work.tell({"read": tally.rows, "rejected": tally.rejected})


def _told(tally: Tally) -> dict[str, object]:
    return {
        "read": tally.rows, "created": tally.created, "already": tally.already, "rejected": tally.rejected,
        "first": tally.first, "last": tally.last, "reasons": _reasons(tally),
    }  # fmt: skip


def _reasons(tally: Tally) -> list[dict[str, object]]:
    """Return what was wrong how often, in words, without a word of any row."""
    names = titles()
    seen: dict[tuple[str, str], str] = {}
    for bad in tally.quoted:
        for problem in bad.problems:
            seen.setdefault((problem.field, problem.code), columns_of_report(problem)[1])
    return [
        {"what": names.get(name, ""), "remedy": seen.get((name, code), ""), "rows": n}
        for (name, code), n in sorted(tally.reasons.items(), key=lambda one: -one[1])
    ]


def sweep(at: datetime) -> int:
    """Remove files whose time is over; returns how many."""
    old = ImportRun.objects.filter(at__lt=at - KEPT)
    found = [path for run in old for path in (file_of(run), rejects_of(run), preview_of(run)) if path.exists()]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
