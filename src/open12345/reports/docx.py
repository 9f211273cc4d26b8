"""A paper as a Word file in the layout of official papers (GB/T 9704-2012).

A4, margins 37 mm above and 28 mm at the binding, type area 156 × 225 mm, 22 lines of 28 characters; title 小标宋 2号,
text 仿宋 3号,
headings 黑体 / 楷体 / 仿宋 bold / 仿宋, page numbers outside, red head and imprint where a kind has them.
Fonts are named, not carried: an office has them, other machines show what they have instead.
"""

from __future__ import annotations

import io
from typing import Any, Final

import docx
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from open12345.reports import docx_parts as parts
from open12345.reports import pictures, shape, titles
from open12345.reports.docx_parts import (
    BLACK,
    BODY,
    FIVE,
    FOUR,
    RED,
    REGULAR,
    SMALL_FIVE,
    SMALL_FOUR,
    THREE,
    TITLE,
    TWO,
)
from open12345.reports.writing import Content

_HEADINGS: Final = {1: (BLACK, False), 2: (REGULAR, False), 3: (BODY, True), 4: (BODY, False)}
_AREA: Final = 156.0
_MARK_MOST, _AREA_POINTS = 44, 442
_GREY: Final = RGBColor(0x66, 0x66, 0x66)
_RIGHT_OF_DATE: Final = 4
#: A table of so many lines stays on one page; a longer one breaks, two lines together at either end.
_ON_ONE_PAGE, _TOGETHER = 4, 2
#: Of lists of orders what number and day leave: what it is about, unit, how it stands.
_LIST_SHARES: Final = (0.44, 0.28, 0.28)
_MM, _MARGINS = 25.4 / 72, 4.0
_FIRST_LEAST, _NUMBER_LEAST = 40.0, 20.0
_DIGIT: Final = 0.65  # of its height a digit is wide at most; half of it in the fonts that are named


def write(content: Content, notice: str = "") -> bytes:
    """Return the paper as a .docx file; `notice` is said on every page (simulated data)."""
    writer = _Docx(content, notice)
    out = io.BytesIO()
    writer.write().save(out)
    return out.getvalue()


class _Docx:
    """One file under way."""

    def __init__(self, content: Content, notice: str) -> None:
        self.content, self.notice, self.head = content, notice, content.get("head", {})
        self.file: Any = docx.Document()
        self.tables = self.charts = 0

    def write(self) -> Any:
        self._page()
        self._styles()
        self._footers()
        if self.head.get("mark"):
            self._red_head()
        self._title()
        for block in shape.parts(self.content):
            getattr(self, f"_{block['type']}")(block)
        self._signed()
        if self.notice:
            self._note(self.notice)
        self._imprint()
        self.file.core_properties.title = self.content["title"]
        self.file.core_properties.author = self.head.get("issuer", "")
        return self.file

    # -- the sheet ---------------------------------------------------------------------------------

    def _page(self) -> None:
        section = self.file.sections[0]
        section.start_type = WD_SECTION.NEW_PAGE
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        section.header_distance, section.footer_distance = Mm(20), Mm(24)
        grid = section._sectPr.find(qn("w:docGrid"))
        if grid is not None:
            section._sectPr.remove(grid)
        section._sectPr.append(parts.element("w:docGrid", type="lines", linePitch=579))

    def _styles(self) -> None:
        styles = self.file.styles
        normal = styles["Normal"]
        parts.fonts(normal.element.get_or_add_rPr(), BODY)
        normal.font.size = THREE
        # 28 characters of 16 pt on 156 mm: a quarter point closer. A grid of characters would do it in one program and
        # spread them over twice the width in another.
        normal.element.rPr.append(parts.element("w:spacing", val=-5))
        for level, (font, bold) in _HEADINGS.items():
            style = styles[f"Heading {level}"]
            parts.fonts(style.element.get_or_add_rPr(), font)
            style.font.size, style.font.bold, style.font.italic = THREE, bold, False
            style.font.color.rgb = RGBColor(0, 0, 0)
            style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
            style.paragraph_format.keep_with_next = True
        caption = styles["Caption"] if "Caption" in styles else styles.add_style("Caption", WD_STYLE_TYPE.PARAGRAPH)
        parts.fonts(caption.element.get_or_add_rPr(), BLACK)
        caption.font.size, caption.font.bold, caption.font.color.rgb = SMALL_FOUR, False, RGBColor(0, 0, 0)

    def _footers(self) -> None:
        self.file.settings.odd_and_even_pages_header_footer = True
        section = self.file.sections[0]
        for footer, side in ((section.footer, WD_ALIGN_PARAGRAPH.RIGHT), (section.even_page_footer,
                                                                         WD_ALIGN_PARAGRAPH.LEFT)):  # fmt: skip
            paragraph = footer.paragraphs[0]
            paragraph.alignment = side
            right = side == WD_ALIGN_PARAGRAPH.RIGHT
            parts.indent(paragraph, left=0 if right else 1, right=1 if right else 0)
            parts.page_field(paragraph)
        if self.notice:
            for header in (section.header, section.even_page_header):
                parts.run(parts.centred(header.paragraphs[0]), "模拟数据", BODY, FIVE, colour=_GREY)

    def _paragraph(self, style: str | None = None) -> Any:
        paragraph = self.file.add_paragraph(style=style)
        parts.lines(paragraph)
        return paragraph

    # -- head and title ----------------------------------------------------------------------------

    def _red_head(self) -> None:
        mark = self.head["mark"]
        size = min(_MARK_MOST, int(_AREA_POINTS / len(mark)))
        paragraph = parts.centred(self._paragraph())
        parts.lines(paragraph, Pt(size * 1.3), before=Mm(35).pt - size * 0.15)
        parts.run(paragraph, mark, TITLE, Pt(size), colour=RED)
        self._paragraph()
        self._paragraph()
        number = parts.centred(self._paragraph())
        parts.run(number, self.head.get("number_said") or _unnumbered(self.head.get("number", "")))
        parts.border(number, "bottom", size=12, colour="FF0000", space=11)
        self._paragraph()

    def _title(self) -> None:
        if self.head.get("mark"):
            self._paragraph()
        title = parts.centred(self._paragraph())
        parts.lines(title, Pt(36))
        parts.close(title)
        first, *rest = titles.lines(self.content["title"])
        parts.run(title, first, TITLE, TWO)
        for line in rest:
            parts.run(title, "", TITLE, TWO).add_break()
            parts.run(title, line, TITLE, TWO)
        self._paragraph()
        if self.head.get("to"):
            parts.run(self._paragraph(), f"{self.head['to']}：")

    # -- blocks ------------------------------------------------------------------------------------

    def _heading(self, block: dict[str, Any]) -> None:
        level = min(block["level"], 4)
        paragraph = self._paragraph(f"Heading {level}")
        parts.indent(paragraph, 2)
        font, bold = _HEADINGS[level]
        parts.run(paragraph, f"{block['mark']}{block['said']}", font, bold=bold)

    def _text(self, block: dict[str, Any]) -> None:
        paragraph = self._body()
        if block.get("bold"):
            parts.run(paragraph, block["bold"], bold=True)
        parts.run(paragraph, "".join(run.text for run in block["runs"]))

    def _own(self, block: dict[str, Any]) -> None:
        for line in block["paragraphs"]:
            parts.run(self._body(), line)

    def _body(self) -> Any:
        paragraph = self._paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        parts.indent(paragraph, 2)
        return paragraph

    def _chart(self, block: dict[str, Any]) -> None:
        self.charts += 1
        paragraph = parts.centred(self.file.add_paragraph())
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.space_before = Pt(6)
        parts.off_grid(paragraph)
        paragraph.add_run().add_picture(io.BytesIO(pictures.png(block)), width=Mm(150))
        picture = paragraph._p.find(f".//{qn('wp:docPr')}")
        picture.set(
            "descr",
            f"{block['title']}："
            + "，".join(
                f"{label} {value:g}" for label, value in zip(block["labels"], block["series"][0]["values"], strict=True)
            )[:800],
        )
        self._caption(f"图{self.charts}　{block['title']}", after=8)

    def _caption(self, text: str, *, after: float = 0, keep: bool = False) -> None:
        caption = parts.centred(self._paragraph("Caption"))
        parts.lines(caption, Pt(22), after=after)
        caption.paragraph_format.keep_with_next = keep
        parts.run(caption, text, BLACK, SMALL_FOUR)

    def _table(self, block: dict[str, Any]) -> None:
        self.tables += 1
        self._caption(f"表{self.tables}　{block['title']}", keep=True)
        rows, heads = block["rows"], block["heads"]
        table = self.file.add_table(rows=1 + len(rows), cols=len(heads))
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        widths = _widths(block)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)  # some programs read the grid, others the cells
        for place, cells in enumerate([[{"t": head} for head in heads], *rows]):
            row = table.rows[place]
            _kept_whole(row, head=place == 0)
            summed = block["total"] and place == len(rows)
            edges = {"top": 12 if place == 0 else 4 if summed else 0,
                     "bottom": 4 if place == 0 else 12 if place == len(rows) else 0}  # fmt: skip
            for column, (cell, said) in enumerate(zip(row.cells, cells, strict=True)):
                parts.cell_edges(cell, **edges)
                parts.cell_width(cell, widths[column])
                if place == 0:
                    self._head(cell, said["t"])
                else:
                    self._cell(cell, said["t"], listed=bool(block.get("list")), number=column > 0)
                cell.paragraphs[0].paragraph_format.keep_with_next = _kept_with_next(place, len(rows))
        self._after_table()

    @staticmethod
    def _head(cell: Any, text: str) -> None:
        paragraph = parts.centred(cell.paragraphs[0])
        parts.lines(paragraph, Pt(19), before=1, after=1)
        parts.run(paragraph, text, BLACK, FIVE)

    @staticmethod
    def _cell(cell: Any, text: str, *, listed: bool, number: bool) -> None:
        """Write a cell; numbers and days stand on one line, in lists of orders small enough for it."""
        paragraph, whole = cell.paragraphs[0], shape.is_whole(text)
        parts.lines(paragraph, Pt(19), before=1, after=1)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if number and not listed else WD_ALIGN_PARAGRAPH.LEFT
        size = (SMALL_FIVE if whole else FIVE) if listed else SMALL_FOUR if number else FIVE
        parts.run(paragraph, text, BODY, size)
        if whole:
            parts.no_wrap(cell)

    def _after_table(self) -> None:
        parts.lines(self.file.add_paragraph(), Pt(10))

    # -- the foot ----------------------------------------------------------------------------------

    def _signed(self) -> None:
        """Sign and date it: the date four characters from the right, the issuer centred over it."""
        issuer, day = self.head.get("issuer", ""), self.head.get("dated", "")
        if not (issuer or day):
            return
        self._paragraph()
        wide = max(len(issuer), _wide(day))
        for text, width in ((issuer, len(issuer)), (day, _wide(day))):
            if text:
                paragraph = self._paragraph()
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                paragraph.paragraph_format.keep_together = True
                parts.indent(paragraph, right=(_RIGHT_OF_DATE if wide <= 14 else 2) + (wide - width) / 2)  # noqa: PLR2004 - half a line
                parts.run(paragraph, text)

    def _note(self, text: str) -> None:
        paragraph = self._paragraph()
        parts.lines(paragraph, Pt(16), before=12)
        parts.run(paragraph, text, BODY, FIVE, colour=_GREY)

    def _imprint(self) -> None:
        """Draw the imprint at the foot of the last page: copies, who printed it when, between lines."""
        lines = [[f"抄送：{self.head['copies']}。", ""]] if self.head.get("copies") else []
        if self.head.get("printed_by"):
            printed = f"{self.head['dated']}印发" if self.head.get("dated") else ""
            lines.append([self.head["printed_by"], printed])
        if not lines:
            return
        table = self.file.add_table(rows=len(lines), cols=2)
        table.autofit = False
        properties = table._tbl.tblPr
        properties.insert(1, parts.element("w:tblpPr", leftFromText=0, rightFromText=0, vertAnchor="margin",
                                           horzAnchor="margin", tblpXSpec="center", tblpYSpec="bottom"))  # fmt: skip
        for place, (row, cells) in enumerate(zip(table.rows, lines, strict=True)):
            for cell, text, right in zip(row.cells, cells, (False, True), strict=True):
                parts.cell_edges(cell, top=8 if place == 0 else 4, bottom=8 if place == len(lines) - 1 else 4)
                paragraph = cell.paragraphs[0]
                parts.lines(paragraph, Pt(26))
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
                parts.indent(paragraph, left=0 if right else 1, right=1 if right else 0)
                parts.run(paragraph, text, BODY, FOUR)
            if not cells[1]:
                row.cells[0].merge(row.cells[1])
            else:
                parts.cell_width(row.cells[0], 96)
                parts.cell_width(row.cells[1], 60)
        parts.lines(self.file.add_paragraph(), Pt(1))


def _kept_with_next(place: int, last: int) -> bool:
    """Say whether a row stays on the page of the next one: place 0 is the head."""
    return place < last and (last <= _ON_ONE_PAGE or place < _TOGETHER or place > last - _TOGETHER)


def _kept_whole(row: Any, *, head: bool) -> None:
    """A row does not break over pages; the head stands again on the next page."""
    properties = row._tr.get_or_add_trPr()
    properties.append(parts.element("w:cantSplit"))
    if head:
        properties.append(parts.element("w:tblHeader"))


def _widths(block: dict[str, Any]) -> tuple[float, ...]:
    """Return the widths of the columns in millimetres: of numbers as wide as they are, the rest for words."""
    if block.get("list"):
        number, day = (_held(block, column) for column in (0, 1))
        rest = _AREA - number - day
        return (number, day, *(rest * share for share in _LIST_SHARES))
    others = len(block["heads"]) - 1
    longest = max(_wide(row[0]["t"]) for row in block["rows"])
    wanted = longest * FIVE.pt * _MM + _MARGINS
    first = min(max(_FIRST_LEAST, wanted), _AREA - others * _NUMBER_LEAST)
    return (first, *[(_AREA - first) / others] * others)


def _held(block: dict[str, Any], column: int) -> float:
    """Return how wide a column of a list must be for its longest number to stand on one line, in any font."""
    longest: int = max(len(row[column]["t"]) for row in block["rows"])
    return float(longest * _DIGIT * SMALL_FIVE.pt * _MM + _MARGINS)


def _wide(text: str) -> float:
    """Return how many characters wide a text is; digits take half of one."""
    return sum(0.5 if char.isascii() else 1 for char in text)


def _unnumbered(pattern: str) -> str:
    """Return the number of a paper that has none yet: empty brackets where it will stand."""
    return pattern.replace("{serial}", "　").replace("{year}", "　　") if pattern else ""
