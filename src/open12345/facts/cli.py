"""The facts on the command line: `open12345 facts rebuild | refresh | status | verify | publish | ask | metrics`.

Exit codes: 0 done, 1 nothing built yet, something refused or different, 2 wrong usage.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

from open12345.directory.models import Staff
from open12345.directory.person import SYSTEM, Person, person_of
from open12345.facts.periods import Period, period, so_far
from open12345.orders.queries import database_time

if TYPE_CHECKING:
    from open12345.facts.services import Done

_FOUND, _USAGE = 1, 2
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a program.")]

facts = typer.Typer(help="Figures: the mirror of the orders and questions to it.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the room's commands to `open12345`."""
    app.add_typer(facts, name="facts")


@facts.command("rebuild")
def rebuild(*, as_json: Json = False) -> None:
    """Build the facts from nothing; readers keep the old ones until the new are whole."""
    from open12345.facts import services  # noqa: PLC0415 - other commands start fast

    began = time.monotonic()
    with _progress(hidden=as_json) as bar:
        task = bar.add_task("rebuild", total=None)
        done = services.rebuild(database_time(), progress=lambda n, of: bar.update(task, completed=n, total=of))
    _done(done, began, as_json=as_json)


@facts.command("refresh")
def refresh(
    *,
    every: Annotated[float, typer.Option(min=0, help="Go on, every so many seconds, until stopped.")] = 0,
    as_json: Json = False,
) -> None:
    """Bring the facts up to date with what moved since (a worker does it every two seconds)."""
    from open12345.facts import services  # noqa: PLC0415 - other commands start fast

    while True:
        began = time.monotonic()
        _done(services.refresh(database_time()), began, as_json=as_json)
        if not every:
            return
        time.sleep(every)


@facts.command("status")
def status(*, as_json: Json = False) -> None:
    """Tell how fresh the facts are: built and refreshed when, what waits, for how long."""
    from open12345.facts import queries  # noqa: PLC0415 - other commands start fast

    found = _asked(lambda: queries.status(database_time()))
    if as_json:
        typer.echo(json.dumps(asdict(found)))
        return
    for name, value in asdict(found).items():
        typer.echo(f"{name:>14}  {f'{value:.1f} s' if isinstance(value, float) else value}")


@facts.command("verify")
def verify(*, as_json: Json = False) -> None:
    """Compare every fact with what is stored now; 1 where an order differs."""
    from open12345.facts import services  # noqa: PLC0415 - other commands start fast

    with _progress(hidden=as_json) as bar:
        task = bar.add_task("verify", total=None)
        numbers = services.verify(database_time(), lambda n, of: bar.update(task, completed=n, total=of))
    typer.echo(
        json.dumps({"different": numbers}) if as_json else f"{len(numbers)} orders differ {' '.join(numbers[:20])}"
    )
    raise typer.Exit(_FOUND if numbers else 0)


@facts.command("publish")
def publish(
    day: Annotated[str, typer.Argument(help="The day, 2022-06-30; it can be published once.")], *, as_json: Json = False
) -> None:
    """Keep the facts as they are now as what was published on a day (the worker does it every night)."""
    from open12345.facts import services  # noqa: PLC0415 - other commands start fast

    try:
        manifest = services.publish(date.fromisoformat(day), database_time())
    except FileExistsError:
        _refuse(f"{day} has been published before: what was published does not change.")
    except ValueError as error:
        _refuse(str(error), _USAGE)
    typer.echo(json.dumps({"day": day, "facts": manifest.refreshed_at}) if as_json else f"published {day}")


@facts.command("metrics")
def metrics(
    *, as_document: Annotated[bool, typer.Option("--document", help="As docs/facts.md has them.")] = False
) -> None:
    """List the metrics and what they are made of."""
    from open12345.facts import document  # noqa: PLC0415 - other commands start fast

    typer.echo(document.tables() if as_document else document.listed(), nl=False)


@facts.command("ask")
def ask(  # noqa: PLR0913 - one option for each thing that can be asked
    metric: Annotated[str, typer.Argument(help="A code of `open12345 facts metrics`.")],
    *,
    over: Annotated[
        str,
        typer.Option(
            "--period", help="2022, 2022-H1, 2022-Q2, 2022-04, 2022-04-12, FIRST..LAST; as far as it has come."
        ),
    ],
    by: Annotated[list[str] | None, typer.Option(help="A dimension; may be given twice.")] = None,
    where: Annotated[list[str] | None, typer.Option(help="DIMENSION=VALUE that must hold.")] = None,
    username: Annotated[str, typer.Option("--as", metavar="USERNAME", help="As whom; else as the platform.")] = "",
    as_of: Annotated[str, typer.Option(help="As it was published on that day.")] = "",
    adjudicated: Annotated[bool, typer.Option("--adjudicated", help="Without what the pack excludes.")] = False,
    compared: Annotated[bool, typer.Option("--compared/--alone", help="Beside the last period and last year.")] = True,
    orders: Annotated[str, typer.Option(help="Print the orders instead: numerator, denominator, rest, excluded.")] = "",
    engine: Annotated[str, typer.Option(help="duckdb (files) or postgres (the tables themselves).")] = "duckdb",
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Answer in CSV.")] = False,
) -> None:
    """Ask for a figure: by unit, month, category …; with its comparison, or the orders behind it."""
    from open12345.facts import document, queries  # noqa: PLC0415 - other commands start fast
    from open12345.facts.dimensions import DIMENSIONS  # noqa: PLC0415 - the same

    if engine not in {"duckdb", "postgres"} or orders not in {"", "numerator", "denominator", "rest", "excluded"}:
        _refuse("--engine is duckdb or postgres; --orders is numerator, denominator, rest or excluded.", _USAGE)
    at = database_time()
    view = queries.View(
        engine, date.fromisoformat(as_of) if as_of else None, adjudicated, compared and not orders  # type: ignore[arg-type]
    )  # fmt: skip
    conditions, person = _where(where), _person(username)
    wanted = _period(over, _asked(lambda: queries.today(at)))
    strange = _asked(lambda: queries.unheard(conditions, at=at, view=view))
    if strange:
        listed = f"`open12345 facts ask {metric} --period {over} --by {strange[0]}` lists those there are"
        _refuse(f"--where {'='.join(strange)}: no {DIMENSIONS[strange[0]].english} is called so; {listed}.", _USAGE)
    answer = _asked(lambda: queries.ask(
        metric, wanted, person=person, at=at, by=tuple(by or ()) if not orders else (), where=conditions, view=view
    ))  # fmt: skip
    still = queries.still_running(answer.cut, at=at, view=view)
    if orders:
        numbers = queries.orders_of(answer.cut, orders, at=at, view=view)  # type: ignore[arg-type]
        typer.echo(json.dumps(numbers) if as_json else "\n".join(numbers))
    elif as_json:
        found = document.answer_json(answer) | ({"running": still[1]} if still else {})
        typer.echo(json.dumps(found, ensure_ascii=False))
    elif as_csv:
        csv.writer(sys.stdout).writerows(document.answer_rows(answer))
    else:
        document.print_answer(answer, Console())
        if still and still[1]:
            typer.echo(f"{still[1]} more are not counted: their limit still runs ({still[0].metric}).")


def _where(given: list[str] | None) -> dict[str, Any]:
    from open12345.facts.dimensions import read_key  # noqa: PLC0415 - other commands start fast

    found = {}
    for text in given or []:
        name, equals, value = text.partition("=")
        if not equals:
            _refuse(f"--where {text}: write DIMENSION=VALUE.", _USAGE)
        try:
            found[name] = read_key(name, value)
        except (KeyError, ValueError) as error:
            _refuse(f"--where {text}: {error.args[0]}", _USAGE)
    return found


def _period(text: str, today: date) -> Period:
    """Read a period; one that is not over ends today, as in the explorer."""
    try:
        return so_far(period(text), today)
    except ValueError as error:
        _refuse(str(error), _USAGE)


def _person(username: str) -> Person:
    if not username:
        return SYSTEM
    staff = Staff.objects.filter(username__iexact=username, is_active=True).first()
    return person_of(staff) if staff else _refuse(f"--as: no active account {username}")


def _asked(question: Any) -> Any:
    from open12345.facts import store  # noqa: PLC0415 - other commands start fast

    try:
        return question()
    except KeyError as error:
        _refuse(str(error.args[0]), _USAGE)
    except store.NoFacts as error:
        _refuse(str(error))


def _refuse(message: str, code: int = _FOUND) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


def _done(done: Done, began: float, *, as_json: bool) -> None:
    seconds, rows = round(time.monotonic() - began, 2), sum(part.rows for part in done.manifest.parts)
    found = {"what": done.what, "orders": done.orders, "rows": rows, "seconds": seconds}
    typer.echo(json.dumps(found) if as_json else f"{done.what}: {done.orders} orders, {rows} rows, {seconds} s")


def _progress(*, hidden: bool) -> Progress:
    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), disable=hidden)
