"""Stamped orders are what the platform would have written: field by field, for lives of every fate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, models, transaction
from hypothesis import given
from hypothesis import strategies as st

from open12345.directory import packs
from open12345.orders import history, invariants, requesters
from open12345.orders.models import Event, Record, Requester, WorkOrder
from open12345.policy.applications import EvidenceField
from open12345.project.cluster import APPLICATION
from open12345.simulate.history import shadow
from open12345.simulate.history.copying import Ids, copy
from open12345.simulate.history.stamp import Sheet, Stamper
from open12345.simulate.lives import filling, step
from open12345.simulate.lives.script import script
from open12345.simulate.lives.staffing import staffing
from open12345.simulate.lives.steps import World
from open12345.simulate.planning.plan import Plan
from open12345.simulate.planning.voice import Townspeople
from open12345.simulate.scenarios.files import read_scenario
from open12345.simulate.shapes import Fate, Life
from open12345.worktime import SHANGHAI
from tests.cast import Town
from tests.simulate.made import lives

BEGIN = datetime(2025, 6, 16, 8, 0, tzinfo=SHANGHAI)
#: The first order of a test has this id, and with it its number.
FIRST = 1000
#: Random by design, or over what is: proved by opening them, and by the chain.
RANDOM = {
    Requester: {"key", "name", "phone", "id_number", "address"},
    WorkOrder: {"sealed", "head_hash"},
    Event: {"prev", "hash"},
    Record: {"digest"},
}


def stamped(town: Town, some: list[Life]) -> Stamper:
    version, _pack = packs.pack_at(BEGIN)
    world = World(town.pack, staffing(town.pack))
    connection.ensure_connection()
    places = {life.request.index: n for n, life in enumerate(some)}
    ids = Ids(connection.connection, 50)
    first = ids(WorkOrder, len(some) or 1)
    stamper = Stamper(world, version, ids, lambda place: first + places.get(place, place))
    sheet = Sheet()
    for life in some:
        stamper.stamp(life, sheet)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("SET session_replication_role = replica")
        copy(connection.connection, sheet)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute(f"SET ROLE {APPLICATION}")
    return stamper


def played(town: Town, some: list[Life]) -> None:
    step.play(some, World(town.pack, staffing(town.pack)), until=max(life.until for life in some))


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def picture() -> dict[int, dict[str, list[dict[str, Any]]]]:
    """Everything stored, by the place of the order: ids told by place, what is random left out."""
    rows = shadow.rows()
    orders = {row["id"]: n for n, row in enumerate(rows[WorkOrder])}
    owners = {row["requester_id"]: orders[row["id"]] for row in rows[WorkOrder]}
    numbers = {row["number"]: f"#{orders[row['id']]}" for row in rows[WorkOrder]}
    named: dict[tuple[type[models.Model], int], str] = {}
    found: dict[int, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for model, some in rows.items():
        for row in some:
            owner = _owner(model, row, orders, owners)
            if owner is not None and "id" in row:
                place = len(found[owner][model.__name__])
                named[model, row["id"]] = f"{model.__name__} {owner}.{place}"
            if owner is not None:
                found[owner][model.__name__].append(_known(model, row))
    for parts in found.values():
        for name, some in parts.items():
            parts[name] = [_told(row, named, numbers) for row in some]
    return found


def _owner(
    model: type[models.Model], row: dict[str, Any], orders: dict[int, int], owners: dict[int, int]
) -> int | None:
    if model is WorkOrder:
        return orders[row["id"]]
    if model is Requester:
        return owners[row["id"]]
    return orders.get(row.get("order_id", -1))


def _known(model: type[models.Model], row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in RANDOM.get(model, ())}


LINKS = {
    "order_id": "WorkOrder", "other_id": "WorkOrder", "requester_id": "Requester", "assignment_id": "Assignment",
    "assignment": "Assignment", "parent_id": "Assignment", "application": "Application", "locked_by": "Application",
    "record": "Record", "child": "Assignment", "repeat_of": "WorkOrder", "same_call": "WorkOrder",
}  # fmt: skip


def _told(row: dict[str, Any], named: dict[Any, str], numbers: dict[str, str]) -> dict[str, Any]:
    by_name = {(model.__name__, pk): text for (model, pk), text in named.items()}

    def plain(name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {n: plain(n, v) for n, v in value.items() if n not in {"record_digest", "text"} or len(str(v)) != 64}
        if isinstance(value, list):
            kind = {"clocks": "Clock", "caller_open": "WorkOrder", "unfinished": "Assignment"}.get(name)
            return [by_name.get((kind, v), v) if kind else plain("", v) for v in value]
        if isinstance(value, str):
            for number, short in numbers.items():
                value = value.replace(number, short)
            return value
        return by_name.get((LINKS.get(name, ""), value), value)

    return {name: plain(name, value) for name, value in row.items() if name not in {"id", "fingerprint"}}


def number_afresh() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("SELECT setval('orders_workorder_id_seq', %s, false)", [FIRST])
        cursor.execute(f"SET ROLE {APPLICATION}")


def check(town: Town, some: list[Life]) -> Stamper:
    number_afresh()
    with undone():
        played(town, some)
        wanted = picture()
        opened = [requesters.open_requester(r) for r in Requester.objects.order_by("pk")]
        texts = [requesters.open_text(o).replace(o.number, "#") for o in WorkOrder.objects.order_by("pk")]
        search = list(WorkOrder.objects.order_by("pk").values_list("search", flat=True))
    number_afresh()
    with undone():
        stamper = stamped(town, some)
        ours = picture()
        assert list(history.verify(WorkOrder.objects.all())) == []
        assert list(invariants.check_all()) == []
        assert [requesters.open_requester(r) for r in Requester.objects.order_by("pk")] == opened
        assert [requesters.open_text(o).replace(o.number, "#") for o in WorkOrder.objects.order_by("pk")] == texts
        assert list(WorkOrder.objects.order_by("pk").values_list("search", flat=True)) == search
    for n, life in enumerate(some):
        for table in wanted[n].keys() | ours[n].keys():
            for one, other in zip(wanted[n][table], ours[n][table], strict=True):
                differ = {
                    k: (one.get(k), other.get(k)) for k in one.keys() | other.keys() if one.get(k) != other.get(k)
                }
                assert not differ, (life.fate, life.request.urgency, table, one.get("action"), differ)
    return stamper


@pytest.mark.function("SIM-01")
@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(("hours", "count"), [(30 * 24, 5), (30, 4)], ids=["lived", "cut"])
def test_stamped_rows_equal_what_the_services_write(town: Town, hours: int, count: int) -> None:
    until = BEGIN + timedelta(hours=hours)
    check(town, list(lives(town.pack, count, begin=BEGIN, until=until, seed=2)))


@pytest.mark.usefixtures("loader")
def test_what_one_life_happens_to_say_twice_another_does_not(town: Town) -> None:
    world = World(town.pack, staffing(town.pack))
    until = BEGIN + timedelta(days=40)
    plain = (life for life in lives(town.pack, 200, begin=BEGIN, until=until, fates=(Fate.REDISPATCHED,)))
    life = next(x for x in plain if x.request.channel == "phone" and not x.request.caller.anonymous)
    others = [_again(life, n) for n in range(1, 40)]
    alike = next(x for x in others if len(_contacts(world, x)) == 1)
    unlike = next(x for x in others if len(_contacts(world, x)) == 2 and x.request.index > alike.request.index)
    assert check(town, [alike, unlike]).kinds.learned == 1


@pytest.mark.usefixtures("loader")
def test_a_first_contact_on_another_day_says_so(town: Town) -> None:
    plain = lives(town.pack, 200, begin=BEGIN, until=BEGIN + timedelta(days=40), fates=(Fate.SOLVED,))
    life = next(x for x in plain if x.request.channel == "phone" and not x.request.caller.anonymous)
    life = replace(life, sign_after=timedelta(minutes=9), report_after=timedelta(days=3))
    waits = (timedelta(minutes=9), timedelta(hours=26), timedelta(minutes=20))
    some = [replace(_again(life, n), contact_after=wait) for n, wait in enumerate(waits, 1)]
    assert check(town, some).kinds.learned == 1


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize("fate", [Fate.HANDED_DOWN, Fate.CO_HANDLED])
def test_what_a_helper_reports_is_not_what_the_citizen_says_in_the_end(town: Town, fate: Fate) -> None:
    plain = lives(town.pack, 200, begin=BEGIN, until=BEGIN + timedelta(days=40), fates=(fate,))
    life = next(x for x in plain if x.request.channel == "upper" and not x.request.caller.anonymous)
    told = [option.code for option in town.pack.callback.solved_options]
    assert told[0] == "solved"  # which the helper says too, of its own part
    some = [replace(_again(life, n), solved=code) for n, code in enumerate(told, 1)]
    some = [replace(one, request=replace(one.request, foreign=f"Q{n:09d}")) for n, one in enumerate(some)]
    assert check(town, some).kinds.learned == 1


@pytest.mark.usefixtures("loader")
def test_stations_that_say_the_same_of_one_place_are_no_twins(town: Town) -> None:
    world = World(town.pack, staffing(town.pack))
    plain = lives(town.pack, 200, begin=BEGIN, until=BEGIN + timedelta(days=40), fates=(Fate.HANDED_DOWN,))
    life = next(x for x in plain if x.request.channel == "phone" and not x.request.caller.anonymous)
    said: dict[str, list[Life]] = defaultdict(list)
    for one in (_again(life, n) for n in range(1, 20)):
        reports = [step.own for step in script(world, one) if step.act == "submit_report"]
        said[reports[0]["fact_explanation"]].append(one)
    check(town, next(some[:2] for some in said.values() if len(some) > 1))


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize("first", [0, 1], ids=["learnt_from_one_that_may", "learnt_from_one_that_may_not"])
def test_a_unit_that_may_not_hand_back_has_no_window_for_it(town: Town, first: int) -> None:
    alike = _of_one_kind(town, lambda stamper, life: bool(stamper.tell(life).barred))
    some = [alike[n] for n in (first, 1 - first)]
    stamper = check(town, [_again(life, n) for n, life in enumerate(some, 1)])
    assert stamper.kinds.learned == 1
    windows = [
        [rule for rule in stamper.kinds.bones(stamper.tell(life)).clocks if rule.kind == "return"] for life in alike
    ]
    assert [len(found) for found in windows] == [1, 0]


@pytest.mark.usefixtures("loader")
def test_reports_with_other_extra_forms_are_of_one_kind(town: Town) -> None:
    forms = town.pack.closing.extra_forms
    one, other = list(forms)[:2]
    alike = _of_one_kind(town, lambda _stamper, life: town.pack.extra_form(life.request.category), (one, other))
    stamper = check(town, [_again(life, n) for n, life in enumerate(alike, 1)])
    assert stamper.kinds.learned == 1
    reports = [step for life in alike for step in script(stamper.world, life) if step.act == "submit_report"]
    assert len({report.own["extra"] for report in reports}) == 2


@given(low=st.none() | st.integers(0, 500), span=st.none() | st.integers(0, 10_000_000), luck=st.integers(0, 1 << 63))
def test_numbers_of_extra_forms_stay_within_their_bounds(low: int | None, span: int | None, luck: int) -> None:
    high = None if span is None else (low or 0) + span
    line = EvidenceField.model_validate({"code": "n", "title": "数", "type": "number", "min": low, "max": high})
    drawn = filling._drawn(line, luck, BEGIN.date())
    assert (low or 0) <= drawn
    assert high is None or drawn <= high


def _of_one_kind(
    town: Town, told: Callable[[Stamper, Life], Any], wanted: tuple[Any, Any] = (False, True)
) -> tuple[Life, Life]:
    """Two lives with the same acts and clocks, of which `told` says this and that."""
    with undone():
        stamper = stamped(town, [])
        found: dict[Any, dict[Any, Life]] = defaultdict(dict)
        for life in lives(town.pack, 3000, begin=BEGIN, until=BEGIN + timedelta(days=40), fates=(Fate.SOLVED,)):
            kind = stamper.tell(life)
            same = found[kind.acts.parts, kind.flags]
            same.setdefault(told(stamper, life), life)
            if wanted[0] in same and wanted[1] in same:
                return same[wanted[0]], same[wanted[1]]
    raise AssertionError("the town has no two such lives")


@pytest.mark.parametrize("hour", [0, 9, 21])
def test_who_looks_on_the_spot_goes_by_day_and_reports_when_that_was(town: Town, hour: int) -> None:
    world, seen = World(town.pack, staffing(town.pack)), 0
    begin = BEGIN.replace(hour=hour)
    for life in lives(town.pack, 60, begin=begin, until=BEGIN + timedelta(days=60), fates=(Fate.SOLVED,)):
        steps = script(world, replace(life, request=replace(life.request, urgency="ordinary")))
        for visit in (one for one in steps if one.act == "arrive"):
            report = next(one for one in steps if one.act == "submit_report" and one.at > visit.at)
            assert 8 <= visit.at.hour < 19 or not 8 <= report.at.hour < 19
            assert datetime.fromisoformat(report.own["site_at"]) == visit.at.replace(second=0, microsecond=0)
            seen += 1
    assert seen


def _again(life: Life, n: int) -> Life:
    caller = replace(life.request.caller, key=n, phone=f"1990{n:07d}")
    return replace(life, request=replace(life.request, index=n, at=BEGIN + timedelta(minutes=n), caller=caller))


def _contacts(world: World, life: Life) -> set[str]:
    return {step.own["note"] for step in script(world, life) if step.act == "contact"}


@pytest.mark.nightly
@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize("fate", [*Fate])
@pytest.mark.parametrize("hours", [60 * 24, 100, 30, 5])
def test_every_fate_is_stamped_as_it_is_played(town: Town, fate: Fate, hours: int) -> None:
    until = BEGIN + timedelta(hours=hours)
    some = list(lives(town.pack, 12, begin=BEGIN, until=until, seed=hours, fates=(fate,)))
    check(town, some)


@pytest.mark.nightly
@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize("part", [0.0, 0.5, 0.97])
def test_lives_of_a_whole_scenario_are_stamped_as_they_are_played(town: Town, part: float) -> None:
    scenario = read_scenario(town.pack, "year")
    plan = Plan(scenario, town.pack, until=BEGIN + timedelta(days=30), scale=0.2)
    begin = int(plan.size * part)
    some = [*plan.lives(Townspeople(town.pack, scenario), begin, min(begin + 80, plan.size))]
    assert check(town, some).kinds.learned < len(some)


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize("late", [False, True], ids=["in_time", "first_contact_after_the_limit"])
def test_who_has_missed_the_limit_does_not_ask_for_more_time(town: Town, late: bool) -> None:
    world = World(town.pack, staffing(town.pack))
    plain = lives(town.pack, 200, begin=BEGIN, until=BEGIN + timedelta(days=90), fates=(Fate.EXTENDED,))
    life = next(x for x in plain if x.request.channel == "phone" and not x.request.caller.anonymous)
    life = _again(replace(life, contact_after=timedelta(days=40)) if late else life, 1)
    assert [step.act for step in script(world, life)].count("apply") == (not late)
    check(town, [life])
