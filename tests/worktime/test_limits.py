from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from open12345.worktime import Limit, LimitError, Unit


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("5 wd", "5", Unit.WD),
        ("4 wh", "4", Unit.WH),
        ("24 h", "24", Unit.H),
        ("1.5 h", "1.5", Unit.H),
        ("30 min", "30", Unit.MIN),
        ("15 d", "15", Unit.D),
        ("today", "1", Unit.TODAY),
        (" 5WD ", "5", Unit.WD),
        ("0 wh", "0", Unit.WH),
    ],
)
def test_limits_are_read_as_written(text: str, number: str, unit: Unit) -> None:
    assert Limit.parse(text) == Limit(Decimal(number), unit)


@pytest.mark.parametrize(
    "text",
    ["", "5", "wd", "5 days", "-1 wd", "1.5 wd", "0 wd", "0 d", "1e3 h", "NaN h", "５ wd", "4000 d",
     "99999999999999 h", "today 2", "5 wd 3"],
)  # fmt: skip
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(LimitError):
        Limit.parse(text)


def test_the_refusal_says_what_would_be_right() -> None:
    with pytest.raises(LimitError, match=r"5 wd.*today"):
        Limit.parse("five days")


@given(st.sampled_from([Unit.WD, Unit.D]), st.integers(1, 3660))
def test_text_of_whole_days_reads_back(unit: Unit, number: int) -> None:
    limit = Limit(Decimal(number), unit)
    assert Limit.parse(str(limit)) == limit


@given(
    st.sampled_from([Unit.WH, Unit.H, Unit.MIN]),
    st.decimals(0, 80_000, allow_nan=False, places=3),
)
def test_text_of_exact_limits_reads_back(unit: Unit, number: Decimal) -> None:
    limit = Limit(number, unit)
    assert Limit.parse(str(limit)) == limit


@pytest.mark.parametrize(("number", "text"), [("5.0", "5 h"), ("10", "10 h"), ("1.50", "1.5 h")])
def test_numbers_are_written_plainly(number: str, text: str) -> None:
    assert str(Limit(Decimal(number), Unit.H)) == text


def test_today_is_written_as_a_word() -> None:
    assert str(Limit.parse("today")) == "today"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-1", "1E+30"])
def test_numbers_out_of_range_make_no_limit(number: str) -> None:
    with pytest.raises(LimitError):
        Limit(Decimal(number), Unit.H)
