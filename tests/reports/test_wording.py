"""Rise, fall and level are said as they are; each sentence rounds as it prints."""

from datetime import date
from decimal import Decimal

import pytest

from open12345.facts.periods import period
from open12345.reports import numbering, spans, wording
from open12345.reports.wording import Against, Style

PLAIN, ONE = ("增长", "下降"), Style(1)
pytestmark = pytest.mark.function("REP-07")


@pytest.mark.parametrize(
    ("now", "then", "said"),
    [
        (183471, 43861, "同比增长318.3%"), (69200, 81479, "同比下降15.1%"), (10, 10, "同比持平"),
        (100_001, 100_000, "同比基本持平"), (3, 0, "上年同期为零，不作同比"), (0, 0, "与上年同期均为零"),
        (0, 4, "同比下降100.0%"),
    ],
)  # fmt: skip
def test_a_volume_rises_falls_stays_or_has_nothing_to_rise_from(now: int, then: int, said: str) -> None:
    assert wording.growth(Decimal(now), Decimal(then), Against(), ONE, PLAIN) == said


def test_what_is_counted_for_the_first_time_is_not_compared() -> None:
    assert wording.growth(Decimal(5), Decimal(0), Against(base="none"), ONE, PLAIN) == "上年同期无数据，不作同比"
    assert wording.growth(Decimal(5), Decimal(2), Against(base="partial"), ONE, PLAIN) == "上年同期数据不全，不作同比"
    assert wording.growth(Decimal(5), Decimal(2), Against("较2019年", "2019年", "none"), ONE, PLAIN) == (
        "2019年无数据，不作比较"
    )


@pytest.mark.parametrize(
    ("now", "then", "said"),
    [
        (Decimal("85.17"), Decimal("83.00"), "同比上升2.17个百分点"),
        (Decimal(80), Decimal(82), "同比下降2.00个百分点"),
        (Decimal(80), Decimal(80), "同比持平"), (None, Decimal(80), "本期无可比数据"),
        (Decimal(80), None, "上年同期无数据，不作同比"),
    ],
)  # fmt: skip
def test_a_rate_moves_in_percentage_points(now: Decimal | None, then: Decimal | None, said: str) -> None:
    assert wording.points(now, then, Against(), Style(2), ("上升", "下降")) == said


def test_a_change_is_told_from_what_to_what_and_level_where_it_prints_alike() -> None:
    words, named = ("上升", "下降"), ("今年", "2020年")
    assert wording.change("8.23%", "4.96%", Decimal("3.27"), named, words) == "从2020年的4.96%上升到今年的8.23%"
    assert wording.change("11.37%", "22.46%", Decimal(-11), named, words) == "从2020年的22.46%下降到今年的11.37%"
    assert wording.change("8.23%", "8.23%", Decimal("0.001"), named, words) == "与2020年持平，今年为8.23%"


def test_precision_and_rounding_belong_to_the_sentence() -> None:
    exact = Decimal(134820) / 16443 * 100 - 100
    assert (Style(1).rate(exact), Style(0).rate(exact)) == ("719.9%", "720%")
    may = Decimal(228) / 247 * 100
    assert (Style(2).rate(may), Style(2, "down", "％").rate(may)) == ("92.31%", "92.30％")
    assert [Style(2, unit="万").count(Decimal(n)) for n in (526500, 180000, 69200)] == ["52.65万", "18万", "6.92万"]
    assert Style(1, unit="万").count(Decimal(97085)) == "9.7万"


def test_headings_are_numbered_as_official_papers_number_them() -> None:
    levels = [1, 2, 2, 3, 3, 4, 2, 1, 2]
    blocks = numbering.numbered([{"type": "heading", "level": level} for level in levels])
    marks = [block["mark"] for block in blocks]
    assert marks == ["一、", "（一）", "（二）", "1.", "2.", "（1）", "（三）", "二、", "（一）"]
    assert [numbering.chinese(n) for n in (1, 10, 11, 20, 21, 99)] == ["一", "十", "十一", "二十", "二十一", "九十九"]


@pytest.mark.parametrize(
    ("name", "said"),
    [("2022-H1", "2022年上半年"), ("2022-04", "2022年4月"), ("2022-Q3", "2022年第三季度"), ("2022", "2022年"),
     ("2022-04-12", "2022年4月12日"), ("2022-04-01..2022-05-31", "2022年4月1日至5月31日"),
     ("2022-W15", "2022年第15周（4月11日至4月17日）")],
)  # fmt: skip
def test_a_period_is_said_in_words(name: str, said: str) -> None:
    assert spans.said(period(name)) == said


def test_an_outline_names_days_within_its_own_period() -> None:
    half = period("2022-H1")
    assert spans.meant("04-01..05-31", half).first == date(2022, 4, 1)
    assert spans.meant("2020-01-01..period", half).last == date(2022, 6, 30)
    assert spans.meant("year_before", half).name == "2021-H1"
    assert spans.shifted("year_before", spans.meant("04-01..05-31", half), half).first == date(2021, 4, 1)
    with pytest.raises(ValueError, match="soon"):
        spans.meant("soon", half)


@pytest.mark.parametrize(
    ("length", "day", "name"),
    [("day", date(2026, 1, 1), "2025-12-31"), ("week", date(2026, 1, 1), "2025-W52"),
     ("week", date(2026, 1, 5), "2026-W01"),
     ("month", date(2026, 3, 1), "2026-02"), ("half_year", date(2022, 7, 8), "2022-H1"),
     ("year", date(2026, 5, 1), "2025"),
     ("quarter", date(2026, 1, 1), "2025-Q4"), ("two_months", date(2026, 3, 2), "2026-01-01..2026-02-28")],
)  # fmt: skip
def test_a_paper_made_on_a_day_is_about_the_last_period_that_ended(length: str, day: date, name: str) -> None:
    assert spans.ended_before(length, day).name == name  # type: ignore[arg-type]
