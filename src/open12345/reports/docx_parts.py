"""Small things of a Word file that python-docx has no word for: fonts by script, exact lines, fields, borders."""

from __future__ import annotations

from typing import Any, Final

from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

TITLE, BODY, BLACK, REGULAR, PAGES = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
TWO, THREE, FOUR, SMALL_FOUR, FIVE, SMALL_FIVE = Pt(22), Pt(16), Pt(14), Pt(12), Pt(10.5), Pt(9)
"""Sizes as official papers name them: 2号, 3号, 4号, 小四, 五号."""
LINE: Final = Pt(28.95)
"""22 lines on 225 mm."""
CHAR_TWIPS: Final = 316
"""28 characters on 156 mm: 15.8 pt each."""
RED: Final = RGBColor(0xFF, 0, 0)

Element = Any
_AFTER_SPACES: Final = (
    "w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents",
    "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment", "w:textboxTightWrap", "w:outlineLvl", "w:divId",
    "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange",
)  # fmt: skip
"""What follows the two in a paragraph's properties, in the order that the format wants."""


def element(tag: str, **attributes: object) -> Element:
    """Return an element of WordprocessingML with attributes in its namespace."""
    found = OxmlElement(tag)
    for name, value in attributes.items():
        found.set(qn(f"w:{name}"), str(value))
    return found


def fonts(properties: Element, name: str) -> None:
    """Set a font for every script by name; a theme's font would win over it."""
    found = properties.find(qn("w:rFonts"))
    if found is None:
        found = element("w:rFonts")
        properties.insert(0, found)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        found.attrib.pop(qn(f"w:{theme}"), None)
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        found.set(qn(f"w:{script}"), name)


def run(paragraph: Any, text: str, font: str = BODY, size: Any = THREE, *, bold: bool = False,
        colour: RGBColor | None = None) -> Any:  # fmt: skip
    """Add text in a font."""
    found = paragraph.add_run(text)
    fonts(found._r.get_or_add_rPr(), font)
    found.font.size, found.font.bold = size, bold
    if colour is not None:
        found.font.color.rgb = colour
    return found


def lines(paragraph: Any, exact: Any = LINE, *, before: Any = 0, after: Any = 0) -> None:
    """Set exact lines and the space around."""
    form = paragraph.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, exact
    form.space_before, form.space_after = Pt(before), Pt(after)
    if exact != LINE:
        off_grid(paragraph)


def off_grid(paragraph: Any) -> None:
    """Take a paragraph off the page's grid of lines: some programs round its lines up to whole ones, two for one."""
    properties = paragraph._p.get_or_add_pPr()
    if properties.find(qn("w:snapToGrid")) is None:
        properties.insert_element_before(element("w:snapToGrid", val=0), *_AFTER_SPACES[3:])


def indent(paragraph: Any, first: int = 0, *, left: float = 0, right: float = 0) -> None:
    """Indent by characters: the first line, the left, the right."""
    properties = paragraph._p.get_or_add_pPr()
    old = properties.find(qn("w:ind"))
    if old is not None:
        properties.remove(old)
    said = {
        "firstLineChars": first * 100,
        "firstLine": first * CHAR_TWIPS,
        "leftChars": round(left * 100),
        "left": round(left * CHAR_TWIPS),
        "rightChars": round(right * 100),
        "right": round(right * CHAR_TWIPS),
    }
    properties._insert_ind(element("w:ind", **said))


def page_field(paragraph: Any) -> None:
    """Add “— 1 —”, the number kept by the program that shows the page."""
    run(paragraph, "— ", PAGES, FOUR)
    for kind, text in (("begin", ""), ("", " PAGE "), ("separate", ""), ("text", "1"), ("end", "")):
        piece = run(paragraph, text if kind == "text" else "", PAGES, FOUR)._r
        if kind in {"begin", "separate", "end"}:
            piece.append(element("w:fldChar", fldCharType=kind))
        elif not kind:
            code = element("w:instrText")
            code.text = text
            piece.append(code)
    run(paragraph, " —", PAGES, FOUR)


def border(paragraph: Any, side: str, *, size: int, colour: str, space: int) -> None:
    """Draw a line along a paragraph; `size` in eighths of a point, `space` in points."""
    properties = paragraph._p.get_or_add_pPr()
    edges = element("w:pBdr")
    edges.append(element(f"w:{side}", val="single", sz=size, space=space, color=colour))
    properties.insert_element_before(
        edges, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:overflowPunct",
        "w:topLinePunct", "w:autoSpaceDE", "w:autoSpaceDN", *_AFTER_SPACES,
    )  # fmt: skip


def close(paragraph: Any) -> None:
    """Set no space of the program's own between Chinese and Latin signs or digits: lines are as long as counted."""
    properties = paragraph._p.get_or_add_pPr()
    for tag in ("w:autoSpaceDE", "w:autoSpaceDN"):
        properties.insert_element_before(element(tag, val=0), *_AFTER_SPACES)


def cell_edges(cell: Any, **edges: int) -> None:
    """Draw the edges of a cell (`top=12`, in eighths of a point); all others none."""
    found = element("w:tcBorders")
    for side in ("top", "left", "bottom", "right"):
        size = edges.get(side, 0)
        found.append(element(f"w:{side}", val="single" if size else "nil", sz=size, space=0, color="000000"))
    cell._tc.get_or_add_tcPr().append(found)


def cell_width(cell: Any, width: float) -> None:
    """Set a cell's width in millimetres."""
    cell.width = Mm(width)


def no_wrap(cell: Any) -> None:
    """Keep the text of a cell on one line: numbers and days are not broken in the middle."""
    cell._tc.get_or_add_tcPr().append(element("w:noWrap"))


def centred(paragraph: Any) -> Any:
    """Centre a paragraph and return it."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paragraph
