"""Rows for `bench/repeats.py`: what simulated citizens say, as orders and as an index, ready for COPY."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
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
#: Orders told one by one; `repeats_fill` multiplies them.
BASE: Final = 50_000
SIXTY: Final = 60
END: Final = datetime(2026, 6, 30, 12, tzinfo=timezone(timedelta(hours=8)))
YEAR: Final = timedelta(days=365)
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


def index_lines(said: Said, wording: int, rows: Rows, repeats: int | None = None) -> None:
    """Add what the index keeps of an order; `wording` is its own (its id) or that of an earlier one."""
    from open12345.repeats.places import keys_of, place_of
    from open12345.repeats.signature import bands_of, print_of

    if wording == said.pk:
        bands = ",".join(map(str, bands_of(said.body)))
        rows["repeats_wording"].append(_line(said.pk, said.pk, f"{{{bands}}}"))
    rows["repeats_entry"].append(_line(said.pk, said.at.isoformat(), wording, print_of(said.body), repeats))
    for key in keys_of(place_of(said.place, said.body, said.point)):
        rows["repeats_spot"].append(_line(key, said.pk))


def block_of(job: tuple[int, int, str, int]) -> dict[str, str]:
    """Return a block of the big index as COPY texts; for a process of its own."""
    from open12345.repeats.matters import NEAR_COPY, Matter, alike

    start, whole, pack, times = job
    rows: Rows = {table: [] for table in COLUMNS}
    for said in tell(pack, range(start + 1, min(start + BLOCK, whole) + 1), whole, times):
        order_lines(said, rows)
        earlier, wording = repeated(said.pk), first_of(said.pk) if is_copy(said.pk) else said.pk
        if earlier:
            (first,) = tell(pack, [earlier], whole, times)
            near = alike(Matter(first.body, first.at), Matter(said.body, said.at)) >= NEAR_COPY
            wording = first.pk if near else said.pk
        index_lines(said, wording, rows, repeats=earlier or None)
    return {table: "".join(lines) for table, lines in rows.items()}


def tell(pack: str, ids: Iterable[int], whole: int, times: int = 1) -> Iterator[Said]:
    """Say the orders of the big index: its first `times`th of a year, in all leaves and areas in turn.

    One in eleven is a repeat (the caller and the place of an earlier one, in other words or nearly the same), sixty of
    5,000 are copies of one text, one in fifty is at one of twenty busy places, ten people call fifty times.
    """
    for pk in ids:
        said = _plain(pack, pk, whole, times)
        if is_copy(pk):
            first = _plain(pack, first_of(pk), whole, times)
            said = replace(said, body=first.body + ("请处理" if pk % 3 else ""), place=first.place, point=first.point)
        elif earlier := repeated(pk):
            first = _plain(pack, earlier, whole, times)
            words = f"再次来电，{first.body}" if pk % 2 else said.body
            said = replace(first, pk=pk, at=said.at, body=words, title=said.title)
        elif pk % 50 == 7:  # noqa: PLR2004 - a busy place
            busy = _plain(pack, 1 + pk // 50 % 20, whole, times)
            said = replace(said, place=busy.place, point=busy.point)
        if pk % 100 == 13:  # noqa: PLR2004 - one of ten who call often
            said = replace(said, phone=f"often{pk // 100 % 10}")
        yield said


def is_copy(pk: int) -> bool:
    """Whether the text is one that sixty people sent."""
    return 1 < pk % BLOCK <= SIXTY


def is_plain(pk: int) -> bool:
    """Whether it is neither a copy nor a repeat nor at a busy place, and of a caller as any other."""
    return not (is_copy(pk) or pk % 11 == 0 or pk % 50 == 7 or pk % 100 == 13)  # noqa: PLR2004 - as in `tell`


def first_of(pk: int) -> int:
    """Return whose text it is a copy of."""
    return pk - pk % BLOCK + 1


def repeated(pk: int) -> int:
    """Return which earlier order is repeated, 0 for none; it is no repeat and no copy itself."""
    if pk % 11 or is_copy(pk):
        return 0
    earlier = pk - 1 - pk * 7919 % 20_000
    while earlier > 0 and (is_copy(earlier) or earlier % 11 == 0):
        earlier -= 1
    return max(earlier, 0)


def _plain(pack: str, pk: int, whole: int, times: int) -> Said:
    from open12345.simulate.speech.people import caller
    from open12345.simulate.speech.texts import speak

    world, areas = _world(pack)
    codes, area = tuple(world.templates), areas[pk * 7 % len(areas)]
    at = END - YEAR * (1 - pk / whole / times)
    who = caller(world.seed, pk * 7919 % max(whole // CALLS_EACH, 1))
    spoken = speak(world, pk, category=codes[pk % len(codes)], area=area, at=at, caller=who)
    return Said(
        pk, at, "" if who.anonymous else who.phone, spoken.title, spoken.body, spoken.place,
        None if spoken.longitude is None or spoken.latitude is None else (spoken.longitude, spoken.latitude),
        spoken.category, area,
    )  # fmt: skip


@cache
def _world(pack: str) -> tuple[World, list[str]]:
    from open12345.policy import find_pack, read_pack
    from open12345.simulate.speech.texts import World

    read = read_pack(Path(find_pack(pack)))
    return World.of(read, SEED), [row.code for row in read.area_tree.leaves()]


@contextmanager
def bulk() -> Iterator[psycopg.Connection[Any]]:
    """A connection past triggers and foreign keys: the rows are made up and only read by what is measured."""
    from open12345.simulate.history import turns

    with turns.loader() as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


def copy(connection: psycopg.Connection[Any], rows: dict[str, str], into: str = "") -> None:
    """Write rows, into other tables of the same names but for what stands before them."""
    for table, columns in COLUMNS.items():
        if not rows.get(table):
            continue
        names = ", ".join(f'"{name}"' for name in columns)
        with connection.cursor() as cursor, cursor.copy(f"COPY {into}{table} ({names}) FROM STDIN") as stream:
            stream.write(rows[table].encode())


def empty(connection: psycopg.Connection[Any]) -> None:
    """Forget all orders and all of the index."""
    connection.execute(f"TRUNCATE {', '.join(COLUMNS)}, repeats_group, repeats_member CASCADE")


def forget(connection: psycopg.Connection[Any], first: int) -> None:
    """Forget the orders from an id on, and what the index keeps of them."""
    for table, column in {
        "repeats_member": "order_id", "repeats_spot": "order_id", "repeats_entry": "order_id",
        "repeats_wording": "first", "orders_workorder": "id", "orders_requester": "id",
    }.items():  # fmt: skip
        connection.execute(f"DELETE FROM {table} WHERE {column} >= %s", [first])


def _line(*values: object) -> str:
    return "\t".join("\\N" if value is None else _escaped(str(value)) for value in values) + "\n"


def _escaped(text: str) -> str:
    if text.startswith("\\\\x"):
        return text
    return text.replace("\\", "\\\\").replace("\t", " ").replace("\n", "\\n").replace("\r", "")


def _number(code: str) -> int:
    return int.from_bytes(blake2b(code.encode(), digest_size=4).digest(), "big")


def percentile(values: Sequence[float], share: float) -> float:
    """Return a percentile of unsorted values."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
