"""Migrating the database, and the rights of the application's role on each table.

Two roles: the owner migrates; the application's own may only insert into append-only tables, so
that no fault of the web process and no break-in there can edit history.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from django.apps import apps
from django.core.management import call_command
from django.db import OperationalError, ProgrammingError, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from open12345.project.problems import EnvironmentProblem

SCHEMA = "public"
MIGRATION_LOCK = 12345_001  # any number, but the same on every machine of a cluster


class Mode(StrEnum):
    """What the application's role may do with a table."""

    ORDINARY = "SELECT, INSERT, UPDATE, DELETE"
    APPEND_ONLY = "SELECT, INSERT"
    READ_ONLY = "SELECT"


def migrate(verbosity: int = 1) -> None:
    """Bring the tables up to date as owner, then set the rights; one at a time in a cluster."""
    with _server_reachable(), _one_at_a_time():
        call_command("migrate", database="owner", interactive=False, verbosity=verbosity)
        call_command("createcachetable", database="owner", verbosity=0)
        protect()


def waiting_migrations() -> int:
    """How many migrations the code has that the database has not; 0 means ready."""
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415 - loads every migration

    with _server_reachable():
        try:
            executor = MigrationExecutor(connections["default"])
        except ProgrammingError as error:  # a migration that was killed before it gave the rights
            raise EnvironmentProblem("The database was not migrated to the end.", _MIGRATE) from error
        return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


_MIGRATE = "Run first: open12345 migrate"


def is_empty() -> bool:
    """Say whether no order was ever written here: tables may be missing, or half made by a killed migration."""
    with _server_reachable(), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT to_regclass('orders_workorder') IS NULL")
        if cursor.fetchone()[0]:
            return True
        cursor.execute("SELECT NOT EXISTS (SELECT FROM orders_workorder)")
        return bool(cursor.fetchone()[0])


def require_migrated() -> None:
    """Raise when the database is not what this code was written for."""
    waiting = waiting_migrations()
    disconnect()
    if waiting:
        raise EnvironmentProblem(f"The database lacks {waiting} migrations that this version needs.", _MIGRATE)


def disconnect() -> None:
    """Give back every connection of this process, before it only watches others work."""
    connections.close_all()
    for alias in connections:
        connection = connections[alias]
        if isinstance(connection, DatabaseWrapper):
            connection.close_pool()


def protect() -> None:
    """Give the application's role exactly its rights, table by table.

    A model says what its table is: `APPEND_ONLY = True` (select and insert) or `READ_ONLY = True`
    (select); partitions follow their parent, Django's list of migrations is read-only, all else is
    ordinary. Nothing else is granted: no truncate, no trigger, no create.
    """
    role = str(connections["default"].settings_dict["USER"])
    owner = str(connections["owner"].settings_dict["USER"])
    if role == owner:
        return  # an owner has every right on its tables; the triggers still stand
    modes = table_modes()
    with connections["owner"].cursor() as cursor:
        for statement in _grants(role, _tables(cursor), modes):
            cursor.execute(statement)


def table_modes() -> dict[str, Mode]:
    """Tables whose rights are narrower than ordinary."""
    modes = {"django_migrations": Mode.READ_ONLY}
    for model in apps.get_models(include_auto_created=True):
        if getattr(model, "READ_ONLY", False):
            modes[model._meta.db_table] = Mode.READ_ONLY
        elif getattr(model, "APPEND_ONLY", False):
            modes[model._meta.db_table] = Mode.APPEND_ONLY
    return modes


def _grants(role: str, tables: dict[str, str], modes: dict[str, Mode]) -> Iterator[sql.Composed]:
    """All statements, in one go; they replace whatever was granted before."""
    name = {"role": sql.Identifier(role), "schema": sql.Identifier(SCHEMA)}
    for template in (
        "REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}",
        "GRANT USAGE ON SCHEMA {schema} TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {role}",
    ):
        yield sql.SQL(template).format(**name)
    for mode in Mode:
        chosen = [table for table, root in tables.items() if modes.get(root, Mode.ORDINARY) is mode]
        if chosen:
            joined = sql.SQL(", ").join(sql.Identifier(SCHEMA, table) for table in sorted(chosen))
            yield sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(mode.value), joined, name["role"])


def _tables(cursor: CursorWrapper) -> dict[str, str]:
    """Every table and view, with the one its rights follow: a partition's root, else itself."""
    cursor.execute(
        """
        SELECT c.relname, coalesce(root.relname, c.relname)
        FROM pg_class c
        LEFT JOIN pg_class root ON c.relispartition AND root.oid = pg_partition_root(c.oid)
        WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
        """,
        [SCHEMA],
    )
    return dict(cursor.fetchall())


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Other machines that migrate at the same moment wait here, then find nothing to do."""
    connection = connections["owner"]
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        cursor.execute("RESET lock_timeout")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


@contextmanager
def _server_reachable() -> Iterator[None]:
    """A server that is away is told as such, with its address."""
    try:
        yield
    except OperationalError as error:
        place = connections["owner"].settings_dict
        raise EnvironmentProblem(
            f"The database {place['NAME']} at {place['HOST'] or 'localhost'} does not answer: {str(error).strip()}",
            "Is the server running, and are DATABASE_URL and DATABASE_OWNER_URL right?",
        ) from error
