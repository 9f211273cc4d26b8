"""Which tests prove which function point: writes docs/functions.md from the marks.

`python -m tests.functions` writes the page; `--check` only says whether the page is current.
A mark that names no point of docs/function-points.csv fails either way.
"""

import ast
import csv
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
POINTS = ROOT / "docs" / "function-points.csv"
PAGE = ROOT / "docs" / "functions.md"

HEAD = """# Function points

Made by `make functions` from `docs/function-points.csv` and the marks
`@pytest.mark.function("XXX-nn")` in `tests/`; do not edit by hand.

A point is *done* when a person can do it on a screen (or a machine through the API) and a marked
test proves it end to end. Numbers in brackets name the deployment a point was read from (000 Baoshan,
001 Pudong, 002 Shanghai, 003 Jiuting, 004 Qinhuai); † = seen in a real system or regulation;
★ = beyond all of them.
"""


class Point(NamedTuple):
    """One line of the list."""

    id: str
    area: str
    function: str


class Mark(NamedTuple):
    """One mark: which point, by which test."""

    point: str
    test: str


def points() -> list[Point]:
    """The list, in its order."""
    with POINTS.open(encoding="utf-8", newline="") as file:
        return [Point(**row) for row in csv.DictReader(file)]


def marks() -> list[Mark]:
    """Every mark in the tests, read from the source without running it."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return [mark for file in files for mark in _marks_of(file)]


def _marks_of(file: Path) -> Iterator[Mark]:
    name = file.relative_to(ROOT).as_posix()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            yield from (Mark(point, name) for point in _named(node.value))
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield from _marks_on(node, name)


def _marks_on(node: ast.FunctionDef | ast.ClassDef, inside: str) -> Iterator[Mark]:
    test = f"{inside}::{node.name}"
    for decorator in node.decorator_list:
        yield from (Mark(point, test) for point in _named(decorator))
    if isinstance(node, ast.ClassDef):
        for child in node.body:
            if isinstance(child, ast.FunctionDef):
                yield from _marks_on(child, test)


def _named(expression: ast.expr) -> Iterator[str]:
    """The points that `pytest.mark.function(...)` names, anywhere in the expression."""
    for node in ast.walk(expression):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.function":
            for argument in node.args:
                yield str(ast.literal_eval(argument))


def page(known: list[Point], found: list[Mark]) -> str:
    """The page: every point with the tests that prove it."""
    tests = defaultdict(list)
    for mark in found:
        tests[mark.point].append(mark.test)
    proved = sum(point.id in tests for point in known)
    parts = [HEAD, f"{proved} of {len(known)} points are proved.\n"]
    for area, group in groupby(known, key=lambda point: point.area):
        parts.append(f"## {area}\n\n| id | function | proved by |\n| --- | --- | --- |")
        for point in group:
            proof = "<br>".join(f"`{test}`" for test in tests[point.id])
            parts.append(f"| {point.id} | {point.function} | {proof} |")
        parts.append("")
    return "\n".join(parts)


def strangers(known: list[Point], found: list[Mark]) -> list[Mark]:
    """Marks that name no point."""
    ids = {point.id for point in known}
    return [mark for mark in found if mark.point not in ids]


def main(arguments: list[str]) -> int:
    """Write or check the page; 1 when something is wrong."""
    known, found = points(), marks()
    wrong = strangers(known, found)
    for mark in wrong:
        print(f"{mark.test}: {mark.point} is no function point", file=sys.stderr)  # noqa: T201
    wanted = page(known, found)
    if "--check" not in arguments:
        PAGE.write_text(wanted, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != wanted:
        print("docs/functions.md is not current: run `make functions`", file=sys.stderr)  # noqa: T201
        return 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
