"""Past orders once more: how each would have gone by itself, asked only about what was known at its dispatch (DIS-16).

Practice and precedents are as they stood at the moment (`advice.replay`). A model that has learnt from these very
orders, or from what was only known while they went, would flatter itself: where the one in force has, another is taught
for the replay on what had ended before, by the moment its ending was known. An order
that came without a category gets it from the classifier, as it would have then. What people looked at first is left to
them here too, but for pending applications and open desks, which nobody remembers, and for how many had said the same
by then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db.models import QuerySet

from open12345.dispatch import learnt
from open12345.dispatch.advice import replay as past
from open12345.dispatch.advice import weights
from open12345.dispatch.advice.evidence import WORDS
from open12345.dispatch.advice.replay import Sent, Taken
from open12345.dispatch.advice.weights import DEFAULT, Weights
from open12345.dispatch.automatic import careful
from open12345.dispatch.automatic.surge import STRANGE
from open12345.dispatch.automatic.thresholds import Trial
from open12345.dispatch.models import TrainedClassifier
from open12345.orders.models import Event, Link, WorkOrder
from open12345.orders.stages import LinkKind
from open12345.policy import Pack
from open12345.repeats.queries import repeats_of

if TYPE_CHECKING:  # scikit-learn is loaded where a text is read
    from open12345.classify import Classifier

#: Dispatches that are replayed at most, and those before them that a stand-in learns from.
MOST: Final = 12_000
_TAUGHT: Final = 6_000
_TEXTS_TAUGHT: Final = 20_000
_TEXTS: Final = 40_000
_AT_ONCE: Final = 1_000
_TOLD_EVERY: Final = 50
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Used:
    """Which models answered: "in_force" (number), "taught" for this replay alone, "default" weights, or "none"."""

    recommender: str
    recommender_number: int | None
    taught_on: int = 0
    classifier: str = "none"
    classifier_number: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as it is told."""
        return {
            "recommender": self.recommender, "recommender_number": self.recommender_number,
            "taught_on": self.taught_on, "classifier": self.classifier, "classifier_number": self.classifier_number,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Past:
    """The trials of a span of time in the order of dispatch, and what they rest on."""

    trials: Sequence[Trial]
    used: Used
    since: datetime
    until: datetime
    #: The span was longer, but only the newest `MOST` were replayed.
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Guess:
    """The category that a classifier would have given an order that came without one; "" where it was unsure."""

    category: str
    probability: float = 0.0


@dataclass(frozen=True, slots=True)
class Guesses:
    """All guesses by order, and which classifier made them."""

    of: Mapping[int, Guess] = field(default_factory=dict)
    classifier: str = "none"
    number: int | None = None

    def category(self, taken: Taken) -> str:
        """Return the category under which an order is asked about."""
        guess = self.of.get(taken.order)
        return guess.category if guess else taken.category


def gather(pack: Pack, *, since: datetime, at: datetime, progress: Progress = lambda _done, _all: None) -> Past:
    """Replay the first dispatches from `since` to `at` of orders that a unit kept in the end.

    `progress(done, all)` is told as it goes.
    """
    WORDS.make_room(_TEXTS)
    story = past.read(pack, at=at)
    guesses = _guesses(pack, story.taken, since)
    weigh = weights.in_force(pack.id)
    fresh = _learnt_later(weigh.number, since)
    start, most = (None, MOST + _TAUGHT) if fresh else (since, MOST)
    total = _count(story, start, most)
    sent = past.replay(pack, story, since=start, most=most, asked_as=guesses.category)
    before, asked = _parted(sent, since, lambda done: progress(done, total))
    before = _settled(story, before, since)
    weigh, used = _weights(weigh, before, guesses, fresh=fresh)
    kept = asked[-MOST:]
    left, returned = _left(pack, kept, guesses), _returned(story)
    progress(total, total)
    return Past(
        [_trial(one, weigh, guesses, left.get(one.taken.order, ""), returned) for one in kept],
        used, since, at, cut=_count(story, since, MOST + 1) > MOST,
    )  # fmt: skip


def _count(story: past.Story, since: datetime | None, most: int) -> int:
    keeper = {one.order for one in story.shares if one.kept}
    found = sum(1 for one in story.shares if one.order in keeper and (since is None or one.sent >= since))
    return min(found, most)


def _parted(sent: Iterable[Sent], since: datetime, tell: Callable[[int], None]) -> tuple[list[Sent], list[Sent]]:
    """Return what was sent before `since`, and each order's first dispatch from then on."""
    before: list[Sent] = []
    first: dict[int, Sent] = {}
    earlier: set[int] = set()
    for done, one in enumerate(sent, start=1):
        if one.at < since:
            before.append(one)
            earlier.add(one.taken.order)
        elif one.taken.order not in earlier and one.taken.at >= since:
            first.setdefault(one.taken.order, one)
        if done % _TOLD_EVERY == 0:
            tell(done)
    return before, list(first.values())


def _settled(story: past.Story, before: Iterable[Sent], since: datetime) -> list[Sent]:
    """Return the dispatches of which it was known by then who kept the order: whoever teaches then has no other."""
    known = {one.order: one.at for one in story.shares if one.kept}
    return [one for one in before if known[one.taken.order] < since]


def _slices(rows: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    yield from (rows[start : start + size] for start in range(0, len(rows), size))


# --- models that have not learnt from what they are asked about ---------------------------------------


def _learnt_later(number: int | None, since: datetime) -> bool:
    """Say whether a model has learnt from orders of the span itself, or from endings that came in it.

    It knows of all that had ended when it was made. One that learnt from a file without any order of the centre
    (`last_day` "") knows nothing of them.
    """
    row = TrainedClassifier.objects.filter(pk=number).only("card", "made_at").first() if number else None
    return row is not None and bool(row.card["last_day"]) and row.made_at >= since


def _weights(
    weigh: Weights, before: Sequence[Sent], guesses: Guesses, *, fresh: bool
) -> tuple[Weights, Used]:  # fmt: skip
    told, number, taught = ("in_force" if weigh.number else "default"), weigh.number, 0
    from open12345.dispatch.advice import teaching  # noqa: PLC0415 - loads scipy

    if fresh and len(before) >= teaching.LEAST:
        weigh, told, number, taught = teaching.fit(before), "taught", None, len(before)
    elif fresh:
        weigh, told, number = DEFAULT, "default", None
    return weigh, Used(told, number, taught, guesses.classifier, guesses.number)


def _guesses(pack: Pack, taken: Sequence[Taken], since: datetime) -> Guesses:
    """Return the category that a classifier gives each order of the span that came without one."""
    came = _without_category([one.order for one in taken if one.at >= since])
    if not came:
        return Guesses()
    classifier, told, number = _classifier(pack, since)
    if classifier is None:
        return Guesses(dict.fromkeys(came, Guess("")))
    from open12345.classify import at_home  # noqa: PLC0415 - loaded where a text is read

    found: dict[int, Guess] = {}
    for some in _slices(sorted(came), _AT_ONCE):
        rows = WorkOrder.objects.filter(pk__in=some)
        found |= _guessed(pack, classifier, rows.filter(confidential=False))
        found |= _guessed(pack, at_home(classifier), rows.filter(confidential=True))
    return Guesses(found, told, number)


def _guessed(pack: Pack, classifier: Classifier, orders: QuerySet[WorkOrder]) -> dict[int, Guess]:
    from open12345.classify import Text  # noqa: PLC0415 - loaded where a text is read

    found: dict[int, Guess] = {}
    rows = list(orders.values_list("pk", "title", "body"))
    said = classifier.predict([Text(title, body) for _pk, title, body in rows], top=5, explain=False)
    for (pk, _title, _body), one in zip(rows, said, strict=True):
        best = next((s for s in one.suggestions if s.code in pack.category_tree and pack.is_leaf(s.code)), None)
        unsure = best is None or one.strangeness >= STRANGE
        found[pk] = Guess("") if unsure or best is None else Guess(best.code, best.probability)
    return found


def _without_category(orders: Sequence[int]) -> set[int]:
    """Return the orders to which a category was added only after they were taken in."""
    found: set[int] = set()
    for some in _slices(orders, _AT_ONCE):
        added = Event.objects.filter(order__in=some, action="amend", facts__category__0="")
        found |= set(added.values_list("order_id", flat=True))
    return found


def _classifier(pack: Pack, since: datetime) -> tuple[Classifier | None, str, int | None]:
    """Return the classifier in force; one that is taught on what lies before the span where that has learnt from it."""
    ruling = learnt.numbered(pack.id)
    if ruling is None:
        return None, "none", None
    number, classifier = ruling
    if not _learnt_later(number, since):
        return classifier, "in_force", number
    from open12345.classify import TrainingError, train  # noqa: PLC0415 - loaded where one is taught
    from open12345.dispatch import learning  # noqa: PLC0415 - the same

    before = learning.examples(pack, known_before=since, most=_TEXTS_TAUGHT)
    try:
        own = train([one.text for one in before], [one.category for one in before], tree=learning.tree_of(pack))
    except TrainingError:
        return None, "none", None
    return own, "taught", None


# --- what became of them ------------------------------------------------------------------------------


def _returned(story: past.Story) -> Mapping[int, set[str]]:
    """Return for each order the units that gave it back."""
    found: dict[int, set[str]] = defaultdict(set)
    for one in story.shares:
        if not one.kept:
            found[one.order].add(one.unit)
    return found


def _left(pack: Pack, sent: Sequence[Sent], guesses: Guesses) -> dict[int, str]:
    """Return why each order would have been left to people whatever the threshold, "" for those that would not."""
    found: dict[int, str] = {}
    for some in _slices([one.taken.order for one in sent], _AT_ONCE):
        linked = Link.objects.filter(order__in=some, kind=LinkKind.REPEAT_OF).values_list("order_id", flat=True)
        repeats = {*linked, *repeats_of(some)}
        for order in WorkOrder.objects.filter(pk__in=some).defer("search", "sealed"):
            guess = guesses.of.get(order.pk)
            if guess is not None:
                order.category = guess.category
            why = next(careful.plain_reasons(pack, order), "repeat" if order.pk in repeats else "")
            unsure = "no_classifier" if guesses.classifier == "none" else "unknown"
            found[order.pk] = why if order.category else unsure
    return found


def _trial(one: Sent, weigh: Weights, guesses: Guesses, why: str, returned: Mapping[int, set[str]]) -> Trial:
    best = next(iter(weights.ranked(one.candidates, weigh)), None)
    back = returned.get(one.taken.order, set())
    guess = guesses.of.get(one.taken.order)
    sure = guess.probability if guess else 1.0
    return Trial(
        category=one.taken.category,
        probability=None if why or best is None else best[1] * sure,
        right=best is not None and best[0] == one.keeper and best[0] not in back,
        by_people=one.unit == one.keeper and one.unit not in back,
        why=why,
        guessed=guess is not None,
    )
