"""Who a person is, which units they see, and what the database refuses by itself."""

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from open12345.directory import access, queries
from open12345.directory.models import AccessLog, PackVersion, Post, Staff, Unit
from open12345.directory.person import SYSTEM, person_of
from open12345.directory.roles import ADMINISTRATORS, CENTRE_ROLES, STAFF_ROLES, Role
from open12345.policy.names import RoleCode

from .conftest import NOW, Hire


def test_the_list_of_roles_is_the_packs_list() -> None:
    assert {role.value for role in Role} == set(RoleCode.__args__)  # type: ignore[attr-defined]


def test_a_person_is_described_in_one_query(
    hire: Hire, tree: dict[str, Unit], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    staff = hire("clerk", "dept-a")
    Post.objects.create(staff=staff, role="approver", unit=tree["comm-1"])
    with django_assert_num_queries(1):
        person = person_of(Staff(pk=staff.pk, name=staff.name, unit_id=staff.unit_id))
    assert person.roles == {"clerk", "approver"}
    assert person.unit_path == "/centre/dept-a/"
    assert person.posts == (
        ("clerk", tree["dept-a"].pk, "/centre/dept-a/"),
        ("approver", tree["comm-1"].pk, "/centre/dept-a/comm-1/"),
    )


def test_a_closed_account_is_a_person_without_rights(hire: Hire) -> None:
    staff = hire("supervisor")
    Staff.objects.filter(pk=staff.pk).update(is_active=False)
    person = person_of(staff)
    assert person.roles == frozenset()
    assert person.posts == ()
    assert not queries.visible_units(person).exists()


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_only_centre_roles_cover_the_centre(hire: Hire, role: str) -> None:
    assert person_of(hire(role)).is_centre is (role in CENTRE_ROLES)


@pytest.mark.function("ADM-02")
@pytest.mark.parametrize("role", sorted(CENTRE_ROLES))
def test_an_old_centre_post_in_another_unit_gives_no_right(hire: Hire, tree: dict[str, Unit], role: str) -> None:
    """Such posts could be given once; and a unit may stop being a centre."""
    staff = hire(role, "dept-a")
    Post.objects.create(staff=staff, role="clerk", unit=tree["dept-a"])
    person = person_of(staff)
    assert (person.is_centre, person.roles) == (False, frozenset({"clerk"}))
    assert person.posts == (("clerk", tree["dept-a"].pk, "/centre/dept-a/"),)
    assert {unit.code for unit in queries.visible_units(person)} == {"dept-a", "comm-1", "station-1"}
    assert not queries.holders(role).exists()
    leader = hire(role, "centre")
    assert list(queries.holders(role)) == [leader]
    Unit.objects.filter(code="centre").update(kind="department")
    assert not person_of(leader).is_centre


def test_a_unit_covers_its_subtree_and_nothing_beside_it(hire: Hire) -> None:
    clerk = person_of(hire("clerk", "dept-a"))
    assert clerk.covers("/centre/dept-a/comm-1/station-1/", "clerk")
    assert not clerk.covers("/centre/dept-a/", "approver")
    assert not clerk.covers("/centre/dept-b/")
    assert not clerk.covers("/centre/dept-a-2/")
    assert not clerk.covers("/centre/")


@pytest.mark.parametrize(
    ("role", "unit", "seen"),
    [
        ("clerk", "dept-a", {"dept-a", "comm-1", "station-1"}),
        ("worker", "station-1", {"station-1"}),
        ("approver", "dept-b", {"dept-b"}),
        ("watcher", "dept-b", {"dept-b"}),
        ("dispatcher", "centre", {"centre", "dept-a", "dept-b", "comm-1", "station-1"}),
        ("audit_admin", "centre", {"centre", "dept-a", "dept-b", "comm-1", "station-1"}),
        (None, "dept-a", set()),
    ],
)
def test_one_sees_the_units_of_ones_posts(hire: Hire, role: str | None, unit: str, seen: set[str]) -> None:
    person = person_of(hire(role, unit, username="someone"))
    assert {u.code for u in queries.visible_units(person)} == seen


def test_colleagues_are_seen_by_subtree_and_oneself_always(hire: Hire) -> None:
    for unit in ("dept-a", "comm-1", "dept-b"):
        hire("worker", unit)
    clerk = hire("clerk", "dept-a")
    stranger = hire(None, "dept-b", username="stranger")
    seen = {s.username for s in queries.visible_staff(person_of(clerk))}
    assert seen == {"worker.dept-a", "worker.comm-1", "clerk.dept-a"}
    assert {s.username for s in queries.visible_staff(person_of(stranger))} == {"stranger"}


def test_subtree_and_ancestors_follow_the_path(tree: dict[str, Unit]) -> None:
    Unit.objects.create(code="dept-a2", name="x", kind="department", parent=tree["centre"], path="/centre/dept-a2/")
    below = {u.code for u in queries.subtree(tree["dept-a"])}
    assert below == {"dept-a", "comm-1", "station-1"}
    assert [u.code for u in queries.ancestors(tree["station-1"])] == ["centre", "dept-a", "comm-1"]


def test_a_wildcard_in_a_code_does_not_widen_a_subtree(tree: dict[str, Unit]) -> None:
    for code in ("d_pt", "dapt"):
        Unit.objects.create(code=code, name=code, kind="department", parent=tree["centre"], path=f"/centre/{code}/")
    found = queries.subtree(Unit.objects.get(code="d_pt"))
    assert [u.code for u in found] == ["d_pt"]


def test_a_subtree_is_one_scan_of_the_path_index(tree: dict[str, Unit]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = queries.subtree(tree["dept-a"]).explain()
    assert "directory_unit_path" in plan


def test_holders_of_a_role_for_a_unit_are_those_above_it(hire: Hire, tree: dict[str, Unit]) -> None:
    for unit in ("dept-a", "comm-1", "dept-b"):
        hire("approver", unit)
    closed = hire("approver", "dept-a", username="closed")
    Staff.objects.filter(pk=closed.pk).update(is_active=False)
    found = [s.username for s in queries.holders("approver", tree["station-1"])]
    assert found == ["approver.dept-a", "approver.comm-1"]


@pytest.mark.parametrize("second", sorted(ADMINISTRATORS - {"system_admin"}))
def test_the_database_refuses_two_administrators_on_one_account(hire: Hire, tree: dict[str, Unit], second: str) -> None:
    staff = hire("system_admin")
    with pytest.raises(IntegrityError, match="one_administrator"), transaction.atomic():
        Post.objects.create(staff=staff, role=second, unit=tree["dept-a"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.bulk_create([Post(staff=staff, role=second, unit=tree["dept-a"])])
    Post.objects.create(staff=staff, role="dispatcher", unit=tree["centre"])
    with pytest.raises(IntegrityError, match="one_administrator"), transaction.atomic():
        Post.objects.filter(staff=staff, role="dispatcher").update(role=second)


@pytest.mark.parametrize("role", ["citizen", "king", ""])
def test_the_database_refuses_a_post_that_is_no_role_of_staff(hire: Hire, tree: dict[str, Unit], role: str) -> None:
    with pytest.raises(IntegrityError, match="role_known"), transaction.atomic():
        Post.objects.create(staff=hire(None, username="x"), role=role, unit=tree["centre"])


def test_user_names_differ_by_more_than_case(hire: Hire) -> None:
    hire("agent", username="zhang")
    with pytest.raises(IntegrityError, match="any_case"), transaction.atomic():
        Staff.objects.create_user("ZHANG", "张")


@pytest.mark.parametrize(("code", "path"), [("a/b", "/a/b/"), ("a", "/b/"), ("a", "/xa/")])
def test_the_database_refuses_a_path_that_is_not_the_nodes_own(db: None, code: str, path: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.create(code=code, name="x", kind="department", path=path)


@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("model", [AccessLog, PackVersion])
def test_the_application_cannot_rewrite_what_was_recorded(db: None, verb: str, model: type[AccessLog]) -> None:
    access.record("unmask", by=SYSTEM, at=NOW, on="order:1", reason="回访")
    with pytest.raises(ProgrammingError) as refused, transaction.atomic():
        connection.cursor().execute(verb.format(model._meta.db_table))
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_a_record_keeps_who_what_and_why(hire: Hire) -> None:
    agent = person_of(hire("agent"))
    line = access.record("unmask", by=agent, at=NOW, on="order:1" * 40, reason="核" * 999, ip="::1")
    line.refresh_from_db()
    assert (line.staff_id, line.act, line.ip) == (agent.id, "unmask", "::1")
    assert len(line.object) == 120
    assert len(line.reason) == 400
