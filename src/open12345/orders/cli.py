"""Commands of the orders room: verify-history, fsck, seal-history, erase-person, flowchart."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from open12345.orders.chain import Flaw

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a program.")]
Numbers = Annotated[list[str] | None, typer.Argument(help="Order numbers; none: all orders.")]
_FOUND = 1
_SHOWN = 50


def register(app: typer.Typer) -> None:
    """Add the room's commands to `open12345`."""
    app.command("verify-history")(verify_history)
    app.command("fsck")(fsck)
    app.command("seal-history")(seal_history)
    app.command("erase-person")(erase_person)
    app.command("flowchart")(flowchart)


def verify_history(numbers: Numbers = None, *, as_json: Json = False) -> None:
    """Prove that no history was edited: chains, texts, records and hourly seals; 1 where a flaw is found."""
    from open12345.orders import history  # noqa: PLC0415 - Django is set up when a command runs
    from open12345.orders.models import WorkOrder  # noqa: PLC0415

    orders = WorkOrder.objects.all()
    if numbers:
        orders = orders.filter(number__in=numbers)
    total = orders.count()
    with _progress(hidden=as_json) as bar:
        task = bar.add_task("verify", total=total)
        flaws = list(history.verify(orders, lambda n: bar.advance(task, n)))
    flaws += [flaw for flaw in history.verify_anchors() if not numbers or flaw.order in numbers]
    flaws += _unknown(numbers or [], set(orders.values_list("number", flat=True)) if numbers else set())
    _answer(flaws, {"orders": total}, as_json=as_json)


def _unknown(numbers: list[str], known: set[str]) -> list[Flaw]:
    return [Flaw(number, None, "unknown", "no such order") for number in numbers if number not in known]


def fsck(*, as_json: Json = False) -> None:
    """Check every invariant of the stored orders and all history; 1 where something is wrong."""
    from open12345.orders import history, invariants  # noqa: PLC0415
    from open12345.orders.models import WorkOrder  # noqa: PLC0415

    flaws = list(invariants.check_all())
    flaws += list(history.verify(WorkOrder.objects.all()))
    flaws += list(history.verify_anchors())
    counts = {"orders": WorkOrder.objects.count(), "invariants": len(invariants.INVARIANTS) + 3}
    _answer(flaws, counts, as_json=as_json)


def seal_history(*, as_json: Json = False) -> None:
    """Seal the heads of all chains that moved since the last seal (the worker does it every hour)."""
    from open12345.orders import history, queries  # noqa: PLC0415

    anchor = history.seal(queries.database_time())
    found = {"anchor": anchor.pk, "heads": anchor.heads, "hash": anchor.hash.hex()} if anchor else {"anchor": None}
    typer.echo(json.dumps(found) if as_json else f"sealed {found.get('heads', 0)} heads: {found.get('hash', '-')}")


def erase_person(
    *,
    phone: Annotated[
        str, typer.Option(help="The person's phone, however it is written; - reads it from standard input.")
    ],
    reason: Annotated[str, typer.Option(help="Why, e.g. the number of the person's request.")],
    username: Annotated[str, typer.Option("--as", metavar="USERNAME", help="The security administrator who does it.")],
    as_json: Json = False,
) -> None:
    """Erase a person for good: every key of theirs is destroyed; orders, history and figures stay.

    Files of the orders are not touched: they may show the person and must be looked at by hand.
    """
    from open12345.directory.models import Staff  # noqa: PLC0415
    from open12345.directory.person import person_of  # noqa: PLC0415
    from open12345.orders import privacy, queries  # noqa: PLC0415
    from open12345.orders.errors import DomainError  # noqa: PLC0415

    staff = Staff.objects.filter(username__iexact=username, is_active=True).first()
    if staff is None:
        _refuse(f"--as: no active account {username}")
        return
    number = sys.stdin.readline() if phone == "-" else phone
    try:
        found = privacy.erase_person(number, reason, by=person_of(staff), at=queries.database_time())
    except DomainError as error:
        _refuse(error.message)
        return
    said = (
        f"erased: {found.rows} entries of the person; kept: {len(found.orders)} orders, {found.files} files to look at"
    )
    typer.echo(json.dumps(asdict(found)) if as_json else said)


def _refuse(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(_FOUND)


def flowchart(*, document: Annotated[bool, typer.Option(help="The whole docs/lifecycle.md.")] = False) -> None:
    """Print the flow chart of an order from the life-cycle table (Mermaid)."""
    from open12345.orders import flowchart as chart  # noqa: PLC0415

    typer.echo(chart.document() if document else chart.mermaid(), nl=False)


def _progress(*, hidden: bool) -> Progress:
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), disable=hidden, transient=True)


def _answer(flaws: list[Flaw], counts: dict[str, int], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({**counts, "flaws": [flaw.as_dict() for flaw in flaws]}, ensure_ascii=False))
    else:
        for flaw in flaws[:_SHOWN]:
            place = f" #{flaw.seq}" if flaw.seq else ""
            typer.echo(f"{flaw.order}{place}  {flaw.code}  {flaw.message}")
        if len(flaws) > _SHOWN:
            typer.echo(f"… {len(flaws) - _SHOWN} more")
        typer.echo(", ".join(f"{name}: {count}" for name, count in counts.items()) + f", flaws: {len(flaws)}")
    if flaws:
        raise typer.Exit(_FOUND)
