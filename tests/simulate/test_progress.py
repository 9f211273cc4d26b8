"""Whoever waits is told how far it is, in a log as in a terminal."""

from __future__ import annotations

import io
import time

from rich.console import Console

from open12345.simulate import progress


def test_a_log_gets_a_line_now_and_then_though_nobody_tells_anything() -> None:
    out = io.StringIO()
    with progress.shown(Console(file=out), 40, every=0.02) as tell:
        time.sleep(0.05)
        tell(12)
        time.sleep(0.05)
        tell(0, "indexes")
        time.sleep(0.05)
    lines = out.getvalue().splitlines()
    assert lines[0].endswith("0 of 40 orders, learning how cases go")
    assert any(line.endswith("12 of 40 orders") for line in lines)
    assert lines[-1].endswith("12 of 40 orders, indexes")
