"""Which Python `make setup` takes: the preferred one, unless another does the same work in clearly less time."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

_CHOICE = Path(__file__).parents[2] / "scripts" / "python"


def chosen(folder: Path, **microseconds: int | None) -> str:
    """What the script answers where candidates tell that they take so long; None: cannot make an environment."""
    for name, took in microseconds.items():
        one = folder / name
        one.write_text("#!/bin/sh\n" + ("exit 1\n" if took is None else f"echo {took}\n"))
        one.chmod(0o755)
    candidates = [folder / name for name in microseconds]
    return Path(subprocess.run([_CHOICE, *candidates], capture_output=True, text=True, check=True).stdout.strip()).name


@pytest.mark.parametrize(
    ("own", "system", "taken"),
    [(150, 100, "system"), (112, 100, "own"), (100, 150, "own"), (None, 100, "system"), (100, None, "own")],
)
def test_the_preferred_python_gives_way_to_a_clearly_faster_one(
    tmp_path: Path, own: int | None, system: int | None, taken: str
) -> None:
    assert chosen(tmp_path, own=own, system=system) == taken


def test_where_none_can_the_first_is_named_so_that_the_check_says_what_it_lacks(tmp_path: Path) -> None:
    assert chosen(tmp_path, own=None, system=None) == "own"


def test_the_choice_of_this_machine_can_make_an_environment() -> None:
    python = subprocess.run([_CHOICE], capture_output=True, text=True, check=True).stdout.strip()
    able = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"
    assert subprocess.run([python, "-c", able], check=False).returncode == 0
