"""Who calls: found by key in one SQL statement, which also tells the database's time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from open12345.api.keys import Token
from open12345.api.models import ApiKey
from open12345.directory.person import Person, PostTriple
from open12345.directory.roles import may_hold
from open12345.orders.store import prepared

# The only statement that every request of a machine costs on top of its own work (bench/intake.py).
_FIND = """
    SELECT clock_timestamp(), k.id, k.name, k.digest, k.scopes, k.per_minute, k.active, k.expires_at, k.last_used_at,
           coalesce(jsonb_agg(jsonb_build_array(p.role, p.unit_id, u.path, u.kind) ORDER BY p.id)
                    FILTER (WHERE p.id IS NOT NULL), '[]')
    FROM api_apikey k
    LEFT JOIN api_apipost p ON p.key_id = k.id
    LEFT JOIN directory_unit u ON u.id = p.unit_id
    WHERE k.prefix = %s
    GROUP BY k.id
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A key whose secret was right: as whom it acts, what it may do, and what time it is."""

    at: datetime
    person: Person
    scopes: frozenset[str]
    per_minute: int
    active: bool
    expires_at: datetime | None
    last_used_at: datetime | None


def find(token: Token) -> Found | None:
    """Return the key that `token` opens, None where there is none or its secret is another."""
    row = next(iter(prepared(_FIND, [token.prefix])), None)
    digest = bytes(row[3]) if row else bytes(32)
    if not token.fits(digest) or row is None:
        return None
    at, pk, name, _digest, scopes, per_minute, active, expires_at, last_used_at, posts = row
    return Found(
        at, _person(pk, name, json.loads(posts)), frozenset(json.loads(scopes)),
        per_minute, active, expires_at, last_used_at,
    )  # fmt: skip


def _person(pk: int, name: str, rows: list[list[Any]]) -> Person:
    posts: tuple[PostTriple, ...] = tuple(
        (role, unit, path or "") for role, unit, path, kind in rows if may_hold(role, kind)
    )
    roles = frozenset(role for role, _unit, _path in posts)
    home = posts[0] if posts else ("", None, "")
    return Person("machine", pk, name, roles, home[1], home[2], posts)


def all_keys() -> QuerySet[ApiKey]:
    """Return every key with its posts, the newest first."""
    return ApiKey.objects.prefetch_related("posts__unit").order_by("-pk")
