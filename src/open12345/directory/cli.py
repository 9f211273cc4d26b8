"""The directory on the command line: packs, units, areas, staff.

Exit codes: 0 done, 1 refused, broken input or rejected rows, 2 wrong usage.
"""

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from open12345.policy import Pack, PackError, diff_packs, find_pack, read_pack

from . import csvfile, packs, services
from .errors import DirectoryError
from .import_report import Report
from .import_staff import import_staff_csv
from .import_trees import import_areas_csv, import_units_csv
from .models import PackVersion, Staff, Unit
from .person import SYSTEM
from .roles import Role

FOUND = 1
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would happen, change nothing.")]
CsvFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


def register(app: typer.Typer) -> None:
    """Add the commands of this room to the project's command line."""
    app.command("load-pack")(load_pack)
    app.command("import-units")(import_units)
    app.command("import-areas")(import_areas)
    app.command("import-staff")(import_staff)
    app.command("create-staff")(create_staff)


def load_pack(
    pack: Annotated[str, typer.Argument(help="Name of a pack in packs/, or a folder.")],
    *,
    effective_from: Annotated[
        str | None, typer.Option(help="Date or moment, e.g. 2026-01-01 or 2026-01-01T08:00.")
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Check a policy pack and bring it into force, now or at a later moment."""
    wanted, now = read_pack_or_exit(pack, as_json=as_json), timezone.now()
    start = _moment(effective_from)
    wanted = packs.with_local_days(wanted, start or now)
    lines = diff_with_current(wanted, start or now)
    if dry_run:
        _say({"pack": wanted.id, "digest": wanted.digest, "changes": lines}, lines or ["没有差别"], as_json=as_json)
        return
    version = _do(lambda: packs.load_pack(wanted, effective_from=start, by=SYSTEM, at=now))
    answer = _version(version) | {"changes": lines}
    text = f"{version.pack_id}: version {version.pk}, from {answer['effective_from']}"
    _say(answer, [text], as_json=as_json)


def read_pack_or_exit(name: str, *, as_json: bool) -> Pack:
    """Read a pack by name or folder; every mistake is printed and the command ends with 1."""
    try:
        return read_pack(find_pack(name))
    except PackError as error:
        lines = [str(problem) for problem in error.problems]
        _say({"problems": lines}, lines, as_json=as_json)
        raise typer.Exit(FOUND) from error


def diff_with_current(pack: Pack, moment: datetime) -> list[str]:
    """What the pack changes against the one that rules at `moment`; empty for the first pack."""
    try:
        return diff_packs(packs.pack_at(moment)[1], pack)
    except packs.NoPack:
        return []


def import_units(file: CsvFile, *, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Import units: code, name, kind, parent, phone."""
    import_file(file, import_units_csv, dry_run=dry_run, as_json=as_json)


def import_areas(file: CsvFile, *, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Import areas: code, name, level, parent."""
    import_file(file, import_areas_csv, dry_run=dry_run, as_json=as_json)


def import_staff(
    file: CsvFile,
    *,
    passwords: Annotated[bool, typer.Option("--passwords", help="One-time passwords, to FILE.passwords.csv.")] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Import staff: username, name, unit, roles, phone_ext."""
    import_file(file, import_staff_csv, dry_run=dry_run, as_json=as_json, random_passwords=passwords)


def import_file(file: Path, door: Callable[..., Report], *, as_json: bool, **options: Any) -> None:
    """Run one import, write the files that go with it, and say what happened."""
    report = _do(lambda: door(file.read_bytes(), by=SYSTEM, at=timezone.now(), **options))
    rejected = csvfile.write_rejected(file, report.rejected)
    if report.passwords and not options.get("dry_run"):
        _write_passwords(file.with_name(file.name + ".passwords.csv"), report.passwords)
    answer = {
        "created": len(report.created),
        "updated": len(report.updated),
        "unchanged": report.unchanged,
        "rejected": len(report.rejected),
        "rejected_file": str(rejected) if report.rejected else None,
    }
    lines = [f"{key}: {value}" for key, value in answer.items() if value is not None]
    lines += [f"  {r.row} {r.field}: {r.reason} → {r.remedy}" for r in report.rejected[:20]]
    _say(answer, lines, as_json=as_json)
    if report.rejected:
        raise typer.Exit(FOUND)


def _write_passwords(path: Path, passwords: dict[str, str]) -> None:
    """Write the one-time passwords to a file that only its owner can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8-sig") as file:
        file.write("username,password\n")
        file.writelines(f"{name},{password}\n" for name, password in passwords.items())


def create_staff(
    username: str,
    name: str,
    *,
    unit: Annotated[str, typer.Option(help="Code of the home unit.")],
    role: Annotated[list[Role] | None, typer.Option(help="May be given several times.")] = None,
    as_json: Json = False,
) -> None:
    """Open an account and print the path of the page where its password is set."""
    now = timezone.now()
    home = Unit.objects.filter(code=unit, active=True).first()
    if home is None:
        _refuse(f"no active unit {unit}")
        return

    @transaction.atomic
    def work() -> tuple[Staff, str]:
        staff = services.create_staff(username, name, unit=home, by=SYSTEM, at=now)
        for one in role or []:
            services.appoint(staff, one.value, home, by=SYSTEM, at=now)
        return staff, services.password_link(staff, by=SYSTEM, at=now)

    staff, link = _do(work)
    _say({"id": staff.pk, "username": staff.username, "password_link": link}, [link], as_json=as_json)


def _version(version: PackVersion) -> dict[str, Any]:
    """A version as a program reads it."""
    return {
        "version": version.pk,
        "pack": version.pack_id,
        "digest": version.digest,
        "effective_from": timezone.localtime(version.effective_from).isoformat(timespec="minutes"),
    }


def _moment(text: str | None) -> datetime | None:
    """A date (its midnight) or a moment, in the instance's time zone."""
    if not text:
        return None
    day = parse_date(text)
    moment = datetime(day.year, day.month, day.day) if day else parse_datetime(text)  # noqa: DTZ001
    if moment is None:
        raise typer.BadParameter(text)
    return moment if moment.tzinfo else timezone.make_aware(moment)


def _do(work: Callable[[], Any]) -> Any:
    """Run one act; a refusal is printed and ends the command with 1."""
    try:
        return work()
    except DirectoryError as error:
        _refuse(error.message)


def _refuse(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(FOUND)


def _say(answer: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    """Print the answer for a program or for a person."""
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        for line in lines:
            typer.echo(line)
