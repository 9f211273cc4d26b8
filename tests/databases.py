"""Databases of the test run: one template, migrated by the owner; one copy per process."""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

from open12345.project import database, home

LOCK = 12345_002
STALE_SECONDS = 3600.0
PREFIX = "open12345_test"


def owner_connection(name: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
    """A connection of the owner's role, outside every transaction of a test."""
    place = settings.DATABASES["owner"]
    return psycopg.connect(
        host=place["HOST"] or None,
        port=place["PORT"] or None,
        user=place["USER"],
        password=place["PASSWORD"],
        dbname=name,
        autocommit=True,
    )


def schema_fingerprint() -> str:
    """Changes with whatever shapes the tables: migrations, models (rights), installed packages."""
    source = home.CHECKOUT / "src" / "open12345"
    files = [
        *source.glob("*/migrations/*.py"),
        *source.glob("*/models.py"),
        *source.glob("project/*.py"),
    ]
    files.append(home.CHECKOUT / "uv.lock")
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(str(file).encode() + file.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def test_database(worker: str) -> Iterator[tuple[str, str]]:
    """A fresh copy of the migrated template, dropped afterwards; both aliases point to it. Also the template's name."""
    name = f"{PREFIX}_{worker}_{os.getpid()}"
    with owner_connection() as owner:
        template = _template(owner)
        create(owner, name, template)
        point_to(name)
        try:
            yield name, template
        finally:
            connections.close_all()
            drop(owner, name)


def _template(owner: psycopg.Connection[tuple[object, ...]]) -> str:
    """The template of today's schema; the first process of a run makes it, the others wait."""
    name = f"{PREFIX}_template_{schema_fingerprint()}"
    owner.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        if not _exists(owner, name):
            _drop_stale(owner)
            drop(owner, f"{name}_new")
            create(owner, f"{name}_new")
            point_to(f"{name}_new")
            database.migrate(verbosity=0)
            connections.close_all()
            owner.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(identifier(f"{name}_new"), identifier(name)))
    finally:
        owner.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return name


def _drop_stale(owner: psycopg.Connection[tuple[object, ...]]) -> None:
    """Forget databases of killed runs and templates of earlier schemas that nobody uses."""
    found = owner.execute(
        """
        SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database
        WHERE starts_with(datname, %s)
          AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = pg_database.oid)
        """,
        [PREFIX],
    ).fetchall()
    for name, made in found:
        if time.time() - float(str(made or 0)) > STALE_SECONDS:
            drop(owner, str(name))


def create(owner: psycopg.Connection[tuple[object, ...]], name: str, template: str = "template1") -> None:
    """Make a database as a copy of another, to which nobody may be connected."""
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(identifier(name), identifier(template))
    owner.execute(statement)
    owner.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(identifier(name), sql.Literal(str(time.time()))))


def drop(owner: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Drop a database, whoever is connected to it."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {}").format(identifier(name))
    try:
        owner.execute(statement + sql.SQL(" WITH (FORCE)"))
    except psycopg.errors.InsufficientPrivilege:
        owner.execute(statement)  # autovacuum is at work there: asked in this way, it gives way


def _exists(owner: psycopg.Connection[tuple[object, ...]], name: str) -> bool:
    return bool(owner.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount)


def point_to(name: str) -> None:
    """Let both aliases speak to a database."""
    connections.close_all()
    for alias in connections:
        connections[alias].settings_dict["NAME"] = name
        settings.DATABASES[alias]["NAME"] = name


def identifier(name: str) -> sql.Identifier:
    """The name as it stands in a statement."""
    return sql.Identifier(name)


class Cleaner:
    """Brings a database back to what its template held, after a test that really committed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seeded: frozenset[str] | None = None

    def remember(self) -> None:
        """Note which tables hold rows from migrations: those are left alone."""
        if self.seeded is None:
            with owner_connection(self.name) as owner:
                self.seeded = frozenset(filled(owner))

    def clean(self) -> None:
        """Empty every other table that has rows, as owner, triggers against it put aside."""
        with owner_connection(self.name) as owner, owner.transaction():
            dirty = [table for table in filled(owner) if table not in (self.seeded or ())]
            if not dirty:
                return
            guarded, always = self._guarded(owner), self._always(owner)
            for table in guarded:
                owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(identifier(table)))
            names = sql.SQL(", ").join(identifier(table) for table in dirty)
            owner.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))
            for table in guarded:
                owner.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(identifier(table)))
            for table, trigger in always:
                owner.execute(
                    sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}").format(identifier(table), identifier(trigger))
                )

    @staticmethod
    def _guarded(owner: psycopg.Connection[tuple[object, ...]]) -> list[str]:
        """Tables with triggers of their own: a cascade may reach them although they are empty."""
        found = owner.execute(
            "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND NOT c.relispartition"
            " AND c.relnamespace = 'public'::regnamespace"
        )
        return [str(row[0]) for row in found]

    @staticmethod
    def _always(owner: psycopg.Connection[tuple[object, ...]]) -> list[tuple[str, str]]:
        """Triggers that fire even where a loader puts the others aside, with their tables."""
        found = owner.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgenabled = 'A'")
        return [(str(table), str(trigger)) for table, trigger in found]


def filled(owner: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    """Tables (partitions count as their root) that hold at least one row."""
    tables = [
        str(row[0])
        for row in owner.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND NOT relispartition"
        )
    ]
    if not tables:
        return []
    probe = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(t), identifier(t)) for t in tables
    )
    return [str(row[0]) for row in owner.execute(probe)]
