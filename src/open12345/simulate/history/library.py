"""What processes have learnt, shared through a folder: a life played by one need not be played by the others.

Entries belong to one state of the code, the pack and the accounts: with any other they are not found.
"""

from __future__ import annotations

import pickle
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from open12345.simulate.history.learning import Found, Skeleton
from open12345.simulate.lives.steps import World

Known = tuple[Skeleton, Found]


class Library:
    """Learnt lives by key; kept in `folder`, or nowhere."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder

    def find(self, key: Any) -> Known | None:
        """Return what is known of lives of this kind."""
        path = self._path(key)
        if path is None or not path.exists():
            return None
        found: Known = pickle.loads(path.read_bytes())  # noqa: S301 - written by this program, in a folder of its own
        return found

    def keep(self, key: Any, known: Known) -> None:
        """Keep it for the others; of two who keep the same the later one wins."""
        path = self._path(key)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = path.with_suffix(f".{id(known)}")
            fresh.write_bytes(pickle.dumps(known))
            fresh.replace(path)

    def _path(self, key: Any) -> Path | None:
        return None if self.folder is None else self.folder / sha256(repr(key).encode()).hexdigest()[:32]


def shelf(home: Path, world: World) -> Path:
    """Return the folder for this state of code, pack and accounts."""
    people = world.people
    state = repr((world.pack.digest, sorted(people.units.items()), sorted(people.posts.items())))
    return home / "simulate" / "learnt" / sha256((state + _code()).encode()).hexdigest()[:16]


@lru_cache
def _code() -> str:
    files = sorted((Path(__file__).parents[2]).rglob("*.py"))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
