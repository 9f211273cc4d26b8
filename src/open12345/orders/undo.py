"""Taking back what was just done, by a compensating act that stays on record (look.md, "Next is one key")."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from open12345.orders import rights
from open12345.orders.errors import Conflict
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.services import Aim, Outcome, perform
from open12345.orders.sight import Sight

#: Seconds for which the way back is offered on the screen, and what a slow click may take more.
OFFERED: Final = 10
_SLACK: Final = 20
_SALT: Final = "orders.undo"
#: How long after the act it can be undone at all.
UNDONE_WITHIN: Final = timedelta(seconds=OFFERED + _SLACK)
#: What undoes an action.
BACK: Final = {"dispatch": "undo_dispatch", "send_directly": "undo_dispatch", "apply": "withdraw_application",
              "appeal": "withdraw_application"}  # fmt: skip


def offer(sight: Sight, action: str) -> str:
    """Return the address that takes `action` back, "" where nothing does or the person may not.

    `sight` shows the order as it is after the action.
    """
    if action not in BACK or not _aimed(sight, BACK[action]):
        return ""
    order = sight.order
    token = signing.dumps([order.number, action, order.head_seq], salt=_SALT)
    return reverse("orders:undo", args=[order.number, token])


def _aimed(sight: Sight, back: str) -> rights.Offer | None:
    """Return the compensating act as it stands before the person, newest target first; None where it is not theirs."""
    found = [o for o in rights.offers_of(sight.scene, ACTIONS[back], sight.person) if o.allowed]
    return max(found, key=lambda o: o.application.pk if o.application else 0, default=None)


def undo(sight: Sight, token: str) -> Outcome:
    """Take back what the token names; raises `Conflict` when it is too late or somebody has gone on since."""
    try:
        number, action, seq = signing.loads(token, salt=_SALT, max_age=OFFERED + _SLACK)
    except signing.BadSignature as error:
        raise Conflict(_("已过撤销的时间，请在工单上办理"), code="too_late") from error
    found = _aimed(sight, BACK[action])
    gone_on = sight.order.head_seq != seq  # what was undone and done again is not undone by the old press come twice
    if number != sight.order.number or found is None or gone_on:
        raise Conflict(_("已不能撤销，请在工单上办理"), code="too_late")
    aim = Aim(application=found.application.pk if found.application else None, expected=seq)
    return perform(number, BACK[action], {}, by=sight.person, at=sight.at, key=token[-80:], aim=aim)
