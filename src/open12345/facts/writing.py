"""Rows into Parquet files: one file per month of acceptance, in the order of ids, with bounded memory."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from open12345.facts import mirror, store
from open12345.facts.reading import SCHEMA
from open12345.facts.store import Manifest, Part

if TYPE_CHECKING:
    from pyarrow import parquet

#: Rows of a group in a file, and rows that wait in memory for their group to fill.
GROUP: Final = 120_000
AT_ONCE: Final = 400_000
#: Figures are asked more often than written: zstd is a third smaller and takes a quarter longer to read (measured).
COMPRESSION: Final = "lz4"


class Months:
    """Writes rows as they come, each into the file of its month."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[pa.Table]] = defaultdict(list)
        self._rows: dict[str, int] = defaultdict(int)
        self._writers: dict[str, parquet.ParquetWriter] = {}
        self._parts: dict[str, Part] = {}

    def add(self, rows: pa.Table) -> None:
        """Take rows, of ids above all before."""
        for month, some in by_month(rows):
            self._waiting[month].append(some)
            self._rows[month] += some.num_rows
            if self._rows[month] >= GROUP:
                self._flush(month)
        while sum(self._rows.values()) > AT_ONCE:
            self._flush(max(self._rows, key=lambda month: self._rows[month]))

    def close(self) -> tuple[Part, ...]:
        """Write what waits; return the files, by month."""
        for month in sorted(self._waiting):
            self._flush(month)
        for month, writer in self._writers.items():
            writer.close()
            store.settle(store.part_path(self._parts[month].name))
        return tuple(self._parts[month] for month in sorted(self._parts))

    def _flush(self, month: str) -> None:
        from pyarrow import parquet  # noqa: PLC0415 - every process starts with this room, few of them write

        tables = self._waiting.pop(month, [])
        self._rows.pop(month, None)
        if not tables:
            return
        rows = pa.concat_tables(tables)
        if month not in self._writers:
            name = store.new_name(month)
            self._writers[month] = parquet.ParquetWriter(store.part_path(name), SCHEMA, compression=COMPRESSION)
            self._parts[month] = Part(name, month, 0, *_ends(rows))
        self._writers[month].write_table(rows, row_group_size=GROUP)
        before, (first, last) = self._parts[month], _ends(rows)
        self._parts[month] = Part(
            before.name, month, before.rows + rows.num_rows, min(before.first, first), max(before.last, last)
        )


def write(rows: pa.Table, label: str, month: str = "") -> Part:
    """Write one file."""
    from pyarrow import parquet  # noqa: PLC0415 - every process starts with this room, few of them write

    name = store.new_name(label)
    parquet.write_table(rows, store.part_path(name), compression=COMPRESSION, row_group_size=GROUP)
    store.settle(store.part_path(name))
    return Part(name, month, rows.num_rows, *_ends(rows))


def read(part: Part) -> pa.Table:
    """Read one file whole."""
    from pyarrow import parquet  # noqa: PLC0415 - every process starts with this room, few of them write

    return parquet.read_table(store.part_path(part.name), schema=SCHEMA)


def by_month(rows: pa.Table) -> Iterable[tuple[str, pa.Table]]:
    """Yield each month of acceptance ("2022-04") with its rows."""
    import pyarrow.compute as pc  # noqa: PLC0415 - every process starts with this room, few of them write

    months = pc.strftime(rows["accepted_day"], format="%Y-%m")
    for month in sorted(pc.unique(months).to_pylist()):
        yield month, rows.filter(pc.equal(months, month))


def without(rows: pa.Table, orders: Iterable[int]) -> pa.Table:
    """Return the rows that belong to none of the orders."""
    import pyarrow.compute as pc  # noqa: PLC0415 - every process starts with this room, few of them write

    return rows.filter(pc.invert(pc.is_in(rows["order_id"], pa.array(list(orders), pa.int64()))))


def merged(part: Part, hot: Part, month_rows: pa.Table | None) -> Part | None:
    """Write a month anew: its rows but those of hot orders, and the hot ones of the month; None where none is left.

    DuckDB does it, so that the largest month fits into its memory limit.
    """
    name = store.new_name(part.month)
    duck = mirror.bare()
    duck.execute(f"SET temp_directory = '{store.folder() / 'parts'}'")
    old, new = store.part_path(part.name), store.part_path(name)
    moved = store.part_path(hot.name)
    select = f"SELECT b.* FROM read_parquet('{old}') b ANTI JOIN read_parquet('{moved}') h ON b.order_id = h.order_id"  # noqa: S608 - our own files
    if month_rows is not None:
        duck.register("fresh", month_rows)
        select += " UNION ALL SELECT * FROM fresh"
    duck.execute(f"COPY ({select} ORDER BY order_id, unit) TO '{new}' (FORMAT parquet, COMPRESSION lz4_raw, "
                 f"ROW_GROUP_SIZE {GROUP})")  # fmt: skip
    ends = f"SELECT count(*), min(order_id), max(order_id) FROM read_parquet('{new}')"  # noqa: S608 - the same
    rows, first, last = duck.execute(ends).fetchone() or (0, None, None)
    if not rows:
        new.unlink()
        return None
    store.settle(new)
    return Part(name, part.month, int(rows), int(first), int(last))


def touches(part: Part, orders: Sequence[int]) -> bool:
    """Say whether one of the orders, in their order, may be in a file: by its lowest and highest."""
    place = bisect_left(orders, part.first)
    return place < len(orders) and orders[place] <= part.last


def _ends(rows: pa.Table) -> tuple[int, int]:
    import pyarrow.compute as pc  # noqa: PLC0415 - every process starts with this room, few of them write

    found = pc.min_max(rows["order_id"]).as_py()
    return found["min"], found["max"]


def columns() -> tuple[str, ...]:
    """Return the columns that files are written with now."""
    return tuple(SCHEMA.names)


def fits(manifest: Manifest) -> bool:
    """Say whether files of the manifest can stand beside files written now."""
    return manifest.columns == columns()
