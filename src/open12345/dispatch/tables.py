"""Tables of the room's commands: no heading breaks, and only the column that is meant to folds, between its words.

A terminal that is too narrow for that gets lines longer than itself: what it wraps can still be read and copied.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

_GAP = 2


def show(console: Console, headings: Sequence[str], rows: Sequence[Sequence[str]], *, folds: int) -> None:
    """Print a table; `folds` is the column that takes what room is left, never less than its longest word."""
    columns = [[str(cell) for cell in column] for column in zip(headings, *rows, strict=True)]
    widths = [max(cell_len(line) for cell in column for line in cell.split("\n")) for column in columns]
    longest = max((cell_len(word) for cell in columns[folds] for word in cell.split()), default=1)
    room = console.width - sum(widths) + widths[folds] - _GAP * (len(widths) - 1)
    widths[folds] = max(longest, min(widths[folds], room))
    table = Table(box=None, pad_edge=False)
    for place, (heading, width) in enumerate(zip(headings, widths, strict=True)):
        table.add_column(heading, width=width, no_wrap=place != folds, overflow="fold")
    for row in rows:
        table.add_row(*row)
    total = sum(widths) + _GAP * (len(widths) - 1)
    wide = Console(file=console.file, highlight=False, width=max(console.width, total))
    wide.print(table)
