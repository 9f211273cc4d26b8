"""What the words of a call suggest: category, urgency, place, area, phone, and what is still missing (INT-04, INT-08).

Nothing is set: every suggestion says why, and a person takes it or leaves it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from open12345.directory.models import Area
from open12345.intake.forms import DraftInput
from open12345.orders.hints import Talk, guesses
from open12345.orders.models import WorkOrder
from open12345.orders.stages import Urgency
from open12345.policy import Pack
from open12345.policy.trees import Category
from open12345.text import bigrams, find_phones, places

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
_AREA_ENDING: Final = re.compile(r"(社区)?(居民|村民)?(委员会|居委会|村委会|居委|村委)?$|社区$|[（(].*$")
_SHORTEST_NAME: Final = 2
_IS_ROAD: Final = re.compile("(?:路|街|道|巷|胡同|站)(?:[0-9]|$)")
_NO_ROAD: Final = "(?![东南西北中一二三四五六七八九十支]?[路街弄道巷桥])"


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


def categories(talk: Talk, alike: Sequence[tuple[WorkOrder, float]] = ()) -> list[Offer]:
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
    for order, score in alike:
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
    title = bigrams(row.title)
    hit = [gram for gram in title if gram in grams]
    urgent = [word for word in row.urgent_words if word in text]
    higher = [gram for gram in dict.fromkeys(bigrams(above)) if gram in grams and gram not in hit]
    pieces = list(_joined(row.title, hit))
    longer = max((len(piece) - _PAIR for piece in pieces), default=0)
    share = _TITLE * len(hit) / max(1, len(title)) + _LONGER * longer
    return share + _URGENT * bool(urgent) + _ABOVE * bool(higher), list(dict.fromkeys([*pieces, *urgent, *higher]))


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
    """Return the urgency that words of the pack and of the category speak for; None where the form says so already."""
    pack, text = talk.sight.pack, talk.text
    found = {
        "urgent": [word for word in pack.urgent_words(talk.category or None) if word in text],
        "semi_urgent": [word for word in pack.urgencies["semi_urgent"].words if word in text],
    }
    chosen = talk["urgency"]
    for code, words in found.items():
        if words:
            why = _("词：%(words)s") % {"words": "、".join(words[:4])}
            return None if chosen in (code, "urgent") else Offer("urgency", code, str(Urgency(code).label), why)
    return None


def emergencies(talk: Talk) -> list[tuple[str, str]]:
    """Return the lines for danger to life whose words were said: (number and title, what to tell)."""
    text = talk.text
    lines = talk.sight.pack.emergency
    return [(f"{line.number} {line.title}", line.tell) for line in lines if any(word in text for word in line.words)]


def sensitive(talk: Talk) -> str:
    """Return the sensitive words that were said, with their groups."""
    return "、".join(f"{word}（{group.title}）" for group, word in talk.sight.pack.words.found_in(talk.text))


def place(talk: Talk) -> Offer | None:
    """Return the place that the description names, where none was typed."""
    found = places(talk["body"]) if not talk["place"] else []
    return Offer("place", found[0], found[0], _("描述里提到")) if found else None


def phone(talk: Talk) -> Offer | None:
    """Return the phone that the description names, where none was typed."""
    if talk["phone"] or talk["anonymous"]:
        return None
    own = talk.sight.pack.closing.service_numbers
    found = [one.number for one in find_phones(talk["body"]) if one.number not in own]
    return Offer("phone", found[0], found[0], _("描述里提到")) if found else None


def area(talk: Talk, nearby: Sequence[tuple[WorkOrder, float]] = ()) -> Offer | None:
    """Return the area whose name was said, else the one where earlier orders of the same place are."""
    if talk.area is not None:
        return None
    text = talk.text
    named = [(name, code) for name, code in _area_names(talk.sight.pack) if _says(name, text)]
    if named:
        name, code = max(named, key=lambda one: len(one[0]))
        return _area_offer(talk, code, _("提到“%(name)s”") % {"name": name})
    here = Counter(
        order.area_id for order, _score in nearby if order.area_id and order.place and order.place == talk["place"]
    )
    if not here:
        return None
    (best, times), *_rest = here.most_common(1)
    code = Area.objects.values_list("code", flat=True).get(pk=best)
    return (
        _area_offer(talk, code, _("同一地点的工单 %(n)s 件") % {"n": times})
        if code in talk.sight.pack.area_tree
        else None
    )


def _says(name: str, text: str) -> bool:
    """Say whether an area was named, not a longer name that only holds the same characters.

    涞亭南路 is not 亭南, 九亭中心路 not 亭中; an estate that begins with the name (亭中新苑) speaks for the area.
    """
    if name not in text:
        return False
    longer = [place for place in places(text) if name in place and (_IS_ROAD.search(place) or place.find(name) > 0)]
    for place in sorted(longer, key=len, reverse=True):
        text = text.replace(place, "\n")
    return re.search(re.escape(name) + _NO_ROAD, text) is not None


def _area_offer(talk: Talk, code: str, why: str) -> Offer:
    return Offer("area", code, talk.sight.pack.area_tree[code].name, why)


def _area_names(pack: Pack) -> list[tuple[str, str]]:
    """Return what people call an area, without the words for its office; roots and grids are not said."""
    rows = [row for row in pack.areas if row.parent and row.level != "grid"]
    names = [(_AREA_ENDING.sub("", row.name), row.code) for row in rows]
    return [(name, code) for name, code in names if len(name) >= _SHORTEST_NAME]


def missing(talk: Talk) -> list[tuple[str, str]]:
    """Return (field, title) of what the order cannot be registered without."""
    fields = DraftInput.model_fields
    wanted = [name for name in ("body", "kind") if not talk[name]]
    if not (talk["phone"] or talk["anonymous"] or talk["same_call_as"]):
        wanted.append("phone")
    needed = talk.sight.pack.required_fields(talk.category) if talk.category else ()
    for name in needed:
        said = (
            talk[name]
            or (name == "place" and places(talk["body"]))
            or (talk["anonymous"] and name in {"name", "phone"})
        )
        if not said and name in fields:
            wanted.append(name)
    return [(name, _(str(fields[name].title))) for name in dict.fromkeys(wanted)]
