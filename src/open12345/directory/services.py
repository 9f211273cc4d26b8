"""What can be done in the directory: each verb one transaction that leaves an access record.

Who may (三员分立): the security administrator manages accounts and rights, the system
administrator packs and units, the audit administrator only reads. Nobody changes their own account.
"""

from datetime import datetime

from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.tokens import default_token_generator
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from . import access
from .errors import DirectoryError, NotEntitled
from .models import Post, Staff, Unit
from .person import Person
from .roles import STAFF_ROLES, Role, may_hold


def check_accounts_right(by: Person, staff: Staff | None = None) -> None:
    """Accounts are the security administrator's, except their own; raises `NotEntitled`."""
    if by.kind != "system" and not by.has(Role.SECURITY_ADMIN):
        raise NotEntitled(_("只有安全管理员可以管理账号和权限。"), code="not_entitled")
    if staff is not None and by.kind == "staff" and by.id == staff.pk:
        raise NotEntitled(_("不能更改自己的账号和权限。"), code="own_account")


@transaction.atomic
def create_staff(
    username: str,
    name: str,
    *,
    unit: Unit | None,
    by: Person,
    at: datetime,
    password: str | None = None,
    phone_ext: str = "",
) -> Staff:
    """Open an account. A password given here is for one time: the first sign-in must change it.

    Without a password the account is entered by `password_link` or by the identity provider.
    Raises `NotEntitled`; `DirectoryError` when the user name is taken (in any case of letters).
    """
    check_accounts_right(by)
    if Staff.objects.filter(username__iexact=username).exists():
        raise DirectoryError(_("用户名已存在。"), code="username_taken", field="username")
    staff = Staff.objects.create_user(
        username,
        name,
        password,
        unit=unit,
        phone_ext=phone_ext,
        password_expired=password is not None,
    )
    access.record("staff.create", by=by, at=at, on=f"staff:{staff.pk}")
    return staff


@transaction.atomic
def appoint(staff: Staff, role: str, unit: Unit, *, by: Person, at: datetime) -> Post:
    """Give `staff` a role in `unit`; doing it again changes nothing.

    Raises `NotEntitled`; `DirectoryError` for an unknown role, an inactive unit, a role of the centre
    in another unit (`roles.may_hold`), or a second administrator post on one account (三员, also
    refused by the database).
    """
    check_accounts_right(by, staff)
    if role not in STAFF_ROLES:
        raise DirectoryError(_("没有这种角色：%s。") % role, code="unknown_role", field="role")
    if not unit.active:
        raise DirectoryError(_("该单位已停用。"), code="inactive_unit", field="unit")
    check_place(role, unit)
    try:
        with transaction.atomic():
            post, created = Post.objects.get_or_create(staff=staff, role=role, unit=unit)
    except IntegrityError as error:
        raise DirectoryError(
            _("一个账号只能担任一种管理员（三员分立）。"), code="two_administrators", field="role"
        ) from error
    if created:
        _record_post("post.appoint", post, by, at)
    return post


def check_place(role: str, unit: Unit) -> None:
    """Raises `DirectoryError` (field `unit`) where `role` may not be held in `unit`; see `roles.may_hold`."""
    if not may_hold(role, unit.kind):
        text = _("“%(role)s”管全中心的工单，只能设在中心，不能设在“%(unit)s”：请改选中心，或改用本单位的角色。")
        raise DirectoryError(
            text % {"role": Role(role).label, "unit": unit.name}, code="centre_role_elsewhere", field="unit"
        )


@transaction.atomic
def dismiss(staff: Staff, role: str, unit: Unit, *, by: Person, at: datetime) -> bool:
    """Take a role in `unit` away; False when it was not held. Raises as `set_active` does."""
    check_accounts_right(by, staff)
    if role == Role.SECURITY_ADMIN and _is_last_security_admin(staff):
        raise DirectoryError(_("这是最后一个启用的安全管理员。"), code="last_security_admin")
    post = Post.objects.filter(staff=staff, role=role, unit=unit).first()
    if post is None:
        return False
    _record_post("post.dismiss", post, by, at)
    post.delete()
    return True


def _record_post(act: str, post: Post, by: Person, at: datetime) -> None:
    """Note which role in which unit was given or taken."""
    place = f"{post.role}@{post.unit.code}"
    access.record(act, by=by, at=at, on=f"staff:{post.staff_id}", reason=place)


@transaction.atomic
def set_active(staff: Staff, *, active: bool, by: Person, at: datetime, reason: str = "") -> None:
    """Close or reopen an account; a closed one is signed out at its next request.

    Raises `NotEntitled`; the last active security administrator cannot be closed, because nobody
    could then open anything again.
    """
    check_accounts_right(by, staff)
    if not active and _is_last_security_admin(staff):
        raise DirectoryError(_("这是最后一个启用的安全管理员。"), code="last_security_admin")
    staff.is_active = active
    staff.save(update_fields=["is_active"])
    act = "staff.reactivate" if active else "staff.deactivate"
    access.record(act, by=by, at=at, on=f"staff:{staff.pk}", reason=reason)


def deactivate(staff: Staff, *, by: Person, at: datetime, reason: str = "") -> None:
    """Close an account; see `set_active`."""
    set_active(staff, active=False, by=by, at=at, reason=reason)


def _is_last_security_admin(staff: Staff) -> bool:
    """Whether no other active account holds the security administrator's post."""
    holders = Post.objects.filter(role=Role.SECURITY_ADMIN, staff__is_active=True)
    ids = set(holders.values_list("staff_id", flat=True))
    return ids == {staff.pk}


def password_link(staff: Staff, *, by: Person, at: datetime) -> str:
    """The path of a page where the person sets a password; valid once, for three days.

    Raises `NotEntitled`, also for closed accounts.
    """
    check_accounts_right(by, staff)
    if not staff.is_active:
        raise NotEntitled(_("账号已停用。"), code="inactive")
    access.record("staff.password_link", by=by, at=at, on=f"staff:{staff.pk}")
    key = default_token_generator.make_token(staff)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(staff), key])
