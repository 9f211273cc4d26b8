"""Writing a paper: an outline and the answers of the facts make its content, block by block.

The content is data (JSON), as drafts keep it: blocks with keys that stay the same when it is written anew, sentences
with the names of figures in braces, the figures beside them with their queries. Numbers of headings are not part of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from open12345.policy.fields import Entry
from open12345.policy.reports import PLACEHOLDER, Block, Outline, Section, Sentence
from open12345.reports import exhibits, spans
from open12345.reports.asking import Asker, Value

Content = dict[str, Any]
VERSION: Final = 1


@dataclass(slots=True)
class Words:
    """What sentences may name beside figures: who writes, about what, since when."""

    centre: str
    hotline: str
    matter: str = ""

    def of(self, asker: Asker) -> dict[str, str]:
        """Return the words by name."""
        over = asker.paper
        return {
            "period": spans.said(over), "first": spans.day_said(over.first, year=True),
            "last": spans.day_said(over.last, year=over.first.year != over.last.year), "year": f"{over.last.year}年",
            "year_before": spans.said(over.year_before()), "before": spans.said(over.before()),
            "day": spans.day_said(over.last, year=True), "centre": self.centre, "hotline": self.hotline,
            "matter": self.matter,
        }  # fmt: skip


@dataclass(slots=True)
class Writer:
    """Writes one paper. `figures` fills as sentences name them.

    `once`: what was said already is not said again: a sentence all of whose figures were told, a table or chart that
    stands above. So are the room's own sections, of which a pack's headings may name one twice, or what the lead says.
    """

    outline: Outline
    asker: Asker
    words: Mapping[str, str]
    figures: dict[str, Value] = field(default_factory=dict)
    once: bool = False
    _told: set[str] = field(default_factory=set)
    _withheld: int = 0

    def write(self) -> Content:
        """Return the content; raises KeyError for a figure that the outline does not define."""
        blocks = list(self._early())
        blocks += [block for place, section in enumerate(self.outline.sections)
                   for block in self._section(section, f"s{place + 1}", 1)]  # fmt: skip
        return {
            "version": VERSION, "title": self.said(self.outline.title), "period": self.asker.paper.name,
            "percent": self.outline.percent, "facts": self.asker.facts_of(), "at": self.asker.at.isoformat(),
            "head": self._head(), "blocks": blocks,
            "figures": {name: value.as_json() for name, value in self.figures.items()},
        }  # fmt: skip

    def _head(self) -> dict[str, str]:
        head = self.outline.head.model_dump(exclude_none=True)
        return {name: text if name == "number" else self.said(text) for name, text in head.items()}

    def said(self, text: str) -> str:
        """Return a text with its words of the period put in; names of figures stay."""
        return PLACEHOLDER.sub(lambda found: self.words.get(found[1], found[0]), text)

    def value(self, name: str) -> Value:
        """Return a figure of the outline, asked once."""
        if name not in self.figures:
            definition = self.outline.figures.get(name)
            if definition is None:
                raise KeyError(f"no figure {name} in the outline")
            self.figures[name] = self.asker.value(definition)
        return self.figures[name]

    # -- parts -------------------------------------------------------------------------------------

    def _early(self) -> Iterator[dict[str, Any]]:
        """Say of a period that is not over how far it has come, and with what it is compared."""
        if not self.asker.early:
            return
        made = f"本期尚未结束，数据截至{self.words['last']}，与以往各期的相同时段比较。"
        yield {"key": "early", "type": "text", "bold": "", "sentences": [{"key": "early.1", "made": made}]}

    def _section(self, section: Section, key: str, level: int) -> Iterator[dict[str, Any]]:
        if section.only and spans.called(self.asker.paper) not in section.only:
            return
        if section.heading:
            yield {"key": key, "type": "heading", "level": level, "made": self.said(section.heading)}
        before = self._withheld
        inside = [one for place, block in enumerate(section.blocks)
                  for one in self._block(block, f"{key}.b{place + 1}")]  # fmt: skip
        for place, below in enumerate(section.sections):
            inside += self._section(below, f"{key}.s{place + 1}", level + bool(section.heading))
        if section.heading and not inside and (section.blocks or section.sections):
            inside = [self._lost(section.heading, key, repeated=self._withheld > before)]
        yield from inside

    @staticmethod
    def _lost(heading: str, key: str, *, repeated: bool) -> dict[str, Any]:
        """Say that there is nothing under a heading; where all it would say stands above, leave room for own words."""
        if repeated:
            return {"key": f"{key}.own", "type": "own", "made": "", "hint": f"{heading}：请在这里写。"}
        sentence = {"key": f"{key}.none.1", "made": "本期无此项内容。"}
        return {"key": f"{key}.none", "type": "text", "bold": "", "sentences": [sentence]}

    def _block(self, block: Block, key: str) -> Iterator[dict[str, Any]]:
        if block.text:
            sentences = [
                {"key": f"{key}.{place + 1}", "made": self._sentence(sentence)}
                for place, sentence in enumerate(block.text) if self._is_said(sentence)
            ]  # fmt: skip
            if sentences:
                yield {"key": key, "type": "text", "bold": block.bold or "", "sentences": sentences}
        if block.own:
            yield {"key": f"{key}.own", "type": "own", "made": "", "hint": self.said(block.own)}
        if block.chart and self._is_new(block.chart):
            yield from exhibits.chart(self.asker, block.chart, f"{key}.chart", self.said(block.chart.title))
        if block.table and self._is_new(block.table):
            yield from exhibits.table(self.asker, block.table, f"{key}.table", self.said(block.table.title))
        if block.examples and self._is_new(block.examples):
            yield from exhibits.examples(self.asker, block.examples, f"{key}.list", self.said(block.examples.title))

    def _is_new(self, exhibit: Entry) -> bool:
        """Note a chart, table or list; False where it stands above already."""
        return not self.once or self._tell({exhibit.model_dump_json()})

    def _tell(self, names: set[str]) -> bool:
        """Note what is told; False where all of it was told before."""
        new = not names or not names <= self._told
        self._told |= names
        self._withheld += not new
        return new

    def _is_said(self, sentence: Sentence) -> bool:
        if sentence.only and spans.called(self.asker.paper) not in sentence.only:
            return False
        if any(self.value(name).missing for name in sentence.needs):
            return False
        return not self.once or self._tell({name for name in sentence.names if name in self.outline.figures})

    def _sentence(self, sentence: Sentence) -> str:
        text = self.said(sentence.say)
        for name in PLACEHOLDER.findall(text):
            self.value(name)
        return text
