"""What the classifier in force makes of an order: its category where nobody has set one, and how strange it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from open12345.dispatch import learnt
from open12345.orders.models import WorkOrder
from open12345.policy import Pack

_GUESSES = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """Which category an order is taken to be of, and on what ground.

    `probability` is 1 where a person set the category; `strangeness` and `known` are None where no classifier read it.
    """

    category: str
    probability: float = 1.0
    guessed: bool = False
    classifier: int | None = None
    strangeness: float | None = None
    known: float | None = None
    words: tuple[str, ...] = ()
    guesses: tuple[tuple[str, float], ...] = ()
    #: The embedding service with which the classifier has learnt was away.
    plain: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept with a decision; `strangeness` stands there only where a classifier read the text."""
        told: dict[str, Any] = {
            "category_probability": round(self.probability, 4), "guessed": self.guessed, "words": list(self.words),
            "guesses": [[code, round(probability, 4)] for code, probability in self.guesses],
        }  # fmt: skip
        if self.strangeness is not None:
            told["strangeness"] = round(self.strangeness, 4)
        if self.known is not None:
            told["known"] = round(self.known, 4)
        if self.plain:
            told["plain"] = True
        return told


def read(pack: Pack, order: WorkOrder) -> Reading:
    """Read an order: what a person set stands, else the likeliest leaf of the pack.

    Raises what the classifier raises where it cannot answer (a service that is down).
    """
    ruling = learnt.numbered(pack.id) if len(order.title) + len(order.body) >= learnt.SHORTEST else None
    if ruling is None:
        return Reading(order.category)
    from open12345.classify import Text, at_home  # noqa: PLC0415 - loaded where a classifier is in force

    number, classifier = ruling
    if order.confidential:
        classifier = at_home(classifier)
    said = classifier.predict([Text(order.title, order.body)], top=_GUESSES + 2)[0]
    leaves = [one for one in said.suggestions if one.code in pack.category_tree and pack.is_leaf(one.code)]
    best = next((one for one in leaves if not order.category or one.code == order.category), None)
    guessed = not order.category
    return Reading(
        category=order.category or (best.code if best else ""),
        probability=best.probability if guessed and best else 1.0,
        guessed=guessed,
        classifier=number,
        strangeness=said.strangeness,
        known=said.known,
        words=best.words if best else (),
        guesses=tuple((one.code, one.probability) for one in leaves[:_GUESSES]),
        plain=said.plain,
    )
