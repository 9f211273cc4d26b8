"""What this room lends to the frame: the callback queue, and orders that wait for the platform above."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from open12345.callback import cards, sampling
from open12345.callback.queries import CALLERS
from open12345.directory.person import Person
from open12345.orders import queries, web
from open12345.orders.stages import Stage
from open12345.ui import navigation


def waiting_at(stage: Stage) -> Callable[[Person], int]:
    """Return a count of the orders that stand at `stage`."""

    def count(person: Person) -> int:
        return queries.visible_to(person).filter(stage=stage).count()

    return count


def lend() -> None:
    """Register all of it; called once when the room starts."""
    agents, dispatchers = frozenset(CALLERS), frozenset({"dispatcher"})
    queue = navigation.Entry(
        "callback:queue", _("回访"), agents, order=50, hint=_("待回访的工单"), count=waiting_at(Stage.CALLBACK)
    )
    upper = navigation.Entry(
        "callback:upper",
        _("上级回访"),
        dispatchers,
        order=55,
        hint=_("等待上级平台回访结果"),
        count=waiting_at(Stage.REPORTED_UP),
    )
    cards.lend()
    navigation.register(queue)
    navigation.register(upper)
    navigation.register(
        navigation.Entry(
            "callback:unhappy", _("建议重启"), frozenset({"supervisor"}), order=57,
            hint=_("直接答复抽查没有解决或不满意的工单"), count=lambda person: sampling.to_reopen(person).count(),
        )
    )  # fmt: skip
    web.add_desk("unhappy", web.Desk("callback:unhappy", _("建议重启")))
    web.add_desk("callback", web.Desk("callback:queue", _("回访")))
    web.add_desk("upper", web.Desk("callback:upper", _("上级回访")))
