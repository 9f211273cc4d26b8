"""The files of the mirror: `$OPEN12345_HOME/facts`.

    current.json        the manifest: which files are the facts now, and which transactions they know of
    parts/*.parquet     files that never change: one per month of acceptance ("base"), and one of the orders that moved
                        since ("hot"), which takes the place of their rows in the base
    published/*.json    manifests that were published, by day: their files are kept

A reader opens what one manifest names, so it never sees half a refresh; a writer makes new files, then puts a new
manifest in place of the old one in one step. Killed at any moment, it leaves the last good manifest and files that
nobody names, which the next writer removes. A file that is no longer named stays for `_GRACE`, for readers who have
just opened the manifest before.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext

_GRACE: Final = 900.0  # seconds
#: Published days are all kept for a quarter, then the last of each month.
_ALL_DAYS: Final = 92


class NoFacts(Exception):
    """There is nothing to ask yet; the message says what to do."""


class TooManyCells(NoFacts):
    """An answer would have more than `most` cells."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most

    def __str__(self) -> str:
        """Say so in the reader's language."""
        return gettext("这样切分超过 %(n)s 格：请缩短时段，或换粗一些的维度。") % {"n": f"{self.most:,}"}


class NotPublished(NoFacts):
    """No facts were published on `day`; `nearest` is the published day next to it, None where there is none."""

    def __init__(self, day: date, nearest: date | None) -> None:
        super().__init__(day, nearest)
        self.day, self.nearest = day, nearest

    def __str__(self) -> str:
        """Say so in the reader's language."""
        if self.nearest is None:
            return gettext("%(day)s 没有发布数据：还没有发布过。") % {"day": self.day}
        told = {"day": self.day, "near": self.nearest}
        return gettext("%(day)s 没有发布数据，离它最近的是 %(near)s 发布的。") % told


class Busy(Exception):
    """Another process writes the facts just now."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file: its month ("" for the hot one), its rows, the lowest and highest order in it.

    `stale`: some of its rows may have been replaced by hot ones.
    """

    name: str
    month: str
    rows: int
    first: int
    last: int
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the facts are. `digest`: of the rules by which they were made; `snapshot`: the transactions they know of."""

    name: str
    digest: str
    database: str
    snapshot: str
    built_at: str
    refreshed_at: str
    columns: tuple[str, ...]
    base: tuple[Part, ...] = ()
    hot: Part | None = None
    retired: tuple[tuple[str, float], ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        """All files."""
        return (*self.base, self.hot) if self.hot else self.base

    @property
    def key(self) -> str:
        """What tells two states of the facts apart."""
        return ",".join(f"{part.name}{'*' if part.stale else ''}" for part in self.parts)


def folder() -> Path:
    """Return the folder of the facts; made with the first build."""
    return Path(settings.OPEN12345_HOME) / "facts"


def part_path(name: str) -> Path:
    """Return where a file lies."""
    return folder() / "parts" / name


def new_name(label: str) -> str:
    """Return a name that no file has had."""
    return f"{label}-{secrets.token_hex(6)}.parquet"


def current() -> Manifest | None:
    """Return the manifest in force; None where nothing was ever built."""
    return _read(folder() / "current.json")


def required() -> Manifest:
    """Return the manifest in force; raises `NoFacts`."""
    found = current()
    if found is None:
        raise NoFacts(gettext("数据还没有生成：后台任务运行后就会有；也可以运行 open12345 facts rebuild。"))
    return found


_lately: dict[Path, tuple[float, Manifest]] = {}


def lately(seconds: float) -> Manifest:
    """Return the manifest in force, or one that was within so many seconds; raises `NoFacts`.

    Where orders move every second, what was asked a moment ago can be told again; the files of a manifest outlive it.
    """
    kept = _lately.get(folder())
    if kept is not None and time.monotonic() - kept[0] < seconds:
        return kept[1]
    found = required()
    _lately.clear()
    _lately[folder()] = (time.monotonic(), found)
    return found


def forget() -> None:
    """Drop what is kept of a manifest that was in force (tests)."""
    _lately.clear()


def looked_at() -> float | None:
    """Return when a writer last made sure that nothing is missing (seconds of the epoch)."""
    try:
        return (folder() / "current.json").stat().st_mtime
    except FileNotFoundError:
        return None


def still_true() -> None:
    """Note that nothing has moved since the manifest was written."""
    os.utime(folder() / "current.json")


def put(manifest: Manifest, before: Manifest | None) -> Manifest:
    """Put a manifest in force, in one step; what the one before named and this one does not is kept for a while."""
    named = {part.name for part in manifest.parts}
    now = time.time()
    retired = {part.name: now for part in (before.parts if before else ()) if part.name not in named}
    retired |= {name: at for name, at in (before.retired if before else ()) if now - at < _GRACE}
    manifest = replace(manifest, retired=tuple(sorted(retired.items())))
    _write(folder() / "current.json", manifest)
    return manifest


# -- published days ---------------------------------------------------------------------------------------------------


def publish(day: date, manifest: Manifest) -> Path:
    """Keep a manifest and its files as what was published on `day`; raises FileExistsError for a second one."""
    place = folder() / "published" / f"{day.isoformat()}.json"
    place.parent.mkdir(mode=0o700, exist_ok=True)
    if place.exists():
        raise FileExistsError(place)
    _write(place, manifest)
    return place


def published() -> list[date]:
    """Return the published days, the earliest first."""
    return sorted(date.fromisoformat(path.stem) for path in (folder() / "published").glob("????-??-??.json"))


def as_of(day: date) -> Manifest:
    """Return what was published on `day`; raises `NotPublished` where nothing was."""
    found = _read(folder() / "published" / f"{day.isoformat()}.json")
    if found is None:
        raise NotPublished(day, min(published(), key=lambda other: abs((other - day).days), default=None))
    return found


def thin(today: date) -> list[date]:
    """Forget published days that are older than a quarter and not the last of their month; returns them."""
    days = published()
    last = {(day.year, day.month): day for day in days}
    gone = [day for day in days if (today - day).days > _ALL_DAYS and last[day.year, day.month] != day]
    for day in gone:
        (folder() / "published" / f"{day.isoformat()}.json").unlink()
    return gone


# -- one writer -------------------------------------------------------------------------------------------------------


@contextmanager
def writing(*, wait: bool) -> Iterator[None]:
    """Be the only writer; raises `Busy` where there is one and we do not wait. The lock dies with its process."""
    (folder() / "parts").mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder() / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise Busy("The facts are being written by another process.") from None
        yield


def sweep() -> int:
    """Remove files that no manifest names, as the only writer; returns how many."""
    kept: set[str] = set()
    now = current()
    manifests = [now, *(_read(path) for path in (folder() / "published").glob("*.json"))]
    for manifest in manifests:
        kept |= {part.name for part in manifest.parts} if manifest else set()
    kept |= {name for name, at in (now.retired if now else ()) if time.time() - at < _GRACE}
    strays = [path for path in (folder() / "parts").iterdir() if path.is_file() and path.name not in kept]
    for path in strays:
        path.unlink()
    return len(strays)


def settle(path: Path) -> None:
    """Make sure that a written file is on the disk before a manifest names it."""
    path.chmod(0o600)
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _write(place: Path, manifest: Manifest) -> None:
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.chmod(0o600)
    draft.replace(place)
    handle = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(place: Path) -> Manifest | None:
    try:
        told: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Manifest(**{
        **told, "columns": tuple(told["columns"]), "base": tuple(Part(**part) for part in told["base"]),
        "hot": Part(**told["hot"]) if told["hot"] else None,
        "retired": tuple((name, at) for name, at in told["retired"]),
    })  # fmt: skip


def moment(text: str) -> datetime:
    """Read a moment of a manifest."""
    return datetime.fromisoformat(text)
