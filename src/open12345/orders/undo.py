"""Taking back what was just done, by a compensating act that stays on record (look.md, "Next is one key")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from open12345.orders import rights
from open12345.orders.errors import Conflict
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.services import Aim, Outcome, perform
from open12345.orders.sight import Sight

#: Seconds for which the way back is offered on the screen, and what a slow click may take more.
OFFERED: Final = 10
_SLACK: Final = 20
_SALT: Final = "orders.undo"


def _taken_back() -> Mapping[str, Any]:
    with override("zh-hans"):  # history speaks the platform's language, whoever reads it
        return {"reason": _("派错了，当场撤销")}


def _nothing() -> Mapping[str, Any]:
    return {}


#: What undoes an action, and what is said with it.
BACK: Final = {"dispatch": ("take_back", _taken_back), "apply": ("withdraw_application", _nothing)}


def offer(sight: Sight, action: str) -> str:
    """Return the address that takes `action` back, "" where nothing does or the person may not.

    `sight` shows the order as it is after the action.
    """
    if action not in BACK or not _aimed(sight, BACK[action][0]):
        return ""
    order = sight.order
    token = signing.dumps([order.number, action, order.head_seq], salt=_SALT)
    return reverse("orders:undo", args=[order.number, token])


def _aimed(sight: Sight, back: str) -> rights.Offer | None:
    """Return the compensating act as it stands before the person, newest target first; None where it is not theirs."""
    found = [o for o in rights.offers(sight.scene, sight.person) if o.action.name == back and o.allowed]
    return max(found, key=lambda o: o.application.pk if o.application else 0, default=None)


def undo(sight: Sight, token: str) -> Outcome:
    """Take back what the token names; raises `Conflict` when it is too late or somebody has gone on since."""
    try:
        number, action, seq = signing.loads(token, salt=_SALT, max_age=OFFERED + _SLACK)
    except signing.BadSignature as error:
        raise Conflict(_("已过撤销的时间，请在工单上办理"), code="too_late") from error
    found = _aimed(sight, BACK[action][0])
    if number != sight.order.number or found is None:
        raise Conflict(_("已不能撤销，请在工单上办理"), code="too_late")
    name, said = BACK[action]
    aim = Aim(application=found.application.pk if found.application else None, expected=seq)
    return perform(number, ACTIONS[name].name, dict(said()), by=sight.person, at=sight.at, key=token[-80:], aim=aim)
