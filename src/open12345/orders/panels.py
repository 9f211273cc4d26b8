"""What this room lends to the frame: entries of the menu, desks to go back to."""

from django.utils.translation import gettext_lazy as _

from open12345.directory import packs
from open12345.directory.person import Person
from open12345.directory.roles import CENTRE_ROLES, UNIT_ROLES
from open12345.orders import cards, inbox, map_card, queries, record_helps, web
from open12345.orders.sight import Sight
from open12345.ui import context, navigation


def to_decide(person: Person) -> int:
    """Return how many applications wait for this person; none before a first pack is loaded."""
    at = queries.database_time()
    try:
        _version, pack = packs.pack_at(at)
    except packs.NoPack:
        return 0
    return len(inbox.decidable(Sight(person=person, at=at, pack=pack)))


def lend() -> None:
    """Register all of it; called once when the room starts."""
    navigation.register(
        navigation.Entry(
            "orders:inbox", _("审批"), frozenset({"approver", "clerk", "dispatcher", "supervisor"}), order=60,
            hint=_("等待您决定的申请"), count=to_decide,
        )
    )  # fmt: skip
    navigation.register(
        navigation.Entry(
            "orders:list", _("工单"), CENTRE_ROLES | UNIT_ROLES, order=90, hint=_("查找、筛选您可以看到的工单"),
        )
    )  # fmt: skip
    context.provide_search("orders:search", CENTRE_ROLES | UNIT_ROLES)
    context.lend_page("orders:flow", _("办理流程图"))
    cards.lend()
    record_helps.lend_all()
    map_card.lend_all()
    web.add_desk("inbox", web.Desk("orders:inbox", _("审批")))
    web.add_desk("orders", web.Desk("orders:list", _("工单"), queue=False))
