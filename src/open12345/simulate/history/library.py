"""What processes have learnt, shared through a folder: a life played by one need not be played by the others.

Entries belong to one state of the code, the pack and the accounts: with any other they are not found. What fills in a
kind of life (`code.Written`) is kept too, so that it is written out and compiled once.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from open12345.simulate.history.code import Written
from open12345.simulate.history.learning import Found, Skeleton
from open12345.simulate.lives.steps import World

Known = tuple[Skeleton, Found]
Flags = tuple[bool, ...]


class Library:
    """Learnt lives by their acts and by which clocks could run; kept in `folder`, or nowhere."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def found(self, acts: Any, flags: Flags, but: Collection[Flags]) -> Iterator[tuple[Flags, Known]]:
        """Yield what is known of lives of these acts, `but` that of some flags; if there, of `flags` alone."""
        if self.folder is None:
            return
        own = self.folder / _name(acts, flags)
        paths = [own] if own.exists() else sorted(self.folder.glob(f"{_name(acts)}-*"))
        for path in paths:
            there: Flags = tuple(sign == "1" for sign in path.name.partition("-")[2])
            if there not in but and (known := _read(path)) is not None:
                yield there, known

    def keep(self, acts: Any, flags: Flags, known: Known) -> None:
        """Keep it for the others; of two who keep the same the later one wins."""
        if self.folder is not None:
            _put(self.folder / _name(acts, flags), known)

    @contextmanager
    def claimed(self, acts: Any) -> Iterator[bool]:
        """Claim lives of these acts for playing; False while another process plays them.

        Whoever is killed claims nothing any more.
        """
        if self.folder is None:
            yield True
            return
        with (self.folder / f"{_name(acts)}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def form(self, kind: Any) -> Written | None:
        """Return what fills in lives of this kind, if another process has written it out."""
        found: Written | None = None if self.folder is None else _read(self.folder / f"{_name(kind)}.form")
        return found

    def keep_form(self, kind: Any, form: Written) -> None:
        """Keep it for the others."""
        if self.folder is not None:
            _put(self.folder / f"{_name(kind)}.form", form)


def _name(key: Any, flags: Flags | None = None) -> str:
    """Return the name of a kind: of its acts, and of which clocks could run where that is told."""
    name = sha256(repr(key).encode()).hexdigest()[:32]
    return name if flags is None else f"{name}-{''.join('01'[flag] for flag in flags)}"


def _read(path: Path) -> Any:
    """Return what a file of the shelf holds; None where there is none, or where a power cut left half of one."""
    try:
        return pickle.loads(path.read_bytes())  # noqa: S301 - written by this program, in its own folder
    except FileNotFoundError:
        return None
    except (EOFError, pickle.UnpicklingError):
        path.unlink(missing_ok=True)
        return None


def _put(path: Path, what: Any) -> None:
    """Write a file that is there at once and whole; until then it has a name that nobody looks for."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(pickle.dumps(what))
    fresh.replace(path)


def shelf(home: Path, world: World) -> Path:
    """Return the folder for this state of code, pack and accounts; those of other states are thrown away."""
    people = world.people
    state = repr((world.pack.digest, sorted(people.units.items()), sorted(people.posts.items())))
    own = home / "simulate" / "learnt" / sha256((state + _code()).encode()).hexdigest()[:16]
    for other in own.parent.glob("*"):
        if other != own:
            shutil.rmtree(other, ignore_errors=True)
    return own


@lru_cache
def _code() -> str:
    files = sorted((Path(__file__).parents[2]).rglob("*.py"))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
