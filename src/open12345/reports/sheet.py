"""A paper as a workbook: its text, every figure with its query, its tables with charts that the office can change."""

from __future__ import annotations

import io
import re
from typing import Any, Final

from open12345.facts.metrics import BY_CODE
from open12345.facts.periods import period
from open12345.reports import shape
from open12345.reports.writing import Content

_COLUMNS: Final = (
    ("代号", 18), ("数字", 18), ("名称", 22), ("形式", 10), ("精确值", 16), ("分子", 12), ("分母", 12), ("期间", 24),
    ("条件", 36), ("对比期间", 24), ("对比值", 14), ("口径", 12), ("句子", 60), ("查询", 36),
)  # fmt: skip
_BASES: Final = {"accepted": "按受理日期", "dispatched": "按派单日期", "due": "按到期日期", "submitted": "按办结日期",
                 "closed": "按结案日期"}  # fmt: skip
_FORMS: Final = {
    "count": "数量", "rate": "比率", "share": "占比", "growth": "增幅", "points": "百分点", "change": "变化",
    "mean_growth": "年均增幅", "highest": "单日最高", "highest_day": "最高日", "daily_mean": "日均", "ranking": "排序",
    "lowest": "排序", "issued": "印发数",
}  # fmt: skip
_BAD: Final = re.compile(r"[\[\]:*?/\\]")
_NAME_LENGTH: Final = 31


def write(content: Content, notice: str = "", origin: str = "") -> bytes:
    """Return the paper as a workbook; `origin`: where the links of its figures lead (none where empty)."""
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - half a second that only workbooks need

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": content["title"], "comments": notice[:240]})
    looks = _Looks(book)
    _text(book, looks, content, notice)
    _figures(book, looks, content, origin)
    for place, block in enumerate(block for block in content["blocks"] if block["type"] in {"table", "chart"}):
        _exhibit(book, looks, block, place + 1)
    book.close()
    return out.getvalue()


class _Looks:
    """The formats of one workbook."""

    def __init__(self, book: Any) -> None:
        self.title = book.add_format({"bold": True, "font_size": 16, "align": "center", "text_wrap": True})
        self.head = book.add_format({"bold": True, "bottom": 1, "top": 2, "text_wrap": True, "valign": "vcenter"})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.bold = book.add_format({"bold": True})
        self.grey = book.add_format({"font_color": "#666666", "text_wrap": True})
        self.number = book.add_format({"num_format": "#,##0.######"})


def _text(book: Any, looks: _Looks, content: Content, notice: str) -> None:
    sheet = book.add_worksheet("报告")
    sheet.set_column(0, 0, 100, looks.wrap)
    sheet.write_string(0, 0, content["title"], looks.title)
    line = 2
    for block in shape.parts(content):
        for text, look in _lines(block, looks):
            sheet.write_string(line, 0, text, look)
            line += 1
    if notice:
        sheet.write_string(line + 1, 0, notice, looks.grey)


def _lines(block: dict[str, Any], looks: _Looks) -> list[tuple[str, Any]]:
    if block["type"] == "heading":
        return [(f"{block['mark']}{block['said']}", looks.bold)]
    if block["type"] == "text":
        return [(block.get("bold", "") + "".join(run.text for run in block["runs"]), looks.wrap)]
    return [(line, looks.wrap) for line in block.get("paragraphs", [])]


def _figures(book: Any, looks: _Looks, content: Content, origin: str) -> None:
    """Write one line for each figure in the text: as printed, exact, and what was asked."""
    sheet = book.add_worksheet("数字")
    for place, (head, width) in enumerate(_COLUMNS):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, head, looks.head)
    for line, (at, value, sentence) in enumerate(shape.all_figures(content), start=1):
        for place, cell in enumerate(_cells(at, value, sentence)):
            _put(sheet, line, place, cell, looks)
        if origin:
            sheet.write_url(line, 1, f"{origin}{at}/", string=str(value["words"]))
    sheet.freeze_panes(1, 2)


def _cells(at: str, value: dict[str, Any], sentence: str) -> list[Any]:
    """Return the line of a figure: in words for who reads it, with its key and query for who asks again."""
    query, base = value["query"], value.get("base_query")
    asked = BY_CODE.get(query["metric"])
    above = value.get("above", "")
    if asked and asked.scale != 1 and above != "":
        above = above / asked.scale
    basis = _BASES.get(query["basis"] or (asked.basis if asked else ""), "")
    return [at, value["words"], value["title"], _FORMS[value["form"]], value.get("exact", ""), above,
            value.get("below", ""), _days(query["period"]), _conditions(query),
            _days(base["period"]) if base else "", value.get("base", "") if base else "",
            basis + ("，剔除后" if query["adjudicated"] else ""), sentence, told(query)]  # fmt: skip


def _conditions(query: dict[str, Any]) -> str:
    """Return the conditions in words; drafts of before the words were kept have their keys alone."""
    return str(query.get("said") or (told(query) if query["where"] else "全部"))


def _days(name: str) -> str:
    """Return a period by its days."""
    over = period(name)
    return name if over.first == over.last else f"{over.first} 至 {over.last}"


def told(query: dict[str, Any]) -> str:
    """Return a query in one line, by the keys that the command line takes."""
    parts = [f"{name}={','.join(map(str, value)) if isinstance(value, list) else value}"
             for name, value in query["where"].items()]  # fmt: skip
    return "; ".join([f"{query['metric']} {query['period']}", *parts])


def _put(sheet: Any, line: int, place: int, cell: Any, looks: _Looks) -> None:
    """Write a number as one, all else as text."""
    try:
        sheet.write_number(line, place, float(cell), looks.number)
    except (TypeError, ValueError):
        sheet.write_string(line, place, str(cell), looks.wrap)


def _exhibit(book: Any, looks: _Looks, block: dict[str, Any], number: int) -> None:
    sheet = book.add_worksheet(_BAD.sub(" ", f"{number} {block['title']}")[:_NAME_LENGTH])
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 12, 14)
    sheet.write_string(0, 0, block["title"], looks.bold)
    heads, rows = _grid(block)
    for place, head in enumerate(heads):
        sheet.write_string(2, place, head, looks.head)
    for line, row in enumerate(rows, start=3):
        for place, cell in enumerate(row):
            if place:
                _put(sheet, line, place, cell, looks)
            else:
                sheet.write_string(line, place, str(cell))
    if block["type"] == "chart":
        sheet.insert_chart(2, len(heads) + 1, _native(book, sheet.name, block, len(rows)))


def _grid(block: dict[str, Any]) -> tuple[list[str], list[list[Any]]]:
    if block["type"] == "table":
        return block["heads"], [[cell["t"] for cell in row] for row in block["rows"]]
    series = block["series"]
    rows = [[label, *(one["values"][place] for one in series)] for place, label in enumerate(block["labels"])]
    return ["", *(one["name"] for one in series)], rows


def _native(book: Any, name: str, block: dict[str, Any], count: int) -> Any:
    """Return a chart of the office program itself over the cells of the sheet."""
    chart = book.add_chart({"type": "line" if block["shape"] == "line" else "column"})
    for place in range(len(block["series"])):
        chart.add_series({
            "name": [name, 2, place + 1], "categories": [name, 3, 0, 2 + count, 0],
            "values": [name, 3, place + 1, 2 + count, place + 1],
            "line" if block["shape"] == "line" else "fill": {"color": ("#1f3a5f", "#a8b0ba")[place % 2]},
        })  # fmt: skip
    chart.set_title({"name": block["title"], "name_font": {"size": 12}})
    chart.set_legend({"position": "bottom"} if len(block["series"]) > 1 else {"none": True})
    chart.set_size({"width": 820, "height": 380})
    return chart
