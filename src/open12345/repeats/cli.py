"""The index of repeats on the command line: `open12345 repeats index`.

Exit codes: 0 done, 130 stopped by Ctrl-C; what was killed goes on where it stopped.
"""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a program.")]


def register(app: typer.Typer) -> None:
    """Add the group to `open12345`."""
    group = typer.Typer(no_args_is_help=True, help="Who asks again, what is sent by many.")
    group.callback()(_group)
    group.command("index")(index)
    app.add_typer(group, name="repeats")


def _group() -> None:
    """Who asks again, what is sent by many, what several people complain of."""


def index(
    *,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Empty the index first.")] = False,
    as_json: Json = False,
) -> None:
    """Index every order that is not in the index yet: after a bulk load, or after an upgrade."""
    from open12345.repeats import services  # noqa: PLC0415 - Django is set up when a command runs

    if rebuild:
        services.clear()
    total, done = services.waiting(), 0
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=as_json) as bar:
        task = bar.add_task("index", total=total)
        for taken in services.index_all():
            done += taken
            bar.advance(task, taken)
    typer.echo(json.dumps({"indexed": done}) if as_json else f"indexed {done} orders")
