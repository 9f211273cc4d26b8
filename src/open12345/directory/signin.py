"""Signing in and out: what is recorded, and entering a demo as somebody."""

from typing import Any

from allauth.account import signals as account
from allauth.core import context
from allauth.mfa import signals as second_factor
from allauth.mfa.models import Authenticator
from django.contrib.auth import login
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import Signal
from django.http import HttpRequest
from django.utils import timezone

from . import access
from .adapters import record_attempt
from .models import Staff
from .person import Person
from .web import client_ip

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def connect() -> None:
    """Subscribe to what happens to accounts; called once when the room starts."""
    for signal, receiver in (
        (user_logged_in, on_sign_in),
        (user_logged_out, on_sign_out),
        (user_login_failed, on_failed),
        (account.password_changed, on_password),
        (account.password_set, on_password),
        (account.password_reset, on_password),
        (second_factor.authentication_failed, on_factor_failed),
    ):
        _subscribe(signal, receiver)
    # allauth tells of these after the commit only; the record belongs into the transaction.
    _subscribe(post_save, on_factor_saved, sender=Authenticator)
    _subscribe(post_delete, on_factor_deleted, sender=Authenticator)


def _subscribe(signal: Signal, receiver: Any, sender: Any = None) -> None:
    signal.connect(receiver, sender=sender, dispatch_uid=f"directory.{receiver.__name__}")


def _record(act: str, staff: Staff, request: HttpRequest | None, reason: str = "") -> None:
    """A line about an account, by its own holder."""
    by = Person(kind="staff", id=staff.pk, name=staff.name)
    ip = client_ip(request) if request else None
    on = f"staff:{staff.pk}"
    access.record(act, by=by, at=timezone.now(), on=on, reason=reason, ip=ip)


def on_sign_in(request: HttpRequest, user: Staff, **_: Any) -> None:
    """Somebody has come in."""
    _record("sign_in", user, request)


def on_sign_out(request: HttpRequest | None, user: Staff | None, **_: Any) -> None:
    """Somebody has gone; a visitor who presses "sign out" is nobody."""
    if isinstance(user, Staff):
        _record("sign_out", user, request)


def on_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """A wrong password."""
    if request is not None:
        record_attempt(request, "sign_in.failed", str(credentials.get("username", "")))


def on_password(request: HttpRequest, user: Staff, **_: Any) -> None:
    """One's own password is set: the one-time one has done its work."""
    with transaction.atomic():
        Staff.objects.filter(pk=user.pk).update(password_expired=False)
        _record("password.changed", user, request)


def on_factor_saved(instance: Authenticator, *, created: bool, **_: Any) -> None:
    """A second factor, or recovery codes, have been set up."""
    if created:
        _record("second_factor.added", instance.user, context.request, str(instance.type))


def on_factor_deleted(instance: Authenticator, **_: Any) -> None:
    """A second factor has gone: taken away by its holder, or by the one who asks."""
    asks = getattr(context.request, "user", None)
    by = asks if isinstance(asks, Staff) else instance.user
    on = f"staff:{instance.user_id}"
    person = Person(kind="staff", id=by.pk, name=by.name)
    access.record("second_factor.removed", by=person, at=timezone.now(), on=on, reason=str(instance.type))


def on_factor_failed(request: HttpRequest, user: Staff, **_: Any) -> None:
    """A wrong code."""
    _record("second_factor.failed", user, request)


def enter_as(request: HttpRequest, username: str) -> Staff | None:
    """Sign the browser in to a demonstration account; None when there is no such one."""
    staff = Staff.objects.filter(username=username, is_demo=True, is_active=True).first()
    if staff is not None:
        login(request, staff, backend=BACKEND)
    return staff
