"""Tables of the commands: headings stand whole, paths fold between their steps, in a narrow terminal too."""

from __future__ import annotations

import io

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from open12345.dispatch import cli, tables

HEADINGS = ("code", "category", "threshold", "accuracy")
ROWS = [("A0101", "市容环境 / 街面秩序 / 无证设摊", "0.925", "98.1%"), ("B", "路灯不亮", "none", "–")]


def shown(width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    tables.show(console, HEADINGS, ROWS, folds=1)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [10, 40, 60, 200])
def test_no_heading_breaks_and_only_the_path_folds_between_its_steps(width: int) -> None:
    lines = shown(width)
    assert lines[0].split() == list(HEADINGS)
    folded = [word for line in lines[1:] for word in line.split()]
    for word in ("市容环境", "街面秩序", "无证设摊", "路灯不亮", "0.925", "A0101"):
        assert word in folded


def test_where_there_is_room_a_row_is_a_line() -> None:
    assert len(shown(200)) == 1 + len(ROWS)


def test_the_group_says_what_the_room_does() -> None:
    app = typer.Typer()
    cli.register(app)
    assert "Smart dispatch: learn categories and units" in CliRunner().invoke(app, ["dispatch", "--help"]).stdout
