"""Commands of the orders room: verify-history, fsck, seal-history, flowchart."""

from __future__ import annotations

import json
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
    return [Flaw(number, None, "unknown", "没有这件工单") for number in numbers if number not in known]


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
