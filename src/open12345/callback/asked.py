"""How the callback agent is asked: the pack's script, answer by answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.utils.translation import gettext_lazy as _

from open12345.callback.acts import answers
from open12345.orders import worklog
from open12345.orders.asked import all_units, of_list
from open12345.orders.asking import Aside, Asking, Choices, aside, ask, order_of_fields

HEARD: Final = ("close", "redispatch")
CHECKED: Final = ("solved", "satisfied", "cause", "wish")
_ASKED: Final = ("contacted", "truthful", "solved", "satisfied", "process_satisfied", "cause", "wish")

CLEAR: Final = [("yes", _("清楚")), ("partly", _("部分清楚")), ("no", _("没有"))]
OUTCOMES: Final = [
    ("no_answer", _("无人接听")), ("busy", _("占线")), ("powered_off", _("关机或停机")),
    ("wrong_number", _("号码有误")), ("hung_up", _("接通后挂断")),
]  # fmt: skip


def answers_to(name: str) -> Callable[[Asking], Choices]:
    """Return the answers that the pack's script allows to one question."""

    def choices(asking: Asking) -> Choices:
        return list(answers(asking.sight.pack).get(name, {}).items())

    return choices


def words_of(name: str) -> Callable[[Asking], str]:
    """Return how the script asks."""

    def words(asking: Asking) -> str:
        return next((q.title for q in asking.sight.pack.callback.script if q.code == name), "")

    return words


def in_script(name: str) -> Callable[[Asking], bool]:
    """Return a test: does the pack's script ask this."""
    return lambda asking: any(q.code == name for q in asking.sight.pack.callback.script)


def ways_to_end(asking: Asking) -> Choices:
    """Return how a callback may end: anonymous ones cannot be called."""
    ends = [("connected", _("已通话")), ("unreachable", _("多次联系不上"))]
    anonymous = asking.sight.seen is None or asking.sight.order.requester.anonymous
    return [*ends, ("anonymous", _("匿名，无法回访"))] if anonymous else ends


def first_end(asking: Asking) -> str:
    """Return how this callback most likely ends."""
    return "anonymous" if asking.sight.order.requester.anonymous else "connected"


def unhappy_levels(asking: Asking) -> str:
    """Return when the cause is asked: at the levels that count as dissatisfied."""
    return "satisfied=" + "|".join(level.code for level in asking.sight.pack.callback.scale if not level.satisfied)


def lead_now(asking: Asking) -> str:
    """Return the unit that handled the order last."""
    unit = asking.sight.order.lead_unit
    return unit.code if unit else ""


@aside("close", "redispatch", "log_attempt")
def script_beside(asking: Asking) -> Aside:
    """Show the greeting and the tries made so far."""
    rules = asking.sight.pack.callback
    tries = worklog.attempt_moments(asking.sight.order)
    last = asking.sight.order.callbacks + 1 >= rules.rounds
    return "callback/parts/script.html", {"rules": rules, "tries": tries, "last": last, "sight": asking.sight}


for _name in _ASKED:
    ask(
        _name,
        *HEARD,
        choices=answers_to(_name) if _name != "wish" else None,
        title=words_of(_name),
        shown=in_script(_name),
        radios=_name != "cause",
        lines=3,
    )
ask("cause", *HEARD, when=unhappy_levels)
for _name in CHECKED:
    ask(
        _name,
        "check_answer",
        choices=answers_to(_name) if _name != "wish" else None,
        title=words_of(_name),
        shown=in_script(_name),
        radios=_name != "cause",
        lines=3,
    )
ask("cause", "check_answer", when=unhappy_levels)
ask("heard", "check_answer", choices=CLEAR, radios=True)
ask("ended", "check_answer", choices=[("connected", _("已通话")), ("unreachable", _("联系不上"))], radios=True)
ask("ended", "close", choices=ways_to_end, first=first_end, radios=True)
ask("outcome", "log_attempt", choices=OUTCOMES, radios=True)
ask("at", "log_attempt", hint=_("空着表示现在。"))
ask("lead", "redispatch", "reopen", "reopen_by_upper", choices=all_units, first=lead_now, blank=_("请选择"))
ask("co_handlers", "redispatch", choices=all_units)
ask("solved", "close_by_upper", choices=of_list(lambda p: p.callback.solved_options), radios=True)
ask("satisfied", "close_by_upper", choices=of_list(lambda p: p.callback.scale), radios=True)
order_of_fields("close", "ended", *_ASKED)
order_of_fields("redispatch", *_ASKED, "reason", "lead", "co_handlers")
