"""How the tests call the API: a machine with a key, or a person with a session."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from open12345.api import services
from open12345.api.models import ApiKey, Scope
from open12345.directory.models import Staff
from open12345.directory.person import SYSTEM
from open12345.orders.queries import database_time

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

V1 = "/api/v1"
ALL_SCOPES = tuple(Scope.values)


@dataclass
class Caller:
    """One who calls; `headers` go with every request."""

    client: Client = field(default_factory=Client)
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Answer:
        """GET below /api/v1."""
        return self.client.get(V1 + path, query, headers={**self.headers, **_named(headers)})

    def post(self, path: str, said: Any = None, **headers: str) -> Answer:
        """POST JSON below /api/v1; `Idempotency_Key=` and the like become headers."""
        body = said if isinstance(said, str | bytes) else json.dumps(said if said is not None else {})
        return self.client.post(
            V1 + path, body, content_type="application/json", headers={**self.headers, **_named(headers)}
        )

    def upload(self, number: str, name: str, data: bytes, purpose: str = "photo", **fields: Any) -> Answer:
        """Send a file to an order."""
        form = {"file": SimpleUploadedFile(name, data), "purpose": purpose, **fields}
        return self.client.post(f"{V1}/orders/{number}/attachments", form, headers=self.headers)

    def act(self, number: str, action: str, data: dict[str, Any] | None = None, **more: Any) -> Answer:
        """Do an action."""
        return self.post(f"/orders/{number}/actions/{action}", {"data": data or {}, **more})


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def machine(*posts: str, scopes: tuple[str, ...] = ALL_SCOPES, per_minute: int = 0, name: str = "测试接口") -> Caller:
    """Return a caller with a fresh key that acts as `posts` ("agent@centre")."""
    held = [(role, unit) for role, _at, unit in (post.partition("@") for post in posts)]
    _key, token = services.create_key(name, scopes, held, by=SYSTEM, at=database_time(), per_minute=per_minute)
    return Caller(headers={"Authorization": f"Bearer {token}"})


def key_of(caller: Caller) -> ApiKey:
    """Return the stored key of a machine."""
    return ApiKey.objects.get(prefix=caller.headers["Authorization"].split("_")[1])


def person(name: str, *, csrf: bool = False) -> Caller:
    """Return "dispatcher" or "clerk.urban", signed in; `csrf`: as a browser that must show the token."""
    role, _, unit = name.partition(".")
    staff = Staff.objects.filter(posts__role=role, posts__unit__code=unit) if unit else Staff.objects
    client = Client(enforce_csrf_checks=csrf)
    client.force_login(staff.get() if unit else staff.get(username=name))
    return Caller(client)
