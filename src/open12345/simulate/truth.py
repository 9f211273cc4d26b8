"""The ground truth beside a run: one JSON line per request, never in the platform's tables (SIM-05)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from os import SEEK_END
from pathlib import Path
from types import MappingProxyType
from typing import Final

from open12345.simulate.shapes import Request, Truth

NAME: Final = "truth.jsonl"


def write(path: Path, requests: Iterable[Request], numbers: Mapping[int, str] = MappingProxyType({})) -> int:
    """Add the truth of `requests` to the file, each under its index; returns how many.

    `numbers`: which order each became; where they are told, requests without an order are left out.

    A line that a killed run left open is ended first.
    """
    count = 0
    with path.open("a+b") as raw:
        if raw.tell() and (raw.seek(-1, SEEK_END), raw.read(1))[1] != b"\n":
            raw.write(b"\n")
    with path.open("a", encoding="utf-8") as file:
        for request in requests:
            if numbers and request.index not in numbers:
                continue
            known = {"number": numbers[request.index]} if numbers else {}
            line = {"index": request.index, **known, **asdict(request.truth)}
            file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
    return count


def read(path: Path) -> Iterator[tuple[int, Truth]]:
    """Yield index and truth; what a resumed run wrote twice comes once, the last time."""
    found: dict[int, Truth] = {}
    with path.open(encoding="utf-8") as file:
        for line in file:
            try:
                told = json.loads(line)
            except json.JSONDecodeError:  # the last line of a run that was killed
                continue
            index, _number = told.pop("index"), told.pop("number", "")
            found[index] = Truth(**told)
    yield from sorted(found.items())
