"""What the words of a call suggest: category, urgency, place, area, phone, and what is still missing (INT-04, INT-08).

Nothing is set: every suggestion says why, and a person takes it or leaves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from open12345.intake import alike
from open12345.intake.forms import DraftInput
from open12345.orders import whereabouts
from open12345.orders.hints import Talk, guesses
from open12345.orders.stages import Urgency
from open12345.policy import Pack
from open12345.policy.trees import Category
from open12345.text import bigrams, find_phones

if TYPE_CHECKING:  # only its name is needed
    from open12345.classify import Suggestion

#: So many categories are offered, one key each.
OFFERED: Final = 3
#: What the words of a title, of its urgent words, of what stands above it, and the most alike order weigh.
_TITLE, _URGENT, _ABOVE, _ALIKE = 3.0, 2.0, 1.0, 2.0
#: What each further alike order adds, as a share of that, and how many count: neighbours do not outvote words.
_FURTHER, _MOST = 0.1, 5
#: What each character beyond a pair weighs: 厨房地上 holds the pair 房地 by chance, 下水道 is a word.
_LONGER, _PAIR = 1.0, 2
#: A suggestion below this weight says nothing.
_LEAST: Final = 1.0
#: A guess below this probability says nothing.
_LEAST_SURE: Final = 0.05


@dataclass(frozen=True)
class Offer:
    """One value for one field, and why."""

    field: str
    value: str
    title: str
    why: str
    path: str = ""
    also: str = ""  # "field=value" that follows where that field is still empty
    also_title: str = ""


def categories(talk: Talk) -> list[Offer]:
    """Return the categories that the text and alike orders speak for, the best first.

    Where a trained classifier is in force, it is asked; words of titles and alike orders are what a new centre has.
    """
    learnt = [guess for guess in guesses(talk) if guess.probability >= _LEAST_SURE]
    if learnt:
        return [_category_offer(talk, guess.code, _how_surely(guess)) for guess in learnt[:OFFERED]]
    pack, text = talk.sight.pack, talk.text
    grams = set(bigrams(text))
    weighed = {row.code: _weigh(row, above, grams, text) for row, above in _leaves(pack)}
    scores: dict[str, list[float]] = {}
    for order, score in talk.once(alike.scored):
        if order.category in weighed:
            scores.setdefault(order.category, []).append(score)
    for code, found in scores.items():
        weight, words = weighed[code]
        more = 1 + _FURTHER * min(len(found) - 1, _MOST)
        weighed[code] = (weight + _ALIKE * max(found) * more, words)
    best = sorted((code for code, (weight, _w) in weighed.items() if weight >= _LEAST), key=lambda c: -weighed[c][0])
    return [_category_offer(talk, code, _why(weighed[code][1], len(scores.get(code, ())))) for code in best[:OFFERED]]


def _how_surely(guess: Suggestion) -> str:
    words = "；" + _("词：%(words)s") % {"words": "、".join(guess.words[:4])} if guess.words else ""
    return _("往年工单 %(percent)s%%") % {"percent": round(100 * guess.probability)} + words


def _category_offer(talk: Talk, code: str, why: str) -> Offer:
    """Return a category with the kind that it hints at, where none has been chosen."""
    pack = talk.sight.pack
    lineage = pack.category_tree.lineage(code)
    kind = next((row.kind_hint for row in lineage if row.kind_hint), "") if not talk["kind"] else ""
    also, title = (f"kind={kind}", pack.kinds[kind].title) if kind in pack.kinds else ("", "")
    return Offer("category", code, lineage[0].title, why, pack.category_path(code), also, title)


def _weigh(row: Category, above: str, grams: set[str], text: str) -> tuple[float, list[str]]:
    """Return how much the text speaks for a leaf, and by which of its words."""
    title = _pairs(row.title)
    hit = [gram for gram in title if gram in grams]
    urgent = [word for word in row.urgent_words if word in text]
    higher = [gram for gram in dict.fromkeys(_pairs(above)) if gram in grams and gram not in hit]
    pieces = list(_joined(row.title, hit))
    longer = max((len(piece) - _PAIR for piece in pieces), default=0)
    share = _TITLE * len(hit) / max(1, len(title)) + _LONGER * longer
    return share + _URGENT * bool(urgent) + _ABOVE * bool(higher), list(dict.fromkeys([*pieces, *urgent, *higher]))


@lru_cache(maxsize=4096)
def _pairs(title: str) -> tuple[str, ...]:
    """The titles of a pack are weighed at every pause until a classifier has something to say."""
    return tuple(bigrams(title))


def _joined(title: str, grams: Iterable[str]) -> Iterator[str]:
    """Yield the longest pieces of `title` that its found pairs make up: one "路灯不亮", not three pairs."""
    piece = ""
    for gram in grams:
        if piece and piece[-1:] == gram[:1] and piece + gram[1:] in title:
            piece += gram[1:]
        else:
            if piece:
                yield piece
            piece = gram
    if piece:
        yield piece


def _why(words: Sequence[str], times: int) -> str:
    parts = [_("词：%(words)s") % {"words": "、".join(words[:4])}] if words else []
    parts += [_("相近工单 %(n)s 件") % {"n": times}] if times else []
    return "；".join(parts)


def _leaves(pack: Pack) -> Iterator[tuple[Category, str]]:
    tree = pack.category_tree
    for row in pack.categories:
        if tree.is_leaf(row.code):
            yield row, "".join(upper.title for upper in tree.lineage(row.code)[1:])


def urgency(talk: Talk) -> Offer | None:
    """Return the urgency that words of the pack and of the category speak for; None where the form says so already.

    Before a category is chosen, the words of the likeliest one count: which category that is, is told.
    """
    pack, text = talk.sight.pack, talk.text
    category = talk.category or next((one.value for one in talk.once(categories)), "")
    general, chosen = pack.urgent_words(), talk["urgency"]
    found = {
        "urgent": [word for word in pack.urgent_words(category or None) if word in text],
        "semi_urgent": [word for word in pack.urgencies["semi_urgent"].words if word in text],
    }
    for code, words in found.items():
        if words:
            why = _("词：%(words)s") % {"words": "、".join(words[:4])}
            if code == "urgent" and not any(word in general for word in words):
                why += "；" + _("分类：%(title)s") % {"title": pack.category_tree[category].title}
            return None if chosen in (code, "urgent") else Offer("urgency", code, str(Urgency(code).label), why)
    return None


@dataclass(frozen=True)
class Danger:
    """A line for danger to life whose words were said: its number and title, what to tell, and the words."""

    line: str
    tell: str
    words: str


def emergencies(talk: Talk) -> list[Danger]:
    """Return the lines for danger to life whose words were said."""
    text = talk.text
    found = ((line, [word for word in line.words if word in text]) for line in talk.sight.pack.emergency)
    return [Danger(f"{line.number} {line.title}", line.tell, "、".join(words[:4])) for line, words in found if words]


def sensitive(talk: Talk) -> str:
    """Return the sensitive words that were said, with their groups."""
    return "、".join(f"{word}（{group.title}）" for group, word in talk.sight.pack.words.found_in(talk.text))


def place(talk: Talk) -> Offer | None:
    """Return the place that the description names, where none was typed."""
    found = talk.places if not talk["place"] else []
    return Offer("place", found[0], found[0], _("描述里提到")) if found else None


def phone(talk: Talk) -> Offer | None:
    """Return the phone that the description names, where none was typed."""
    if talk["phone"] or talk["anonymous"]:
        return None
    own = talk.sight.pack.closing.service_numbers
    found = [one.number for one in find_phones(talk["body"]) if one.number not in own]
    return Offer("phone", found[0], found[0], _("描述里提到")) if found else None


def area(talk: Talk) -> Offer | None:
    """Return the area that the point, the words or earlier orders of the place speak for, where none was chosen."""
    found = None if talk.area else talk.once(whereabouts.likely)
    return Offer("area", found.code, found.name, found.why) if found else None


def missing(talk: Talk) -> list[tuple[str, str]]:
    """Return (field, title) of what the order cannot be registered without."""
    fields = DraftInput.model_fields
    wanted = [name for name in ("body", "kind") if not talk[name]]
    if not (talk["phone"] or talk["anonymous"] or talk["same_call_as"]):
        wanted.append("phone")
    needed = talk.sight.pack.required_fields(talk.category) if talk.category else ()
    for name in needed:
        said = talk[name] or (name == "place" and talk.places) or (talk["anonymous"] and name in {"name", "phone"})
        if not said and name in fields:
            wanted.append(name)
    return [(name, _(str(fields[name].title))) for name in dict.fromkeys(wanted)]
