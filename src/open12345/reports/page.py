"""A paper as a page of its own, and as a PDF: the same HTML in the layout of the Word file, drawn by WeasyPrint."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from open12345.reports import pictures, shape
from open12345.reports.writing import Content

_CSS: Final = Path(__file__).parent / "static" / "reports" / "print.css"
_MARK_MOST, _AREA_POINTS = 44, 442


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
            shown["number"] = tables
        parts.append(shown)
    mark = content.get("head", {}).get("mark", "")
    size = min(_MARK_MOST, int(_AREA_POINTS / len(mark))) if mark else 0
    return {"content": content, "head": content.get("head", {}), "parts": parts, "notice": notice, "mark_size": size}


def described(block: dict[str, Any]) -> str:
    """Return a chart in words, for who cannot see it."""
    values = zip(block["labels"], block["series"][0]["values"], strict=True)
    return f"{block['title']}：" + "，".join(f"{label} {value:g}" for label, value in values)


def _data(block: dict[str, Any]) -> str:
    return f"data:image/png;base64,{base64.b64encode(pictures.png(block)).decode()}"


def pdf(content: Content, notice: str = "", **options: Any) -> bytes:
    """Return the paper as a PDF; nothing is fetched from anywhere."""
    import weasyprint  # type: ignore[import-untyped]  # noqa: PLC0415 - a second that only PDFs need

    def own(url: str, *args: Any, **kwargs: Any) -> Any:
        if not url.startswith("data:"):
            raise ValueError("a paper carries all it needs")
        return weasyprint.default_url_fetcher(url, *args, **kwargs)

    written: bytes = weasyprint.HTML(string=html(content, notice), url_fetcher=own).write_pdf(**options)
    return written
