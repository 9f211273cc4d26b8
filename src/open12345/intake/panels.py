"""What this room lends to the frame: the intake desk."""

from django.utils.translation import gettext_lazy as _

from open12345.intake import cards, helps
from open12345.orders import web
from open12345.ui import navigation


def lend() -> None:
    """Register all of it; called once when the room starts."""
    roles = frozenset({"agent", "dispatcher"})
    entry = navigation.Entry("intake:desk", _("受理"), roles, order=10, hint=_("登记诉求、暂存、催办"))
    navigation.register(entry)
    cards.lend()
    helps.lend_all()
    web.add_desk("intake", web.Desk("intake:desk", _("受理"), queue=False))
