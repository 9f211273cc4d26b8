"""The truth is kept in a file beside the run, and survives a run that was killed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from open12345.simulate import truth
from open12345.simulate.shapes import Request, Truth
from open12345.simulate.speech.people import caller


def request(index: int, told: Truth) -> Request:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    return Request(index, at, "", "", "", "", "", "", None, None, "", "", caller(1, index), told)


@pytest.mark.function("SIM-05")
def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    first = Truth("A0101", "enforcement", "乱摆卖#0")
    again = Truth("A0101", "enforcement", "乱摆卖#0", topic="t1", repeat_of=0, second_category="B03", mass=True)

    assert truth.write(tmp_path / truth.NAME, [request(0, first), request(1, again)]) == 2
    assert list(truth.read(tmp_path / truth.NAME)) == [(0, first), (1, again)]


def test_a_resumed_run_has_each_request_once(tmp_path: Path) -> None:
    path = tmp_path / truth.NAME
    told = Truth("A0101", "enforcement", "乱摆卖#0")
    truth.write(path, [request(0, told)])
    with path.open("a", encoding="utf-8") as file:
        file.write('{"index": 1, "cat')
    truth.write(path, [request(0, told), request(1, told)])

    assert [index for index, _ in truth.read(path)] == [0, 1]
