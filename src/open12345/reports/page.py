"""A paper as a page of its own, and as a PDF: the same HTML in the layout of the Word file, drawn by WeasyPrint."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from open12345.orders.errors import DomainError
from open12345.reports import pictures, shape, titles
from open12345.reports.writing import Content

_CSS: Final = Path(__file__).parent / "static" / "reports" / "print.css"
_MARK_MOST, _AREA_POINTS = 44, 442
_NAME, _STATE = 14, 6  # what is so short stands on one line: the name of a table's line, how an order stands


class NoPdf(DomainError):
    """The machine has no Pango, with which PDFs are drawn; every other ending works without."""

    status = 503
    code = "no_pdf"


def html(content: Content, notice: str = "") -> str:
    """Return the paper as a whole page that needs nothing beside it."""
    # a file that stands alone carries its looks; nothing of ours serves it as a page
    looks = mark_safe(f"<style>{_CSS.read_text(encoding='utf-8')}</style>")  # noqa: S308 - our own sheet
    return render_to_string("reports/print.html", context(content, notice) | {"looks": looks})


def context(content: Content, notice: str = "") -> dict[str, Any]:
    """Return what the page of a paper is drawn from: parts with numbers of tables and charts, pictures as data."""
    parts, tables, charts = [], 0, 0
    for block in shape.parts(content):
        shown = dict(block)
        if block["type"] == "chart":
            charts += 1
            shown |= {"number": charts, "picture": _data(block), "described": described(block)}
        elif block["type"] == "table":
            tables += 1
            shown |= {"number": tables, "rows": [_row(row, block) for row in block["rows"]]}
        elif block["type"] == "text":
            shown["pieces"] = shape.days_apart("".join(run.text for run in block["runs"]))
        parts.append(shown)
    mark = content.get("head", {}).get("mark", "")
    size = min(_MARK_MOST, int(_AREA_POINTS / len(mark))) if mark else 0
    title = [titles.phrases(line) for line in titles.lines(content["title"])]
    return {"content": content, "head": content.get("head", {}), "parts": parts, "notice": notice, "mark_size": size,
            "title": title}  # fmt: skip


def _row(row: list[dict[str, Any]], block: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a row, saying of each cell whether it stands on one line: numbers, days, short names."""
    named = _STATE if block.get("list") else _NAME
    ends = (len(row) - 1,) if block.get("list") else (0,)
    return [{**cell, "whole": shape.is_whole(cell["t"]) or (place in ends and len(cell["t"]) <= named)}
            for place, cell in enumerate(row)]  # fmt: skip


def described(block: dict[str, Any]) -> str:
    """Return a chart in words, for who cannot see it."""
    values = zip(block["labels"], block["series"][0]["values"], strict=True)
    return f"{block['title']}：" + "，".join(f"{label} {value:g}" for label, value in values)


def _data(block: dict[str, Any]) -> str:
    return f"data:image/png;base64,{base64.b64encode(pictures.png(block)).decode()}"


def pdf(content: Content, notice: str = "", **options: Any) -> bytes:
    """Return the paper as a PDF; nothing is fetched from anywhere. Raises NoPdf where this machine cannot draw one."""
    try:
        import weasyprint  # type: ignore[import-untyped]  # noqa: PLC0415 - a second that only PDFs need
        from weasyprint.urls import URLFetcher  # type: ignore[import-untyped]  # noqa: PLC0415 - the same
    except OSError as error:  # it looks for Pango's libraries when it is loaded
        raise NoPdf(
            _("这台服务器缺少 Pango，不能生成 PDF；请先下载 Word 文件，并请管理员安装 libpango 和 libpangoft2。")
        ) from error

    own = URLFetcher(allowed_protocols={"data"})  # a paper carries all it needs
    written: bytes = weasyprint.HTML(string=html(content, notice), url_fetcher=own).write_pdf(**options)
    return written
