"""A model is one file that tells what it was made from, reads back the same, and runs nothing."""

import io
import json
import pickle
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from open12345.classify import Card, Model, ModelFileError, load, save
from tests.classify.conftest import Said

RAN: list[str] = []


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return RAN.append, ("ran",)


@pytest.fixture
def saved(tmp_path: Path, model: Model, learnt: Said) -> Path:
    path = tmp_path / "category.npz"
    save(path, model, Card(len(learnt[0]), Counter(learnt[1]), "2026-01-01", "2026-05-14", "invented"))
    return path


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def numbers(array: np.ndarray[Any, Any], *, allow_pickle: bool = False) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, allow_pickle=allow_pickle)
    return file.getvalue()


def card(parts: dict[str, bytes], **changes: Any) -> bytes:
    told = json.loads(np.load(io.BytesIO(parts["card.npy"])).tobytes())
    return numbers(np.frombuffer(json.dumps(told | changes).encode(), np.uint8))


def test_a_model_read_back_says_the_same(saved: Path, model: Model, asked: Said) -> None:
    again, _card = load(saved)
    assert again.predict(asked[0]) == model.predict(asked[0])
    assert again.labels == model.labels


def test_the_card_tells_what_the_model_was_made_from(saved: Path, learnt: Said) -> None:
    found = load(saved)[1]
    assert (found.texts, found.first_day, found.last_day, found.source) == (288, "2026-01-01", "2026-05-14", "invented")
    assert found.labels == Counter(learnt[1])
    assert found.settings["most"] == 20_000
    assert len(found.digest) == 64


def test_equal_models_have_one_digest(saved: Path, model: Model, tmp_path: Path) -> None:
    other = save(tmp_path / "other.npz", model, Card(1, {}))
    assert other.digest == load(saved)[1].digest


@pytest.mark.parametrize("name", ["card.npy", "node.0.weights.npy", "extra.npy"])
def test_a_pickled_part_is_refused_and_never_run(saved: Path, name: str) -> None:
    RAN.clear()
    evil = numbers(np.array([Bomb()], dtype=object), allow_pickle=True)
    write(saved, members(saved) | {name: evil})
    with pytest.raises(ModelFileError):
        load(saved)
    saved.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(ModelFileError):
        load(saved)
    assert RAN == []


def test_changed_weights_are_found(saved: Path) -> None:
    parts = members(saved)
    weights = np.load(io.BytesIO(parts["node.0.weights.npy"]))
    weights[0, 0] += 1
    write(saved, parts | {"node.0.weights.npy": numbers(weights)})
    with pytest.raises(ModelFileError, match="digest"):
        load(saved)


def test_another_version_is_told(saved: Path) -> None:
    parts = members(saved)
    write(saved, parts | {"card.npy": card(parts, version=99)})
    with pytest.raises(ModelFileError, match="version 99"):
        load(saved)


@pytest.mark.parametrize("name", ["notes.txt", "../../notes.py"])
def test_what_is_no_array_is_refused(saved: Path, name: str) -> None:
    write(saved, members(saved) | {name: b"import os"})
    with pytest.raises(ModelFileError, match="no array"):
        load(saved)


def test_an_array_that_claims_more_than_there_is_is_refused(saved: Path) -> None:
    parts = members(saved)
    claimed = parts["node.0.bias.npy"].replace(b"(", b"(9999999", 1)
    write(saved, parts | {"node.0.bias.npy": claimed})
    with pytest.raises(ModelFileError):
        load(saved)


@pytest.mark.parametrize("lost", ["card.npy", "body.keys.npy", "node.1.bias.npy"])
def test_a_file_without_a_part_is_refused(saved: Path, lost: str) -> None:
    parts = members(saved)
    del parts[lost]
    write(saved, parts)
    with pytest.raises(ModelFileError):
        load(saved)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a model", b"{}"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "wrong.npz"
    path.write_bytes(content)
    with pytest.raises(ModelFileError):
        load(path)


def test_a_half_written_model_leaves_the_old_one(saved: Path, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved.read_bytes()

    def broken(*_: Any, **__: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez_compressed", broken)
    with pytest.raises(OSError, match="disk full"):
        save(saved, model, Card(1, {}))
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]
