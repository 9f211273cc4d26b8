"""An edited draft and the same paper written anew: what somebody edited stays, what changed is shown beside it.

Three sides: `made` (as it was written), `text` (as somebody edited it, if at all), and as it would be written now.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from open12345.policy.reports import PLACEHOLDER
from open12345.reports import shape
from open12345.reports.writing import Content

Json = dict[str, Any]
_LONGEST: Final = 4000
#: What XML 1.0 has no place for: controls but tab and line ends, halves of pairs, two that are no characters.
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?[%％万]?")


def printable(text: str) -> str:
    """Return what was typed or pasted without control characters: neither the database nor a Word file holds them."""
    return _CONTROLS.sub("", text)


def edited(content: Content, texts: Mapping[str, str]) -> Content:
    """Return the content with sentences, headings and own paragraphs as typed; what is as written is no edit.

    A figure that an edited sentence holds is kept as it was read (`pinned`) until somebody takes the new one.
    """
    return {**content, "blocks": [_block(content, block, texts) for block in content["blocks"]]}


def _block(content: Content, block: Json, texts: Mapping[str, str]) -> Json:
    if block["type"] == "text":
        return {**block, "sentences": [_typed(content, one, texts.get(one["key"])) for one in block["sentences"]]}
    if block["type"] in {"heading", "own"}:
        return _typed(content, block, texts.get(block["key"]))
    return block


def _typed(content: Content, piece: Json, typed: str | None) -> Json:
    if typed is None:
        return piece
    typed = printable(typed.replace("\r\n", "\n")).strip()[:_LONGEST]
    if typed == shape.text_of(piece).strip():
        return piece
    if typed == piece["made"].strip():
        return {name: value for name, value in piece.items() if name not in {"text", "pinned", "news"}}
    pinned = {name: value for name in PLACEHOLDER.findall(typed)
              if (value := shape.value_of(content, piece, name)) is not None}  # fmt: skip
    return {**piece, "text": typed, "pinned": pinned}


def refreshed(old: Content, new: Content) -> Content:
    """Return the paper written anew with the edits of the old one; an edited sentence wins, its news stand beside.

    What somebody edited and the outline does not write any more stays where it was.
    """
    kept = {piece["key"]: piece for piece in _pieces(old) if "text" in piece}
    blocks = [_with_edits(block, kept, new) for block in new["blocks"]]
    there = {block["key"] for block in new["blocks"]}
    lost = [block for block in old["blocks"] if block["key"] not in there and _is_edited(block)]
    title = {"title_text": old["title_text"]} if "title_text" in old else {}
    figures = {**{n: v for n, v in old["figures"].items() if n not in new["figures"]}, **new["figures"]}
    return {**new, **title, "head": {**new["head"], **old.get("head_text", {})}, "blocks": [*blocks, *lost],
            "figures": figures}  # fmt: skip


def _pieces(content: Content) -> list[Json]:
    found: list[Json] = []
    for block in content["blocks"]:
        found += block["sentences"] if block["type"] == "text" else [block]
    return found


def _is_edited(block: Json) -> bool:
    return "text" in block or any("text" in sentence for sentence in block.get("sentences", []))


def _with_edits(block: Json, kept: Mapping[str, Json], new: Content) -> Json:
    if block["type"] == "text":
        return {**block, "sentences": [_merged(sentence, kept, new) for sentence in block["sentences"]]}
    if block["type"] in {"heading", "own"}:
        return _merged(block, kept, new)
    return block


def _merged(piece: Json, kept: Mapping[str, Json], new: Content) -> Json:
    mine = kept.get(piece["key"])
    if mine is None:
        return piece
    merged = {**piece, "text": mine["text"], "pinned": mine.get("pinned", {})}
    news = {name: new["figures"][name]["words"] for name, value in merged["pinned"].items()
            if name in new["figures"] and new["figures"][name]["words"] != value["words"]}  # fmt: skip
    if news:
        merged["news"] = news
    if mine["made"] != piece["made"]:
        merged["rewritten"] = piece["made"]
    return merged


def taken(content: Content, key: str, *, whole: bool) -> Content:
    """Return the content with the new figures taken into an edited sentence, or the whole sentence as written."""
    drop = {"text", "pinned", "news", "rewritten"} if whole else {"pinned", "news", "rewritten"}

    def take(piece: Json) -> Json:
        return {n: v for n, v in piece.items() if n not in drop} if piece["key"] == key else piece

    blocks = [{**block, "sentences": [take(one) for one in block["sentences"]]} if block["type"] == "text"
              else take(block) for block in content["blocks"]]  # fmt: skip
    return {**content, "blocks": blocks}


def news_of(content: Content) -> list[Json]:
    """Return the edited sentences beside which something new stands."""
    return [piece for piece in _pieces(content) if piece.get("news") or piece.get("rewritten")]


def typed_numbers(content: Content) -> list[str]:
    """Return the numbers that somebody typed: no query stands behind them."""
    return [number for numbers, _sentence in typed_in(content) for number in numbers]


def typed_in(content: Content) -> list[tuple[list[str], str]]:
    """Return the typed numbers of each piece that holds some, and the piece as it is read."""
    found = []
    for piece in _pieces(content):
        if "text" in piece:
            before = set(_NUMBER.findall(PLACEHOLDER.sub("", piece["made"])))
            numbers = [n for n in _NUMBER.findall(PLACEHOLDER.sub("", piece["text"])) if n not in before]
            if numbers:
                found.append((numbers, shape.plain(content, piece)))
    return found
