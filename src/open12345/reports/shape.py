"""A paper's content as every face of it needs it: headings with numbers, sentences as runs of text and figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from open12345.policy.reports import PLACEHOLDER
from open12345.reports.numbering import numbered
from open12345.reports.writing import Content

Json = dict[str, Any]
_QUERIED: Final = "query"
_DIGITS: Final = 7
_DAY: Final = re.compile(r"(\d{4}年\d{1,2}月(?:\d{1,2}日)?|\d{1,2}月\d{1,2}日)")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a sentence. A figure has a `name` in the content, a `place` within it (of a ranking) and its value.

    `group`: the figure that it belongs to, the words between the figures of a ranking too.
    """

    text: str
    name: str = ""
    place: int = -1
    value: Json | None = None
    group: str = ""

    @property
    def at(self) -> str:
        """Where the figure stands, for its link: `hot.2`, `accepted`."""
        return self.name if self.place < 0 else f"{self.name}.{self.place}"


def value_of(content: Content, sentence: Json, name: str) -> Json | None:
    """Return a figure as the sentence says it: what an edited sentence was written with wins until it is given up."""
    pinned = sentence.get("pinned", {})
    found = pinned.get(name) or content["figures"].get(name)
    return dict(found) if found else None


def text_of(sentence: Json) -> str:
    """Return a sentence with names in braces: as edited, else as written."""
    text = sentence.get("text")
    return str(sentence["made"] if text is None else text)


def runs(content: Content, sentence: Json) -> list[Run]:
    """Return a sentence in runs; a name that stands for nothing stays as it is."""
    return list(_runs(content, sentence))


def _runs(content: Content, sentence: Json) -> Iterator[Run]:
    text, place = text_of(sentence), 0
    for found in PLACEHOLDER.finditer(text):
        if text[place : found.start()]:
            yield Run(text[place : found.start()])
        value = value_of(content, sentence, found[1])
        yield from _figure(found[1], value) if value else [Run(found[0])]
        place = found.end()
    if text[place:]:
        yield Run(text[place:])


def _figure(name: str, value: Json) -> Iterator[Run]:
    items = value.get("items", [])
    if not items:
        yield Run(value["words"], name, value=value, group=name)
    for place, item in enumerate(items):
        yield Run(("、" if place else "") + item.get("label", ""), group=name)
        yield Run(item["words"], name, place, item, name)
        if item.get("tail"):
            yield Run(item["tail"], group=name)


def is_whole(text: str) -> bool:
    """Say whether the text of a cell is a number, a day or an order's number: never broken over lines."""
    return bool(text) and max(text) < "\u4e00"


def days_apart(text: str) -> list[tuple[str, bool]]:
    """Return a text in pieces, days apart from all else: a day is not broken over lines."""
    return [(piece, place % 2 == 1) for place, piece in enumerate(_DAY.split(text)) if piece]


def plain(content: Content, sentence: Json) -> str:
    """Return a sentence as it is read."""
    return "".join(run.text for run in runs(content, sentence))


def heading_of(block: Json) -> str:
    """Return a heading, or one's own paragraph: as edited, else as written."""
    text = block.get("text")
    return str(block["made"] if text is None else text)


def parts(content: Content, *, drafting: bool = False) -> list[Json]:
    """Return the blocks to be shown; a paper that goes out leaves out what is empty, and headings over nothing."""
    blocks = [block for block in content["blocks"] if drafting or not _empty(block)]
    if not drafting:
        blocks = _without_bare_headings(blocks)
    return [_shaped(content, block) for block in numbered(blocks)]


def _empty(block: Json) -> bool:
    if block["type"] in {"own", "heading"}:
        return not heading_of(block).strip()
    return block["type"] == "text" and not any(text_of(sentence).strip() for sentence in block["sentences"])


def _without_bare_headings(blocks: list[Json]) -> list[Json]:
    kept: list[Json] = []
    for block in reversed(blocks):
        below = kept[-1] if kept else None
        bare = below is None or (below["type"] == "heading" and below["level"] <= block.get("level", 0))
        if block["type"] != "heading" or not bare:
            kept.append(block)
    return kept[::-1]


def _shaped(content: Content, block: Json) -> Json:
    if block["type"] == "text":
        lines = [{"sentence": sentence, "runs": runs(content, sentence)} for sentence in block["sentences"]]
        return {**block, "lines": lines, "runs": [run for line in lines for run in line["runs"]]}
    if block["type"] in {"heading", "own"}:
        text = heading_of(block)
        return {**block, "said": text, "paragraphs": [line.strip() for line in text.splitlines() if line.strip()]}
    return block


def all_figures(content: Content) -> Iterator[tuple[str, Json, str]]:
    """Yield (place, figure, the sentence it stands in) of all figures of the text, in their order."""
    for block in parts(content):
        for line in block.get("lines", []):
            read = plain(content, line["sentence"])
            for run in line["runs"]:
                if run.value:
                    yield run.at, run.value, read


def find_figure(content: Content, at: str) -> Json | None:
    """Return the query of a figure by its place (`accepted`, `hot.2`, `TABLE:row:column`); None where there is none."""
    name, _, place = at.partition(".")
    value = content["figures"].get(name)
    if value and _number(place) and int(place) < len(value.get("items", [])):
        value = value["items"][int(place)]
    if value:
        return dict(value)
    return _cell(content, at)


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < _DIGITS


def _cell(content: Content, at: str) -> Json | None:
    key, _, rest = at.partition(":")
    row, _, column = rest.partition(":")
    block = next((block for block in content["blocks"] if block["key"] == key), None)
    if block is None or not _number(row) or not _number(column or "0"):
        return None
    if block["type"] == "chart" and int(row) < len(block["queries"]):
        return {_QUERIED: block["queries"][int(row)]}
    if block["type"] == "table" and column and int(row) < len(block["rows"]):
        cells = block["rows"][int(row)]
        cell = cells[int(column)] if int(column) < len(cells) else {}
        return {_QUERIED: cell["q"]} if "q" in cell else None
    return None
