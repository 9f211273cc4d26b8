"""docs/packs.md tells of every file, every key and every word that a pack may use."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from open12345.policy import Pack, names
from open12345.policy.layout import FILES, ROWS, WHOLE

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "packs.md").read_text(encoding="utf-8")


def models(annotation: Any, seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """Every model that can stand inside an annotation."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        if issubclass(annotation, BaseModel) and annotation not in seen:
            seen.add(annotation)
            yield annotation
            for field in annotation.model_fields.values():
                yield from models(field.annotation, seen)
        return
    for argument in get_args(annotation):
        yield from models(argument, seen)


def keys() -> set[str]:
    found = {key for model in models(Pack, set()) for key in model.model_fields}
    files = {*WHOLE.values(), *(spec.field for spec in ROWS.values())}  # named by their file
    return found - files - {"start", "end"}  # a span is written in one piece, "09:00-11:30"


@pytest.mark.parametrize("file", sorted(set(FILES.values())))
def test_every_file_is_described(file: str) -> None:
    assert file in TEXT


def test_every_key_is_described() -> None:
    assert len(keys()) > 80
    assert [key for key in sorted(keys()) if f"`{key}`" not in TEXT and f"  {key}: " not in TEXT] == []


@pytest.mark.parametrize("words", [names.ClockKind, names.EvidenceType, names.Effect, names.UnitKind, names.AreaLevel])
def test_every_closed_list_is_written_out(words: Any) -> None:
    assert [word for word in get_args(words) if f"`{word}`" not in TEXT] == []
