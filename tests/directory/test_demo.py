"""The people of a demo, and entering as one of them."""

from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from open12345.directory import demo, demo_people, queries
from open12345.directory.models import AccessLog, Post, Staff, Unit
from open12345.directory.person import Person
from open12345.directory.roles import ADMINISTRATORS, STAFF_ROLES
from open12345.policy import Pack

from .conftest import NOW, Hire


@pytest.fixture
def people(settled: dict[str, Person], db: None, pack: Pack, settings: Settings) -> Pack:
    settings.DEMO = True
    return pack


def test_every_role_has_a_person_called_like_it(people: Pack) -> None:
    for role in STAFF_ROLES:
        staff = Staff.objects.get(username=role)
        assert list(staff.posts.values_list("role", flat=True)) == [role]
        assert staff.is_demo
        assert not staff.has_usable_password()


def test_the_three_administrators_are_three_people(people: Pack) -> None:
    held = Post.objects.filter(role__in=ADMINISTRATORS).values_list("staff_id", flat=True)
    assert len(set(held)) == len(held) == 3


def test_units_above_below_and_beside_each_other_have_people(people: Pack) -> None:
    clerks = Post.objects.filter(role="clerk").values_list("unit__path", flat=True)
    staffed = set(clerks)
    child = next(path for path in staffed if path.count("/") > 3)
    parent = "/".join(child.rstrip("/").split("/")[:-1]) + "/"
    assert parent in staffed
    assert any(path.count("/") == child.count("/") and path != child for path in staffed)
    for unit in Unit.objects.filter(active=True).exclude(code=people.centre.code):
        roles = set(unit.posts.values_list("role", flat=True))
        assert roles >= {"clerk", "worker"}


def test_names_are_different_people(people: Pack) -> None:
    names = Counter(Staff.objects.values_list("name", flat=True))
    assert max(names.values()) <= 2
    assert all(2 <= len(name) <= 3 for name in names)


def test_filling_twice_changes_nothing(people: Pack) -> None:
    before = list(Staff.objects.order_by("id").values_list("id", "username"))
    assert demo.ensure_demo_staff(people, NOW) == 0
    assert list(Staff.objects.order_by("id").values_list("id", "username")) == before


def test_a_real_account_of_the_same_name_is_left_alone(people: Pack, hire: Hire) -> None:
    Staff.objects.filter(username="dispatcher").update(username="no.dispatcher")
    real = hire("agent", username="dispatcher")
    demo.ensure_demo_staff(people, NOW)
    assert list(real.posts.values_list("role", flat=True)) == ["agent"]
    assert Staff.objects.filter(username__iexact="dispatcher").count() == 1


def test_one_enters_as_somebody_with_one_press(people: Pack, client: Client) -> None:
    page = client.get(reverse("account_login")).content.decode()
    assert "王立群" in page
    assert "三员" not in page
    answer = client.post(reverse("enter"), {"username": "dispatcher"})
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(Staff.objects.get(username="dispatcher").pk)
    client.post(reverse("enter"), {"username": "clerk"})
    assert client.session["_auth_user_id"] == str(Staff.objects.get(username="clerk").pk)
    assert AccessLog.objects.filter(act="sign_in").count() == 2


def test_entering_needs_the_forms_token_and_a_post(people: Pack) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(reverse("enter"), {"username": "leader"}).status_code == 403
    assert strict.get(reverse("enter")).status_code == 405
    assert "_auth_user_id" not in strict.session


def test_one_enters_only_as_people_of_the_demo(people: Pack, hire: Hire, client: Client) -> None:
    real = hire("leader", username="real.leader")
    closed = Staff.objects.get(username="analyst")
    Staff.objects.filter(pk=closed.pk).update(is_active=False)
    for username in (real.username, closed.username, "nobody", ""):
        assert client.post(reverse("enter"), {"username": username}).status_code == 404
    assert "_auth_user_id" not in client.session
    assert "real.leader" not in client.get(reverse("account_login")).content.decode()


@pytest.mark.function("SEC-04")
def test_outside_a_demo_nobody_enters(people: Pack, client: Client, settings: Settings) -> None:
    settings.DEMO = False
    assert client.post(reverse("enter"), {"username": "leader"}).status_code == 404
    page = client.get(reverse("account_login")).content.decode()
    assert "王立群" not in page
    assert "enter" not in page
    assert "_auth_user_id" not in client.session


def test_the_list_takes_one_query(people: Pack, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        accounts = queries.demo_accounts()
    assert [a.role for a in accounts][:3] == ["agent"] * 3
    assert accounts[-1].role == "audit_admin"


# --- the door of a demo with many people ---------------------------------------------------------


@pytest.fixture
def thousands(people: Pack) -> Pack:
    """A thousand accounts more, in a thousand communities of their own."""
    above = Unit.objects.get(code=people.centre.code)
    codes = [f"far{n}" for n in range(1000)]
    units = Unit.objects.bulk_create(
        Unit(code=c, name=f"远村{c}居委会", kind="community", parent=above, path=f"{above.path}{c}/", level=2)
        for c in codes
    )
    staff = Staff.objects.bulk_create(
        Staff(username=f"clerk.{unit.code}", name="韩远山", unit=unit, is_demo=True) for unit in units
    )
    Post.objects.bulk_create(Post(staff=s, role="clerk", unit=u) for s, u in zip(staff, units, strict=True))
    return people


def test_the_page_stays_small_with_a_thousand_accounts(thousands: Pack, client: Client) -> None:
    page = client.get(reverse("account_login")).content
    assert len(page) < 60_000
    assert page.count(b'name="username"') < 60


def test_every_role_is_offered_and_every_kind_of_unit(thousands: Pack) -> None:
    shown = [account for section in demo_people.offered() for line in section.lines for account in line.people]
    assert {account.role for account in shown} == STAFF_ROLES
    clerks = [account for account in shown if account.role == "clerk"]
    assert clerks[0].username == "clerk"
    assert sorted(a.unit_kind for a in clerks) == sorted(
        set(Unit.objects.exclude(kind="centre").values_list("kind", flat=True))
    )


def test_whoever_is_not_offered_is_found_by_unit_role_or_name(thousands: Pack, client: Client) -> None:
    def found(words: str) -> list[str]:
        return [a.username for s in demo_people.offered(words) for line in s.lines for a in line.people]

    assert found("远村far777居委会") == ["clerk.far777"]
    assert found("CLERK.FAR777") == ["clerk.far777"]
    assert found("王立群 派单员") == ["dispatcher"]
    assert found("韩远山 派单员") == []
    assert found("远777") == ["clerk.far777"]
    assert len(found("韩远山")) == demo_people.FOUND
    page = client.get(reverse("account_login"), {"find": "far777"}).content.decode()
    assert 'value="clerk.far777"' in page
    assert client.post(reverse("enter"), {"username": "clerk.far777"}).status_code == 302


def test_a_search_that_finds_nobody_says_so(people: Pack, client: Client) -> None:
    page = client.get(reverse("account_login"), {"find": "<b>谁"}).content.decode()
    assert "没有这样的人" in page
    assert "<b>谁" not in page
