"""A paper about a period that is not over: as much of the last one beside it, and it says so."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from open12345.directory.person import SYSTEM
from open12345.facts.periods import period
from open12345.policy import find_pack, read_pack
from open12345.policy.reports import ChartOf, ReportKind, TableOf
from open12345.reports import composing, exhibits, shape, spans
from open12345.reports.asking import Asker
from tests.cast import Town
from tests.facts.rows import filled
from tests.reports.rows import Many, spread, table

APRIL_12 = datetime(2022, 4, 12, 2, tzinfo=UTC)


KIND = {"code": "monthly", "title": "月报", "receivers": ["区领导"], "period": "month", "sections": ["诉求总量"]}


def _text(over: str, at: datetime) -> str:
    order = composing.Order(ReportKind.model_validate(KIND), period(over))
    parts = shape.parts(composing.compose(order, read_pack(find_pack("baoshan")), person=SYSTEM, at=at))
    return "\n".join("".join(run.text for run in part["runs"]) for part in parts if part["type"] == "text")


@pytest.fixture
def months(town: Town, facts_home: Path) -> None:
    """100 orders a day: 120 in the part of April, 100 in that of March, 80 in that of last April."""
    first, rest = [date(2022, 4, n) for n in range(1, 13)], [date(2022, 3, n) for n in range(1, 13)]
    named = [{"category": code, "category_1": code[0], "category_2": code[:3]} for code in ("A0101", "A0102", "B0101")]
    filled(table(
        Many(5, date(2021, 1, 2)), *spread(80, [date(2021, 4, n) for n in range(1, 13)]), Many(500, date(2021, 4, 20)),
        *spread(100, rest, **named[0]), Many(600, date(2022, 3, 28), named[1]), Many(300, date(2022, 3, 28), named[2]),
        *spread(120, first, **named[0]),
    ))  # fmt: skip


@pytest.mark.function("REP-03")
def test_a_month_that_is_not_over_stands_beside_as_much_of_the_last_one(months: None) -> None:
    text = _text("2022-04", APRIL_12)
    assert "本期尚未结束，数据截至4月12日，与以往各期的相同时段比较。" in text
    assert "2022年4月1日至4月12日" in text
    assert "较上月同期增长20.0%" in text  # 120 beside 100, not beside 1,000
    assert "同比增长50." in text  # 120 beside 80, not beside 580
    assert "环比" not in text


def test_a_month_that_is_over_is_compared_whole(months: None) -> None:
    text = _text("2022-04", datetime(2022, 5, 1, 2, tzinfo=UTC))
    assert "尚未结束" not in text
    assert "环比下降88.0%" in text  # 120 beside 1,000


def test_a_table_adds_up_and_a_part_of_a_year_does_not_stand_as_a_whole_one(months: None) -> None:
    asker = Asker(read_pack(find_pack("baoshan")), period("2022-H1"), SYSTEM, datetime(2022, 8, 1, tzinfo=UTC))
    asked = TableOf(title="t", by="category", metrics=("orders",), top=2, share=True, total=True)
    (made,) = exhibits.table(asker, asked, "k", "t")
    assert [row[0]["t"] for row in made["rows"]][-2:] == ["其他", "合计"]
    numbers = [int(row[1]["t"]) for row in made["rows"]]
    assert sum(numbers[:-1]) == numbers[-1] == 1120
    (chart,) = exhibits.chart(asker, ChartOf(title="t", by="year", shape="bar", days="2021-01-01..period"), "k", "t")
    assert chart["labels"] == ["2021年", "2022年1至6月"]


@pytest.mark.parametrize(
    ("name", "said"),
    [("2022-04..2022-04-12", "上月同期"), ("2022-W15..2022-04-12", "上周同期"), ("2022-Q2..2022-04-12", "上季度同期"),
     ("2022-H1..2022-04-12", "上个半年同期"), ("2022..2022-04-12", "上年同期"), ("2022-04", ""),
     ("2022-04-01..2022-04-12", "")],
)  # fmt: skip
def test_the_last_period_is_named_as_the_part_that_it_is(name: str, said: str) -> None:
    assert spans.before_said(period(name)) == said
