"""The commands that rooms lend to the command line.

The command line speaks English, whatever the screens speak: what the code says through gettext is put into English
here. What is quoted stays as it is (orders, packs), and what `check-pack`, `diff-pack` and `load-pack` say of a pack
is in Chinese, the language of packs.

A room with commands has a module `cli` with `register(app: typer.Typer)`, and stands in ROOMS. Its
commands run with Django set up and the database running.
"""

import functools
from collections.abc import Callable
from importlib import import_module
from typing import Any

import typer

from open12345.project import boot, connections, home
from open12345.project.problems import EnvironmentProblem

ROOMS = ("directory", "orders", "repeats", "intake", "dispatch", "facts", "appraisal", "reports", "api", "simulate")
LANGUAGE = "en"
PLAYS = frozenset({"simulate"})
"""They write orders as people would, in the platform's own language; and begin with nothing, not even tables."""

WITHOUT_DATABASE = frozenset({"evaluate", "flowchart", "openapi"})
"""They work with the code and files alone."""


def add_rooms(app: typer.Typer) -> None:
    """Add the commands of all rooms to `app`; sets Django up, because their modules need it."""
    boot.setup_django()
    lent = typer.Typer()
    for room in ROOMS:
        import_module(f"open12345.{room}.cli").register(lent)
    _run_with_database(lent)
    app.registered_commands.extend(lent.registered_commands)
    app.registered_groups.extend(lent.registered_groups)


def _run_with_database(app: typer.Typer) -> None:
    """Let every command of `app` and of its groups find the database running."""
    for command in app.registered_commands:
        if command.callback and command.name not in WITHOUT_DATABASE:
            command.callback = _with_database(command.callback, plays=command.name in PLAYS)
    for group in app.registered_groups:
        if group.typer_instance:
            _run_with_database(group.typer_instance)


def _with_database(work: Callable[..., Any], *, plays: bool) -> Callable[..., Any]:
    from django.conf import settings  # noqa: PLC0415 - small commands do not load Django
    from django.db import ProgrammingError  # noqa: PLC0415 - small commands do not load Django
    from django.utils import translation  # noqa: PLC0415 - the same

    from open12345.project import database  # noqa: PLC0415 - needs Django set up

    @functools.wraps(work)
    def run(*args: Any, **options: Any) -> Any:
        if not plays:
            _require_instance()
        with boot.database_running(), translation.override(settings.LANGUAGE_CODE if plays else LANGUAGE):
            if plays and database.is_empty():
                database.migrate(verbosity=0)
            try:
                return work(*args, **options)
            except ProgrammingError:  # most likely a table that is not there
                database.require_migrated()
                raise

    return run


def _require_instance() -> None:
    """Raise where nothing was ever started: a check of the wrong folder must not make a database there."""
    if connections.is_embedded() and not boot.cluster().data.exists():
        raise EnvironmentProblem(
            f"No instance lives in {home.home()}: nothing was started there yet.",
            "Name the folder of yours: OPEN12345_HOME=/path open12345 …, or begin one: open12345 up, open12345 migrate",
        )
