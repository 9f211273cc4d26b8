"""The command line `open12345`.

Exit codes: 0 done and nothing found; 1 done, but something was found, refused or has failed;
2 the command was misused; 3 the machine is at fault (port, folder, database, network).
"""

import json
import logging
import sys
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from open12345 import __version__
from open12345.project import boot, commands, database_cli
from open12345.project.problems import EnvironmentProblem

ENVIRONMENT = 3
OWN = frozenset({"up", "serve", "worker", "migrate", "version", "db"})
PACKS = frozenset({"check-pack", "diff-pack"})

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a program.")]
Port = Annotated[int, typer.Option(envvar="PORT", min=1, max=65535, help="Port of the web server.")]
Workers = Annotated[int, typer.Option(min=1, help="Web processes.")]
Threads = Annotated[int, typer.Option(min=1, help="Requests at a time in each web process.")]
Jobs = Annotated[int, typer.Option(min=1, help="Jobs at a time.")]

stderr = Console(stderr=True, highlight=False)


def build(*, packs: bool = True, rooms: bool = True) -> typer.Typer:
    """The command line; with the commands for packs, and with those that need Django, if wanted."""
    app = typer.Typer(
        name="open12345",
        help=__doc__,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_everywhere)
    for command in (up, serve, worker, migrate, version):
        app.command()(command)
    app.add_typer(database_cli.app, name="db")
    if packs:
        from open12345.policy import cli as policy_cli  # noqa: PLC0415 - small commands start fast

        policy_cli.register(app)
    if rooms:
        commands.add_rooms(app)
    return app


def main() -> None:
    """Run one command and end with its exit code."""
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    named = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    try:
        build(packs=named not in OWN, rooms=named not in OWN | PACKS)()
    except EnvironmentProblem as problem:
        _end(problem.message, problem.remedy)
    except OSError as error:  # a full disk, a file of another user
        _end(f"{error.filename or 'The machine'}: {error.strerror or error}", "Nothing was done after that.")
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if type(error).__module__ == "django.db.utils" and type(error).__name__ == "OperationalError":
            _end(f"The database does not answer: {error}", "Is it running? `open12345 db status`")
        raise


def _end(message: str, remedy: str) -> NoReturn:
    stderr.print(message, style="red", markup=False, soft_wrap=True)
    stderr.print(remedy, markup=False, soft_wrap=True)
    sys.exit(ENVIRONMENT)


def _everywhere() -> None:
    """Open12345: the platform of a citizen service hotline."""


def version(*, as_json: Json = False) -> None:
    """Print the version."""
    typer.echo(json.dumps({"version": __version__}) if as_json else f"open12345 {__version__}")


def up(
    *,
    demo: Annotated[bool, typer.Option(help="Fill invented people and orders, open all desks.")] = False,
    pack: Annotated[str, typer.Option(envvar="PACK", help="Pack to load.")] = "jiuting",
    port: Port = 8000,
    workers: Workers = 2,
) -> None:
    """Start everything on this machine: database, web, worker; Ctrl-C stops all."""
    from open12345.project import up as everything  # noqa: PLC0415 - loads what only this needs

    raise typer.Exit(everything.run(everything.Plan(pack=pack, port=port, workers=workers, demo=demo)))


def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Port = 8000,
    workers: Workers = 2,
    threads: Threads = 4,
) -> None:
    """Start the web server; its database must have been migrated."""
    from open12345.project import processes  # noqa: PLC0415 - the same

    with boot.database_running():
        processes.serve(host, port, workers=workers, threads=threads)


def worker(*, concurrency: Jobs = 2) -> None:
    """Start a worker: it does the jobs that requests leave behind, and the periodic ones."""
    from open12345.project import processes  # noqa: PLC0415 - the same

    with boot.database_running():
        processes.work(concurrency)


def migrate(*, quiet: Annotated[bool, typer.Option("--quiet", "-q")] = False) -> None:
    """Bring the database's tables and rights up to date, as their owner."""
    with boot.database_running():
        boot.setup_django()
        from open12345.project import database  # noqa: PLC0415 - needs Django set up

        database.migrate(verbosity=0 if quiet else 1)


if __name__ == "__main__":
    main()
