"""The ground truth beside a run: one JSON line per request, never in the platform's tables (SIM-05)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Final

from django.conf import settings

from open12345.simulate.shapes import Life, Truth

NAME: Final = "truth.jsonl"
_FIRST: Final = b'{"index": '
_JSON: Final = json.JSONEncoder(ensure_ascii=False)
_TRUTHS: Final = tuple(part.name for part in fields(Truth))


def folder(run: str) -> Path:
    """Return where the truth of a run is kept, apart from the platform's tables."""
    found = Path(settings.OPEN12345_HOME) / "simulate" / run
    found.mkdir(parents=True, exist_ok=True)
    return found


def write(path: Path, told: Iterable[tuple[Life, str]]) -> None:
    """Write what requests really are, a line for each, with the number of the order that it became."""
    path.write_text("".join(f"{_line(life, number)}\n" for life, number in told), encoding="utf-8")


def place_of(line: bytes) -> int:
    """Return the place in the run of what a line tells."""
    return int(line[len(_FIRST) : line.index(b",")])


def _line(life: Life, number: str) -> str:
    request = life.request
    return _JSON.encode({
        "index": request.index, "number": number, "fate": life.fate.value,
        **{name: getattr(request.truth, name) for name in _TRUTHS},
        "said_category": request.category, "life_unit": life.unit, "marks": dict(life.marks),
    })  # fmt: skip
