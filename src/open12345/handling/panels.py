"""What this room lends to the frame: the unit desk and the review queue."""

from django.utils.translation import gettext_lazy as _

from open12345.directory.roles import UNIT_ROLES
from open12345.orders import web
from open12345.ui import navigation


def lend() -> None:
    """Register all of it; called once when the room starts."""
    unit = navigation.Entry("handling:desk", _("办理"), UNIT_ROLES, order=30, hint=_("本单位今天要办的事"))
    reviewers = frozenset({"reviewer"})
    review = navigation.Entry("handling:reviews", _("审核"), reviewers, order=40, hint=_("待审核的办结报告"))
    navigation.register(unit)
    navigation.register(review)
    web.add_desk("handling", web.Desk("handling:desk", _("办理"), queue=False))
    web.add_desk("review", web.Desk("handling:reviews", _("审核")))
