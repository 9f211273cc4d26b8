"""How a kind of paper is written where its pack does not say: the room's own sections, found by the pack's headings."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

import yaml

from open12345.policy.fields import Code, Entry, Title
from open12345.policy.reports import Block, Outline, ReportFigure, ReportKind, Section

_FILE: Final = Path(__file__).with_name("outlines.yaml")
_BY_PERIOD: Final = {None: "matter", "day": "day", "week": "week", "two_weeks": "week"}


class Shelf(Entry):
    """A section of the library: under which headings it stands, and what it says."""

    titles: tuple[Title, ...] = ()
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()


class Library(Entry):
    """All sections by name, and the figures that they share."""

    figures: dict[Code, ReportFigure]
    sections: dict[Code, Shelf]

    def titled(self, heading: str) -> Shelf | None:
        """Return the section that stands under a heading: the same, else one whose words are in it."""
        shelves = self.sections.values()
        same = next((shelf for shelf in shelves if heading in shelf.titles), None)
        return same or next((shelf for shelf in shelves if any(title in heading for title in shelf.titles)), None)


@lru_cache(maxsize=1)
def library() -> Library:
    """Return the room's sections; read once."""
    return Library.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


def outline_of(kind: ReportKind) -> Outline:
    """Return how a kind is written: by its own document, else a lead for its period and a section for each heading."""
    if kind.document is not None:
        return _filled(kind.document)
    lead = "lead_matter" if kind.matter else f"lead_{_BY_PERIOD.get(kind.period, 'month')}"
    sections = [Section(use=lead), *(_headed(heading) for heading in kind.sections)]
    title = "{matter}" + kind.title if kind.period is None else "{period}" + kind.title
    outline = Outline(title=title, sections=tuple(sections), **({"head": kind.head} if kind.head else {}))
    return _filled(outline)


def _headed(heading: str) -> Section:
    shelf = library().titled(heading)
    if shelf is None:
        return Section(heading=heading, blocks=(Block(own=f"{heading}：请在这里写。"),))
    return Section(heading=heading, blocks=shelf.blocks, sections=shelf.sections)


def _filled(outline: Outline) -> Outline:
    """Put the library's sections where they are named, and its figures behind the outline's own."""
    sections = used(outline.sections)
    return outline.model_copy(update={"sections": sections, "figures": {**library().figures, **outline.figures}})


def used(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Put what the library holds into sections that name it."""
    return tuple(_used(section) for section in sections)


def _used(section: Section) -> Section:
    below = used(section.sections)
    if section.use is None:
        return section.model_copy(update={"sections": below})
    shelf = library().sections[section.use]
    return section.model_copy(
        update={"blocks": (*shelf.blocks, *section.blocks), "sections": (*shelf.sections, *below), "use": None}
    )
