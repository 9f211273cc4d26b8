"""CSV as it really comes: UTF-8 (with mark or not), GB18030, UTF-16; comma, tab or semicolon. XLSX is read alike."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from . import workbook
from .errors import DirectoryError
from .unreadable import TableError

_BLANK_STARTS: Final = ("\t", "\r", "\n")
FORMULA_STARTS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What office software takes for the start of a formula, full-width included."""

Columns = Mapping[str, Sequence[str]]
"""Field name → the headings by which it may be called, besides its own name."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row that was not taken: its line number, the field, why, and what would be right."""

    row: int
    field: str
    reason: str
    remedy: str
    values: Mapping[str, str]


class RowProblem(Exception):
    """Raised while a row is being read; becomes `Rejected`."""

    def __init__(self, field: str, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Line:
    """One row: `get` by field name, `values` by heading as it stood in the file."""

    number: int
    fields: Mapping[str, str]
    values: Mapping[str, str]

    def get(self, field: str) -> str:
        """The trimmed content, "" when empty or absent."""
        return self.fields.get(field, "")

    def need(self, field: str, remedy: str) -> str:
        """The content, or `RowProblem` when it is empty."""
        if not self.get(field):
            raise RowProblem(field, _("不能为空"), remedy)
        return self.fields[field]

    def reject(self, problem: RowProblem) -> Rejected:
        """This row as rejected for `problem`."""
        return Rejected(self.number, problem.field, problem.reason, problem.remedy, self.values)


def decode(raw: bytes) -> str:
    """Text of a file whose encoding nobody wrote down; raises `DirectoryError` when it is none.

    A mark at the start decides; else strict UTF-8; else GB18030, which is what office software
    on Chinese machines writes. NUL characters are dropped.
    """
    marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if marked else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return raw.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    raise DirectoryError(_("无法识别文件编码，请另存为 UTF-8 或 GB18030 的 CSV。"), code="encoding", field="file")


def _delimiter(header: str) -> str:
    """The separator that the first line uses most; full-width commas are a typing slip, not one."""
    return max([",", "\t", ";"], key=header.count)


def read_rows(raw: bytes, columns: Columns, required: Sequence[str]) -> Iterator[Line]:
    """Yield the rows of a file with headings; blank rows are passed over.

    Headings are matched without regard to case and spaces. Unknown ones are ignored, a missing
    required one raises `DirectoryError` before the first row.
    """
    reader, first = _records(raw)
    heads = [head.strip() for head in next(reader, [])]
    names = _match(heads, columns)
    missing = [field for field in required if field not in names]
    if missing:
        wanted = "、".join("/".join([field, *columns[field]]) for field in missing)
        raise DirectoryError(_("缺少列：%s。") % wanted, code="columns", field=missing[0])
    return _lines(reader, heads, names, first + 1)


def _records(raw: bytes) -> tuple[Iterator[list[str]], int]:
    """The cells of each row from the headings on, and the line of the headings."""
    if raw.startswith(workbook.MAGIC):
        return _of_workbook(raw), 1
    text, first = _without_notes(decode(raw))
    return csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text.partition("\n")[0])), first


def _of_workbook(raw: bytes) -> Iterator[list[str]]:
    """The rows of the first sheet; raises `DirectoryError` for what is no honest workbook."""
    try:
        for cells in workbook.records(raw):
            yield cells[: max((place for place, cell in enumerate(cells, start=1) if cell), default=0)]
    except TableError as error:
        told = "。".join(filter(None, (error.message, error.remedy)))
        raise DirectoryError(f"{told}。", code="workbook", field="file") from error


def _without_notes(text: str) -> tuple[str, int]:
    """The text from its headings on, and their line: our own exports begin with a watermark, "# …"."""
    first = 1
    while text.lstrip('"').startswith("#"):
        text, first = text.partition("\n")[2], first + 1
    return text, first


def _match(heads: Sequence[str], columns: Columns) -> dict[str, int]:
    """Which heading stands for which field; the first wins."""
    known = {alias.replace(" ", "").lower(): field for field, aliases in columns.items() for alias in [field, *aliases]}
    found: dict[str, int] = {}
    for place, head in enumerate(heads):
        field = known.get(head.replace(" ", "").lower())
        if field:
            found.setdefault(field, place)
    return found


def _lines(reader: "Iterator[list[str]]", heads: Sequence[str], names: Mapping[str, int], first: int) -> Iterator[Line]:
    """The rows after the headings, numbered as a spreadsheet numbers them."""
    for number, row in enumerate(reader, start=first):
        cells = [as_typed(cell.strip()) for cell in row] + [""] * (len(heads) - len(row))
        if not any(cells):
            continue
        fields = {field: cells[place] for field, place in names.items()}
        yield Line(number, fields, dict(zip(heads, cells, strict=False)))


def harmless(cell: object) -> str:
    """The cell so that no office software computes it: what would begin a formula gets a "'" in front."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.lstrip().startswith(FORMULA_STARTS) or text.startswith(_BLANK_STARTS) else text


def as_typed(cell: str) -> str:
    """The cell without the "'" that `harmless` put before it."""
    return cell[1:] if cell.startswith("'") and harmless(cell[1:]) == cell else cell


def write_rejected(path: Path, rejected: Sequence[Rejected]) -> Path:
    """Write `FILE.rejected.csv` beside `path`; an earlier one is removed when nothing was rejected."""
    target = path.with_name(path.name + ".rejected.csv")
    if rejected:
        target.write_bytes(rejected_csv(rejected))
    else:
        target.unlink(missing_ok=True)
    return target


def rejected_csv(rejected: Sequence[Rejected]) -> bytes:
    """The rejected rows as a file: row, field, reason, remedy, then the row itself.

    UTF-8 with mark, so that office software opens it rightly; it can be corrected and imported
    again. Cells that would be formulas are made harmless.
    """
    heads = list(dict.fromkeys(head for item in rejected for head in item.values))
    own = [_("行号"), _("字段"), _("原因"), _("如何改正")]
    others = [head for head in heads if head not in own]
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([*own, *map(harmless, others)])
    for item in rejected:
        cells = [item.values.get(head, "") for head in others]
        writer.writerow([item.row, *map(harmless, [item.field, item.reason, item.remedy, *cells])])
    return file.getvalue().encode("utf-8-sig")
