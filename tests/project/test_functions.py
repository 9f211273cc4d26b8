"""The list of function points and the marks in the tests."""

from tests.functions import POINTS, Mark, Point, marks, page, points, strangers

KNOWN = [Point("DIS-01", "DIS", "desk"), Point("DIS-02", "DIS", "list")]


def test_the_list_is_complete() -> None:
    assert len(points()) == len({point.id for point in points()}) == 215
    assert POINTS.exists()


def test_a_point_shows_the_tests_that_prove_it() -> None:
    written = page(KNOWN, [Mark("DIS-02", "tests/a.py::test_b")])
    assert "| DIS-02 | list | `tests/a.py::test_b` |" in written
    assert "1 of 2 points are proved" in written


def test_a_mark_that_names_no_point_is_found() -> None:
    assert strangers(KNOWN, [Mark("DIS-99", "t"), Mark("DIS-01", "t")]) == [Mark("DIS-99", "t")]


def test_every_mark_of_this_suite_names_a_point() -> None:
    assert strangers(points(), marks()) == []
