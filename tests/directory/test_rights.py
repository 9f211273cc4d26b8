"""Who may appoint whom: three administrators, none of them alone, none of them oneself."""

import pytest
from django.db import transaction

from open12345.directory import services
from open12345.directory.errors import DirectoryError, NotEntitled
from open12345.directory.models import AccessLog, Post, Staff, Unit
from open12345.directory.person import SYSTEM, Person, person_of
from open12345.directory.roles import ADMINISTRATORS, CENTRE_ROLES, STAFF_ROLES

from .conftest import NOW, Hire


@pytest.mark.function("ADM-02")
def test_the_security_administrator_appoints_and_dismisses(hire: Hire, tree: dict[str, Unit], security: Person) -> None:
    staff = hire(None, "dept-a", username="new")
    post = services.appoint(staff, "clerk", tree["dept-a"], by=security, at=NOW)
    assert services.appoint(staff, "clerk", tree["dept-a"], by=security, at=NOW) == post
    assert person_of(staff).roles == {"clerk"}
    assert services.dismiss(staff, "clerk", tree["dept-a"], by=security, at=NOW)
    assert not services.dismiss(staff, "clerk", tree["dept-a"], by=security, at=NOW)
    assert person_of(staff).roles == frozenset()
    lines = AccessLog.objects.filter(object=f"staff:{staff.pk}").order_by("id")
    assert [(x.act, x.reason, x.staff_id) for x in lines] == [
        ("post.appoint", "clerk@dept-a", security.id),
        ("post.dismiss", "clerk@dept-a", security.id),
    ]


@pytest.mark.function("ADM-02")
@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
@pytest.mark.parametrize("unit", ["dept-a", "comm-1", "station-1"])
def test_a_role_of_the_centre_is_given_in_the_centre_alone(
    hire: Hire, tree: dict[str, Unit], security: Person, role: str, unit: str
) -> None:
    staff = hire(None, unit, username="new")
    if role in CENTRE_ROLES:
        with pytest.raises(DirectoryError, match="只能设在中心") as caught:
            services.appoint(staff, role, tree[unit], by=security, at=NOW)
        assert (caught.value.field, caught.value.code) == ("unit", "centre_role_elsewhere")
        assert not staff.posts.exists()
    else:
        services.appoint(staff, role, tree[unit], by=security, at=NOW)
    assert person_of(staff).is_centre is False
    services.appoint(hire(None, unit, username="other"), role, tree["centre"], by=security, at=NOW)


@pytest.mark.function("ADM-02")
@pytest.mark.parametrize("role", sorted(STAFF_ROLES - {"security_admin"}))
def test_nobody_else_touches_accounts(hire: Hire, tree: dict[str, Unit], role: str) -> None:
    by, staff = person_of(hire(role)), hire("clerk", "dept-a", username="victim")
    unit = tree["dept-a"]
    for act in (
        lambda: services.appoint(staff, "leader", unit, by=by, at=NOW),
        lambda: services.dismiss(staff, "clerk", unit, by=by, at=NOW),
        lambda: services.deactivate(staff, by=by, at=NOW),
        lambda: services.create_staff("x", "某", unit=unit, by=by, at=NOW),
        lambda: services.password_link(staff, by=by, at=NOW),
    ):
        with pytest.raises(NotEntitled):
            act()
    staff.refresh_from_db()
    assert staff.is_active
    assert person_of(staff).roles == {"clerk"}
    assert not AccessLog.objects.exists()


def test_not_even_the_security_administrator_changes_their_own_account(hire: Hire, tree: dict[str, Unit]) -> None:
    staff = hire("security_admin")
    by = person_of(staff)
    with pytest.raises(NotEntitled):
        services.appoint(staff, "dispatcher", tree["centre"], by=by, at=NOW)
    with pytest.raises(NotEntitled):
        services.password_link(staff, by=by, at=NOW)


@pytest.mark.function("ADM-02")
@pytest.mark.parametrize("first", sorted(ADMINISTRATORS))
@pytest.mark.parametrize("second", sorted(ADMINISTRATORS))
def test_the_three_administrators_are_three_accounts(
    hire: Hire, tree: dict[str, Unit], first: str, second: str
) -> None:
    staff = hire(first, username="one")
    if first == second:
        services.appoint(staff, second, tree["centre"], by=SYSTEM, at=NOW)
        assert staff.posts.count() == 1
        return
    with pytest.raises(DirectoryError) as refused:
        services.appoint(staff, second, tree["centre"], by=SYSTEM, at=NOW)
    assert (refused.value.code, refused.value.field) == ("two_administrators", "role")
    assert person_of(staff).roles == {first}


def test_an_appointment_to_nowhere_is_refused(hire: Hire, tree: dict[str, Unit], security: Person) -> None:
    staff = hire(None, username="new")
    with pytest.raises(DirectoryError, match="没有这种角色"):
        services.appoint(staff, "citizen", tree["dept-a"], by=security, at=NOW)
    Unit.objects.filter(code="dept-b").update(active=False)
    tree["dept-b"].refresh_from_db()
    with pytest.raises(DirectoryError, match="停用"):
        services.appoint(staff, "clerk", tree["dept-b"], by=security, at=NOW)


def test_a_user_name_is_taken_in_any_case(hire: Hire, security: Person) -> None:
    hire("agent", username="wang")
    with pytest.raises(DirectoryError) as refused, transaction.atomic():
        services.create_staff("WANG", "王", unit=None, by=security, at=NOW)
    assert refused.value.field == "username"


def test_the_last_security_administrator_stays(hire: Hire, tree: dict[str, Unit]) -> None:
    only = hire("security_admin")
    with pytest.raises(DirectoryError, match="最后一个"):
        services.deactivate(only, by=SYSTEM, at=NOW)
    with pytest.raises(DirectoryError, match="最后一个"):
        services.dismiss(only, "security_admin", tree["centre"], by=SYSTEM, at=NOW)
    second = hire("security_admin", username="second")
    services.deactivate(only, by=person_of(second), at=NOW, reason="退休")
    assert not Staff.objects.get(pk=only.pk).is_active
    assert Post.objects.filter(role="security_admin").count() == 2
