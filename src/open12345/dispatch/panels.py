"""What this room lends to the frame: the dispatch queue."""

from django.utils.translation import gettext_lazy as _

from open12345.directory.person import Person
from open12345.dispatch import cards, direct_desk, duty_hint, helps, learnt, mass
from open12345.dispatch.automatic import readback
from open12345.orders import hints, queries, web
from open12345.orders.stages import Stage
from open12345.ui import navigation


def waiting(person: Person) -> int:
    """Return how many orders wait for dispatch."""
    return queries.visible_to(person).filter(stage=Stage.ACCEPTED).count()


def lend() -> None:
    """Register all of it; called once when the room starts."""
    roles = frozenset({"dispatcher"})
    entry = navigation.Entry(
        "dispatch:queue", _("派单"), roles, order=20, hint=_("待派工单，先到期的在前"), count=waiting
    )
    navigation.register(entry)
    watchers = frozenset({"dispatcher", "floor_supervisor", "supervisor"})
    navigation.register(
        navigation.Entry("dispatch:breakers", _("智能派单"), watchers, order=70, hint=_("自动派单的灯、曲线和熔断"))
    )
    cards.lend()
    direct_desk.lend()
    mass.lend()
    helps.lend_all()
    readback.lend_all()
    duty_hint.register()
    hints.lend_guesser(learnt.guess)
    web.add_desk("dispatch", web.Desk("dispatch:queue", _("派单")))
