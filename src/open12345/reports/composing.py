"""One paper written: kind, period and reader in, content out. Nothing is stored here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils import translation

from open12345.directory.person import Person
from open12345.facts.periods import Period
from open12345.policy import Pack
from open12345.policy.reports import Outline, ReportKind, Section, Where
from open12345.reports import library, spans
from open12345.reports.asking import Asker, dims
from open12345.reports.writing import Content, Words, Writer

PAPERS_SPEAK: Final = "zh-hans"
"""Papers are written in the language of the centre, whatever the reader's screens speak."""
_PLAIN: Final = ReportKind(code="report", title="热线工作情况", period="year", receivers=("—",),
                           sections=("诉求总量", "诉求分类", "办理情况"))  # fmt: skip
"""How a period is told of that no kind of the pack is about."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a special brief is about: categories and areas of the pack, and a name."""

    name: str = ""
    categories: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as a draft keeps it."""
        return {"name": self.name, "categories": list(self.categories), "areas": list(self.areas)}

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Matter:
        """Return it from what a draft keeps."""
        return cls(str(kept.get("name", "")), tuple(kept.get("categories", ())), tuple(kept.get("areas", ())))

    def said(self, pack: Pack) -> str:
        """Return it in words: its name, else its areas and categories."""
        if self.name:
            return self.name
        tree, areas = pack.category_tree, pack.area_tree
        parts = [areas[code].name for code in self.areas if code in areas]
        parts += [tree[code].title for code in self.categories if code in tree]
        return "、".join(parts)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be written. `issued` counts papers in the register."""

    kind: ReportKind
    over: Period
    matter: Matter = Matter()
    as_of: date | None = None
    issued: Callable[[str, Period], int] | None = None


def compose(order: Order, pack: Pack, *, person: Person, at: datetime) -> Content:
    """Return the content of a paper, its figures as `person` may see them.

    A period that is not over ends today, says so, and is compared with as much of the last one and of last year's.

    Raises KeyError for an outline that asks what the facts do not know, `store.NoFacts` where nothing was built.
    """
    outline = outline_for(order)
    asker = Asker(pack, order.over, person, at, outline.percent, order.as_of, _dims(order, pack), order.issued)
    asker.paper = spans.until(order.over, asker.today)
    asker.early = asker.paper != order.over
    centre = pack.centre.name
    words = Words(centre, pack.hotline, order.matter.said(pack) or _kind_matter(order.kind, pack))
    with translation.override(PAPERS_SPEAK):
        content = Writer(outline, asker, words.of(asker), once=order.kind.document is None).write()
    return content | {"kind": order.kind.code, "receivers": list(order.kind.receivers)}


def outline_for(order: Order) -> Outline:
    """Return the outline: the kind's; of a special brief with a matter of its own, the room's for matters."""
    outline = library.outline_of(order.kind)
    if order.matter == Matter() or order.kind.document is not None:
        return outline
    uses = [Section(heading=library.library().sections[name].titles[0], use=name)
            for name in ("matter", "matter_units", "matter_examples")]  # fmt: skip
    own = [section for section in outline.sections[1:] if any(block.own for block in section.blocks)]
    sections = (outline.sections[0], *library.used(uses), *own)
    return outline.model_copy(update={"title": "{matter}" + order.kind.title, "sections": sections})


def _dims(order: Order, pack: Pack) -> dict[str, Any]:
    if order.matter == Matter():
        return dims(order.kind.matter, pack) if order.kind.matter else {}
    where = Where(categories=order.matter.categories, areas=order.matter.areas)
    return dims(where, pack)


def _kind_matter(kind: ReportKind, pack: Pack) -> str:
    return Matter(categories=kind.matter.categories).said(pack) if kind.matter else ""


def kind_for(pack: Pack, over: Period, code: str = "") -> ReportKind:
    """Return the kind of paper that fits a period, or the one named; raises KeyError that names the kinds there are."""
    kinds = pack.reports.kinds
    if code:
        found = pack.reports.kind(code)
        if found is None:
            raise KeyError(f"no report {code}; there are: {', '.join(kind.code for kind in kinds)}")
        return found
    same = [kind for kind in kinds if kind.period and fits(kind, over)]
    exact = {kind.code for kind in same if kind.period and spans.fits(kind.period, over)}
    return min(same, key=lambda kind: (kind.code not in exact, kind.document is None), default=_PLAIN)


def fits(kind: ReportKind, over: Period) -> bool:
    """Say whether a kind of paper may be written about a period: a monthly one about a month, a brief about any.

    A yearly paper with a document of its own may be about a half-year as well, as seed 004 is.
    """
    if kind.period is None:
        return True
    half = kind.document is not None and kind.period == "year"
    return spans.fits(kind.period, over) or (half and spans.fits("half_year", over))


def today(pack: Pack, at: datetime, as_of: date | None = None) -> date:
    """Return the day up to which there are facts."""
    local = at.astimezone(pack.calendar().zone).date()
    return local if as_of is None else min(local, as_of)
