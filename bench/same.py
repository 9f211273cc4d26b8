"""Digests of what the simulator writes for 2,000 lives: the same before and after a change that only makes it faster.

`PYTHONPATH=. python bench/same.py [FILE]` in both checkouts, each on a new instance of its own (BENCH_HOME); FILE keeps
the lines themselves. Keys and nonces are made constant, numbers are counted from one, search words are sorted, each
once (as the database does): everything else must be equal byte by byte. Lives are of four stretches of the scenario, so
that many kinds come, also such as still stand open.
"""

from __future__ import annotations

import os
import pickle
import sys
import tempfile
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

HOME = Path(os.environ.get("BENCH_HOME") or tempfile.mkdtemp(prefix="same-")).resolve()
_CONSTANT = b"\x07"
SIZE, STRETCH, PARTS = 40_000, 500, (0, 0.37, 0.74, 0.985)


def main() -> None:
    """Stamp the lives and print a digest of each table's lines."""
    os.environ["OPEN12345_HOME"] = str(HOME)
    keys = HOME / "keys"
    keys.mkdir(parents=True, mode=0o700)
    keys.joinpath("master.key").touch(mode=0o600)
    keys.joinpath("master.key").write_bytes(_CONSTANT * 32)
    from open12345.project import boot, database

    boot.setup_django()
    with boot.database_running():
        database.migrate(verbosity=0)
        tables = _lines()
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_bytes(pickle.dumps(tables))
    for name, lines in sorted(tables.items()):
        print(f"{name:16} {len(lines):6,} {sha256(''.join(lines).encode()).hexdigest()}")


def _lines() -> dict[str, list[str]]:
    from open12345.simulate import runs
    from open12345.simulate.history import turns, writers
    from open12345.simulate.history.stamp import Sheet
    from open12345.simulate.lives.staffing import staffing
    from open12345.simulate.lives.steps import World

    whole = runs.prepare("baoshan", "2022-h1", scale=1.0).plan.size
    prepared = runs.prepare("baoshan", "2022-h1", scale=SIZE / whole)
    plan, sheet = prepared.plan, Sheet()
    world = World(prepared.pack, staffing(prepared.pack), prepared.run.seed)
    world.people.warm()
    with turns.loader() as connection, writers.Shadow() as stage:
        stamper = writers._stamper(world, connection, stage, 1, 1)
        stamper.ids = _Counted()
        os.urandom = lambda many: _CONSTANT * many  # type: ignore[assignment]
        for part in PARTS:
            start = int(plan.size * part)
            for life in plan.lives(prepared.voice, start, min(start + STRETCH, plan.size)):
                stamper.stamp(life, sheet)
    return {model.__name__: _sorted("".join(map(_text, lines))) for model, lines in sheet.lines.items()}


def _text(line: str | bytes) -> str:
    return line.decode() if isinstance(line, bytes) else line


class _Counted:
    """Numbers of each table from one, as they are asked for."""

    def __init__(self) -> None:
        self.drawn: Counter[Any] = Counter()

    def __call__(self, model: Any, many: int) -> int:
        first = self.drawn[model] + 1
        self.drawn[model] += many
        return first


def _sorted(text: str) -> list[str]:
    """Return the lines with the words of a search vector in order."""
    return ["\t".join(_column(value) for value in line.split("\t")) for line in text.split("\n")]


def _column(value: str) -> str:
    words = value.split(" ")
    return " ".join(sorted(set(words))) if len(words) > 9 else value  # noqa: PLR2004 - a text has fewer spaces


if __name__ == "__main__":
    main()
