"""Which pack rules when; what loading one does to the trees; what a broken one leaves alone."""

import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from open12345.directory import days, packs, tasks
from open12345.directory.errors import DirectoryError, NotEntitled
from open12345.directory.models import AccessLog, Area, PackInForce, PackVersion, Unit
from open12345.directory.person import SYSTEM, Person, person_of
from open12345.policy import Pack

from .conftest import NOW, Hire

DAY = timedelta(days=1)


def changed(pack: Pack, **values: Any) -> Pack:
    return Pack.model_validate(pack.model_dump(mode="json") | values)


def renamed(pack: Pack, title: str = "新标题") -> Pack:
    return changed(pack, title=title)


def without_unit(pack: Pack, code: str) -> Pack:
    """The pack with one unit moved out; references elsewhere are not looked at here."""
    units = [u.model_dump(mode="json") for u in pack.units if u.code != code]
    return changed(pack, units=units)


def a_leaf(pack: Pack) -> str:
    parents = {unit.parent for unit in pack.units}
    return next(unit.code for unit in reversed(pack.units) if unit.code not in parents)


@pytest.mark.function("ADM-03")
def test_the_first_pack_fills_the_trees(loaded: Pack) -> None:
    assert {u.code for u in Unit.objects.filter(active=True)} == {u.code for u in loaded.units}
    assert {a.code for a in Area.objects.filter(active=True)} == {a.code for a in loaded.areas}
    for unit in Unit.objects.select_related("parent"):
        above = unit.parent.path if unit.parent else "/"
        assert unit.path == f"{above}{unit.code}/"
        assert unit.level == unit.path.count("/") - 1
    version, pack = packs.pack_at(NOW)
    assert pack.digest == loaded.digest
    assert PackInForce.objects.get().version_id == version
    assert list(AccessLog.objects.order_by("id").values_list("act", flat=True)) == [
        "pack.load",
        "pack.in_force",
    ]


def test_without_a_pack_the_answer_says_what_to_do(db: None) -> None:
    with pytest.raises(packs.NoPack, match="load-pack"):
        packs.pack_at(NOW)
    assert packs.apply_due(NOW) is None


def test_an_unchanged_pack_makes_no_new_version(loaded: Pack) -> None:
    again = packs.load_pack(loaded, effective_from=None, by=SYSTEM, at=NOW + DAY)
    assert again.pk == PackVersion.objects.get().pk
    assert PackInForce.objects.count() == 1


@pytest.mark.function("ADM-03")
def test_each_moment_has_the_version_that_ruled_then(loaded: Pack) -> None:
    first, _ = packs.pack_at(NOW)
    second = packs.load_pack(renamed(loaded), effective_from=NOW + DAY, by=SYSTEM, at=NOW)
    assert packs.pack_at(NOW + DAY - timedelta(seconds=1))[0] == first
    assert packs.pack_at(NOW + DAY)[0] == second.pk
    assert packs.pack_at(NOW - 100 * DAY)[0] == first
    assert packs.pack_of(first).title == loaded.title
    assert packs.pack_of(second.pk).title == "新标题"


def test_of_two_versions_for_one_moment_the_later_loaded_rules(loaded: Pack) -> None:
    packs.load_pack(renamed(loaded, "甲"), effective_from=NOW + DAY, by=SYSTEM, at=NOW)
    packs.load_pack(renamed(loaded, "乙"), effective_from=NOW + DAY, by=SYSTEM, at=NOW)
    assert packs.pack_at(NOW + DAY)[1].title == "乙"


def test_a_version_cannot_take_effect_in_the_past(loaded: Pack) -> None:
    with pytest.raises(DirectoryError) as refused:
        packs.load_pack(renamed(loaded), effective_from=NOW - DAY, by=SYSTEM, at=NOW + timedelta(hours=1))
    assert refused.value.field == "effective_from"
    assert PackVersion.objects.count() == 1


def test_trees_change_when_the_time_has_come_not_before(loaded: Pack) -> None:
    gone = a_leaf(loaded)
    packs.load_pack(without_unit(loaded, gone), effective_from=NOW + DAY, by=SYSTEM, at=NOW)
    assert Unit.objects.get(code=gone).active
    assert packs.apply_due(NOW + timedelta(hours=23)) is None
    assert Unit.objects.get(code=gone).active
    assert packs.apply_due(NOW + DAY) is not None
    assert not Unit.objects.get(code=gone).active
    assert packs.apply_due(NOW + DAY) is None


def test_a_unit_that_comes_back_is_the_same_one(loaded: Pack) -> None:
    gone = a_leaf(loaded)
    before = Unit.objects.get(code=gone)
    packs.load_pack(without_unit(loaded, gone), effective_from=None, by=SYSTEM, at=NOW + DAY)
    packs.load_pack(loaded, effective_from=None, by=SYSTEM, at=NOW + 2 * DAY)
    after = Unit.objects.get(code=gone)
    assert (after.pk, after.active) == (before.pk, True)


def test_a_moved_unit_takes_its_subtree_along(loaded: Pack) -> None:
    parents = {unit.parent for unit in loaded.units}
    moved = next(u for u in loaded.units if u.parent and u.parent != loaded.centre.code)
    inner = next((u for u in loaded.units if u.code in parents and u.parent), moved)
    imported = Unit.objects.create(
        code="local-1",
        name="本地",
        kind="station",
        parent=Unit.objects.get(code=inner.code),
        path=f"{Unit.objects.get(code=inner.code).path}local-1/",
    )
    target = next(u.code for u in loaded.units if u.kind == "department" and u.code != inner.code)
    units = [u.model_dump(mode="json") | ({"parent": target} if u.code == inner.code else {}) for u in loaded.units]
    packs.load_pack(changed(loaded, units=units), effective_from=None, by=SYSTEM, at=NOW + DAY)
    imported.refresh_from_db()
    assert imported.path == f"/{loaded.centre.code}/{target}/{inner.code}/local-1/"
    assert imported.active
    assert imported.level == 4


def test_only_the_system_administrator_loads_packs(hire: Hire, pack: Pack) -> None:
    for role in ("security_admin", "audit_admin", "leader", "dispatcher"):
        with pytest.raises(NotEntitled):
            packs.load_pack(pack, effective_from=None, by=person_of(hire(role)), at=NOW)
    version = packs.load_pack(pack, effective_from=None, by=person_of(hire("system_admin")), at=NOW, note="首次")
    assert version.loaded_by is not None
    assert version.note == "首次"


def test_subscribers_are_told_in_the_same_transaction(loaded: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, str, datetime]] = []
    monkeypatch.setattr(packs, "_handlers", [])
    packs.on_version(lambda version, pack, at: told.append((version, pack.title, at)))
    later = NOW + DAY
    version = packs.load_pack(renamed(loaded), effective_from=None, by=SYSTEM, at=later)
    assert told == [(version.pk, "新标题", later)]

    @packs.on_version
    def broken(version: int, pack: Pack, at: datetime) -> None:
        raise RuntimeError(version)

    with pytest.raises(RuntimeError):
        packs.load_pack(renamed(loaded, "丙"), effective_from=None, by=SYSTEM, at=NOW + 2 * DAY)
    packs.forget()
    assert packs.pack_at(NOW + 3 * DAY)[0] == version.pk
    assert PackVersion.objects.count() == 2


def test_a_year_that_becomes_known_is_told_to_subscribers(loaded: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(packs, "_handlers", [lambda version, pack, at: told.append(version)])
    assert packs.apply_due(NOW + DAY) is None
    monkeypatch.setattr(packs, "known_until", lambda: date(2099, 12, 28))
    assert packs.apply_due(NOW + DAY) is not None
    assert told == [packs.pack_at(NOW)[0]]
    assert packs.apply_due(NOW + DAY) is None


def test_the_worker_brings_a_waiting_version_into_force(loaded: Pack) -> None:
    second = packs.load_pack(renamed(loaded), effective_from=NOW + timedelta(minutes=1), by=SYSTEM, at=NOW)
    assert not PackInForce.objects.filter(version=second).exists()
    tasks.apply_due_pack(timestamp=0)
    assert PackInForce.objects.filter(version=second).exists()


def test_a_restart_keeps_what_screens_have_changed(loaded: Pack) -> None:
    rule = days.day_rule(date=date(2026, 3, 9), kind="rest", name="停工")
    days.set_day(rule, effective_from=None, by=SYSTEM, at=NOW + DAY, reason="通知")
    packs.ensure_pack(loaded, by=SYSTEM, at=NOW + 2 * DAY)
    assert [r.name for r in packs.pack_at(NOW + 2 * DAY)[1].days if r.date == rule.date] == ["停工"]


def test_the_ruling_pack_is_asked_for_without_queries(
    loaded: Pack, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    packs.pack_at(NOW)
    with django_assert_num_queries(0):
        for _ in range(100):
            packs.pack_at(NOW)


def test_a_version_that_is_not_committed_is_seen_by_its_transaction_alone(committed_db: None, pack: Pack) -> None:
    packs.forget()
    packs.load_pack(pack, effective_from=None, by=SYSTEM, at=NOW)
    seen: dict[str, str] = {}

    def look(name: str) -> None:
        try:
            seen[name] = packs.pack_at(NOW + 2 * DAY)[1].title
        finally:
            connection.close()

    with transaction.atomic():
        packs.load_pack(renamed(pack), effective_from=None, by=SYSTEM, at=NOW + DAY)
        assert packs.pack_at(NOW + 2 * DAY)[1].title == "新标题"
        other = threading.Thread(target=look, args=["during"])
        other.start()
        other.join()
    other = threading.Thread(target=look, args=["after"])
    other.start()
    other.join()
    assert seen == {"during": pack.title, "after": "新标题"}


def test_eight_who_load_at_once_make_one_version_each_in_turn(committed_db: None, pack: Pack) -> None:
    packs.load_pack(pack, effective_from=None, by=SYSTEM, at=NOW)
    failed: list[BaseException] = []

    def load(number: int) -> None:
        try:
            title = f"标题{number % 4}"
            packs.load_pack(renamed(pack, title), effective_from=None, by=SYSTEM, at=NOW + DAY)
        except BaseException as error:  # noqa: BLE001 - reported by the test
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=load, args=[n]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    forced = list(PackInForce.objects.order_by("id").values_list("version_id", flat=True))
    assert forced == sorted(forced)
    assert 5 <= PackVersion.objects.count() <= 9


# Holidays


@pytest.mark.function("ADM-04")
def test_a_local_holiday_is_a_new_version_of_the_pack(loaded: Pack, system: Person) -> None:
    monday = date(2026, 3, 9)
    assert packs.pack_at(NOW)[1].calendar().day(monday).works
    rule = days.day_rule(date=monday, kind="rest", name="台风停工")
    version = days.set_day(rule, effective_from=None, by=system, at=NOW + DAY, reason="府办通知")
    calendar = packs.pack_at(NOW + DAY)[1].calendar()
    assert not calendar.day(monday).works
    assert calendar.day(monday).reason == "台风停工"
    assert packs.pack_at(NOW)[1].calendar().day(monday).works
    assert version.note == "2026-03-09 府办通知"
    line = AccessLog.objects.get(act="pack.load", object=f"pack:{version.pk}")
    assert (line.staff_id, line.reason) == (system.id, "2026-03-09 府办通知")


def test_a_half_day_has_its_own_hours(loaded: Pack) -> None:
    rule = days.day_rule(date=date(2026, 3, 9), kind="half", name="半天", hours=["09:00-11:30"])
    days.set_day(rule, effective_from=None, by=SYSTEM, at=NOW + DAY, reason="通知")
    day = packs.pack_at(NOW + DAY)[1].calendar().day(date(2026, 3, 9))
    assert [(a.hour, b.hour) for a, b in day.spans] == [(9, 11)]


def test_a_local_holiday_also_holds_in_versions_that_wait(loaded: Pack) -> None:
    packs.load_pack(renamed(loaded), effective_from=NOW + 5 * DAY, by=SYSTEM, at=NOW)
    rule = days.day_rule(date=date(2026, 3, 9), kind="rest", name="停工")
    days.set_day(rule, effective_from=None, by=SYSTEM, at=NOW + DAY, reason="通知")
    later = packs.pack_at(NOW + 6 * DAY)[1]
    assert later.title == "新标题"
    assert not later.calendar().day(date(2026, 3, 9)).works


def test_a_day_can_be_given_back_to_the_official_calendar(loaded: Pack) -> None:
    rule = days.day_rule(date=date(2026, 3, 9), kind="rest", name="停工")
    days.set_day(rule, effective_from=None, by=SYSTEM, at=NOW + DAY, reason="通知")
    days.drop_day(rule.date, effective_from=None, by=SYSTEM, at=NOW + 2 * DAY, reason="取消")
    assert packs.pack_at(NOW + 2 * DAY)[1].calendar().day(rule.date).works


def set_rest(day: date, name: str = "台风停工", *, at: datetime = NOW + DAY) -> None:
    days.set_day(days.day_rule(date=day, kind="rest", name=name), effective_from=None, by=SYSTEM, at=at, reason="通知")


def folder_days(pack: Pack, *rules: dict[str, Any]) -> Pack:
    return changed(pack, days=list(rules))


@pytest.mark.function("ADM-04")
def test_a_new_folder_leaves_the_days_that_screens_have_set(loaded: Pack) -> None:
    typhoon, fair = date(2026, 3, 9), date(2026, 3, 12)
    set_rest(typhoon)
    folder = folder_days(renamed(loaded), {"date": "2026-03-12", "kind": "rest", "name": "庙会"})
    merged = packs.with_local_days(folder, NOW + 2 * DAY)
    packs.load_pack(merged, effective_from=None, by=SYSTEM, at=NOW + 2 * DAY)
    ruling = packs.pack_at(NOW + 2 * DAY)[1]
    assert ruling.title == "新标题"
    assert [rule.date for rule in ruling.days] == [typhoon, fair]
    assert not ruling.calendar().day(typhoon).works


@pytest.mark.function("ADM-04")
def test_an_upgrade_with_a_changed_folder_leaves_them_too(loaded: Pack) -> None:
    set_rest(date(2026, 3, 9))
    upgraded = renamed(loaded)
    packs.ensure_pack(upgraded, by=SYSTEM, at=NOW + 2 * DAY)
    packs.ensure_pack(upgraded, by=SYSTEM, at=NOW + 3 * DAY)
    ruling = packs.pack_at(NOW + 3 * DAY)[1]
    assert (ruling.title, ruling.calendar().day(date(2026, 3, 9)).works) == ("新标题", False)
    assert PackVersion.objects.count() == 3


def test_the_announced_day_wins_over_the_folders_own_rule(loaded: Pack) -> None:
    day = date(2026, 3, 9)
    set_rest(day)
    folder = folder_days(loaded, {"date": "2026-03-09", "kind": "work", "name": "照常上班"})
    assert [r.name for r in packs.with_local_days(folder, NOW + 2 * DAY).days] == ["台风停工"]


def test_a_day_the_folder_has_dropped_or_a_screen_given_back_is_gone(loaded: Pack) -> None:
    folder = folder_days(renamed(loaded), {"date": "2026-03-12", "kind": "rest", "name": "庙会"})
    packs.load_pack(folder, effective_from=None, by=SYSTEM, at=NOW + DAY)
    set_rest(date(2026, 3, 9), at=NOW + DAY)
    days.drop_day(date(2026, 3, 9), effective_from=None, by=SYSTEM, at=NOW + 2 * DAY, reason="取消")
    assert packs.with_local_days(loaded, NOW + 2 * DAY).days == ()


def test_days_of_one_pack_are_not_those_of_another(loaded: Pack) -> None:
    set_rest(date(2026, 3, 9))
    other = changed(loaded, id="elsewhere")
    assert packs.with_local_days(other, NOW + 2 * DAY) == other


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"date": date(2026, 2, 27), "kind": "rest", "name": "x"}, "date"),
        ({"date": date(2026, 3, 9), "kind": "half", "name": "x"}, "hours"),
        ({"date": date(2026, 3, 9), "kind": "rest", "name": "x", "hours": ["09:00-10:00"]}, "hours"),
        ({"date": date(2026, 3, 9), "kind": "half", "name": "x", "hours": ["11-9"]}, "hours"),
        ({"date": date(2026, 3, 9), "kind": "half", "name": "", "hours": ["9:00-10:00"]}, "name"),
    ],
)
def test_a_day_that_cannot_be_is_refused_at_its_field(loaded: Pack, values: dict[str, Any], field: str) -> None:
    with pytest.raises(DirectoryError) as refused:
        days.set_day(days.day_rule(**values), effective_from=None, by=SYSTEM, at=NOW + DAY, reason="通知")
    assert refused.value.field == field
    assert PackVersion.objects.count() == 1


def test_a_holiday_needs_a_reason_and_a_right(loaded: Pack, hire: Hire) -> None:
    rule = days.day_rule(date=date(2026, 3, 9), kind="rest", name="停工")
    with pytest.raises(DirectoryError) as refused:
        days.set_day(rule, effective_from=None, by=SYSTEM, at=NOW, reason="  ")
    assert refused.value.field == "reason"
    with pytest.raises(NotEntitled):
        days.set_day(rule, effective_from=None, by=person_of(hire("leader")), at=NOW, reason="x")
    assert PackVersion.objects.count() == 1
