"""A classifier that reads meanings too: vectors of an embedding service beside our own n-grams, in one probability.

P(category) is proportional to P(category | n-grams)^a · exp(b · score(category | vector)), a and b found on held-out
texts, the scores by a ridge regression, which has one exact answer. Where the service is away, whoever types is
answered by the n-grams alone (`Prediction.plain`); a job is told so (`EmbeddingAway`) and never given less than asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from .classifier import Classifier, Prediction
from .copies import copies
from .features import Numbers, Settings, Text
from .model import Model, TrainingError, calibration_parts, train
from .nodes import Learning, Scores
from .service import EmbeddingAway, Vectors
from .trees import Tree

#: A text whose vector is kept with the model: another one later means that the service runs another model.
PROBE: Final = "来电人反映路灯不亮，请有关部门处理"
_SAME: Final = 0.98
_STRENGTHS: Final = (0.03, 0.3, 3.0)
_LEAST: Final = 1e-9


class Embedder(Protocol):
    """What makes vectors of texts: a service, or a model in this process. All of length 1, the same for the same."""

    @property
    def name(self) -> str:
        """Return which model makes the vectors."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a row per text, however long it takes; raises `EmbeddingAway`."""
        ...

    def embed_soon(self, texts: Sequence[str]) -> Vectors:
        """Return the same while somebody waits: soon, or raise `EmbeddingAway`."""
        ...


@dataclass(frozen=True, slots=True)
class Head:
    """What was learnt of vectors: `weights` (vector × label), `bias` per label, and how both parts are put together."""

    embedder: str
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    probe: NDArray[np.float32]
    share: float
    """`a`: of the logarithm of what n-grams say."""
    scale: float
    """`b`: of the scores of the vector."""

    def joined(self, chances: Scores, vectors: Vectors) -> Scores:
        """Return the probabilities of both together."""
        return _joined(chances, vectors @ self.weights + self.bias, self.share, self.scale)


@dataclass(slots=True)
class EmbeddedModel:
    """Our own model, and the head beside it. Without an embedder it answers as our own model alone."""

    base: Model
    head: Head
    embedder: Embedder | None = None
    #: Told why, for each question that had to be answered without vectors.
    on_away: Callable[[str], None] = lambda _why: None
    _proved: bool = field(default=False, init=False)

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the codes that it can answer with."""
        return self.base.labels

    def predict(self, texts: Sequence[Text], *, top: int = 3, explain: bool = True) -> list[Prediction]:
        """Return one prediction per text; raises `EmbeddingAway` where the service does not answer."""
        if self.embedder is None:
            return self.plain(texts, top=top, explain=explain)
        return self._with(self._vectors(texts, self.embedder.embed), texts, top, explain=explain)

    def soon(self, texts: Sequence[Text], *, top: int = 3, explain: bool = True) -> list[Prediction]:
        """Return the same while somebody waits: by n-grams alone where the service is not there at once."""
        if self.embedder is None:
            return self.plain(texts, top=top, explain=explain)
        try:
            vectors = self._vectors(texts, self.embedder.embed_soon)
        except EmbeddingAway as error:
            self.on_away(str(error))
            return self.plain(texts, top=top, explain=explain)
        return self._with(vectors, texts, top, explain=explain)

    def plain(self, texts: Sequence[Text], *, top: int = 3, explain: bool = True) -> list[Prediction]:
        """Return what n-grams alone say: nothing leaves the house."""
        return self.base.answers(texts, top, explain=explain, plain=True)

    def _with(self, vectors: Vectors, texts: Sequence[Text], top: int, *, explain: bool) -> list[Prediction]:
        return self.base.answers(
            texts, top, explain=explain, weigh=lambda start, chances: self.head.joined(
                chances, vectors[start : start + len(chances)]
            ),
        )  # fmt: skip

    def _vectors(self, texts: Sequence[Text], embed: Callable[[Sequence[str]], Vectors]) -> Vectors:
        """Return the vectors of texts; the first time it is looked whether the service is the one that was learnt."""
        if not texts:
            return np.zeros((0, len(self.head.probe)), np.float32)
        asked = [words_of(text) for text in texts]
        found = embed(asked if self._proved else [*asked, PROBE])
        if found.shape[1] != len(self.head.probe):
            raise EmbeddingAway("The embedding service runs another model than the one that was learnt from.")
        if not self._proved:
            if float(found[-1] @ self.head.probe) < _SAME:
                raise EmbeddingAway("The embedding service runs another model than the one that was learnt from.")
            self._proved, found = True, found[:-1]
        return found


@dataclass(frozen=True, slots=True)
class AtDesk:
    """An embedded model in force: one text is somebody who waits, several are a job."""

    model: EmbeddedModel

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the codes that it can answer with."""
        return self.model.labels

    def predict(self, texts: Sequence[Text], *, top: int = 3, explain: bool = True) -> list[Prediction]:
        """Return one prediction per text."""
        ask = self.model.soon if len(texts) == 1 else self.model.predict
        return ask(texts, top=top, explain=explain)


class Remembering:
    """An embedder that asks once for each text: what is measured is asked again and again."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float32]] = {}

    @property
    def name(self) -> str:
        """Return which model makes the vectors."""
        return self._embedder.name

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a row per text."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known |= dict(zip(new, self._embedder.embed(new), strict=True))
        return np.stack([self._known[text] for text in texts])

    embed_soon = embed


def remembering(classifier: Classifier) -> Classifier:
    """Return the classifier so that it asks its embedder once for each text."""
    model = classifier.model if isinstance(classifier, AtDesk) else classifier
    if isinstance(model, EmbeddedModel) and model.embedder is not None:
        return replace(model, embedder=Remembering(model.embedder))
    return classifier


def at_home(classifier: Classifier) -> Classifier:
    """Return what answers without sending anything out of the house, for confidential texts."""
    model = classifier.model if isinstance(classifier, AtDesk) else classifier
    return model.base if isinstance(model, EmbeddedModel) else classifier


def words_of(text: Text) -> str:
    """Return title and body as one text, a title that opens the body once."""
    return text.body if text.body.startswith(text.title) else f"{text.title}\n{text.body}"


def train_embedded(
    texts: Sequence[Text], labels: Sequence[str], *, embedder: Embedder, tree: Tree | None = None,
    groups: Numbers | None = None, settings: Settings | None = None, learning: Learning | None = None,
) -> EmbeddedModel:  # fmt: skip
    """Learn from texts, their labels and their vectors; raises `TrainingError` as `train`, and `EmbeddingAway`."""
    learning = learning or Learning()
    vectors = embedder.embed([*(words_of(text) for text in texts), PROBE])
    vectors, probe = vectors[:-1], vectors[-1]
    groups = copies(texts) if groups is None else groups
    base = train(texts, labels, tree=tree, groups=groups, settings=settings, learning=learning)
    codes = {code: n for n, code in enumerate(base.labels)}
    own = np.array([codes[str(label)] for label in labels])
    parts = calibration_parts(own, groups, learning)
    strength, share, scale = _STRENGTHS[1], 1.0, 0.0
    if parts:
        strength, share, scale = _tuned(
            texts, own, vectors, parts[0], base.labels,
            lambda some, said: train(some, said, tree=tree, settings=settings, learning=learning),
        )  # fmt: skip
    weights, bias = ridge(vectors, own, len(base.labels), strength)
    return EmbeddedModel(base, Head(embedder.name, weights, bias, probe, share, scale), embedder)


def _tuned(
    texts: Sequence[Text], own: Numbers, vectors: Vectors, part: Numbers, labels: Sequence[str],
    learn: Callable[[Sequence[Text], Sequence[str]], Model],
) -> tuple[float, float, float]:  # fmt: skip
    """Return strength, `a` and `b` under which texts that were not learnt are the likeliest."""
    from scipy.optimize import minimize  # noqa: PLC0415 - seconds that only learning needs

    rest = np.setdiff1d(np.arange(len(texts)), part)
    try:
        model = learn([texts[n] for n in rest], [labels[own[n]] for n in rest])
    except TrainingError:
        return _STRENGTHS[1], 1.0, 0.0
    known = [labels.index(code) for code in model.labels]
    chances = np.full((len(part), len(labels)), _LEAST, np.float32)
    chances[:, known] = model.probabilities([texts[n] for n in part])[1]
    found = []
    for strength in _STRENGTHS:
        weights, bias = ridge(vectors[rest], own[rest], len(labels), strength)
        scores = vectors[part] @ weights + bias

        def loss(tried: NDArray[np.float64], scores: Scores = scores) -> float:
            sure = _joined(chances, scores, float(np.exp(tried[0])), float(np.exp(tried[1])))
            return -float(np.log(np.maximum(sure[np.arange(len(part)), own[part]], _LEAST)).mean())

        best = minimize(loss, [-0.3, 1.5], method="Nelder-Mead", options={"xatol": 0.02, "fatol": 1e-4, "maxiter": 80})
        found.append((float(best.fun), strength, float(np.exp(best.x[0])), float(np.exp(best.x[1]))))
    _loss, strength, share, scale = min(found)
    return strength, share, scale


def ridge(vectors: Vectors, own: Numbers, count: int, strength: float) -> tuple[Vectors, Vectors]:
    """Return weights and bias of the regression of each label against all others."""
    middle = vectors.mean(axis=0, dtype=np.float64)
    rows = vectors - middle.astype(np.float32)
    sums = np.zeros((rows.shape[1], count))
    for label in np.unique(own):
        sums[:, label] = rows[own == label].sum(axis=0, dtype=np.float64)
    bend = (rows.T @ rows).astype(np.float64) + strength * np.eye(rows.shape[1])
    weights = np.linalg.solve(bend, sums)
    bias = np.bincount(own, minlength=count) / len(own) - middle @ weights
    return weights.astype(np.float32), bias.astype(np.float32)


def _joined(chances: Scores, scores: Scores, share: float, scale: float) -> Scores:
    logs = share * np.log(np.maximum(chances, _LEAST)) + scale * scores
    raised = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)
