"""A form that is being filled in is its author's draft: saved while they type, once, wherever the answer got lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from open12345.directory.person import Person
from open12345.intake.forms import DraftInput
from open12345.orders import services
from open12345.orders.errors import Refused
from open12345.orders.models import IdempotencyKey
from open12345.orders.services import Aim, Outcome

#: What is wrong only together is left out together.
_PAIRS: Final = {"foreign_number": ("foreign_number", "foreign_system")}


@dataclass(frozen=True)
class Kept:
    """A saved draft, and the titles of fields that could not be kept yet (half a phone number)."""

    outcome: Outcome
    left_out: tuple[str, ...] = ()


def drafted(by: Person, key: str) -> str:
    """Return the number of the draft that was made of the form with this key, "" where none was."""
    return _number_of(by, f"{key}.draft") if key else ""


def submitted(by: Person, key: str) -> str:
    """Return the number of the order that the form with this key became, "" where it has not yet."""
    return (_number_of(by, f"{key}.submit") or _number_of(by, key)) if key else ""


def _number_of(by: Person, key: str) -> str:
    row = IdempotencyKey.objects.filter(owner=f"{by.kind}:{by.id or 0}", key=key).first()
    return str(row.outcome.get("number", "")) if row else ""


def keep(
    said: Mapping[str, Any], *, by: Person, at: datetime, key: str, number: str = "", seen: int | None = None
) -> Kept:
    """Save what has been typed; fields that are wrong in themselves are left out rather than all the rest lost.

    Raises `Conflict` where the draft was changed elsewhere since `seen`, and what `services` raises.
    """
    number = number or drafted(by, key)
    try:
        return Kept(_write(said, by=by, at=at, key=key, number=number, seen=seen))
    except Refused as error:
        wrong = {name for p in error.problems for name in _PAIRS.get(p.field, (p.field,))}
        rest = {name: value for name, value in said.items() if name not in wrong}
        if len(rest) == len(said):
            raise
    outcome = _write(rest, by=by, at=at, key=key, number=number, seen=seen)
    left = tuple(_(str(DraftInput.model_fields[name].title)) for name in said if name in wrong)
    return Kept(outcome, left)


def _write(said: Mapping[str, Any], *, by: Person, at: datetime, key: str, number: str, seen: int | None) -> Outcome:
    if number:
        return services.perform(number, "edit_draft", said, by=by, at=at, aim=Aim(expected=seen))
    return services.create("save_draft", said, by=by, at=at, key=f"{key}.draft" if key else "")
