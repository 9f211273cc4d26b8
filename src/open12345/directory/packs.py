"""Versions of the policy pack: loading, coming into force, and which one rules at a moment."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from open12345.policy import Pack, in_language
from open12345.worktime import known_until

from . import access
from .errors import DirectoryError, NotEntitled
from .models import Area, AreaOutlines, PackInForce, PackVersion, Unit
from .person import SYSTEM, Person
from .roles import Role
from .trees import Node, TreeChange, sync

Handler = Callable[[int, Pack, datetime], None]
"""Called with version id, pack and moment, in the transaction of coming into force."""

_handlers: list[Handler] = []
_LOCK: Final = 0x12345001
"""Key of the advisory lock that lets one pack come into force at a time."""


class NoPack(DirectoryError):
    """No policy pack has been loaded yet."""

    status = 503


@dataclass(frozen=True, slots=True)
class Row:
    """What the cache keeps of a stored version."""

    id: int
    digest: str
    effective_from: datetime


def on_version(handler: Handler) -> Handler:
    """Subscribe to a version coming into force, or the official calendar learning a year.

    Clocks must then be computed anew. Usable as a decorator; the same handler counts once.
    """
    if handler not in _handlers:
        _handlers.append(handler)
    return handler


# Which version rules


@dataclass(slots=True)
class _Cache:
    rows: tuple[Row, ...] = ()
    read_at: float = float("-inf")


class _Mine(threading.local):
    """What the open transaction `block` of this thread has loaded and nobody else sees yet."""

    block: object | None = None

    def __init__(self) -> None:
        self.cache = _Cache()


_committed, _mine = _Cache(), _Mine()


def _outermost() -> object | None:
    """The open transaction of this thread, if any."""
    blocks: list[object] = getattr(connection, "atomic_blocks", [])
    return blocks[0] if blocks else None


def _rows() -> tuple[Row, ...]:
    """The stored versions, at most `PACK_CACHE_SECONDS` old.

    A transaction that itself loaded a version sees it at once; nobody else does before commit.
    """
    block = _outermost()
    cache = _mine.cache if block is not None and block is _mine.block else _committed
    now = time.monotonic()
    if now - cache.read_at > getattr(settings, "PACK_CACHE_SECONDS", 2.0):
        rows = PackVersion.objects.order_by("effective_from", "id")
        cache.rows = tuple(Row(*row) for row in rows.values_list("id", "digest", "effective_from"))
        cache.read_at = now if cache.rows else float("-inf")
    return cache.rows


def forget() -> None:
    """Drop what is cached; after a commit that loaded a version, and in tests."""
    _committed.read_at = float("-inf")
    _mine.block = None


@lru_cache(maxsize=8)
def _read(version: int, digest: str) -> Pack:
    """The pack of a stored version; the digest guards against an id that started anew."""
    stored = PackVersion.objects.values_list("content", flat=True)
    return Pack.model_validate(stored.get(pk=version, digest=digest))


def _ruling(moment: datetime) -> Row | None:
    """The latest version in effect at `moment`; before the first one, the first."""
    rows = _rows()
    before = [row for row in rows if row.effective_from <= moment]
    return before[-1] if before else (rows[0] if rows else None)


def pack_at(moment: datetime) -> tuple[int, Pack]:
    """The id and the pack of the version that rules at `moment`; raises `NoPack`."""
    row = _ruling(moment)
    if row is None:
        raise NoPack(_("还没有装载规则包，请运行 open12345 load-pack。"), code="no_pack")
    return row.id, _read(row.id, row.digest)


def shown_at(moment: datetime) -> Pack:
    """The ruling pack in the language of the reader, for screens alone: nothing is decided by it; raises `NoPack`."""
    return in_language(pack_at(moment)[1], get_language())


def by_language(chinese: str, english: str) -> str:
    """Return what a pack says in both languages in that of the reader; in Chinese where it has no English."""
    return (english if (get_language() or "").startswith("en") else "") or chinese


def pack_of(version: int) -> Pack:
    """The pack of a stored version, whatever rules now; raises `PackVersion.DoesNotExist`."""
    for row in _rows():
        if row.id == version:
            return _read(row.id, row.digest)
    return _read(version, PackVersion.objects.values_list("digest", flat=True).get(pk=version))


# Loading


def check_right(by: Person) -> None:
    """Packs are the system administrator's (or the command line's)."""
    if by.kind != "system" and not by.has(Role.SYSTEM_ADMIN):
        raise NotEntitled(_("只有系统管理员可以装载规则包。"), code="not_entitled")


def check_own(pack: Pack, moment: datetime) -> None:
    """One instance serves one pack; raises `DirectoryError` at `name` where another one rules at `moment`.

    Units, categories and orders of the pack in force would lose their rules with another city's. The command line,
    whose user sets instances up, is not asked.
    """
    try:
        own = pack_at(moment)[1].id
    except NoPack:
        return
    if own != pack.id:
        text = _(
            "一个实例只用一个规则包，在用的是 %(own)s，不能装载 %(other)s。请选择 %(own)s；要用 %(other)s，请另建实例。"
        )
        raise DirectoryError(text % {"own": own, "other": pack.id}, code="other_pack", field="name")


def load_pack(pack: Pack, *, effective_from: datetime | None, by: Person, at: datetime, note: str = "") -> PackVersion:
    """Store `pack` as a version and, when its time has come, bring it into force; one transaction.

    Nothing is stored when the version that would rule at `effective_from` (default: `at`) has
    the same digest; that version is returned. Except for the very first, a version cannot take
    effect in the past: what was due then has been decided by the old rules.
    Raises `NotEntitled`, `DirectoryError`; whatever goes wrong, the old version stays in force.
    """
    check_right(by)
    start = effective_from or at
    with transaction.atomic():
        _one_at_a_time()
        ruling = _ruling(start)
        if ruling and start < at:
            raise DirectoryError(_("生效时间不能早于现在。"), code="effective_in_past", field="effective_from")
        if ruling and ruling.digest == pack.digest and ruling.effective_from <= start:
            version = PackVersion.objects.get(pk=ruling.id)
        else:
            version = _store(pack, start, by, at, note)
        apply_due(at)
    return version


def with_local_days(pack: Pack, moment: datetime) -> Pack:
    """`pack`, as read from a folder, with the days that screens have set in the version that rules at `moment`.

    A local day stays until a screen gives it back, also where the folder has a rule of its own for that day: a new
    folder must not undo a day off that has been announced.
    """
    try:
        ruling = pack_at(moment)[1]
    except NoPack:
        return pack
    local = {rule.date: rule for rule in ruling.days if rule.local}
    if ruling.id != pack.id or not local:
        return pack
    days = {rule.date: rule for rule in pack.days} | local
    rules = [days[day].model_dump(mode="json") for day in sorted(days)]
    found = Pack.model_validate(pack.model_dump(mode="json") | {"days": rules})
    return found.model_copy(update={"outlines": pack.outlines})  # its JSON knows them by their digest only


def ensure_pack(pack: Pack, *, by: Person, at: datetime) -> PackVersion:
    """Load `pack` unless it has been loaded before; for each start of an instance.

    What screens have changed since (a local holiday) stays, although the folder lacks it.
    """
    known = PackVersion.objects.filter(digest=pack.digest).order_by("id").last()
    if known is None:
        return load_pack(with_local_days(pack, at), effective_from=None, by=by, at=at)
    apply_due(at)
    return known


def _one_at_a_time() -> None:
    """Serialise loads until the end of the transaction and read the versions afresh after it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    _mine.block, _mine.cache = _outermost(), _Cache()
    transaction.on_commit(forget)


def _store(pack: Pack, start: datetime, by: Person, at: datetime, note: str) -> PackVersion:
    """Insert the version, its outlines where they are new, and its line in the access record."""
    if pack.outlines.shapes:
        content = {code: outline.model_dump(mode="json") for code, outline in pack.outlines.shapes.items()}
        AreaOutlines.objects.get_or_create(digest=pack.outlines.digest, defaults={"content": content})
    version = PackVersion.objects.create(
        pack_id=pack.id,
        digest=pack.digest,
        content=pack.model_dump(mode="json"),
        effective_from=start,
        loaded_at=at,
        loaded_by_id=by.id if by.kind == "staff" else None,
        note=note[:200],
    )
    access.record("pack.load", by=by, at=at, on=f"pack:{version.pk}", reason=note)
    _mine.cache = _Cache()
    return version


# Coming into force


def apply_due(at: datetime) -> PackVersion | None:
    """Bring into force what rules at `at` and is not in force yet; returns it, else None.

    In this order: units and areas are brought up to date, the moment is recorded, subscribers
    are told. Also tells them when the official calendar has learnt a year since the last time.
    Run every minute by the worker and at each start.
    """
    with transaction.atomic():
        _one_at_a_time()
        row = _ruling(at)
        if row is None:
            return None
        pack = _read(row.id, row.digest)
        until = known_until()
        last = PackInForce.objects.order_by("-id").first()
        if last and last.version_id == row.id and last.calendar_until == until:
            return None
        if not last or last.version_id != row.id:
            sync_trees(pack)
        PackInForce.objects.create(version_id=row.id, at=at, calendar_until=until)
        access.record("pack.in_force", by=SYSTEM, at=at, on=f"pack:{row.id}")
        for handler in _handlers:
            handler(row.id, pack, at)
        return PackVersion.objects.get(pk=row.id)


def sync_trees(pack: Pack) -> tuple[TreeChange, TreeChange]:
    """Make the stored units and areas those of the pack; units that are gone become inactive."""
    units = [
        Node(
            unit.code,
            unit.parent or "",
            {
                "name": unit.name,
                "kind": unit.kind,
                "phone": unit.phone[:120],
                "synthetic": unit.synthetic,
            },
        )
        for unit in pack.units
    ]
    areas = [Node(area.code, area.parent or "", {"name": area.name, "level": area.level}) for area in pack.areas]
    return sync(Unit, units, from_pack=True), sync(Area, areas, from_pack=True)
