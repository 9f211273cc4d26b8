"""Rows for `bench/repeats.py`: what simulated citizens say, as orders and as an index, ready for COPY."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import psycopg

    from open12345.simulate.speech.texts import World

SEED: Final = 12345
#: Orders told in one go.
BLOCK: Final = 5_000
#: Orders told one by one; the big index repeats them with other callers, moments and, where a band is theirs alone,
#: other bands: bands and places that several share are shared by as many more, as in a city that goes on.
BASE: Final = 50_000
_MASK: Final = 0x7FFFFFFF
#: A person calls so often in the year of the big index, on average.
CALLS_EACH: Final = 3
_ORDER: Final = (
    "id", "number", "origin", "channel", "kind", "order_type", "category", "urgency", "area_id", "requester_id",
    "confidential", "title", "body", "place", "longitude", "latitude", "stage", "round", "call_ref", "accepted_at",
    "outcome", "solved", "satisfied", "returns_asked", "returns_granted", "extensions", "upper_returns", "callbacks",
    "attempts", "urges", "reopened", "twice_unhappy", "created_at", "changed_at", "pack_version", "head_seq",
    "head_hash",
)  # fmt: skip
COLUMNS: Final = {
    "orders_requester": ("id", "phone_index", "key", "anonymous", "enterprise", "created_at"),
    "orders_workorder": _ORDER,
    "repeats_wording": ("id", "first", "bands"),
    "repeats_entry": ("order_id", "at", "wording", "fingerprint", "repeats"),
    "repeats_spot": ("key", "order_id"),
}
Rows = dict[str, list[str]]


@dataclass(frozen=True)
class Said:
    """What becomes an order."""

    pk: int
    at: datetime
    phone: str
    title: str
    body: str
    place: str
    point: tuple[float, float] | None
    category: str
    area: str


def index_of(phone: str) -> bytes:
    """Return a stand-in for the blind index of a phone."""
    return blake2b(phone.encode(), digest_size=32).digest()


def order_lines(said: Said, rows: Rows) -> None:
    """Add the order and its caller."""
    at, index = said.at.isoformat(), "\\\\x" + index_of(said.phone).hex() if said.phone else None
    rows["orders_requester"].append(_line(said.pk, index, "\\\\x00", "f", "f", at))
    point = said.point or (None, None)
    rows["orders_workorder"].append(
        _line(
            said.pk, f"B{said.pk:012d}", "own", "phone", "complaint_help", "ordinary", said.category, "ordinary",
            _number(said.area), said.pk, "f", said.title[:200], said.body, said.place[:200], *point, "handling", 1, "",
            at, "", "", "", *[0] * 8, "f", at, at, 1, 1, "\\\\x00",
        )
    )  # fmt: skip


def index_lines(said: Said, wording: int, rows: Rows) -> None:
    """Add what the index keeps of an order; `wording` is its own (its id) or that of an earlier one."""
    from open12345.repeats.places import keys_of, place_of
    from open12345.repeats.signature import bands_of, print_of

    if wording == said.pk:
        bands = ",".join(map(str, bands_of(said.body)))
        rows["repeats_wording"].append(_line(said.pk, said.pk, f"{{{bands}}}"))
    rows["repeats_entry"].append(_line(said.pk, said.at.isoformat(), wording, print_of(said.body), None))
    for key in keys_of(place_of(said.place, said.body, said.point)):
        rows["repeats_spot"].append(_line(key, said.pk))


def block_of(job: tuple[int, int, str]) -> dict[str, str]:
    """Return a block of the big index as COPY texts; for a process of its own."""
    start, whole, pack = job
    rows: Rows = {table: [] for table in COLUMNS}
    for said in tell(pack, range(start + 1, min(start + BLOCK, whole) + 1), whole):
        order_lines(said, rows)
        index_lines(said, said.pk, rows)
    return {table: "".join(lines) for table, lines in rows.items()}


def tell(pack: str, ids: Iterable[int], whole: int) -> Iterator[Said]:
    """Say the orders of the big index: a year long, each person some times, in all leaves and areas in turn."""
    from open12345.simulate.speech.people import caller
    from open12345.simulate.speech.texts import speak
    from open12345.worktime import SHANGHAI

    world, areas = _world(pack)
    codes, end = tuple(world.templates), datetime(2026, 6, 30, 12, tzinfo=SHANGHAI)
    for pk in ids:
        at = end - timedelta(days=365) * (1 - pk / whole)
        who = caller(world.seed, pk * 7919 % max(whole // CALLS_EACH, 1))
        spoken = speak(world, pk, category=codes[pk % len(codes)], area=areas[pk * 7 % len(areas)], at=at, caller=who)
        yield Said(
            pk, at, "" if who.anonymous else who.phone, spoken.title, spoken.body, spoken.place,
            None if spoken.longitude is None or spoken.latitude is None else (spoken.longitude, spoken.latitude),
            spoken.category, areas[pk * 7 % len(areas)],
        )  # fmt: skip


@cache
def _world(pack: str) -> tuple[World, list[str]]:
    from open12345.policy import find_pack, read_pack
    from open12345.simulate.speech.texts import World

    read = read_pack(Path(find_pack(pack)))
    return World.of(read, SEED), [row.code for row in read.area_tree.leaves()]


def multiply(connection: psycopg.Connection[Any], base: int, times: int) -> None:
    """Repeat the `base` orders that are there, `times` in all."""
    bands = _bands(connection)
    for n in range(1, times):
        for table, columns in _NEXT.items():
            said = {"n": n, "shift": n * base, "times": times}
            names = ", ".join(columns)
            values = ", ".join(str(value) for value in columns.values())
            connection.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE {_OF[table]} <= %(base)s",
                               {**said, "base": base})  # fmt: skip
        lines = [
            _line(
                pk + n * base,
                pk + n * base,
                "{" + ",".join(str(b if shared else b ^ (n * 7919 & _MASK)) for b, shared in some) + "}",
            )
            for pk, some in bands
        ]
        copy(connection, {"repeats_wording": "".join(lines)})
    connection.execute(_TIMES, {"times": times, "base": base})


def _bands(connection: psycopg.Connection[Any]) -> list[tuple[int, list[tuple[int, bool]]]]:
    """Return the bands of each wording, and whether others have them too."""
    found = connection.execute("SELECT id, bands FROM repeats_wording ORDER BY id").fetchall()
    often = Counter(band for _pk, bands in found for band in bands)
    return [(pk, [(band, often[band] > 1) for band in bands]) for pk, bands in found]


_SHIFTED: Final = {"id": "id + %(shift)s", "number": "'B' || lpad((id + %(shift)s)::text, 12, '0')",
                   "requester_id": "requester_id + %(shift)s"}  # fmt: skip
_NEXT: Final = {
    "orders_requester": {
        **{name: name for name in COLUMNS["orders_requester"]}, "id": "id + %(shift)s",
        "phone_index": "sha256(phone_index || %(n)s::text::bytea)",
    },
    "orders_workorder": {name: _SHIFTED.get(name, name) for name in _ORDER},
    "repeats_entry": {
        "order_id": "order_id + %(shift)s", "at": "at", "wording": "wording + %(shift)s",
        "fingerprint": "fingerprint # %(shift)s", "repeats": "NULL::bigint",
    },
    "repeats_spot": {"key": "key", "order_id": "order_id + %(shift)s"},
}  # fmt: skip
_OF: Final = {
    "orders_requester": "id",
    "orders_workorder": "id",
    "repeats_entry": "order_id",
    "repeats_spot": "order_id",
}
#: The first, the second … of the repetitions fill the year one after the other.
_TIMES: Final = """
    UPDATE repeats_entry SET at = least.first + ((order_id - 1) / %(base)s) * (interval '365 days' / %(times)s)
        + (at - least.first) / %(times)s
    FROM (SELECT min(at) AS first FROM repeats_entry) AS least
"""


@contextmanager
def bulk() -> Iterator[psycopg.Connection[Any]]:
    """A connection past triggers and foreign keys: the rows are made up and only read by what is measured."""
    from open12345.simulate.history import writers

    with writers.loader() as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


def copy(connection: psycopg.Connection[Any], rows: dict[str, str]) -> None:
    """Write rows."""
    for table, columns in COLUMNS.items():
        if not rows.get(table):
            continue
        names = ", ".join(f'"{name}"' for name in columns)
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as stream:
            stream.write(rows[table].encode())


def empty(connection: psycopg.Connection[Any]) -> None:
    """Forget all orders and all of the index."""
    connection.execute(f"TRUNCATE {', '.join(COLUMNS)}, repeats_group, repeats_member CASCADE")


def _line(*values: object) -> str:
    return "\t".join("\\N" if value is None else _escaped(str(value)) for value in values) + "\n"


def _escaped(text: str) -> str:
    if text.startswith("\\\\x"):
        return text
    return text.replace("\\", "\\\\").replace("\t", " ").replace("\n", "\\n").replace("\r", "")


def _number(code: str) -> int:
    return int.from_bytes(blake2b(code.encode(), digest_size=4).digest(), "big")


def as_json(figures: dict[str, Any]) -> str:
    """Return figures for a program."""
    return json.dumps(figures, ensure_ascii=False, indent=1)


def percentile(values: Sequence[float], share: float) -> float:
    """Return a percentile of unsorted values."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
