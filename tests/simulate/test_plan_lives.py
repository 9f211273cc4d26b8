"""Lives come out as promised: exact, the same by the same seed, from any place on, in any pack."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from open12345.simulate.planning import events
from open12345.simulate.planning.arrivals import midnight
from open12345.simulate.planning.characters import characters
from open12345.simulate.planning.officehours import OfficeHours
from open12345.simulate.planning.plan import STRETCH, Plan
from open12345.simulate.planning.sorting import Unreachable
from open12345.simulate.planning.table import matching
from open12345.simulate.scenarios.files import read_scenario
from open12345.simulate.scenarios.scenario import Event, Scenario, Units
from open12345.simulate.scenarios.windows import Days
from open12345.simulate.shapes import Asked, Caller, Fate, Life
from open12345.worktime import SHANGHAI, Limit, add
from tests.cast import pack_named

TODAY = datetime(2026, 11, 20, 15, 0, tzinfo=SHANGHAI)


@dataclass(frozen=True)
class Words:
    """What the silent voice says."""

    title: str
    body: str = ""
    place: str = ""
    template: str = ""
    longitude: float | None = None
    latitude: float | None = None
    topic: str = ""
    second_category: str = ""
    repeat_of: int | None = None
    mass: bool = False


class Silent:
    """A voice that only tells who repeats whom."""

    def say(self, asked: Asked, _kind: str) -> Words:
        """Return the index as words."""
        return Words(str(asked.index), repeat_of=asked.repeat_of.index if asked.repeat_of else None)

    def caller(self, key: int, *, company: bool) -> Caller:
        """Return somebody."""
        return Caller(key, "某人", "", enterprise=company)


pack = pack_named


@cache
def planned(name: str, scenario: str, scale: float) -> Plan:
    found = read_scenario(pack(name), scenario)
    until = midnight(found.until + timedelta(days=1)) if found.until else TODAY
    return Plan(found, pack(name), until=until, scale=scale)


def lives(plan: Plan, start: int = 0, stop: int | None = None) -> Iterator[Life]:
    return plan.lives(Silent(), start, stop)


def days(plan: Plan) -> Counter[date]:
    return Counter({plan.table.first + timedelta(days=n): int(c) for n, c in enumerate(np.bincount(plan.table.day))})


@pytest.mark.function("SIM-01")
def test_baoshan_at_full_scale_has_the_totals_of_its_report() -> None:
    plan = planned("baoshan", "2022-h1", 1.0)
    counts = days(plan)
    spring = sum(n for day, n in counts.items() if day.year == 2022 and day.month in {4, 5})
    assert sum(n for day, n in counts.items() if day.year == 2022) == 183_471
    assert (spring, counts[date(2022, 4, 12)]) == (134_820, 5_698)
    assert max(n for day, n in counts.items() if day != date(2022, 4, 12)) < 5_698
    assert plan.size == 183_471 + 43_861
    own = plan.codes.leaves_below(("J08",))[plan.table.leaf] & plan.table.on(Days.parse("2022"))
    assert int(own.sum()) == 161_703
    assert int((plan.table.reason > 0).sum()) == 929


@pytest.mark.function("SIM-01")
@pytest.mark.parametrize(("name", "scenario", "scale"), [("qinhuai", "2019-2023h1", 0.04), ("shanghai", "2022", 0.002)])
def test_quotas_come_out_at_any_scale(name: str, scenario: str, scale: float) -> None:
    plan = planned(name, scenario, scale)
    for quota in plan.scenario.quotas:
        among = plan.table.on(quota.days) & matching(plan.table, plan.codes, quota.among)
        if quota.percent is not None and quota.of == "kind":
            found = among & plan.codes.kinds_of(quota.values)[plan.table.kind]
            assert abs(int(found.sum()) - float(quota.percent) / 100 * int(among.sum())) <= 1
    kinds = np.array(plan.codes.unit_kinds)[plan.table.unit]
    for quota in plan.scenario.quotas:
        if quota.of == "unit_kind":
            among = plan.table.on(quota.days)
            number = int((among & np.isin(kinds, quota.values)).sum())
            assert abs(number - float(quota.percent or 0) / 100 * int(among.sum())) <= 1


@pytest.mark.parametrize("clock", [time(0, 0, 20), time(3, 33), time(15, 0)])
def test_nobody_has_spoken_after_now(clock: time) -> None:
    now = datetime.combine(TODAY.date(), clock, SHANGHAI)
    plan = Plan(read_scenario(pack("jiuting"), "year"), pack("jiuting"), until=now, scale=0.2)
    last = list(lives(plan, plan.size - 40))
    assert max(life.request.at for life in last) < now
    assert plan.size == round(14_600 * 0.2)
    spoken = [life for life in last if life.request.at.date() == now.date()]
    assert len(spoken) == pytest.approx(8 * plan._passed() / 86_400, abs=6)


def test_a_run_that_ends_early_has_those_who_had_spoken_and_they_are_the_same() -> None:
    found, own = read_scenario(pack("baoshan"), "2022-h1"), pack("baoshan")
    early = Plan(found, own, until=midnight(date(2022, 5, 2)), scale=0.01)
    spoken = [life.request for life in lives(early)]
    assert len(spoken) == early.size
    assert max(request.at for request in spoken) < early.until
    later = next(life.request for life in lives(planned("baoshan", "2022-h1", 0.01), early.size))
    assert later.at > early.until - timedelta(seconds=2)
    assert spoken == [life.request for life in whole()[: early.size]]


@given(start=st.integers(0, 2272))
@settings(max_examples=8)
def test_a_run_may_begin_anywhere(start: int) -> None:
    plan = planned("baoshan", "2022-h1", 0.01)
    assert list(lives(plan, start, start + 3)) == whole()[start : start + 3]


@cache
def whole() -> list[Life]:
    return list(lives(planned("baoshan", "2022-h1", 0.01)))


def test_a_run_may_begin_inside_and_at_the_edge_of_a_stretch() -> None:
    plan = planned("baoshan", "2022-h1", 0.05)
    found = list(lives(plan, STRETCH - 2, STRETCH + 2))
    assert found[:2] == list(lives(plan, STRETCH - 2, STRETCH))
    assert found[2:] == list(lives(plan, STRETCH, STRETCH + 2))


@pytest.mark.function("SIM-01")
def test_the_same_seed_makes_the_same_lives_and_another_seed_others() -> None:
    scenario = read_scenario(pack("baoshan"), "2022-h1")
    until = midnight(date(2022, 7, 9))
    again = list(lives(Plan(scenario, pack("baoshan"), until=until, scale=0.01)))
    assert again == whole()
    other = scenario.model_copy(update={"seed": 7})
    changed = list(lives(Plan(other, pack("baoshan"), until=until, scale=0.01)))
    assert len(changed) == len(again)
    assert changed != again


def test_lives_come_in_order_of_time_and_name_what_the_pack_knows() -> None:
    found, known = whole(), pack("baoshan")
    moments = [life.request.at for life in found]
    assert moments == sorted(moments)
    assert [life.request.index for life in found] == list(range(len(found)))
    assert all(known.is_leaf(life.request.category) and known.is_leaf(life.request.truth.category) for life in found)
    assert all(life.unit in known.unit_tree and life.request.area in known.area_tree for life in found)
    assert all(life.wrong_unit not in {"", life.unit} for life in found if life.fate is Fate.RETURNED_THEN_SOLVED)
    assert all(bool(life.request.foreign) == (known.channels[life.request.channel].origin == "upper") for life in found)


def test_only_who_is_reached_says_anything() -> None:
    silent = {Fate.ANSWERED_AT_ONCE, Fate.REFUSED, Fate.UNREACHABLE}
    for life in whole():
        assert bool(life.satisfied) == (life.fate not in silent), life
    assert {life.fate for life in whole()} >= {
        Fate.ANSWERED_AT_ONCE,
        Fate.UNREACHABLE,
        Fate.SOLVED,
        Fate.LATE,
        Fate.EXTENDED,
        Fate.HANDED_DOWN,
    }


@pytest.mark.function("SIM-05")
def test_who_repeats_asks_again_within_a_month_about_the_same_and_agents_err_sometimes() -> None:
    found = whole()
    again = [life for life in found if life.request.truth.repeat_of is not None]
    assert 0.03 < len(again) / len(found) < 0.13
    for life in again:
        before = found[life.request.truth.repeat_of or 0].request
        assert before.caller.key == life.request.caller.key
        assert (before.category, before.area) == (life.request.category, life.request.area)
        assert timedelta(0) <= life.request.at - before.at <= timedelta(days=31)
    wrong = sum(life.request.category != life.request.truth.category for life in found)
    assert 0 < wrong / len(found) < 0.05


# --- events and units ---------------------------------------------------------------------------------


def _scenario(**more: object) -> Scenario:
    raw = {"pack": "jiuting", "name": "try", "title": "试", "source": "自定", "until": date(2023, 12, 31),
           "totals": [{"days": "2023", "orders": 6000}], **more}  # fmt: skip
    return Scenario.model_validate(raw)


@pytest.mark.function("SIM-02")
def test_a_storm_brings_its_matters_to_its_place_and_fades() -> None:
    storm = {"code": "rain", "title": "雨", "kind": "storm", "days": "2023-07-10..2023-07-16", "categories": ["B0102"],
             "strength": 60, "volume": 3, "rise": 1, "decay": 1, "place": "310117107005", "spread": 0.2}  # fmt: skip
    calm, wet = (
        Plan(_scenario(events=found), pack("jiuting"), until=midnight(date(2024, 1, 1))) for found in ([], [storm])
    )
    height = date(2023, 7, 11)
    assert days(wet)[height] > 2.5 * days(calm)[height]
    rows = (wet.table.event == 0) & (wet.table.day == (height - wet.table.first).days)
    here = np.isin(np.array(wet.codes.areas)[wet.table.area], ["310117107005"])
    assert int(rows.sum()) > 10
    assert int((rows & here).sum()) / int(rows.sum()) > 0.6
    assert int(((wet.table.event == 0) & wet.table.on(Days.parse("2023-07-16"))).sum()) < int(rows.sum()) / 3
    assert not (wet.table.event[wet.table.on(Days.parse("2023-01..2023-06"))] == 0).any()


def test_an_event_rises_stands_and_halves() -> None:
    event = Event.model_validate({"code": "x", "title": "x", "kind": "surge", "days": "2023-01-03..2023-01-20",
                                  "categories": ["A"], "rise": 3, "decay": 4})  # fmt: skip
    felt = events.curve(event, date(2023, 1, 1), 31, date(2023, 1, 31))
    assert felt[:2].tolist() == [0, 0]
    assert felt[2:6].tolist() == [0.25, 0.5, 0.75, 1]
    assert felt[9] == pytest.approx(0.5)
    assert felt[20:].tolist() == [0] * 11


@pytest.mark.function("SIM-02")
def test_weekends_and_holidays_are_quieter_and_nights_too() -> None:
    plan = Plan(_scenario(), pack("jiuting"), until=midnight(date(2024, 1, 1)))
    counts = days(plan)
    calendar = pack("jiuting").calendar()
    worked = [n for day, n in counts.items() if calendar.day(day).spans]
    rested = [n for day, n in counts.items() if not calendar.day(day).spans]
    assert np.mean(rested) < 0.85 * np.mean(worked)
    hours = np.bincount(plan.table.second // 3600, minlength=24)
    assert hours[3] < hours[10] / 8


@pytest.mark.function("SIM-02")
@pytest.mark.parametrize("name", ["jiuting", "baoshan", "pudong", "shanghai", "qinhuai"])
def test_units_differ_and_only_synthetic_ones_are_ever_dishonest(name: str) -> None:
    found = characters(pack(name), Units(dishonest=3), 1)
    liars = [code for code, character in found.items() if not character.honest]
    assert len(liars) == 3
    assert all(pack(name).unit_tree[code].synthetic for code in liars)
    assert pack(name).synthetic
    assert len({round(character.pace, 3) for character in found.values()}) > 10
    assert found == characters(pack(name), Units(dishonest=3), 1)


def test_the_late_pass_their_limit_and_the_others_do_not() -> None:
    known = pack("baoshan")
    for life in whole():
        request = life.request
        if life.fate not in {Fate.LATE, Fate.SOLVED} or request.urgency != "ordinary":
            continue
        limit = known.clock_limit("reply", urgency="ordinary", order_kind=request.kind, category=request.category)
        assert limit is not None
        reported = request.at + life.sign_after + life.report_after
        if life.fate is Fate.LATE:
            assert reported > add(known.calendar(), request.at, limit)
        else:
            assert reported < add(known.calendar(), request.at, limit)


@given(start=st.datetimes(datetime(2022, 1, 1), datetime(2022, 12, 1)), hours=st.integers(0, 60))  # noqa: DTZ001
@settings(max_examples=60)
def test_office_hours_agree_with_the_calendar(start: datetime, hours: int) -> None:
    calendar = pack("jiuting").calendar()
    office = OfficeHours(calendar, date(2022, 1, 1), date(2022, 12, 31))
    moment = start.replace(microsecond=0, tzinfo=SHANGHAI)
    found = office.after(np.array([moment.timestamp()]), np.array([hours * 3600.0 + 60]))
    expected = add(calendar, add(calendar, moment, Limit.parse(f"{hours} wh")), Limit.parse("0.016666667 wh"))
    assert abs(found[0] - expected.timestamp()) <= 1


# --- contradictions that show only with the pack -------------------------------------------------------


def test_a_share_that_others_have_used_up_is_told() -> None:
    quotas = [
        {"of": "category", "values": ["A"], "days": "2023-01", "orders": 400},
        {"of": "category", "values": ["A"], "days": "2023", "orders": 300},
    ]
    with pytest.raises(Unreachable, match="已使这类工单达到 400 件，超过 300 件"):
        Plan(_scenario(quotas=quotas), pack("jiuting"), until=midnight(date(2024, 1, 1)))


def test_shares_that_leave_no_order_free_must_fill_the_whole() -> None:
    quotas = [
        {"of": "kind", "values": [base], "days": "2023", "percent": 30}
        for base in ("complaint", "suggestion", "inquiry")
    ]
    with pytest.raises(Unreachable, match="合起来不到全部工单"):
        Plan(_scenario(quotas=quotas), pack("jiuting"), until=midnight(date(2024, 1, 1)))
