"""How the tests of this room import: a file from lines, one run, what came of it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from open12345.directory.person import SYSTEM, Person
from open12345.intake.columns import map_columns
from open12345.intake.importer import Import, Rejects, Tally
from open12345.intake.table import open_table
from open12345.intake.values import Plan
from tests.cast import Town

HEADS = ["编号", "标题", "诉求内容", "来电人", "联系电话", "分类"]


@dataclass
class Result:
    """What a run came to."""

    tally: Tally
    rejects: Path

    @property
    def counts(self) -> tuple[int, int, int]:
        return self.tally.created, self.tally.already, self.tally.rejected

    def rejected(self) -> list[dict[str, str]]:
        if not self.rejects.exists():
            return []
        with self.rejects.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))


def row(number: int, **said: str) -> list[str]:
    """One good row; `said` changes a cell by its heading."""
    cells = {
        "编号": f"N{number}",
        "标题": f"第 {number} 件",
        "诉求内容": f"沪松公路 {number} 号门口路灯不亮，晚上看不清路，请来修。",
        "来电人": "李秀兰",
        "联系电话": f"1381234{number:04d}",
        "分类": "B03",
    }
    return list({**cells, **said}.values())


def write(path: Path, rows: list[list[str]], *, heads: list[str] | None = None, encoding: str = "utf-8") -> Path:
    """Write a file as office software would."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([heads or HEADS, *rows])
    return path


def take(
    town: Town,
    file: Path,
    *,
    by: Person = SYSTEM,
    told: dict[str, str] | None = None,
    stop: Callable[[Tally], bool] = lambda tally: False,
    headed: bool = True,
    **plan: Any,
) -> Result:
    """Import `file` at the town's time."""
    plan.setdefault("defaults", {"channel": "import", "kind": "complaint_help"})
    table = open_table(file, headed=headed)
    work = Import(table, map_columns(table, told or {}), Plan(**plan), by, lambda: town.now)
    out = Rejects(file.with_name(file.name + ".rejected.csv"), table)
    try:
        tally = work.run(rejects=out, tell=lambda tally: None, stop=lambda: stop(work.tally))
    finally:
        out.close()
    return Result(tally, out.path)
