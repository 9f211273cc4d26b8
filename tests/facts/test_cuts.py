"""Figures: parts add up to the whole, both engines agree, and every figure leads to its orders."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from open12345.directory.person import SYSTEM
from open12345.facts import document, engines, mirror, queries, services, store
from open12345.facts.cuts import Cut, cut_sql, orders_sql
from open12345.facts.dimensions import DIMENSIONS
from open12345.facts.metrics import METRICS, metric
from open12345.facts.periods import Period, period, recent
from open12345.facts.queries import View
from open12345.orders.queries import visible_to
from open12345.policy import find_pack, read_pack
from open12345.simulate.counting import Counting
from open12345.simulate.lives import step
from open12345.simulate.lives.staffing import staffing
from open12345.simulate.lives.steps import World
from open12345.simulate.planning.arrivals import midnight
from open12345.simulate.planning.plan import Plan
from open12345.simulate.planning.voice import Townspeople
from open12345.simulate.scenarios.scenario import Counted, Scenario
from tests.cast import Town
from tests.facts.rows import filled, fresh, invented
from tests.orders.lives import Life, Tally
from tests.orders.walks import RETURN, UNIT, closed, granted, signed
from tests.simulate.test_scenario_counted import SCENARIO, UNTIL

CODES = [one.code for one in METRICS]
ALONE = View(compared=False)
JUNE = period("2025-06")
_QUIET = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Invented rows, once for all examples."""
    return tmp_path_factory.mktemp("made")


def _sums(cut: Cut) -> dict[tuple[object, ...], tuple[int, ...]]:
    rows = engines.ask(cut_sql(cut, "duckdb"), "duckdb", manifest=store.required(), told=None)
    return {row[: len(cut.by)]: row[len(cut.by) :] for row in rows}


# -- partitions -------------------------------------------------------------------------------------------------------


@_QUIET
@given(
    code=st.sampled_from(CODES), by=st.lists(st.sampled_from(sorted(DIMENSIONS)), min_size=1, max_size=2, unique=True),
    over=st.sampled_from(["2021", "2022-H1", "2022-Q3", "2021-05", "2021-11-15..2022-02-03"]),
)  # fmt: skip
@pytest.mark.function("KPI-01")
def test_the_parts_of_any_cut_add_up_to_the_whole(
    made: Path, settings: Settings, code: str, by: list[str], over: str
) -> None:
    settings.OPEN12345_HOME = made
    if store.current() is None:
        filled(invented(400, seed=11))
    cut = Cut(code, period(over), tuple(by))
    parts, (whole,) = _sums(cut), _sums(Cut(code, period(over))).values()
    assert [sum(column) for column in zip(*parts.values(), strict=True)] == list(whole) if parts else not any(whole)


@_QUIET
@given(code=st.sampled_from(CODES), over=st.sampled_from(["2021", "2022-H2", "2022-03"]), seed=st.integers(0, 3))
@pytest.mark.function("KPI-04")
def test_the_orders_behind_a_figure_are_those_it_counts(
    made: Path, settings: Settings, code: str, over: str, seed: int
) -> None:
    settings.OPEN12345_HOME = made / str(seed)
    if store.current() is None:
        filled(invented(120, seed=seed))
    cut = Cut(code, period(over))
    found = {
        part: {row[0] for row in mirror.run(store.required(), orders_sql(cut, part, "duckdb", 1000))}
        for part in ("numerator", "denominator", "rest")
    }
    ((above, *below),) = _sums(cut).values()
    assert bool(found["numerator"]) == (above > 0)
    if below:
        assert found["rest"] <= found["denominator"]
        assert bool(found["denominator"]) == (below[0] > 0)
    elif metric(code).rows == "main":  # one row an order: as many numbers as it counts
        assert len(found["numerator"]) == above


def test_a_volume_has_as_many_orders_as_it_says(made: Path, settings: Settings) -> None:
    settings.OPEN12345_HOME = made / "volume"
    rows = invented(90, seed=5)
    filled(rows)
    wanted = {n for n, main, day in zip(*(rows[name].to_pylist() for name in ("number", "main", "accepted_day")),
                                        strict=True) if main and day.year == 2022}  # fmt: skip
    found = mirror.run(store.required(), orders_sql(Cut("orders", period("2022")), "numerator", "duckdb", 1000))
    assert {row[0] for row in found} == wanted


def test_any_of_several_values_will_do_and_another_date_may_be_the_basis(made: Path, settings: Settings) -> None:
    settings.OPEN12345_HOME = made / "several"
    filled(invented(200, seed=6))
    (one,), (other,) = (_sums(Cut("orders", period("2022"), where=(("category_1", c),))).values() for c in "AB")
    ((both,),) = _sums(Cut("orders", period("2022"), where=(("category_1", ("A", "B")),))).values()
    assert both == one[0] + other[0] > 0
    closed, accepted = Cut("solved", period("2022")), Cut("solved", period("2022"), basis="accepted")
    by_month = _sums(Cut("solved", period("2022"), ("month",), basis="accepted"))
    assert _sums(accepted) != _sums(closed)
    assert [sum(column) for column in zip(*by_month.values(), strict=True)] == list(_sums(accepted)[()])


# -- both engines -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.function("KPI-01")
def test_both_engines_give_the_same_figures_after_random_lives(town: Town, facts_home: Path, seed: int) -> None:
    dice = Random(seed)
    with transaction.atomic():
        life = Life(town, dice, Tally())
        for _ in range(60):
            life.step()
        services.refresh(town.now)
        year = period(f"{town.now.year - 1}-01-01..{town.now.year + 1}-12-31")
        for code in CODES:
            by = tuple(dice.sample(sorted(DIMENSIONS), 2))
            one, other = (
                queries.ask(code, year, person=SYSTEM, at=town.now, by=by, view=View(engine, compared=False))
                for engine in ("duckdb", "postgres")
            )
            assert one.lines == other.lines, f"{code} by {by}"
            assert one.whole == other.whole
            if one.whole.figure.numerator:
                both = [queries.orders_of(one.cut, "numerator", at=town.now, view=View(engine))
                        for engine in ("duckdb", "postgres")]  # fmt: skip
                assert both[0] == both[1]
        transaction.set_rollback(True)


# -- what one may see -------------------------------------------------------------------------------------------------


@pytest.mark.function("KPI-04")
def test_what_one_may_not_see_is_not_counted(watched: Town) -> None:
    mine, others = closed(watched), signed(watched, "enforcement")
    wandered = signed(watched)
    granted(watched, wandered, RETURN)
    watched.do("dispatcher", wandered, "dispatch", {"lead": "enforcement"})
    services.refresh(watched.now)

    def counted(name: str, code: str) -> tuple[float | None, set[str]]:
        person = watched.person(name)
        answer = queries.ask(code, JUNE, person=person, at=watched.now, view=ALONE)
        numbers = set(queries.orders_of(answer.cut, "numerator", at=watched.now))
        seen = set(visible_to(person).values_list("number", flat=True))
        assert numbers <= seen
        return answer.whole.figure.value, numbers

    assert counted("dispatcher", "orders") == (3, {mine, others, wandered})
    assert counted(f"clerk.{UNIT}", "dispatches") == (2, {mine, wandered})
    assert counted(f"clerk.{UNIT}", "orders") == (1, {mine})
    assert counted("clerk.enforcement", "dispatches") == (2, {others, wandered})
    assert counted("clerk.s00201", "dispatches") == (0, set())
    assert counted("system_admin", "orders") == (0, set())
    assert counted("watcher", "orders") == (0, set())


def test_a_unit_sees_the_figures_of_the_units_below_it(watched: Town) -> None:
    parent = next(
        unit for unit in watched.pack.units if watched.pack.unit_tree.children(unit.code) and unit.kind != "centre"
    )
    child = watched.pack.unit_tree.children(parent.code)[0]
    number = watched.register()
    watched.do("dispatcher", number, "dispatch", {"lead": child.code})
    services.refresh(watched.now)
    above, below = (watched.person(f"clerk.{unit.code}") for unit in (parent, child))
    for person in (above, below):
        answer = queries.ask("dispatches", JUNE, person=person, at=watched.now, by=("unit",), view=ALONE)
        assert [(line.key, line.figure.value) for line in answer.lines] == [((child.code,), 1)]
    stranger = watched.person(f"clerk.{UNIT}")
    assert queries.ask("dispatches", JUNE, person=stranger, at=watched.now, by=("unit",), view=ALONE).lines == ()


# -- exclusions, comparison -------------------------------------------------------------------------------------------


def test_the_adjudicated_view_leaves_out_what_the_pack_excludes_and_names_it(watched: Town) -> None:
    asked = closed(watched, kind="consult") if "consult" in watched.pack.kinds else ""
    kept = closed(watched)
    wandered = signed(watched)
    granted(watched, wandered, RETURN)
    services.refresh(watched.now)
    raw = queries.ask("signed_in_time", JUNE, person=SYSTEM, at=watched.now, view=ALONE)
    view = View(adjudicated=True, compared=False)
    adjudicated = queries.ask("signed_in_time", JUNE, person=SYSTEM, at=watched.now, view=view)
    watched.do("dispatcher", wandered, "dispatch", {"lead": "enforcement"})
    watched.do("clerk.enforcement", wandered, "sign")
    services.refresh(watched.now)
    later = queries.ask("signed_in_time", JUNE, person=SYSTEM, at=watched.now, view=view)
    assert raw.whole.figure.denominator is not None
    assert adjudicated.whole.figure.denominator is not None
    assert adjudicated.whole.figure.denominator < raw.whole.figure.denominator
    assert later.whole.figure.denominator == adjudicated.whole.figure.denominator + 1
    assert queries.orders_of(later.cut, "excluded", at=watched.now) == [wandered]
    assert kept in queries.orders_of(later.cut, "numerator", at=watched.now)
    assert asked in {"", *queries.orders_of(later.cut, "denominator", at=watched.now)}


def test_a_figure_stands_beside_the_last_period_and_last_year(watched: Town) -> None:
    for at, count in ((watched.now - timedelta(days=365), 1), (watched.now - timedelta(days=30), 2), (watched.now, 3)):
        watched.now = at
        for number in range(count):
            watched.register(body=f"{at:%F} 第{number}件：路灯坏了快两个星期，晚上走路看不见，请派人来修一下。")
    services.refresh(watched.now)
    answer = queries.ask("orders", JUNE, person=SYSTEM, at=watched.now, by=("month",))
    whole, (line,) = answer.whole, answer.lines
    assert (whole.figure.value, whole.before and whole.before.value, whole.year_before and whole.year_before.value) == (
        3,
        2,
        1,
    )
    assert line.key == (date(2025, 6, 1),)  # months answer to each other
    assert line.before == whole.before
    assert document.change(answer.metric, whole.figure, whole.year_before) == 200
    told = document.answer_json(answer)
    assert (told["before"], told["year_before"], told["whole"]["before"]["change"]) == ("2025-05", "2024-06", 50)
    assert list(document.answer_rows(answer))[1][0] == "2025-06-01"


@pytest.mark.parametrize(
    ("name", "first", "last", "before", "year_before"),
    [
        ("2022", date(2022, 1, 1), date(2022, 12, 31), "2021", "2021"),
        ("2022-H1", date(2022, 1, 1), date(2022, 6, 30), "2021-H2", "2021-H1"),
        ("2022-Q1", date(2022, 1, 1), date(2022, 3, 31), "2021-Q4", "2021-Q1"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024-01", "2023-02"),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29), "2024-02-28..2024-02-28", "2023-02-28..2023-02-28"),
        ("2022-W01", date(2022, 1, 3), date(2022, 1, 9), "2021-12-27..2022-01-02", "2021-01-03..2021-01-09"),
        ("2022-03-01..2022-03-10", date(2022, 3, 1), date(2022, 3, 10), "2022-02-19..2022-02-28",
         "2021-03-01..2021-03-10"),
        ("2022-03..2022-03-30", date(2022, 3, 1), date(2022, 3, 30), "2022-02", "2021-03..2021-03-30"),
        ("2026-Q4..2026-11-22", date(2026, 10, 1), date(2026, 11, 22), "2026-Q3..2026-08-22", "2025-Q4..2025-11-22"),
        ("2024..2024-02-29", date(2024, 1, 1), date(2024, 2, 29), "2023..2023-02-28", "2023..2023-02-28"),
        ("2026-W47..2026-11-18", date(2026, 11, 16), date(2026, 11, 18), "2026-11-09..2026-11-11",
         "2025-11-16..2025-11-18"),
        ("2022-03..2022-03-31", date(2022, 3, 1), date(2022, 3, 31), "2022-02", "2021-03"),
    ],
)  # fmt: skip
def test_a_period_is_read_by_its_name(name: str, first: date, last: date, before: str, year_before: str) -> None:
    found = period(name)
    assert (found.first, found.last, found.before().name, found.year_before().name) == (
        first,
        last,
        before,
        year_before,
    )


@pytest.mark.parametrize(
    ("name", "found"),
    [("today", "2026-11-22"), ("yesterday", "2026-11-21"), ("this_week", "2026-W47"), ("last_week", "2026-W46"),
     ("this_month", "2026-11..2026-11-22"), ("last_month", "2026-10"), ("this_quarter", "2026-Q4..2026-11-22"),
     ("last_quarter", "2026-Q3"), ("this_half", "2026-H2..2026-11-22"), ("last_half", "2026-H1"),
     ("this_year", "2026..2026-11-22"), ("last_year", "2025")],
)  # fmt: skip
def test_a_period_has_a_name_by_the_day_on_which_it_is_asked_for(name: str, found: str) -> None:
    assert recent(name, date(2026, 11, 22)).name == found


@pytest.mark.parametrize(
    "text",
    ["", "2022-H3", "2022-13", "22", "2022-02-30", "2022-05..2022-01", "2022-05..2022-06-01", "2022-W60", "x..y"],
)
def test_what_is_no_period_is_told_how_one_is_written(text: str) -> None:
    with pytest.raises(ValueError, match="Write 2022"):
        period(text)


# -- as of ------------------------------------------------------------------------------------------------------------


@pytest.mark.function("KPI-06")
def test_as_of_a_day_is_what_was_published_on_it(watched: Town) -> None:
    published = []
    for _ in range(3):
        day = watched.now.date()
        services.publish(day, watched.now)
        answer = queries.ask("orders", JUNE, person=SYSTEM, at=watched.now, by=("stage", "unit"), view=ALONE)
        published.append((day, answer.lines, mirror.run(store.as_of(day), "SELECT * FROM facts ORDER BY ALL")))
        watched.now += timedelta(days=1)
        closed(watched)
        watched.do("supervisor", signed(watched), "urge", {"text": "请抓紧办理"})
        services.rebuild(watched.now)  # whatever becomes of the facts
    for day, lines, rows in published:
        view = View(as_of=day, compared=False)
        assert (
            queries.ask("orders", JUNE, person=SYSTEM, at=watched.now, by=("stage", "unit"), view=view).lines == lines
        )
        assert mirror.run(store.as_of(day), "SELECT * FROM facts ORDER BY ALL") == rows
    with pytest.raises(FileExistsError):
        services.publish(published[0][0], watched.now)
    with pytest.raises(store.NoFacts, match=f"离它最近的是 {published[-1][0]}"):
        queries.ask("orders", JUNE, person=SYSTEM, at=watched.now, view=View(as_of=date(2030, 1, 1)))


def test_old_publications_are_thinned_to_the_last_of_each_month(facts_home: Path) -> None:
    manifest = filled(invented(10, seed=2))
    days = [date(2022, 1, 1) + timedelta(days=n) for n in range(200)]
    for day in days:
        store.publish(day, manifest)
    store.thin(date(2022, 7, 20))
    kept = store.published()
    assert [day for day in kept if day < date(2022, 4, 1)] == [date(2022, 1, 31), date(2022, 2, 28), date(2022, 3, 31)]
    assert kept[-90:] == days[-90:]


# -- the scenario -----------------------------------------------------------------------------------------------------


def test_the_figures_of_a_scenario_are_those_that_are_counted_from_the_tables(town: Town, facts_home: Path) -> None:
    scenario = Scenario.model_validate(SCENARIO)
    end = midnight(UNTIL + timedelta(days=1))
    plan = Plan(scenario, town.pack, until=end)
    step.play(plan.lives(Townspeople(town.pack, scenario)), World(town.pack, staffing(town.pack), 1), until=end)
    services.rebuild(end)
    counting, days = Counting(town.pack, UNTIL), "2025-06-03..2025-06-30"

    def counted(measure: str, **more: object) -> Decimal | date | None:
        return counting.found(Counted.model_validate({"measure": measure, "days": days, **more})).value

    def asked(code: str, where: dict[str, object] | None = None, by: tuple[str, ...] = ()) -> queries.Answer:
        return queries.ask(code, period(days), person=SYSTEM, at=end, by=by, where=where, view=ALONE)

    assert asked("orders").whole.figure.value == counted("orders") == 20
    by_day = {line.key[0]: line.figure.value for line in asked("orders", by=("day",)).lines}
    peak = max(by_day, key=lambda day: by_day[day] or 0)
    assert (peak, by_day[peak]) == (counted("busiest_day"), counted("busiest"))
    assert asked("orders", {"channel": "upper"}).whole.figure.value == counted("orders", among={"channels": ["upper"]})
    parking = {line.key[0]: line.figure.value for line in asked("orders", by=("category",)).lines}
    wanted = [value for code, value in parking.items() if code.startswith("E01") or code == "L0103"]
    assert sum(filter(None, wanted)) == counted("orders", among={"categories": ["E01", "L0103"]})
    assert asked("orders", {"enterprise": 1}).whole.figure.value == counted("orders", among={"enterprise": True})
    whole = queries.ask("content", Period("-", date(2025, 1, 1), UNTIL), person=SYSTEM, at=end, view=ALONE,
                        where={"channel": "upper"}).whole.figure  # fmt: skip
    told = counting.found(Counted.model_validate({"measure": "satisfied_rate", "days": "2025-01-01..2025-09-30",
                                                  "among": {"channels": ["upper"]}}))  # fmt: skip
    assert (whole.numerator, whole.denominator) == (told.numerator, told.denominator)


def test_every_metric_and_dimension_is_told_in_two_languages() -> None:
    for one in METRICS:
        assert one.title, one.code
        assert one.english, one.code
        assert one.source, one.code
    assert all(one.title and one.english for one in DIMENSIONS.values())


def test_the_document_holds_the_tables_that_the_definitions_make() -> None:
    text = (Path(__file__).parents[2] / "docs" / "facts.md").read_text(encoding="utf-8")
    assert document.tables() in text, "run: open12345 facts metrics --document, and put it into docs/facts.md"


def test_every_indicator_of_the_packs_has_its_metric_or_waits_for_its_room(town: Town) -> None:
    later = {"supervised_solved"}  # supervision cases
    assert {row.code for row in town.pack.appraisal.indicators} - later <= set(CODES)


def test_rows_are_the_same_whoever_asks_first(watched: Town) -> None:
    number = closed(watched)
    assert {key for key in fresh(watched) if key[0] == number} == {(number, UNIT)}


@pytest.mark.parametrize("absent", [0, 1, 2])
def test_what_stands_in_one_of_the_compared_periods_alone_is_a_line(absent: int) -> None:
    figure, nothing = queries.Figure(3, 4, 75.0), queries.Figure(0, 0, None)
    periods = [{(hour,): figure} if place == absent else {(0,): figure} for place, hour in enumerate((7, 7, 7))]
    lines = {
        line.key: line for line in queries._lines(periods[0], periods[1:], ("hour",), read_pack(find_pack("jiuting")))
    }
    found = [lines[7,].figure, lines[7,].before, lines[7,].year_before]
    assert found == [figure if place == absent else nothing for place in range(3)]
