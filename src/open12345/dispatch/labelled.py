"""A classifier taught from a labelled file (DIS-03): by a centre that is new, or has labelled texts of its own.

Some of the file's texts are held back to measure with: the newest where all of them are orders that the centre has,
else drawn ones, with near-copies kept on one side. Whatever of the file is an order of the centre, by its number or by
its words, counts as learnt from when a classifier is put in force.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final, TypeVar

from open12345.classify import Text, copies
from open12345.directory.person import Person
from open12345.dispatch.learning import HELD_BACK, LEAST, Example, common, fit
from open12345.dispatch.models import TrainedClassifier
from open12345.orders.models import WorkOrder
from open12345.policy import Pack
from open12345.repeats.models import Entry
from open12345.repeats.signature import print_of

_SEED: Final = 12345
_AT_ONCE: Final = 1_000
#: So many rows of a wrong label are named.
_NAMED: Final = 3
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file: its line, the number of the text in its source ("" where there is none), text, category."""

    line: int
    number: str
    text: Text
    category: str


def strangers(pack: Pack, rows: Sequence[Row]) -> list[str]:
    """Return what is wrong with the categories, label by label: only the narrowest ones of the pack can be learnt."""
    wrong: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.category not in pack.category_tree or not pack.is_leaf(row.category):
            wrong[row.category].append(row.line)
    ranked = sorted(wrong.items(), key=lambda pair: -len(pair[1]))
    return [f"column category: {label} {_mistake(pack, label)} {_where(lines)}." for label, lines in ranked]


def _mistake(pack: Pack, label: str) -> str:
    return "has others below it, name one of them:" if label in pack.category_tree else (
        f"is no code of the pack {pack.id}:"
    )  # fmt: skip


def _where(lines: Sequence[int]) -> str:
    """Return how many rows there are, and the first ones."""
    some = ", ".join(map(str, lines[:_NAMED]))
    more = ", …" if len(lines) > _NAMED else ""
    return f"{len(lines):,} {'rows' if len(lines) > 1 else 'row'} ({some}{more})"


def teach(
    pack: Pack, rows: Sequence[Row], source: str, *, by: Person, at: datetime, embedded: bool = False
) -> TrainedClassifier:  # fmt: skip
    """Train on the rows of a file and keep the classifier with its card, not yet in force.

    `source` names the file on the card; `embedded`: with the vectors of the embedding service. Raises NotLearnt where
    there are too few rows.
    """
    moments = _moments(rows)
    known = [(Example(row.text, row.category, moments.get(n, at)), n in moments) for n, row in enumerate(rows)]
    taught, held = _by_day(known) if len(moments) == len(rows) else _drawn(known)
    few = (
        f"{source} has {len(rows)} texts, too few to learn from: {LEAST} of at least two categories are needed besides "
        "those that are held back. Label more."
    )
    learnt = common([one for one, _own in taught], few)
    days = sorted(one.at for one, own in taught if own)
    span = (days[0].isoformat(), days[-1].isoformat()) if days else ("", "")
    told = [one for one, _own in held]
    return fit(pack, learnt, told, f"file {source}", days=span, by=by, at=at, embedded=embedded)


def _by_day(known: Sequence[tuple[Example, bool]]) -> tuple[list[tuple[Example, bool]], list[tuple[Example, bool]]]:
    ranked = sorted(known, key=lambda one: one[0].at)
    cut = round(len(ranked) * (1 - HELD_BACK))
    return ranked[:cut], ranked[cut:]


def _drawn(known: Sequence[tuple[Example, bool]]) -> tuple[list[tuple[Example, bool]], list[tuple[Example, bool]]]:
    """Part the texts by chance, the same each time; near-copies stay together."""
    alike: dict[int, list[tuple[Example, bool]]] = defaultdict(list)
    for one, group in zip(known, copies([one.text for one, _own in known]).tolist(), strict=True):
        alike[group].append(one)
    groups = [alike[group] for group in sorted(alike)]
    Random(_SEED).shuffle(groups)  # noqa: S311 - nothing is kept secret by it
    taught: list[tuple[Example, bool]] = []
    held: list[tuple[Example, bool]] = []
    for some in groups:
        (held if len(held) < len(known) * HELD_BACK else taught).extend(some)
    return taught, held


def _moments(rows: Sequence[Row]) -> dict[int, datetime]:
    """Return when those rows arrived that are orders of the centre, by their number or by their words."""
    numbers: dict[str, datetime] = {}
    for some in _slices(sorted({row.number for row in rows if row.number})):
        found = WorkOrder.objects.filter(number__in=some, accepted_at__isnull=False)
        numbers |= {number: at for number, at in found.values_list("number", "accepted_at") if at}
    prints: dict[int, datetime] = {}
    for part in _slices(sorted({print_of(row.text.body) for row in rows if row.text.body})):
        prints |= dict(Entry.objects.filter(fingerprint__in=part).order_by("at").values_list("fingerprint", "at"))
    told = {n: numbers.get(row.number) or prints.get(print_of(row.text.body)) for n, row in enumerate(rows)}
    return {n: at for n, at in told.items() if at is not None}


def _slices(some: Sequence[T]) -> Iterator[Sequence[T]]:
    yield from (some[start : start + _AT_ONCE] for start in range(0, len(some), _AT_ONCE))
