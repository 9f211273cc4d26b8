"""The duty roster: who is on duty, gaps and overlaps, the week on the screen, who may keep it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from open12345.directory import shifts
from open12345.directory.errors import DirectoryError, NotEntitled
from open12345.directory.models import AccessLog, DutyShift, Staff, Unit
from open12345.directory.person import SYSTEM, Person, person_of
from open12345.directory.shifts import Turn
from open12345.worktime import SHANGHAI

from .conftest import Hire

SignIn = Callable[[Staff], Client]
MONDAY = datetime(2026, 3, 2, tzinfo=SHANGHAI)


def turn(staff: Staff, begin: float, end: float, kind: str = "duty") -> Turn:
    """A turn by hours after Monday midnight."""
    return Turn(staff, kind, MONDAY + timedelta(hours=begin), MONDAY + timedelta(hours=end), "62112345")


@pytest.mark.function("ADM-01")
def test_who_is_on_duty_is_told_leader_first_and_only_for_the_unit(tree: dict[str, Unit], hire: Hire) -> None:
    leader, clerk = hire("approver", "dept-a"), hire("clerk", "dept-a")
    other = hire("clerk", "dept-b")
    shifts.add(tree["dept-a"], turn(clerk, 8, 32), by=SYSTEM, at=MONDAY)
    shifts.add(tree["dept-a"], turn(leader, 0, 48, "leader"), by=SYSTEM, at=MONDAY)
    shifts.add(tree["dept-b"], turn(other, 0, 48), by=SYSTEM, at=MONDAY)

    def on(hour: float) -> list[str]:
        return [s.staff.username for s in shifts.on_duty(tree["dept-a"], MONDAY + timedelta(hours=hour))]

    assert on(9) == [leader.username, clerk.username]
    assert on(7.9) == [leader.username]
    assert on(32) == [leader.username]  # the end belongs to the next
    assert on(48) == []


@given(spans=st.lists(st.tuples(st.integers(-20, 160), st.integers(1, 48)), max_size=12))
def test_gaps_are_exactly_the_hours_in_which_nobody_is_on_duty(spans: list[tuple[int, int]]) -> None:
    hours = [MONDAY + timedelta(hours=n) for n in range(-30, 220)]
    rows = [DutyShift(kind="duty", starts_at=hours[b + 30], ends_at=hours[b + 30 + n]) for b, n in spans]
    rows.append(DutyShift(kind="leader", starts_at=hours[0], ends_at=hours[-1]))
    end = MONDAY + timedelta(days=7)
    found = shifts.gaps(rows, MONDAY, end)
    for hour in (MONDAY + timedelta(hours=n) for n in range(168)):
        covered = any(s.kind == "duty" and s.starts_at <= hour < s.ends_at for s in rows)
        assert covered != any(a <= hour < b for a, b in found)
    assert all(MONDAY <= a < b <= end for a, b in found)


@pytest.mark.function("ADM-01")
def test_one_person_at_two_places_at_once_is_told(tree: dict[str, Unit], hire: Hire) -> None:
    clerk = hire("clerk", "dept-a")
    shifts.add(tree["dept-a"], turn(clerk, 8, 20), by=SYSTEM, at=MONDAY)
    shifts.add(tree["dept-a"], turn(clerk, 20, 30), by=SYSTEM, at=MONDAY)
    here = shifts.between(tree["dept-a"], MONDAY, MONDAY + shifts.WEEK)
    assert shifts.overlaps(here) == []
    shifts.add(tree["dept-b"], turn(clerk, 19, 21), by=SYSTEM, at=MONDAY)
    assert [(a.unit.code, b.unit.code) for a, b in shifts.overlaps(here)] == [
        ("dept-a", "dept-b"),
        ("dept-b", "dept-a"),
    ]


@pytest.mark.function("ADM-01")
def test_a_week_is_copied_once_and_without_people_who_left(tree: dict[str, Unit], hire: Hire) -> None:
    clerk, gone = hire("clerk", "dept-a"), hire("worker", "dept-a")
    for day in range(3):
        shifts.add(tree["dept-a"], turn(clerk, day * 24 + 8, day * 24 + 32), by=SYSTEM, at=MONDAY)
    shifts.add(tree["dept-a"], turn(gone, 8, 20, "standby"), by=SYSTEM, at=MONDAY)
    Staff.objects.filter(pk=gone.pk).update(is_active=False)
    following = MONDAY + shifts.WEEK
    assert shifts.copy_week(tree["dept-a"], following, by=SYSTEM, at=MONDAY) == 3
    assert shifts.copy_week(tree["dept-a"], following, by=SYSTEM, at=MONDAY) == 0
    copied = shifts.between(tree["dept-a"], following + timedelta(hours=8), following + shifts.WEEK)
    assert [s.starts_at for s in copied] == [following + timedelta(hours=24 * n + 8) for n in range(3)]


def test_turns_that_cannot_be_are_refused(tree: dict[str, Unit], hire: Hire) -> None:
    clerk = hire("clerk", "dept-a")
    for begin, end in [(8, 8), (8, 7), (0, 73)]:
        with pytest.raises(DirectoryError):
            shifts.add(tree["dept-a"], turn(clerk, begin, end), by=SYSTEM, at=MONDAY)
    shifts.add(tree["dept-a"], turn(clerk, 8, 20), by=SYSTEM, at=MONDAY)
    with pytest.raises(DirectoryError, match="同一个人"):
        shifts.add(tree["dept-a"], turn(clerk, 8, 21), by=SYSTEM, at=MONDAY)
    assert DutyShift.objects.count() == 1


@pytest.mark.function("ADM-02")
def test_the_roster_is_kept_by_the_system_administrator_and_who_is_in_charge(tree: dict[str, Unit], hire: Hire) -> None:
    clerk = hire("clerk", "station-1")

    def who(role: str, unit: str) -> Person:
        return person_of(hire(role, unit))

    may = [who("system_admin", "centre"), who("approver", "dept-a")]
    may_not = [
        who("approver", "dept-b"),
        who("clerk", "dept-a"),
        who("security_admin", "centre"),
        who("leader", "centre"),
    ]
    for n, person in enumerate(may):
        shifts.add(tree["comm-1"], turn(clerk, n, n + 1), by=person, at=MONDAY)
    for person in may_not:
        with pytest.raises(NotEntitled):
            shifts.add(tree["comm-1"], turn(clerk, 8, 20), by=person, at=MONDAY)
        with pytest.raises(NotEntitled):
            shifts.copy_week(tree["comm-1"], MONDAY, by=person, at=MONDAY)
    assert DutyShift.objects.count() == 2


# On the screen


def said(staff: Staff, **other: str) -> dict[str, str]:
    usual = {"staff": str(staff.pk), "kind": "duty", "date": "2026-03-02", "starts": "08:30", "ends": "08:30"}
    return usual | {"phone": "57630000", "until": ""} | other


@pytest.mark.function("ADM-01")
def test_several_days_are_put_on_the_roster_at_once_and_one_is_changed_and_removed(
    tree: dict[str, Unit], hire: Hire, sign_in: SignIn
) -> None:
    clerk, client = hire("clerk", "dept-a"), sign_in(hire("system_admin"))
    url = f"{reverse('directory:duty')}?unit=dept-a&week=2026-03-04"
    assert "这一周还没有排班" in client.get(url).content.decode()
    page = client.post(url, said(clerk, until="2026-03-04"), follow=True).content.decode()
    assert "已排 3 班" in page
    assert page.count("57630000") == 3
    assert "无人值班" in page  # Monday before half past eight, and from Thursday on
    first = DutyShift.objects.earliest("starts_at")
    assert first.ends_at - first.starts_at == timedelta(days=1)
    one = reverse("directory:shift", args=[first.pk])
    client.post(one, said(clerk, starts="09:00", ends="17:00"))
    first.refresh_from_db()
    assert first.ends_at - first.starts_at == timedelta(hours=8)
    client.post(one, {"do": "remove"})
    assert DutyShift.objects.count() == 2
    acts = list(AccessLog.objects.filter(object="unit:dept-a").order_by("id").values_list("act", flat=True))
    assert acts == ["duty.add"] * 3 + ["duty.change", "duty.remove"]
    client.post(reverse("directory:duty_copy"), {"unit": "dept-a", "week": "2026-03-09"})
    assert DutyShift.objects.count() == 4


def test_a_wrong_turn_is_told_at_its_field_and_nothing_typed_is_lost(
    tree: dict[str, Unit], hire: Hire, sign_in: SignIn
) -> None:
    clerk, stranger = hire("clerk", "dept-a"), hire("clerk", "dept-b")
    client = sign_in(hire("system_admin"))
    url = f"{reverse('directory:duty')}?unit=dept-a"
    for wrong, field in [
        ({"until": "2026-02-01"}, "until"),
        ({"until": "2027-02-01"}, "until"),
        ({"staff": str(stranger.pk)}, "staff"),
        ({"starts": "25:00"}, "starts"),
        ({"date": ""}, "date"),
    ]:
        answer = client.post(url, said(clerk) | wrong)
        assert list(answer.context["form"].errors) == [field]
        assert "57630000" in answer.content.decode()
    assert DutyShift.objects.count() == 0


@pytest.mark.function("ADM-02")
def test_a_unit_sees_its_own_roster_and_no_other(tree: dict[str, Unit], hire: Hire, sign_in: SignIn) -> None:
    clerk = hire("clerk", "dept-a")
    shift = shifts.add(tree["dept-b"], turn(hire("clerk", "dept-b"), 8, 20), by=SYSTEM, at=MONDAY)
    client = sign_in(clerk)
    missing = client.get("/admin/nothing-here/")
    url = reverse("directory:duty")
    page = client.get(url).content.decode()
    assert "dept-a" in page
    assert 'value="dept-b"' not in page
    assert (
        'type="submit" class="btn btn-primary"' not in page[page.index("<main") : page.index("</main>")]
    )  # reads only
    theirs = client.get(url, {"unit": "dept-b"})
    assert (theirs.status_code, theirs.content) == (404, missing.content)
    boss = sign_in(hire("approver", "dept-a"))
    for answer in (
        boss.post(reverse("directory:shift", args=[shift.pk]), {"do": "remove"}),
        boss.post(reverse("directory:duty_copy"), {"unit": "dept-b", "week": "2026-03-09"}),
        boss.post(f"{url}?unit=dept-b", said(clerk)),
        client.post(url, said(clerk)),
        sign_in(hire("audit_admin")).get(url),
    ):
        assert answer.status_code == 404
    assert DutyShift.objects.count() == 1
