"""Whose turn it is to write into an instance: one run at a time, and nobody beside the writers of a killed one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db import connections
from psycopg.conninfo import make_conninfo

_RUNNING: Final = 12345_005
_WRITING: Final = 12345_006
_PATIENCE: Final = 90.0
"""Seconds in which a writer whose run was killed ends its batch, and then sees that nobody waits for it."""


class Busy(RuntimeError):
    """Another process writes a run into this instance."""


@contextmanager
def loader(dsn: str = "") -> Iterator[psycopg.Connection[Any]]:
    """A connection that may load: of the role that settings name for it, else of the owner."""
    with psycopg.connect(dsn or _dsn(), autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET client_encoding = 'UTF8'")
        yield connection


def _dsn() -> str:
    """The loader's role, in the database that this process works on."""
    named = getattr(settings, "LOADER_SECRET_URL", "")
    own = connections["default"].settings_dict
    return make_conninfo(named, dbname=own["NAME"])


@contextmanager
def turn(dsn: str = "", say: Callable[[str], None] = lambda _line: None) -> Iterator[psycopg.Connection[Any]]:
    """Have this instance to oneself as long as the block lasts; raises `Busy`.

    What a run is, and what stands here already, is to be looked at inside. The locks are the session's: whoever is
    killed has none. Writers left behind by a run that was killed are waited for: their last batch and its truth would
    stand beside ours. `say` is told so.
    """
    with loader(dsn) as connection:
        if not _locked(connection, _RUNNING):
            raise Busy("Another `open12345 simulate` writes into this instance.")
        _wait_for_writers(connection, say)
        yield connection


def _wait_for_writers(connection: psycopg.Connection[Any], say: Callable[[str], None]) -> None:
    until, waits = time.monotonic() + _PATIENCE, False
    while not _locked(connection, _WRITING):
        if time.monotonic() > until:
            raise Busy("A writer of an earlier run is still at work.")
        if not waits:
            say("waiting for the writers of an earlier run to end what they are at …")
        waits = True
        time.sleep(0.2)
    connection.execute("SELECT pg_advisory_unlock(%s)", [_WRITING])


def _locked(connection: psycopg.Connection[Any], key: int) -> bool:
    found = connection.execute("SELECT pg_try_advisory_lock(%s)", [key]).fetchone()
    return bool(found and found[0])


def at_work(connection: psycopg.Connection[Any]) -> None:
    """Note, for as long as this session lasts, that a writer is at work."""
    connection.execute("SELECT pg_advisory_lock_shared(%s)", [_WRITING])


def let_go(inherited: int) -> None:
    """Close, in a process that was forked, its copy of the socket of the one who has the turn.

    Else the server would take that session for alive until the last of its writers has ended. The number stays taken:
    nothing that the library may still write to it gets anywhere.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, inherited)
    os.close(nowhere)
