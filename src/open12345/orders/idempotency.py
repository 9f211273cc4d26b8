"""A retry with the same key is answered with the first result.

Every outside door takes a key. The key is stored in the same statement as what it led to; two tries at the same
moment meet in the unique index, and the second, once it has waited for the first, reads the first's outcome.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from open12345.directory.person import Person
from open12345.orders.errors import refuse
from open12345.orders.models import IdempotencyKey
from open12345.orders.store import prepared

CONSTRAINTS = frozenset({"idempotency_once", "foreign_number_once"})
_LONGEST = 80  # characters of a key
_FIRST = "SELECT request, outcome::text FROM orders_idempotencykey WHERE owner = %s AND key = %s"


@dataclass(frozen=True, slots=True)
class Key:
    """One try: whose key, and a digest of what was asked with it."""

    owner: str
    key: str
    request: bytes

    def row(self, outcome: dict[str, Any], at: datetime) -> IdempotencyKey:
        """Return the row to be stored with the change."""
        return IdempotencyKey(owner=self.owner, key=self.key, request=self.request, outcome=outcome, at=at)

    def first_outcome(self) -> dict[str, Any] | None:
        """Return what the first try with this key led to, None where this is the first.

        Raises `Refused` where the key was used for something else.
        """
        rows = prepared(_FIRST, [self.owner, self.key])
        if not rows:
            return None
        row = rows[0]
        if bytes(row[0]) != self.request:
            raise refuse("Idempotency-Key", "key_reused", _("这个幂等键已用于另一个请求，请换一个"))
        return dict(json.loads(row[1]))


def key_of(by: Person, key: str, what: str, said: Mapping[str, Any]) -> Key | None:
    """Return the try of `by` to do `what` with `said`, None where no key was given.

    Raises `Refused` for a key of somebody who cannot be told from others: the answer might be another's.
    """
    if not key:
        return None
    if by.id is None and by.kind != "system":
        raise refuse("Idempotency-Key", "nobody", _("幂等键只用于已登录的人或接口密钥"))
    if len(key) > _LONGEST or not key.isprintable():
        raise refuse("Idempotency-Key", "invalid", _("幂等键至多 %(n)s 个可见字符") % {"n": _LONGEST})
    return Key(f"{by.kind}:{by.id or 0}", key, hashlib.sha256(_told([what, said]).encode()).digest())


def _told(sent: object) -> str:
    """Return one text for whatever was sent; it need not be fit to be taken, which is judged later."""
    try:
        return json.dumps(sent, sort_keys=True, default=_text)
    except (RecursionError, TypeError, ValueError) as error:
        raise refuse("__all__", "unreadable", _("内容的层次太多，或不是 JSON 能表达的")) from error


def _text(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else str(value)


def lost_race(error: IntegrityError) -> bool:
    """Say whether a change failed only because another try was first: with the same key, or the same foreign number."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) in CONSTRAINTS
