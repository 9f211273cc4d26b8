"""Every kind of paper of every pack can be written: its sentences name what there is."""

from pathlib import Path

import pytest

from open12345.facts.dimensions import DIMENSIONS
from open12345.facts.metrics import BY_CODE
from open12345.policy.reports import PLACEHOLDER, WORDS
from open12345.reports import composing, library, spans
from tests.cast import pack_named

PACKS = [folder.name for folder in sorted((Path(__file__).parents[2] / "packs").iterdir()) if folder.is_dir()]


@pytest.mark.parametrize("name", PACKS)
@pytest.mark.function("REP-02")
def test_every_sentence_names_a_figure_or_a_word_that_there_is(name: str) -> None:
    pack = pack_named(name)
    for kind in pack.reports.kinds:
        outlines = [library.outline_of(kind)]
        assert kind.sections or kind.document
        for outline in outlines:
            known = {*outline.figures, *WORDS}
            said = [outline.title, *(block.own or "" for one in outline.walk() for block in one.blocks)]
            said += [line.say for one in outline.walk() for block in one.blocks for line in block.text]
            lines = [line for one in outline.walk() for block in one.blocks for line in block.text]
            needs = [name for line in lines for name in line.needs]
            assert {name for text in said for name in PLACEHOLDER.findall(text)} | set(needs) <= known
            for figure in outline.figures.values():
                assert figure.metric in BY_CODE
                assert figure.by in DIMENSIONS


def test_a_heading_of_a_pack_finds_the_section_of_the_room_that_writes_it() -> None:
    shelf = library.library().titled("诉求总量")
    assert shelf is not None
    assert shelf.blocks[0].text[0].say.startswith("{period}共受理工单{accepted}件")
    assert library.library().titled("下月打算") is None


def test_the_kind_of_a_period_is_found_by_its_length() -> None:
    pack = pack_named("baoshan")
    assert composing.kind_for(pack, spans.read("2022-H1")).code == "half_year"
    assert composing.kind_for(pack, spans.read("2022-W15")).code == "hot_topics"
    with pytest.raises(KeyError, match="half_year"):
        composing.kind_for(pack, spans.read("2022"), "nothing")
