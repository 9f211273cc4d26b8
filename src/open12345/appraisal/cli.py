"""Appraisal on the command line: `open12345 appraisal show | lock | publish --month 2026-10`.

Exit codes: 0 done, 1 refused or nothing there, 2 wrong usage.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table as Printed

from open12345.directory import packs
from open12345.directory.person import SYSTEM
from open12345.orders.errors import DomainError
from open12345.orders.queries import database_time

if TYPE_CHECKING:
    from open12345.appraisal.months import Month
    from open12345.appraisal.queries import Table

appraisal = typer.Typer(help="Appraisal: the table of a month, locking and publishing it.", no_args_is_help=True)
Named = Annotated[str, typer.Option("--month", help="The month, 2026-10.")]


def register(app: typer.Typer) -> None:
    """Add the room's commands to `open12345`."""
    app.add_typer(appraisal, name="appraisal")


@appraisal.command("show")
def show(
    month: Named, *, raw: Annotated[bool, typer.Option("--raw", help="Nothing excluded.")] = False,
    now: Annotated[bool, typer.Option("--now", help="As the facts stand, not as published.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON, for a program.")] = False,
) -> None:  # fmt: skip
    """Print the table of a month: as locked, else as the facts stand."""
    from open12345.appraisal import queries  # noqa: PLC0415 - other commands start fast
    from open12345.facts import store  # noqa: PLC0415 - the same

    at, wanted = database_time(), _month(month)
    pack = packs.pack_at(at)[1]
    if wanted.first > queries.today(pack, at):
        _refuse(f"{wanted} has not begun yet: it has no table.")
    edition = None if now else queries.edition_of(wanted, any_state=True)
    try:
        found = queries.table_of(pack, wanted, at=at, adjudicated=not raw, edition=edition)
    except store.NoFacts as error:
        _refuse(str(error))
    if found is None:
        _refuse(f"No scheme holds on the first day of {wanted}.")
    if as_json:
        typer.echo(json.dumps(_json(found), ensure_ascii=False))
    else:
        Console().print(_printed(found))


@appraisal.command("lock")
def lock(month: Named) -> None:
    """Freeze the results of a month that is over."""
    from open12345.appraisal import services  # noqa: PLC0415 - other commands start fast

    at = database_time()
    try:
        edition = services.lock(packs.pack_at(at)[1], _month(month), by=SYSTEM, at=at)
    except DomainError as error:
        _refuse(error.message)
    typer.echo(f"locked {month}: {edition.results.count() // 2} units, facts of {edition.facts_day}")


@appraisal.command("publish")
def publish(month: Named) -> None:
    """Show a locked month to the units; the window to appeal begins."""
    from open12345.appraisal import services  # noqa: PLC0415 - other commands start fast

    at = database_time()
    try:
        edition = services.publish(packs.pack_at(at)[1], _month(month), by=SYSTEM, at=at)
    except DomainError as error:
        _refuse(error.message)
    typer.echo(f"published {month}, edition {edition.number}; appeals until {edition.appeal_until}")


def _month(text: str) -> Month:
    from open12345.appraisal.months import month_named  # noqa: PLC0415 - other commands start fast

    try:
        return month_named(text)
    except ValueError:
        typer.echo(f"--month {text}: write 2026-10.", err=True)
        raise typer.Exit(2) from None


def _refuse(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(1)


def _json(found: Table) -> list[dict[str, object]]:
    return [
        {
            "unit": score.unit, "group": score.group, "rank": score.rank, "orders": score.orders,
            "total": str(score.total), "maximum": str(score.maximum), "band": score.band, "listed": score.listed,
            "lines": {line.code: str(line.points) for line in score.lines},
        }
        for score in found.scores.values()
    ]  # fmt: skip


def _printed(found: Table) -> Printed:
    state = f"edition {found.edition.number}" if found.edition else "not locked"
    table = Printed("group", "rank", "unit", "orders", "total", title=f"{found.month} ({state})")
    for score in sorted(found.scores.values(), key=lambda one: (one.group, one.rank is None, one.rank or 0, one.unit)):
        table.add_row(score.group, str(score.rank or "–"), score.unit, str(score.orders), f"{score.total:.2f}")
    return table
