"""The limit: pgbench writing exactly the rows of an accepted order, with the same durability and triggers."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

from django.db import connection

#: Tables of one accepted order in the order of writing, with how its rows are found.
_ROWS = {
    "orders_requester": "id = (SELECT requester_id FROM orders_workorder WHERE id = %(order)s)",
    "orders_workorder": "id = %(order)s",
    "orders_event": "order_id = %(order)s",
    "orders_clock": "order_id = %(order)s",
    "orders_idempotencykey": "outcome ->> 'order_id' = %(order)s::text",
    "procrastinate_jobs": "(args ->> 'order_id')::bigint = %(order)s",
}
#: Values that must differ in each written row; all others are the order's own.
_FRESH = {
    ("orders_requester", "id"): "nextval('orders_requester_id_seq')",
    ("orders_requester", "phone_index"): "substring(sha256(random()::text::bytea) for 16)",
    ("orders_workorder", "id"): "nextval('orders_workorder_id_seq')",
    ("orders_workorder", "requester_id"): "(SELECT id FROM w0)",
    ("orders_workorder", "number"): "'B' || nextval('orders_clock_id_seq')",
    ("orders_event", "order_id"): "(SELECT id FROM w1)",
    ("orders_clock", "order_id"): "(SELECT id FROM w1)",
    ("orders_idempotencykey", "key"): "gen_random_uuid()::text",
}
_DEFAULTED = {("orders_clock", "id"), ("orders_idempotencykey", "id"), ("procrastinate_jobs", "id")}


def script(order_id: int) -> str:
    """Return the pgbench script: one statement with the rows of this order, under new ids."""
    parts = [_insert(place, table, where, order_id) for place, (table, where) in enumerate(_ROWS.items())]
    return f"WITH {', '.join(parts)} SELECT 1;\n"


def rows_of(order_id: int) -> dict[str, int]:
    """Return how many rows of each table the order has."""
    counts = {}
    for table, where in _ROWS.items():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {where}", {"order": order_id})
            counts[table] = int(cursor.fetchone()[0])
    return counts


def _insert(place: int, table: str, where: str, order_id: int) -> str:
    columns, rows = _literals(table, where, order_id)
    values = ", ".join("(" + ", ".join(row) + ")" for row in rows)
    returning = " RETURNING id" if place < 2 else ""  # noqa: PLR2004 - requester and order are pointed at
    return f"w{place} AS (INSERT INTO {table} ({', '.join(columns)}) VALUES {values}{returning})"


def _literals(table: str, where: str, order_id: int) -> tuple[list[str], list[list[str]]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} LIMIT 0")
        names = [column.name for column in cursor.description if (table, column.name) not in _DEFAULTED]
        chosen = ", ".join(f'quote_nullable("{name}"::text)' for name in names)
        cursor.execute(f"SELECT {chosen} FROM {table} WHERE {where}", {"order": order_id})
        found: list[tuple[Any, ...]] = cursor.fetchall()
    rows = [[_FRESH.get((table, n), _one_line(v)) for n, v in zip(names, row, strict=True)] for row in found]
    return [f'"{name}"' for name in names], rows


def _one_line(literal: str) -> str:
    """Pgbench reads a colon before a word as a variable and a line break as it comes: neither may stand."""
    return re.sub(r":(?=[A-Za-z_])", "-", literal.replace("\n", " "))


def run(binary: Path, url: str, text: str, folder: Path, *, clients: int, seconds: int) -> tuple[float, float]:
    """Return transactions per second and mean latency (ms) of the script."""
    path = folder / "order.sql"
    path.write_text(text)
    command = [
        str(binary),
        "-n",
        "-M",
        "prepared",
        "-c",
        str(clients),
        "-j",
        "2",
        "-T",
        str(seconds),
        "-f",
        str(path),
        url,
    ]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if answer.returncode:
        raise SystemExit(answer.stderr)
    rate = re.search(r"tps = ([0-9.]+)", answer.stdout)
    latency = re.search(r"latency average = ([0-9.]+)", answer.stdout)
    return float(rate.group(1)) if rate else 0.0, float(latency.group(1)) if latency else 0.0
