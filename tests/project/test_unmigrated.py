"""A command of a room on an instance without tables says what to do first."""

import os
import subprocess
import sys
from pathlib import Path


def test_a_command_says_that_the_tables_are_missing(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "open12345.project", "fsck"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "OPEN12345_HOME": str(folder / "home"), "DATABASE_URL": ""},
    )
    assert done.returncode == 3
    assert "Run first: open12345 migrate" in done.stderr
    assert "Traceback" not in done.stderr
