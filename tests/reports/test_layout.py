"""How a paper's tables and charts stand on its pages, and that it says each thing once."""

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from pypdf import PdfReader

from open12345.directory.person import SYSTEM
from open12345.facts.periods import period
from open12345.policy.reports import PLACEHOLDER, ReportKind
from open12345.reports import composing, exhibits, library, page, shape
from open12345.reports import docx as word
from tests.cast import Town, pack_named
from tests.facts.rows import filled
from tests.reports.rows import Many, spread, table
from tests.reports.test_outlines import PACKS

NUMBER, DAY = "3101172026102810033", "2026-10-28"
MAY = datetime(2022, 5, 9, 2, tzinfo=UTC)


def _content(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"title": "月报", "head": {}, "blocks": list(blocks), "figures": {}}


def _table(lines: int) -> dict[str, Any]:
    rows = [[{"t": f"第{n + 1}街道办事处"}, {"t": "389"}, *[{"t": "100.00"}] * 4] for n in range(lines)]
    heads = ["承办单位", "派单量（件）", "先行联系率（%）", "按时办结率（%）", "诉求解决率（%）", "市民满意率（%）"]
    return {"key": "t", "type": "table", "title": "承办单位办理情况", "heads": heads, "rows": rows, "total": True}


def _orders() -> dict[str, Any]:
    row = [{"t": NUMBER, "o": NUMBER}, {"t": DAY}, {"t": "新苑佳苑消防通道没有解决"}, {"t": "镇属停车管理公司（示意）"},
           {"t": "已结案"}]  # fmt: skip
    heads = ["工单编号", "受理日期", "诉求事项", "承办单位", "办理情况"]
    return {
        "key": "o",
        "type": "table",
        "title": "工单",
        "heads": heads,
        "rows": [row] * 6,
        "total": False,
        "list": True,
    }


def _word(*blocks: dict[str, Any]) -> Any:
    return Document(BytesIO(word.write(_content(*blocks))))


def _kept(made: Any) -> list[bool]:
    return [bool(row.cells[0].paragraphs[0].paragraph_format.keep_with_next) for row in made.rows]


@pytest.mark.function("REP-10")
def test_a_long_table_breaks_over_pages_under_its_head_and_a_short_one_does_not() -> None:
    file = _word(_table(12), _table(4))
    long, short = file.tables
    assert _kept(long) == [True, True, *[False] * 9, True, False]
    assert _kept(short) == [True] * 4 + [False]
    assert long.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    captions = [one for one in file.paragraphs if one.style.name == "Caption"]
    assert [one.paragraph_format.keep_with_next for one in captions] == [True, True]


@pytest.mark.function("REP-10")
def test_the_lines_of_a_table_are_not_rounded_up_to_those_of_the_page() -> None:
    (made,) = _word(_table(3)).tables
    for cell in made._cells:
        assert cell.paragraphs[0]._p.pPr.find(qn("w:snapToGrid")).get(qn("w:val")) == "0"


@pytest.mark.function("REP-10")
def test_columns_are_as_wide_as_what_they_hold() -> None:
    units, orders = _word(_table(3), _orders()).tables
    widths = [[column.width / Mm(1) for column in made.columns] for made in (units, orders)]
    assert [round(sum(row)) for row in widths] == [156, 156]
    assert widths[0][1:] == pytest.approx([widths[0][1]] * 5)
    # 19 digits, ten of a day, each 0.6 of 9 pt: room for fonts whose digits are wider than half a square
    assert widths[1][0] > 19 * 0.6 * 9 * 25.4 / 72 + 3.8
    assert widths[1][1] > 10 * 0.6 * 9 * 25.4 / 72 + 3.8
    for place in (0, 1):
        assert orders.rows[1].cells[place]._tc.tcPr.find(qn("w:noWrap")) is not None


@pytest.mark.function("REP-10")
def test_a_pdf_breaks_tables_under_their_heads_and_no_number_or_day() -> None:
    """A paragraph of a length at which the day would stand at the end of its line, whatever the font."""
    said = [{"key": f"x{n}", "type": "text", "sentences": [{"key": "s", "made": "共" * n + "10月28日最高。"}]}
            for n in range(21, 27)]  # fmt: skip
    book = PdfReader(BytesIO(page.pdf(_content(*said, _table(40), _orders()))))
    pages = [one.extract_text() for one in book.pages]
    lines = "\n".join(pages).replace(" ", "").splitlines()
    assert sum(line.count(NUMBER) for line in lines) == 6
    assert sum(line.count(DAY) for line in lines) == 6
    assert sum(line.count("10月28日") for line in lines) == 6
    held = [text for text in pages if "街道办事处" in text]
    assert len(held) > 1
    assert all("承办单位" in text for text in held)
    assert "第1街道办事处" in pages[0]  # the table begins where the text ends


@pytest.fixture
def days(town: Town, facts_home: Path) -> None:
    """A week of thirty orders a day, ten of them of the epidemic, on one day forty more."""
    week = [date(2022, 4, n) for n in range(11, 18)]
    epidemic = {"category_1": "J", "category_2": "J08", "category": "J0801"}
    street = {"category_1": "A", "category_2": "A01", "category": "A0101"}
    filled(table(Many(5, date(2022, 4, 2)), *spread(140, week, **street), *spread(70, week, **epidemic),
                 Many(40, date(2022, 4, 13), street)))  # fmt: skip


def _written(kind: ReportKind, over: str) -> dict[str, Any]:
    order = composing.Order(kind, period(over))
    return composing.compose(order, pack_named("baoshan"), person=SYSTEM, at=MAY)


def _read(content: dict[str, Any]) -> str:
    return "\n".join(
        "".join(run.text for run in part["runs"]) for part in shape.parts(content) if part["type"] == "text"
    )


@pytest.mark.function("REP-02")
def test_a_paper_says_each_thing_once(days: None) -> None:
    kind = {"code": "weekly", "title": "周报", "receivers": ["区领导"], "period": "week",
            "sections": ["受理情况", "关注热点", "变化"]}  # fmt: skip
    content = _written(ReportKind.model_validate(kind), "2022-W15")
    text = _read(content)
    assert text.count("日均") == text.count("250件") == text.count("市民反映较多的事项") == 1
    assert [block["type"] for block in content["blocks"]].count("table") == 1
    # the second heading that would say the same is the drafter's
    (own,) = [block for block in content["blocks"] if block["type"] == "own"]
    assert own["hint"] == "变化：请在这里写。"


@pytest.mark.function("REP-01")
def test_a_paper_of_one_day_has_no_mean_and_no_highest_day(days: None) -> None:
    kind = {"code": "daily", "title": "日报", "receivers": ["区领导"], "period": "day", "sections": ["诉求总量"]}
    content = _written(ReportKind.model_validate(kind), "2022-04-13")
    assert "共受理12345热线工单70件" in _read(content)
    assert "日均" not in _read(content)
    assert "chart" not in {block["type"] for block in content["blocks"]}


@pytest.mark.function("REP-04")
def test_a_paper_about_a_matter_says_so_where_it_counts_that_matter_alone(days: None) -> None:
    kind = next(one for one in pack_named("baoshan").reports.kinds if one.code == "epidemic_brief")
    text = _read(_written(kind, "2022-04-13"))
    name = pack_named("baoshan").category_tree["J08"].title
    assert f"共受理{name}工单10件，占同期工单总量的14.3%" in text


@pytest.mark.parametrize("name", PACKS)
def test_a_rate_by_weight_and_a_rate_by_level_have_names_of_their_own(name: str) -> None:
    """Appraisal and goals speak of the weighted one: a paper that calls it by the same name gives the same number."""
    for kind in pack_named(name).reports.kinds:
        outline = library.outline_of(kind)
        lines = [line.say for one in outline.walk() for block in one.blocks for line in block.text]
        for line in lines:
            for figure in PLACEHOLDER.findall(line):
                asked = outline.figures.get(figure)
                lead = line.partition(f"{{{figure}}}")[0]
                if asked and asked.metric == "satisfied" and asked.form == "rate":
                    assert lead.endswith(("市民满意率", "市民满意率为"))
                if asked and asked.metric == "content" and asked.form == "rate":
                    assert lead.endswith(("满意率", "满意率为"))
                    assert not lead.endswith(("市民满意率", "市民满意率为"))


def test_a_title_that_ends_in_brackets_takes_its_unit_into_them() -> None:
    assert exhibits._with_unit("满意率（按级别）", "%") == "满意率（按级别，%）"
    assert exhibits._with_unit("派单量", "件") == "派单量（件）"
