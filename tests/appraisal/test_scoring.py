"""The engine: hand-made tables against formulas, and what must hold of any table."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from open12345.appraisal.scheme import Item, Scheme, build, read, shipped, stored
from open12345.appraisal.scoring import Extra, Measured, Value, table
from open12345.facts.metrics import BY_CODE
from open12345.policy.names import VOLUMES
from tests.cast import jiuting

D = Decimal
DAY = date(2026, 1, 1)
TENTH = D(100) / 1000
PRESETS = {row.code: row for row in shipped()}


def scheme(*items: Item, **more: object) -> Scheme:
    return Scheme("t", DAY, {item.code: item.points for item in items}, items, **{"minimum": 1, **more})  # type: ignore[arg-type]


def preset(code: str) -> Scheme:
    row = PRESETS[code]
    weights = row.weights or jiuting().appraisal.weights[0].weights
    return build(jiuting(), weights, name=code, since=DAY, preset=row)


def unit(name: str, group: str = "g", orders: int = 50, **values: Value) -> Measured:
    return Measured(name, group, orders, values)


#: The town formula by hand: accepted 5 × own ÷ 40, contact 30 × rate, solved 20 or 0, satisfied 40 × Σ ÷ n.
#: Levels weigh 1, 1, 0.8 (inferred), 0, 0.
HAND = [
    ("v1", "villages", 20, (19, 20), 18, (9400, 10), "2.50", "28.50", "20.00", "37.60", "88.60"),
    ("v2", "villages", 12, (6, 12), 1, (1600, 2), "1.50", "15.00", "20.00", "32.00", "68.50"),
    ("v3", "villages", 8, (8, 8), 0, (0, 4), "1.00", "30.00", "0.00", "0.00", "31.00"),
    ("d1", "departments", 10, (10, 10), 9, (5000, 5), "5.00", "30.00", "20.00", "40.00", "95.00"),
    ("d2", "departments", 0, (0, 0), 0, (0, 0), "0.00", "0.00", "0.00", "0.00", "0.00"),
]


@pytest.mark.function("KPI-11")
def test_the_town_formula_comes_out_as_by_hand() -> None:
    units = [
        unit(name, group, accepted, dispatches=Value(accepted), contacted_in_time=Value(*contact),
             reported=Value(reported), satisfied=Value(satisfied[0], satisfied[1], TENTH))
        for name, group, accepted, contact, reported, satisfied, *_points in HAND
    ]  # fmt: skip
    formula = preset("zhaoxiang")
    found = table(formula, units)
    assert formula.maximum == 95
    for name, *_more, accepted, contact, solved, satisfied, total in HAND:
        lines = {line.code: f"{line.points:.2f}" for line in found[name].lines}
        assert lines == {
            "dispatches": accepted, "contacted_in_time": contact, "reported": solved, "satisfied": satisfied,
            "on_time": "0.00",
        }, name  # fmt: skip
        assert found[name].total == D(total), name
    assert next(line.why for line in found["v1"].lines if line.code == "on_time") == "stub"
    assert "来源留空" in next(item.note for item in formula.items if item.code == "on_time")


@pytest.mark.function("KPI-03")
def test_groups_are_ranked_apart_and_ties_share_a_place() -> None:
    formula = scheme(Item("solved", "s", "linear", D(100)), top=1, bottom=1)
    found = table(formula, [
        unit("a", solved=Value(9, 10)), unit("b", solved=Value(8, 10)), unit("c", solved=Value(8, 10)),
        unit("d", solved=Value(1, 10)), unit("x", "h", solved=Value(1, 10)), unit("y", orders=0, solved=Value(1, 1)),
    ])  # fmt: skip
    assert {name: score.rank for name, score in found.items()} == {"a": 1, "b": 2, "c": 2, "d": 4, "x": 1, "y": None}
    assert {name: score.listed for name, score in found.items() if score.listed} == {"a": "red", "d": "black"}


@pytest.mark.parametrize("of_all", [False, True])
def test_who_stands_level_with_the_first_is_on_no_black_list(of_all: bool) -> None:
    formula = scheme(Item("solved", "s", "linear", D(100)), top=1, bottom=2, bottom_of_all=of_all)
    found = table(formula, [unit(name, solved=Value(5, 5)) for name in "abcd"])
    assert {score.listed for score in found.values()} == {""}


@pytest.mark.function("KPI-03")
def test_the_black_list_of_all_groups_together() -> None:
    formula = scheme(Item("solved", "s", "linear", D(100)), top=1, bottom=2, bottom_of_all=True)
    rows = [unit(f"{group}{n}", group, solved=Value(n, 10)) for group in "gh" for n in range(1, 5)]
    found = table(formula, rows)
    assert {name for name, score in found.items() if score.listed == "black"} == {"g1", "h1"}


def test_less_is_better_where_the_metric_falls() -> None:
    formula = build(jiuting(), {"repeats": D(100)}, name="t", since=DAY)
    found = table(formula, [unit("a", repeats=Value(1, 4)), unit("b", repeats=Value(0, 4))])
    assert (found["a"].total, found["b"].total) == (D(75), D(100))


@pytest.mark.parametrize(
    ("item", "value", "points"),
    [
        (Item("x", "", "linear", D(10), zero=D(60), full=D(90)), Value(75, 100), "5.00"),
        (Item("x", "", "linear", D(10), zero=D(60), full=D(90)), Value(20, 100), "0.00"),
        (Item("x", "", "all_or_nothing", D(10), at_least=D(80)), Value(80, 100), "10.00"),
        (Item("x", "", "all_or_nothing", D(10), at_least=D(80)), Value(79, 100), "0.00"),
        (Item("x", "", "all_or_nothing", D(10), at_least=D(5), falling=True), Value(4, 100), "10.00"),
        (Item("x", "", "deduction", D(0), each=D("0.5"), at_most=D(3)), Value(4), "-2.00"),
        (Item("x", "", "deduction", D(0), each=D("0.5"), at_most=D(3)), Value(40), "-3.00"),
        (Item("x", "", "linear", D(10)), Value(0, 0), "10"),
        (Item("x", "", "linear", D(10), where_none="none"), Value(0, 0), "0"),
    ],
)
def test_each_rule_gives_the_points_it_says(item: Item, value: Value, points: str) -> None:
    assert table(scheme(item), [unit("a", x=value)])["a"].lines[0].points == D(points)


def test_bands_and_floors_of_the_presets() -> None:
    bands = preset("bengbu")
    assert [band.at_least for band in bands.bands] == [90, 80, 60, 0]
    full = {code: Value(95, 100) for code in bands.weights}
    assert table(bands, [Measured("a", "g", 50, full)])["a"].band == "b1"
    floors = preset("daying")
    low = {**full, "done_in_time": Value(91, 100), "satisfied": Value(900, 1000)}
    assert table(floors, [Measured("a", "g", 50, low)])["a"].floors == ("done_in_time",)
    assert preset("yulin").bottom_of_all


def test_what_is_shipped_and_what_packs_may_name_can_be_counted() -> None:
    assert set(VOLUMES) <= set(BY_CODE)
    for row in PRESETS.values():
        assert {code for code in row.weights if code not in BY_CODE} == set()
        assert not row.weights or sum(row.weights.values()) == row.maximum
        built = preset(row.code)
        assert read(stored(built)) == built


# -- what must hold of any table --------------------------------------------------------------------------------------

CODES = ("solved", "satisfied", "contacted_in_time", "repeats", "late_outright")
FORMULA = build(
    jiuting(), {"solved": D(40), "satisfied": D(30), "contacted_in_time": D(20), "repeats": D(10)}, name="t", since=DAY
)
counts = st.integers(0, 40)


@st.composite
def units(draw: st.DrawFn) -> list[Measured]:
    made = []
    for n in range(draw(st.integers(1, 8))):
        values = {}
        for code in CODES:
            below = draw(counts)
            above = draw(st.integers(0, below))
            values[code] = Value(above) if code == "late_outright" else Value(above, below)
        extras = (Extra(D(draw(st.integers(-5, 5)) or 1), "r"),) if draw(st.booleans()) else ()
        made.append(Measured(f"u{n}", draw(st.sampled_from("gh")), draw(st.integers(0, 12)), values, extras))
    return made


@settings(deadline=None, max_examples=60)
@given(rows=units(), seed=st.integers(0, 99))
@pytest.mark.function("KPI-09")
def test_points_told_are_the_maximum_minus_what_was_lost(rows: list[Measured], seed: int) -> None:
    shuffled = list(rows)
    Random(seed).shuffle(shuffled)
    found = table(FORMULA, rows)
    assert found == table(FORMULA, shuffled)  # the order of units does not matter
    for score in found.values():
        extra = sum((one.points for one in score.extras), D(0))
        assert score.total == score.maximum - sum(line.lost for line in score.lines) + extra
        assert sum(line.maximum for line in score.lines) == score.maximum == 100
    for group in "gh":
        places = sorted((s for s in found.values() if s.group == group and s.rank), key=lambda s: s.rank or 0)
        assert [s.total for s in places] == sorted((s.total for s in places), reverse=True)
        assert not places or places[0].rank == 1
