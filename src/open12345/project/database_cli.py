"""`open12345 db`: the embedded PostgreSQL by hand."""

import json
import os
import subprocess
from enum import StrEnum
from typing import Annotated

import typer

from open12345.project import boot, embedded
from open12345.project.cluster import APPLICATION, DATABASE, OWNER, SUPERUSER

app = typer.Typer(help="The embedded PostgreSQL of this instance.", no_args_is_help=True)
NOT_RUNNING = 1


class Role(StrEnum):
    """Who asks the database."""

    APPLICATION = "application"
    OWNER = "owner"
    SUPERUSER = "superuser"

    @property
    def database_role(self) -> str:
        """Its name in PostgreSQL."""
        return {"application": APPLICATION, "owner": OWNER, "superuser": SUPERUSER}[self]


As = Annotated[Role, typer.Option("--as", help="Role to connect as.")]


@app.command()
def start() -> None:
    """Start the server and let it run until `open12345 db stop`."""
    cluster = boot.cluster()
    started = embedded.start(cluster)
    embedded.keep(cluster)
    typer.echo("started" if started else "running already")


@app.command()
def stop() -> None:
    """Stop the server."""
    typer.echo("stopped" if embedded.stop(boot.cluster()) else "was not running")


@app.command()
def status(*, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Tell whether the server runs; exit code 1 when it does not."""
    cluster = boot.cluster()
    found = embedded.status(cluster)
    answer = {
        "running": found.running,
        "pid": found.pid,
        "prepared": found.prepared,
        "stays": found.kept,
        "folder": str(cluster.root),
        "socket": str(cluster.sockets),
    }
    lines = "\n".join(f"{name}: {value}" for name, value in answer.items())
    typer.echo(json.dumps(answer) if as_json else lines)
    if not found.running:
        raise typer.Exit(NOT_RUNNING)


@app.command()
def url(*, role: As = Role.APPLICATION) -> None:
    """Print the address of the database, password included, for other programs."""
    typer.echo(boot.cluster().url(role.database_role))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context, *, role: As = Role.APPLICATION) -> None:
    """Open PostgreSQL's shell; further arguments go to psql."""
    cluster, name = boot.cluster(), role.database_role
    place = {"PGHOST": str(cluster.sockets), "PGUSER": name, "PGDATABASE": DATABASE}
    secret = {"PGPASSWORD": cluster.passwords()[name]}  # not an argument: `ps` shows those
    command = [str(embedded.bin_folder() / "psql"), *context.args]
    with embedded.running(cluster):
        done = subprocess.run(command, check=False, env={**os.environ, **place, **secret})  # noqa: S603
    raise typer.Exit(done.returncode)
