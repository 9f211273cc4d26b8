"""What can be done with keys: make one, revoke one, note that one was used. Each is on record (AccessLog)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from open12345.api.keys import Token, new_token
from open12345.api.models import KEY_ROLES, PER_MINUTE, ApiKey, ApiPost, Scope
from open12345.directory import access
from open12345.directory.models import Unit
from open12345.directory.person import Person
from open12345.directory.roles import may_hold
from open12345.orders.errors import NotAllowed, NotFound, Problem, Refused

#: `last_used_at` is good to a minute; more would be a write per request.
_USED_AT_MOST = timedelta(minutes=1)


@transaction.atomic
def create_key(
    name: str,
    scopes: Iterable[str],
    posts: Iterable[tuple[str, str]],
    *,
    by: Person,
    at: datetime,
    expires_at: datetime | None = None,
    per_minute: int = PER_MINUTE,
) -> tuple[ApiKey, Token]:
    """Make a key that acts in `posts` (role, unit code) within `scopes`; the token is never shown again.

    Raises `NotAllowed` (only a system administrator, or the command line) and `Refused`.
    """
    _check_right(by)
    wanted, held = sorted(set(scopes)), list(dict.fromkeys(posts))
    units = {unit.code: unit for unit in Unit.objects.filter(active=True, code__in=[u for _r, u in held])}
    if problems := [*_scope_problems(name, wanted, at, expires_at), *_post_problems(held, units)]:
        raise Refused(problems)
    token = new_token()
    key = ApiKey.objects.create(
        prefix=token.prefix, digest=token.digest, name=name, scopes=wanted, per_minute=per_minute,
        expires_at=expires_at, created_at=at, created_by_id=by.id if by.kind == "staff" else None,
    )  # fmt: skip
    ApiPost.objects.bulk_create(ApiPost(key=key, role=role, unit=units[unit]) for role, unit in held)
    access.record("api_key.create", by=by, at=at, on=f"api_key:{key.prefix}", reason=" ".join(wanted))
    return key, token


def _check_right(by: Person) -> None:
    if by.kind != "system" and not by.has("system_admin"):
        raise NotAllowed(_("只有系统管理员可以管理接口密钥"))


def _scope_problems(name: str, scopes: list[str], at: datetime, expires_at: datetime | None) -> list[Problem]:
    known = "、".join(Scope.values)
    found = [] if name else [Problem("name", "missing", _("必填"))]
    if not scopes:
        found.append(Problem("scopes", "missing", _("至少一个范围：%(known)s") % {"known": known}))
    for scope in scopes:
        if scope not in Scope.values:
            text = _("没有范围 %(scope)s；可选：%(known)s")
            found.append(Problem("scopes", "unknown", text % {"scope": scope, "known": known}))
    if expires_at is not None and expires_at <= at:
        found.append(Problem("expires_at", "past", _("到期时间已经过去")))
    return found


def _post_problems(posts: list[tuple[str, str]], units: dict[str, Unit]) -> list[Problem]:
    found = [] if posts else [Problem("posts", "missing", _("至少一个岗位，如 agent@centre"))]
    for role, unit in posts:
        if role not in KEY_ROLES:
            known = "、".join(sorted(KEY_ROLES))
            text = _("密钥不能担任 %(role)s；可选：%(known)s")
            found.append(Problem("posts", "role", text % {"role": role, "known": known}))
        if unit not in units:
            found.append(Problem("posts", "unit", _("没有启用的单位 %(unit)s") % {"unit": unit}))
        elif not may_hold(role, units[unit].kind):
            text = _("%(role)s 只能设在中心，不能设在 %(unit)s")
            found.append(Problem("posts", "place", text % {"role": role, "unit": unit}))
    return found


@transaction.atomic
def revoke_key(prefix: str, *, by: Person, at: datetime) -> ApiKey:
    """Switch a key off for good; one that is off already stays as it is. Raises `NotAllowed`, `NotFound`."""
    _check_right(by)
    key = ApiKey.objects.select_for_update().filter(prefix=prefix).first()
    if key is None:
        raise NotFound(_("没有这个密钥"))
    if key.active:
        key.active, key.revoked_at = False, at
        key.save(update_fields=["active", "revoked_at"])
        access.record("api_key.revoke", by=by, at=at, on=f"api_key:{prefix}")
    return key


def note_use(key_id: int, last: datetime | None, at: datetime) -> None:
    """Note that a key was used, at most once a minute (whoever comes second at that moment writes nothing)."""
    if last is None or at - last >= _USED_AT_MOST:
        stale = Q(last_used_at=last) if last is not None else Q(last_used_at__isnull=True)
        ApiKey.objects.filter(stale, pk=key_id).update(last_used_at=at)
