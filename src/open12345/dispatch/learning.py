"""What the centre learns from its own orders: examples, training, and putting a classifier in force (DIS-03, DIS-08).

Examples are orders that went their whole way: closed or put away, with the category under which they ended, whoever
corrected it before. The newest are held back; a classifier is put in force only where it is no worse on orders that
neither it nor the one in force has learnt from.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from open12345.classify import (
    Card,
    Classifier,
    EmbeddedModel,
    EmbeddingAway,
    Figures,
    Model,
    Text,
    Tree,
    evaluate,
    save,
    train,
    train_embedded,
)
from open12345.directory import access
from open12345.directory.person import Person
from open12345.dispatch import embedding, learnt
from open12345.dispatch.learnt import STRANGE
from open12345.dispatch.models import Learnt, Standing, TrainedClassifier
from open12345.orders.models import WorkOrder
from open12345.orders.stages import Stage
from open12345.policy import Pack

#: Orders further back than so many are not read: matters and words change.
MOST: Final = 60_000
#: The newest part, held back to measure with.
HELD_BACK: Final = 0.15
#: Fewer orders teach nothing worth a promise.
LEAST: Final = 300
#: Of a category with fewer, nothing is learnt: it is left to people.
LEAST_OF_ONE: Final = 5
#: Before any order.
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WENT_THEIR_WAY: Final = (Stage.CLOSED, Stage.ARCHIVED)


class NotLearnt(Exception):
    """Nothing can be learnt, or a classifier may not be put in force; says why and what helps."""


@dataclass(frozen=True, slots=True)
class Example:
    """One order that went its whole way."""

    text: Text
    category: str
    at: datetime


def examples(
    pack: Pack, *, most: int = MOST, after: datetime | None = None, known_before: datetime | None = None
) -> list[Example]:
    """Return the newest orders that went their whole way, oldest first; those taken in `after` alone.

    `known_before`: as somebody would have read them then, so those alone that had been closed by that moment.
    Confidential ones teach nothing: their words would stand in a file, or go to a service.
    """
    leaves = [row.code for row in pack.categories if pack.is_leaf(row.code)]
    found = WorkOrder.objects.filter(
        stage__in=_WENT_THEIR_WAY, category__in=leaves, accepted_at__isnull=False, confidential=False
    )
    if after is not None:
        found = found.filter(accepted_at__gt=after)
    if known_before is not None:
        found = found.filter(closed_at__lt=known_before)
    rows = found.order_by("-accepted_at", "-pk").values_list("title", "body", "category", "accepted_at")[:most]
    return [Example(Text(title, body), category, at) for title, body, category, at in rows if at][::-1]


def teach(
    pack: Pack, *, by: Person, at: datetime, most: int = MOST, embedded: bool = False
) -> TrainedClassifier:  # fmt: skip
    """Train on the centre's own orders and keep the classifier with its card, not yet in force.

    `embedded`: with the vectors of the embedding service. Raises NotLearnt where there are too few orders.
    """
    known = examples(pack, most=most)
    cut = round(len(known) * (1 - HELD_BACK))
    few = (
        f"{len(known)} orders went their whole way, too few of them to learn from: {LEAST} of at least two "
        "categories are needed. Train again when more are closed, or learn from a labelled file (--csv)."
    )
    taught = common(known[:cut], few)
    days = (taught[0].at.isoformat(), taught[-1].at.isoformat())
    source = f"{pack.id}: orders closed or put away"
    return fit(pack, taught, known[cut:], source, days=days, by=by, at=at, embedded=embedded)


def fit(  # noqa: PLR0913 - what goes into a model is told apart
    pack: Pack, taught: Sequence[Example], held: Sequence[Example], source: str, *, days: tuple[str, str],
    by: Person, at: datetime, embedded: bool = False,
) -> TrainedClassifier:  # fmt: skip
    """Train on examples, measure on others, and keep the classifier with its card, not yet in force.

    `days`: the first and the last day of the centre's own orders that are learnt from, ISO 8601, "" where none is.
    """
    labels = Counter(one.category for one in taught)
    begun = time.process_time()
    model = _model([one.text for one in taught], [one.category for one in taught], tree_of(pack), embedded=embedded)
    figures = measured(model, pack, held, train_seconds=time.process_time() - begun)
    card = Card(
        texts=len(taught), labels=dict(labels), first_day=days[0], last_day=days[1], source=source,
        measures={"held_back": figures.as_json(), "strange_share": strange_share(model, held)},
    )  # fmt: skip
    return _kept(pack, model, card, by=by, at=at)


def _model(texts: Sequence[Text], labels: Sequence[str], tree: Tree, *, embedded: bool) -> Model | EmbeddedModel:
    """Train; raises NotLearnt where the embedding service is wanted and not there."""
    if not embedded:
        return train(texts, labels, tree=tree)
    service = embedding.service()
    if service is None:
        raise NotLearnt("No embedding service is named: set OPEN12345_EMBEDDING_URL and OPEN12345_EMBEDDING_MODEL.")
    try:
        return train_embedded(texts, labels, embedder=service, tree=tree)
    except EmbeddingAway as error:
        raise NotLearnt(f"{error} Nothing was learnt.") from error


def common(known: Sequence[Example], few: str) -> list[Example]:
    """Return the examples of categories with enough of them; raises NotLearnt(`few`) where that is too little."""
    many = Counter(one.category for one in known)
    found = [one for one in known if many[one.category] >= LEAST_OF_ONE]
    if len(found) < LEAST or len({one.category for one in found}) < 2:  # noqa: PLR2004 - else nothing is told apart
        raise NotLearnt(few)
    return found


def strange_share(model: Classifier, held: Sequence[Example]) -> float:
    """Return which share of the texts held back is strange to the model: a surge is judged beside it."""
    told = model.predict([one.text for one in held], top=1, explain=False)
    return round(sum(1 for one in told if one.strangeness >= STRANGE) / len(told), 4)


def tree_of(pack: Pack) -> Tree:
    """Return the pack's categories as the classifier wants them."""
    return Tree({row.code: row.parent for row in pack.categories if row.parent})


def measured(model: Classifier, pack: Pack, held: Sequence[Example], *, train_seconds: float | None = None) -> Figures:
    """Return how good a model is on examples that it has not learnt from; raises NotLearnt where there are none."""
    if not held:
        raise NotLearnt("No order was closed since: there is nothing to measure with yet.")
    lineage = pack.category_tree.lineage
    try:
        return evaluate(
            model, [one.text for one in held], [one.category for one in held],
            first=lambda code: lineage(code)[-1].code if code in pack.category_tree else code,
            train_seconds=train_seconds,
        )  # fmt: skip
    except EmbeddingAway as error:
        raise NotLearnt(f"{error} Measure when it is there again.") from error


def _kept(pack: Pack, model: Model | EmbeddedModel, card: Card, *, by: Person, at: datetime) -> TrainedClassifier:
    """Keep a classifier with its card."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        card = save(path, model, card)
        file = path.read_bytes()
    told = {
        "texts": card.texts, "labels": dict(card.labels), "first_day": card.first_day, "last_day": card.last_day,
        "source": card.source, "measures": dict(card.measures), "settings": dict(card.settings),
    }  # fmt: skip
    return keep(pack, Learnt.CATEGORY, told, card.digest, file, by=by, at=at)


def keep(
    pack: Pack, tells: Learnt, card: Mapping[str, Any], digest: str, file: bytes, *, by: Person, at: datetime
) -> TrainedClassifier:
    """Store a model that was just trained, and put that on record; the same file is stored once."""
    row, made = TrainedClassifier.objects.get_or_create(
        digest=digest,
        defaults={
            "made_at": at, "made_by_id": by.id if by.kind == "staff" else None, "pack": pack.id, "tells": tells,
            "card": card, "file": file,
        },
    )  # fmt: skip
    if made:
        access.record("classifier.train", by=by, at=at, on=f"classifier:{row.pk}", reason=f"texts={card['texts']}")
    return row


@dataclass(frozen=True)
class Kind:
    """How models of one kind are read, measured and compared. `without`: what is used while none is in force."""

    read: Callable[[TrainedClassifier], Any | None]
    without: Callable[[], Any | None]
    #: (pack, after, at): what came after the last day that either model has learnt from.
    held: Callable[[Pack, datetime, datetime], Any]
    measured: Callable[[Any, Pack, Any], Any]
    #: In which figure the first is worse than the second, "" for none.
    worse: Callable[[Any, Any], str]
    told: Callable[[Any], str]


_kinds: dict[str, Kind] = {}


def add_kind(tells: Learnt, kind: Kind) -> None:
    """Say how models of one kind are put in force."""
    _kinds[tells] = kind


@transaction.atomic
def promote(pack: Pack, number: int, *, by: Person, at: datetime) -> tuple[Any, Any | None]:
    """Put a model in force if it is not worse than the one in force; return both figures, its own first.

    Both are asked about orders that neither has learnt from: those taken in after the last day of either. A worse one
    is refused, on record. One in force that this version cannot read gives way. The first one that a new centre has
    learnt from a file, before it closed an order, goes by the texts of the file held back from it. Raises NotLearnt
    where the model is not there, cannot be read, or is in force already, and where no order was closed since.
    """
    row = TrainedClassifier.objects.select_for_update().filter(pk=number, pack=pack.id).first()
    if row is None:
        raise NotLearnt(f"There is no classifier {number} for the pack {pack.id}. `dispatch report` lists them.")
    if row.standing == Standing.IN_FORCE:
        raise NotLearnt(f"Classifier {number} is in force already.")
    kind = _kinds[row.tells]
    same = TrainedClassifier.objects.select_for_update().filter(pack=pack.id, tells=row.tells)
    ruling = same.filter(standing=Standing.IN_FORCE).first()
    days = [one.card["last_day"] for one in (row, ruling) if one is not None]
    last = max((datetime.fromisoformat(day) for day in days if day), default=_EVER)
    model, old = kind.read(row), kind.read(ruling) if ruling else kind.without()
    if model is None:
        raise NotLearnt(f"The file of classifier {number} cannot be read by this version. Train another one.")
    held = kind.held(pack, last, at)
    first_of_all = not held and ruling is None and not row.card["last_day"]
    own = Figures(**row.card["measures"]["held_back"]) if first_of_all else kind.measured(model, pack, held)
    other = kind.measured(old, pack, held) if old else None
    if other is not None and (worse := kind.worse(own, other)):
        _decide(row, Standing.REFUSED, by=by, at=at, why=worse)
        return own, other
    if ruling is not None:
        _decide(ruling, Standing.RETIRED, by=by, at=at, why=f"{row.pk}")
    _decide(row, Standing.IN_FORCE, by=by, at=at, why=kind.told(own))
    return own, other


def _worse(own: Figures, other: Figures) -> str:
    """Return in which figure a classifier is worse than another on the same orders, "" for none."""
    for name in ("accuracy", "macro_f1"):
        mine, theirs = getattr(own, name), getattr(other, name)
        if mine < theirs:
            return f"{name} {mine:.3f} < {theirs:.3f}, n={own.texts}"
    return ""


def _decide(row: TrainedClassifier, standing: Standing, *, by: Person, at: datetime, why: str) -> None:
    row.standing, row.decided_at, row.why = standing, at, why
    row.decided_by_id = by.id if by.kind == "staff" else None
    row.save(update_fields=["standing", "decided_at", "decided_by", "why"])
    access.record(f"classifier.{standing}", by=by, at=at, on=f"classifier:{row.pk}", reason=why)
    learnt.forget()


add_kind(
    Learnt.CATEGORY,
    Kind(
        read=learnt.read, without=lambda: None, held=lambda pack, after, _at: examples(pack, after=after),
        measured=measured, worse=_worse,
        told=lambda figures: f"accuracy {figures.accuracy:.3f}, macro-F1 {figures.macro_f1:.3f}",
    ),
)  # fmt: skip
