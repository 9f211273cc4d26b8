"""Reads the invented texts of a pack (`demo/*.csv`) and names what is wrong with them.

They are no rules: a pack is loaded without them, so that `read_pack` leaves them alone. `check-pack` looks at them, for
`up --demo` files and dispatches orders from them.
"""

import string
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from .checks.registry import unknown
from .problems import PackError, PackProblem
from .schema import Pack
from .sources import Source, read_csv

FOLDER: Final = "demo"
COMPLAINTS: Final = "complaints.csv"
PLACES: Final = "places.csv"
BLANKS: Final = ("estate", "road", "no", "b", "time")
"""What may stand in braces in a text; the demo puts an invented place, number or time there."""

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    COMPLAINTS: ("category", "kind", "urgency", "title", "body", "found", "demand", "told"),
    PLACES: ("estate", "road", "area"),
}
_MAY_BE_EMPTY: Final = frozenset({"kind", "urgency"})
_REFERENCES: Final = frozenset({"category", "kind", "urgency", "area"})


def read_demo(folder: Path, file: str) -> list[dict[str, str]]:
    """Return the rows of one file of the folder `demo/`, each column as text, an empty cell as "".

    Raises PackError where the file cannot be read.
    """
    source = _source(folder, file)
    if source.problems:
        raise PackError(source.problems)
    return [{name: row.get(name, "") for name in COLUMNS[file]} for row in source.data]


def demo_problems(pack_folder: Path, pack: Pack | None) -> list[PackProblem]:
    """Return what is wrong with the pack's invented texts, nothing where it has none.

    Without a sound `pack` only the files themselves are looked at, for there are no codes to compare with.
    """
    folder = pack_folder / FOLDER
    if not any((folder / file).exists() for file in COLUMNS):
        return []
    found: list[PackProblem] = []
    for file in COLUMNS:
        source = _source(folder, file)
        for index, row in enumerate(source.data or []):
            if index not in source.bad_rows:
                _check_row(source, index, row, pack)
        found += source.problems
    return found


def _source(folder: Path, file: str) -> Source:
    source = read_csv(folder / file, COLUMNS[file], COLUMNS[file], name=f"{FOLDER}/{file}")
    if source.data == []:
        source.problem((), "只有列名，没有内容；请写上示例，或删去整个 demo 文件夹", 1)
    return source


def _check_row(source: Source, index: int, row: Mapping[str, str], pack: Pack | None) -> None:
    file = source.file.removeprefix(f"{FOLDER}/")
    for column in COLUMNS[file]:
        cell = row.get(column, "")
        if not cell:
            messages = [] if column in _MAY_BE_EMPTY else ["缺少这一项"]
        elif column not in _REFERENCES:
            messages = [*_blank_mistakes(cell)] if file == COMPLAINTS else []
        else:
            messages = [*_reference_mistakes(column, cell, pack)] if pack is not None else []
        for message in messages:
            source.problem((column,), message, source.line((index,)))


def _reference_mistakes(column: str, code: str, pack: Pack) -> Iterator[str]:
    known: Mapping[str, tuple[str, Collection[str]]] = {
        "category": ("分类", pack.category_tree),
        "kind": ("诉求类型", pack.kinds),
        "urgency": ("紧急程度", pack.urgencies),
        "area": ("区域", pack.area_tree),
    }
    what, codes = known[column]
    if code not in codes:
        yield unknown(what, code, codes)
    elif column == "category" and not pack.is_leaf(code):
        yield f"分类 “{code}” 下面还有分类；工单只能用末级，如 “{_first_leaf(pack, code)}”"


def _first_leaf(pack: Pack, code: str) -> str:
    return next(row.code for row in pack.category_tree.subtree(code) if pack.is_leaf(row.code))


def _blank_mistakes(text: str) -> Iterator[str]:
    """Name what `str.format` would stumble over."""
    known = "、".join(f"{{{name}}}" for name in BLANKS)
    try:
        parts: list[tuple[Any, ...]] = [*string.Formatter().parse(text)]
    except ValueError:
        yield f"花括号不成对；占位的写法如 {known}"
        return
    for _, name, form, conversion in parts:
        if name is not None and (name not in BLANKS or form or conversion):
            shown = "{" + name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "") + "}"
            yield f"不认识的占位 {shown}；可用的有：{known}"
