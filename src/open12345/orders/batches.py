"""The same action on several orders at once: each by itself, none stops the others, what could not be done is told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.messages import constants
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from open12345.orders import services, web
from open12345.orders.errors import DomainError, Refused, refuse
from open12345.orders.services import Aim
from open12345.orders.sight import Sight

#: More are not marked on one page.
AT_MOST: Final = 100
_DIGITS: Final = 18


@dataclass
class Done:
    """What came of a batch: numbers done, and why others were not, each reason with the numbers it kept."""

    numbers: list[str] = field(default_factory=list)
    refused: dict[str, list[str]] = field(default_factory=dict)

    @property
    def level(self) -> int:
        """How loud to say it."""
        return constants.WARNING if self.refused else constants.SUCCESS

    def told(self, verb: str) -> str:
        """Return it in words."""
        text = _("%(verb)s %(n)s 件") % {"verb": verb, "n": len(self.numbers)}
        if not self.refused:
            return text
        ranked = sorted(self.refused.items(), key=lambda pair: -len(pair[1]))
        reasons = "；".join(f"{reason}（{'、'.join(map(_tail, numbers))}）" for reason, numbers in ranked)
        return text + _("；%(n)s 件没有办成：%(why)s") % {"n": sum(map(len, self.refused.values())), "why": reasons}

    def leave(self, request: HttpRequest, why: Callable[[Sight], str]) -> None:
        """Tell of what was marked but cannot be part of this batch (`left` in the form) why it stays."""
        for mark in request.POST.getlist("left")[:AT_MOST]:
            number = mark.partition(".")[0]
            try:
                self.refuse(number, why(web.look_at(request, number)))
            except Http404 as error:
                self.refuse(number, _why(error))

    def refuse(self, number: str, reason: str) -> None:
        """Note that one order was not done."""
        self.refused.setdefault(reason, []).append(number)


def each(
    request: HttpRequest, action: str, said: Callable[[Sight], Mapping[str, Any] | None],
    among: Collection[str] | None = None,
) -> Done:  # fmt: skip
    """Do `action` to every order that was marked; `said` makes what is said for one, None where nothing can be.

    A mark is a number, or number.assignment where the desk lists assignments; `among`: others are passed over.
    """
    done = Done()
    for mark in request.POST.getlist("mark")[:AT_MOST]:
        if among is not None and mark not in among:
            continue
        number, _dot, assignment = mark.partition(".")
        try:
            _one(request, action, number, assignment, said)
        except (DomainError, Http404) as error:
            done.refuse(number, _why(error))
        else:
            done.numbers.append(number)
    return done


def _one(
    request: HttpRequest, action: str, number: str, assignment: str, said: Callable[[Sight], Mapping[str, Any] | None]
) -> None:
    sight = web.look_at(request, number)
    words = said(sight)
    if words is None:
        raise refuse("__all__", "nothing_to_say", nobody_named())
    aim = Aim(
        assignment=int(assignment) if assignment.isdecimal() and len(assignment) <= _DIGITS else None,
        expected=sight.order.head_seq,
    )
    services.perform(number, action, dict(words), by=sight.person, at=sight.at, aim=aim)


def _tail(number: str) -> str:
    """Return an order's number as people call it among the orders of one page."""
    return f"…{number[-4:]}"


def nobody_named() -> str:
    """Say that nobody is there to be asked."""
    return _("责任清单没有对应的单位")


def _why(error: DomainError | Http404) -> str:
    if isinstance(error, Refused):
        return str(error.problems[0].message)
    return error.message if isinstance(error, DomainError) else _("没有这件工单")
