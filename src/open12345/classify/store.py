"""A model as one file: numbers in NumPy's own form and a card in JSON, in one archive.

Reading never runs anything: no pickle, nothing imported by name. What does not fit together is refused whole.
Layout (version 1): `card` (UTF-8 JSON as bytes), `title.keys title.texts body.keys body.texts`, and for each decision
`node.N.columns node.N.weights node.N.bias node.N.priors`, N = 0 for the first level, then its outcomes in order.
One that has learnt with an embedding service is an archive of the same kind with our own model's file in it: `card`,
`own.file` (bytes), `head.weights head.bias head.probe`.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .embedded import EmbeddedModel, Embedder, Head
from .features import Features, Part, Settings, Table
from .model import Model
from .nodes import Node, Scale
from .trees import Tree

VERSION: Final = 1
_FORM: Final = "open12345-classifier"
_EMBEDDED: Final = "open12345-embedded"
_LARGEST: Final = 4 << 30  # bytes unpacked
_KINDS: Final = {"keys": "<u8", "texts": "<i4", "columns": "<i4", "weights": "<f4", "bias": "<f4", "priors": "<f4",
          "file": "|u1", "probe": "<f4"}  # fmt: skip
_BROKEN: Final = (
    OSError, EOFError, MemoryError, zipfile.BadZipFile, ValueError, KeyError, TypeError, AttributeError,
)  # fmt: skip
"""What reading a file raises that is none of ours."""

Arrays = Mapping[str, NDArray[Any]]


class ModelFileError(Exception):
    """A file that is no model of ours, is damaged, or was written by a later version; says which and what helps."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a model was made from and how good it was: kept with it, told with each of its answers."""

    texts: int
    labels: Mapping[str, int]
    """Texts per label."""
    first_day: str = ""
    last_day: str = ""
    """Of the texts, ISO 8601, as the caller says."""
    source: str = ""
    measures: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    digest: str = ""
    """SHA-256 of everything that decides; two models with one digest answer alike. Set when saved."""


def save(path: Path, model: Model | EmbeddedModel, card: Card) -> Card:
    """Write the model to `path` at once or not at all, and return its card with the digest."""
    if isinstance(model, EmbeddedModel):
        return _save_embedded(path, model, card)
    arrays = _arrays(model)
    told = {
        "form": _FORM,
        "version": VERSION,
        "settings": model.features.settings.as_json(),
        "count": model.features.count,
        "floor": model.floor,
        "parents": dict(model.tree.parents),
        "nodes": [_told(node) for node in _nodes(model)],
    }
    return _write(path, told, arrays, card)


def _save_embedded(path: Path, model: EmbeddedModel, card: Card) -> Card:
    head = model.head
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "own"
        settings = save(own, model.base, card).settings
        file = np.frombuffer(own.read_bytes(), np.uint8)
    arrays = {"own.file": file} | {
        f"head.{name}": np.ascontiguousarray(getattr(head, name), "<f4") for name in ("weights", "bias", "probe")
    }
    told = {
        "form": _EMBEDDED, "version": VERSION, "embedder": head.embedder, "share": head.share, "scale": head.scale,
        "settings": {**settings, "embedder": head.embedder, "vector": len(head.probe)},
    }  # fmt: skip
    return _write(path, told, arrays, card)


def _write(path: Path, told: dict[str, Any], arrays: Arrays, card: Card) -> Card:
    digest = _digest(told, arrays)
    own = {**_asdict(card), "settings": told["settings"], "digest": digest}
    text = json.dumps({**told, "card": own}, ensure_ascii=False, sort_keys=True).encode()
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, card=np.frombuffer(text, np.uint8), **dict(arrays))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return Card(**own)


def load(path: Path, embedder: Embedder | None = None) -> tuple[Model | EmbeddedModel, Card]:
    """Read a model; raises `ModelFileError` where the file is anything else. Never runs what it reads.

    One that has learnt with an embedding service asks `embedder` where that makes the vectors it has learnt from;
    else it answers by its n-grams alone.
    """
    told, arrays = _read(path)
    try:
        own = told.pop("card")
        if _digest(told, arrays) != own["digest"]:
            raise ModelFileError(f"{path.name} is damaged: its digest does not fit. Train the model again.")
        if told["form"] == _EMBEDDED:
            return _made_embedded(told, arrays, embedder), Card(**own)
        return _made(told, arrays), Card(**own)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise ModelFileError(f"{path.name} is no model of ours: {error}. Train the model again.") from error


def read_card(path: Path) -> Card:
    """Return what is told of the model in `path`, without making it; raises `ModelFileError`."""
    return load(path)[1]


def _read(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return the card and the arrays, every one of the kind it must be."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _LARGEST:
                raise ModelFileError(f"{path.name} is larger than {_LARGEST >> 30} GB unpacked.")
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        told = json.loads(arrays.pop("card").tobytes().decode())
        form, version = told["form"], told["version"]
    except _BROKEN as error:
        raise ModelFileError(f"{path.name} is no model of ours: {error}.") from error
    if form not in {_FORM, _EMBEDDED} or version != VERSION:
        raise ModelFileError(f"{path.name} is of version {version}, this software reads {VERSION}. Train it again.")
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):
            raise ModelFileError(f"{path.name} is no model of ours: {name} is no array.")
        if array.dtype.str != _KINDS.get(name.rpartition(".")[2]):
            raise ModelFileError(f"{path.name} is no model of ours: {name} is of kind {array.dtype}.")
    return told, arrays


def _nodes(model: Model) -> list[Node]:
    return [model.root, *(model.branches[code] for code in model.root.codes)]


def _told(node: Node) -> dict[str, Any]:
    return {"codes": list(node.codes), "slope": node.scale.slope, "shift": node.scale.shift}


def _arrays(model: Model) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {}
    for name, part in (("title", model.features.title), ("body", model.features.body)):
        found |= {f"{name}.keys": part.table.keys, f"{name}.texts": part.texts}
    for number, node in enumerate(_nodes(model)):
        for kind in ("columns", "weights", "bias", "priors"):
            found[f"node.{number}.{kind}"] = getattr(node, kind)
    return {name: np.ascontiguousarray(array, _KINDS[name.rpartition(".")[2]]) for name, array in found.items()}


def _made(told: Mapping[str, Any], arrays: Arrays) -> Model:
    settings = Settings.of(told["settings"])
    title, body = (
        Part(lengths, Table(_rising(arrays[f"{name}.keys"])), arrays[f"{name}.texts"])
        for name, lengths in (("title", settings.title), ("body", settings.body))
    )
    if any(len(part.table.keys) != len(part.texts) for part in (title, body)):
        raise ValueError("n-grams and the texts they stood in do not fit")
    features = Features(settings, title, body, int(told["count"]))
    root, *rest = (_node(number, one, arrays, features.width) for number, one in enumerate(told["nodes"]))
    branches = dict(zip(root.codes, rest, strict=True))
    return Model(features, Tree(told["parents"]), root, branches, float(told["floor"]))


def _made_embedded(told: Mapping[str, Any], arrays: Arrays, embedder: Embedder | None) -> EmbeddedModel:
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "own"
        own.write_bytes(arrays["own.file"].tobytes())
        base, _card = load(own)
    if not isinstance(base, Model):
        raise TypeError("a model within a model within a model")
    weights, bias, probe = (arrays[f"head.{name}"] for name in ("weights", "bias", "probe"))
    labels = len(base.labels)
    if probe.ndim != 1 or weights.shape != (len(probe), labels) or bias.shape != (labels,):
        raise ValueError(f"vectors have weights of shape {weights.shape}")
    share, scale = float(told["share"]), float(told["scale"])
    if not all(np.isfinite(array).all() for array in (weights, bias, probe, np.array([share, scale]))):
        raise ValueError("vectors have weights that are no numbers")
    name = str(told["embedder"])
    head = Head(name, weights, bias, probe, share, scale)
    return EmbeddedModel(base, head, embedder if embedder is not None and embedder.name == name else None)


def _node(number: int, told: Mapping[str, Any], arrays: Arrays, width: int) -> Node:
    columns, weights, bias, priors = (
        arrays[f"node.{number}.{kind}"] for kind in ("columns", "weights", "bias", "priors")
    )
    codes, scale = tuple(map(str, told["codes"])), Scale(float(told["slope"]), float(told["shift"]))
    outcomes = len(codes)
    if weights.shape != (len(columns), outcomes) or bias.shape != (outcomes,) or priors.shape != (outcomes,):
        raise ValueError(f"decision {number} has weights of shape {weights.shape}")
    if len(_rising(columns)) and not 0 <= columns[0] <= columns[-1] < width:
        raise ValueError(f"decision {number} reads columns that are not there")
    if (
        not all(np.isfinite(array).all() for array in (weights, bias, priors))
        or not 0 < scale.slope < np.inf
        or not np.isfinite(scale.shift)
    ):
        raise ValueError(f"decision {number} has weights that are no numbers")
    return Node(codes, columns, weights, bias, scale, priors)


def _rising(values: NDArray[Any]) -> NDArray[Any]:
    if values.ndim != 1 or (values[1:] <= values[:-1]).any():
        raise ValueError("a list that must rise does not")
    return values


def _digest(told: Mapping[str, Any], arrays: Arrays) -> str:
    found = sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode())
    for name in sorted(arrays):
        found.update(f"{name} {arrays[name].shape}".encode())
        found.update(arrays[name].tobytes())
    return found.hexdigest()


def _asdict(card: Card) -> dict[str, Any]:
    return {
        "texts": card.texts,
        "labels": dict(card.labels),
        "first_day": card.first_day,
        "last_day": card.last_day,
        "source": card.source,
        "measures": dict(card.measures),
    }
