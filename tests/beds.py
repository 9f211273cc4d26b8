"""The databases of one process: a plain one, and a town that is settled once and copied when a file left traces.

Settling a town and emptying all tables again costs as much as ten stories: too much to be done for every file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from psycopg import sql

from open12345.directory import packs
from tests.databases import create, drop, filled, identifier, owner_connection, point_to

Traces = dict[str, tuple[int, int]]


class Bed:
    """The town of Jiuting, its people appointed and nothing done yet."""

    def __init__(self, plain: str, template: str) -> None:
        self.plain, self._template = plain, template
        self._kept, self._copy = f"{plain}_kept", f"{plain}_town"
        self._untouched: Traces | None = None

    @contextmanager
    def town(self) -> Iterator[None]:
        """Speak to the town for a while; when anything was committed there, it is made anew for who comes next."""
        before = self._spoken_to()
        self._enter()
        try:
            yield
        finally:
            self._point_to(self.plain)
            if self._there() and self._traces() != self._untouched:
                with owner_connection() as owner:
                    drop(owner, self._copy)
            if before == self._copy:
                self._enter()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Speak to the plain database for a while, in the midst of a town too."""
        before = self._spoken_to()
        self._point_to(self.plain)
        try:
            yield
        finally:
            self._point_to(before)

    def drop(self) -> None:
        """Forget both databases of the town."""
        with owner_connection() as owner:
            drop(owner, self._copy)
            drop(owner, self._kept)

    def _enter(self) -> None:
        if self._untouched is None:
            self._settle()
        elif not self._there():
            self._renew()
        self._point_to(self._copy)

    def _settle(self) -> None:
        """Settle the town, in a database that is kept as what to copy from."""
        from tests.cast import open_town  # noqa: PLC0415 - models are ready only now

        with owner_connection() as owner:
            create(owner, self._kept, self._template)
        self._point_to(self._kept)
        open_town()
        self._point_to(self.plain)
        self._renew()
        self._untouched = self._traces()

    def _renew(self) -> None:
        with owner_connection() as owner:
            create(owner, self._copy, self._kept)

    @staticmethod
    def _spoken_to() -> str:
        return str(connections["default"].settings_dict["NAME"])

    @staticmethod
    def _point_to(name: str) -> None:
        point_to(name)
        packs.forget()

    def _there(self) -> bool:
        with owner_connection() as owner:
            return bool(owner.execute("SELECT FROM pg_database WHERE datname = %s", [self._copy]).rowcount)

    def _traces(self) -> Traces:
        """The tables with rows: how many, and the last transaction that wrote one that stands."""
        with owner_connection(self._copy) as owner:
            probe = sql.SQL(" UNION ALL ").join(
                sql.SQL("SELECT {}, count(*), max(xmin::text::bigint) FROM {}").format(
                    sql.Literal(table), identifier(table)
                )
                for table in filled(owner)
            )
            return {str(row[0]): (int(str(row[1])), int(str(row[2]))) for row in owner.execute(probe)}
