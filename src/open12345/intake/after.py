"""What an agent wants done with an order the moment it is registered: related, answered, refused, called back.

Each is an act of its own on the order that has just been made. Where one fails the order stands, and the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _

from open12345.directory.person import Person
from open12345.intake import appointments
from open12345.orders import services
from open12345.orders.errors import DomainError

#: The fields of the form that are no part of the order.
FIELDS: Final = (
    "relate", "call_at", "call_about", "answer_text", "answer_method", "refuse_reason", "refuse_told",
)  # fmt: skip
_ENDING: Final = {"answer": "answer_directly", "refuse": "refuse"}


@dataclass
class After:
    """The wishes of one form; `then` names the button that was pressed."""

    then: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def ending(self) -> tuple[str, dict[str, Any]] | None:
        """Return the act that ends the order at once, and what is said with it."""
        action = _ENDING.get(self.then)
        if action == "answer_directly":
            return action, {"text": self.said["answer_text"], "method": self.said["answer_method"] or "phone"}
        if action == "refuse":
            return action, {"reason": self.said["refuse_reason"], "told": self.said["refuse_told"]}
        return None

    @property
    def call_at(self) -> datetime | None:
        """Return the moment of the appointment, None for none or no moment."""
        try:
            found = parse_datetime(self.said["call_at"])
        except ValueError:
            return None
        return make_aware(found) if found and is_naive(found) else found

    def check(self, now: datetime) -> bool:
        """Say whether the wishes can be kept; what cannot stands in `problems`, before anything is registered."""
        at = self.call_at
        if self.said["call_at"] and at is None:
            self.problems["call_at"] = _("时间格式应如 2025-06-26 14:05")
        elif at is not None and at <= now:
            self.problems["call_at"] = _("回电时间已经过去")
        elif at is not None and at > now + appointments.FARTHEST:
            self.problems["call_at"] = _("回电时间至多约到 90 天以后")
        elif self.said["call_about"] and at is None:
            self.problems["call_at"] = _("请填写回电时间")
        needed = {"answer": ("answer_text",), "refuse": ("refuse_reason", "refuse_told")}.get(self.then, ())
        self.problems |= {name: _("必填") for name in needed if not self.said[name].strip()}
        return not self.problems


def after(posted: Mapping[str, str]) -> After:
    """Return the wishes that came with a form."""
    return After(str(posted.get("then", "")), {name: str(posted.get(name, "")) for name in FIELDS})


def carry_out(wishes: After, number: str, *, by: Person, at: datetime, key: str) -> list[str]:
    """Relate and appoint; returns what could not be done, in words."""
    told = []
    for other in dict.fromkeys(wishes.said["relate"].split()):
        try:
            services.perform(number, "relate", {"other": other}, by=by, at=at, key=f"{key}.{other}"[:80])
        except DomainError as error:
            told.append(_("没有关联 %(number)s：%(why)s") % {"number": other, "why": error.message})
    if wishes.call_at is not None:
        try:
            appointments.make(
                number, wishes.call_at, wishes.said["call_about"], by=by, now=at, key=f"{key}.call" if key else ""
            )
        except DomainError as error:
            told.append(_("没有记下预约回电：%(why)s") % {"why": error.message})
    return told
