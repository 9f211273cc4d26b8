"""One reading of the rows for several metrics, statements written once, and answers that are kept."""

from datetime import date
from pathlib import Path

import pytest

from open12345.directory.person import SYSTEM
from open12345.facts import cuts, mirror, queries, store
from open12345.facts.cuts import Cut, cut_sql
from open12345.facts.periods import period
from open12345.facts.queries import View
from tests.cast import Town
from tests.facts.rows import filled, invented

ALONE = View(compared=False)
CODES = ("orders", "solved", "done_in_time", "returns", "handling_days")


def test_several_metrics_at_once_say_what_each_says_alone(town: Town, facts_home: Path) -> None:
    filled(invented(900, 5))
    spans = (period("2022-H1"), period("2021"))
    for where in ({}, {"category_1": ("A", "B")}):
        found = queries.ask_several(
            CODES, spans, person=SYSTEM, at=town.now, by=("unit",), where=where, view=ALONE
        )  # fmt: skip
        for (code, span), figures in found.items():
            answer = queries.ask(code, span, person=SYSTEM, at=town.now, by=("unit",), where=where, view=ALONE)
            alone = {line.key: line.figure for line in answer.lines if line.figure.numerator or line.figure.denominator}
            assert {key: one for key, one in figures.items() if one.numerator or one.denominator} == alone
    with pytest.raises(KeyError, match="own date"):
        queries.ask_several(CODES, spans, person=SYSTEM, at=town.now, by=("month",), view=ALONE)


def test_a_statement_is_written_once_for_all_days_and_values() -> None:
    def sql(days: str, **where: object) -> str:
        return cut_sql(Cut("orders", period(days), ("kind",), tuple(where.items())), "duckdb")

    sql("2021", unit=("a", "b"), category="c")
    before = cuts._cut_text.cache_info().misses
    one = sql("2022-04", unit=("x'y", "\ufdd00", "z"), category="MAKE_DATE(1000, 1, 1)")
    assert cuts._cut_text.cache_info().misses == before
    assert "IN ('x''y', '\ufdd00', 'z')" in one
    assert "= 'MAKE_DATE(1000, 1, 1)'" in one
    assert "BETWEEN MAKE_DATE(2022, 4, 1) AND MAKE_DATE(2022, 4, 30)" in one
    old = sql("2022", month=date(1001, 1, 1))
    assert "MAKE_DATE(1001, 1, 1)" in old
    assert "MAKE_DATE(2022, 12, 31)" in old
    assert "IS NULL" in sql("2022", area=("a", None))


def test_an_answer_is_kept_for_its_state_of_the_facts_alone(
    town: Town, facts_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    run = mirror.run
    monkeypatch.setattr(mirror, "run", lambda manifest, sql: asked.append(sql) or run(manifest, sql))  # type: ignore[func-returns-value]

    def orders(view: View = ALONE) -> int:
        return queries.ask("orders", period("2022"), person=SYSTEM, at=town.now, view=view).whole.figure.numerator

    filled(invented(100, 5))
    first = orders()
    assert (orders(), len(asked)) == (first, 1)
    lately = View(compared=False, within=60)
    assert orders(lately) == first
    filled(invented(900, 6))
    assert orders(lately) == first  # the state of a moment ago will do
    assert orders() > first
    store.forget()
    assert orders(lately) > first
