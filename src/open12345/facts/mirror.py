"""The facts as a table in DuckDB: one view over the files of one manifest."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from open12345.facts.columns import COLUMNS, Column
from open12345.facts.store import Manifest, Part, part_path

if TYPE_CHECKING:
    import duckdb

MEMORY: Final = "1GB"
_KEPT: Final = 3
_lock = threading.Lock()
_open: OrderedDict[str, duckdb.DuckDBPyConnection] = OrderedDict()

_LACKING: Final = {"code": "''", "flag": "0::smallint", "count": "0::smallint"}
_DUCK: Final = {
    "flag": "smallint", "count": "smallint", "code": "varchar", "day": "date", "moment": "timestamp",
    "hour": "smallint", "id": "bigint", "minutes": "integer", "days": "integer", "number": "double",
}  # fmt: skip


def connect(manifest: Manifest) -> duckdb.DuckDBPyConnection:
    """Return a cursor of this thread's own, in which `facts` is what the manifest says."""
    key = f"{part_path('')}|{manifest.key}"
    with _lock:
        if key not in _open:
            _open[key] = _opened(manifest)
            while len(_open) > _KEPT:
                _open.popitem(last=False)  # closed when its last cursor is gone
        _open.move_to_end(key)
        return _open[key].cursor()


def _opened(manifest: Manifest) -> duckdb.DuckDBPyConnection:
    made = bare()
    made.execute(f"CREATE VIEW facts AS {view(manifest)}")
    return made


def bare() -> duckdb.DuckDBPyConnection:
    """Return a DuckDB of our own, without a table, that reaches nothing but files."""
    import duckdb  # noqa: PLC0415 - a tenth of a second that only questions need

    made = duckdb.connect(":memory:", config={"memory_limit": MEMORY, "autoinstall_known_extensions": "false"})
    made.execute("SET parquet_metadata_cache = true")
    return made


def view(manifest: Manifest) -> str:
    """Return the SELECT over the files: months as they are, months with replaced rows without those, and the hot."""
    clean = [part for part in manifest.base if not part.stale]
    stale = [part for part in manifest.base if part.stale]
    wanted = ", ".join(_column(column, manifest) for column in COLUMNS)
    selects = [f"SELECT {wanted} FROM {_files(clean)}"] if clean else []  # noqa: S608
    if manifest.hot is not None:
        hot = _files([manifest.hot])
        if stale:
            selects.append(f"SELECT {wanted} FROM {_files(stale)} b ANTI JOIN {hot} h ON b.order_id = h.order_id")  # noqa: S608
        selects.append(f"SELECT {wanted} FROM {hot}")  # noqa: S608
    return " UNION ALL ".join(selects) or f"SELECT {_nothing()} WHERE false"


def _column(column: Column, manifest: Manifest) -> str:
    """A column; one that files of an earlier version lack says nothing."""
    if column.name in manifest.columns:
        return column.name
    return f"{_LACKING.get(column.type, f'NULL::{_DUCK[column.type]}')} AS {column.name}"


def _nothing() -> str:
    return ", ".join(f"NULL::{_DUCK[column.type]} AS {column.name}" for column in COLUMNS)


def _files(parts: Iterable[Part]) -> str:
    paths = ", ".join("'" + str(part_path(part.name)).replace("'", "''") + "'" for part in parts)
    return f"read_parquet([{paths}])"


def run(manifest: Manifest, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """Ask one question and return its rows."""
    return connect(manifest).execute(sql, list(values)).fetchall()
