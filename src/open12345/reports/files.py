"""A paper as a file: which endings there are, and which module writes each."""

from __future__ import annotations

import json
from typing import Final

from open12345.reports.writing import Content

ENDINGS: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}


def rendered(content: Content, ending: str, *, notice: str = "", origin: str = "") -> bytes:
    """Return a paper as a file. `notice`: said at its foot (simulated data); `origin`: where links of figures lead."""
    if ending == "json":
        return json.dumps(content, ensure_ascii=False, indent=1).encode()
    if ending == "docx":
        from open12345.reports import docx  # noqa: PLC0415 - each writer loads a large library

        return docx.write(content, notice)
    if ending == "xlsx":
        from open12345.reports import sheet  # noqa: PLC0415 - the same

        return sheet.write(content, notice, origin)
    from open12345.reports import page  # noqa: PLC0415 - the same

    return page.pdf(content, notice) if ending == "pdf" else page.html(content, notice).encode()
