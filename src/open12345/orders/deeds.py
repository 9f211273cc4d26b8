"""What one person may do to an order now, as buttons: the main thing first, the rest behind it, the rest greyed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import QueryDict
from django.utils.http import urlencode

from open12345.orders import occasions, rights
from open12345.orders.asked import kinds_open
from open12345.orders.asking import Asking
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.models import Application, Assignment
from open12345.orders.rights import Offer
from open12345.orders.sight import Sight

#: Asked elsewhere on the page.
_ELSEWHERE: Final = frozenset({"unmask", "edit_draft"})
#: What a desk is there for, in the order in which it falls due.
_MAIN: Final = (
    "grant", "recall", "sign", "check_child", "verify", "contact", "answer", "submit_report", "contact_for",
    "answer_for", "submit", "dispatch", "pass_review", "close", "close_by_upper", "check_answer",
)  # fmt: skip
#: Done now and then: they stand behind "more".
_ASIDE: Final = frozenset({
    "amend", "split", "merge", "relate", "urge", "note", "ask_centre", "contact_for", "answer_for", "ask_verifier",
    "reopen", "archive", "take_back", "instruct", "appeal",
})  # fmt: skip
_PER_KIND: Final = frozenset({"apply", "ask_centre", "appeal"})


@dataclass(frozen=True)
class Deed:
    """A button: an action at its target."""

    name: str
    title: str
    allowed: bool
    why_not: str = ""
    assignment: Assignment | None = None
    application: Application | None = None
    preset: dict[str, str] = field(default_factory=dict)

    @property
    def aside(self) -> bool:
        """Whether it is done now and then rather than in the course of the work."""
        return self.name in _ASIDE

    @property
    def query(self) -> str:
        """The part of the address that opens its form."""
        found: dict[str, Any] = {"do": self.name, **self.preset}
        if self.assignment is not None:
            found["assignment"] = self.assignment.pk
        if self.application is not None:
            found["application"] = self.application.pk
        return urlencode(found)


def deeds_for(sight: Sight) -> list[Deed]:
    """Return every deed of the order's stage that could be this person's, those allowed first."""
    found = [deed for offer in rights.offers(sight.scene, sight.person) for deed in _deeds(sight, offer)]
    return sorted(found, key=lambda d: (not d.allowed, _rank(d.name)))


def _rank(name: str) -> int:
    return _MAIN.index(name) if name in _MAIN else len(_MAIN)


def _deeds(sight: Sight, offer: Offer) -> Iterator[Deed]:
    name = offer.action.name
    if name in _ELSEWHERE:
        return
    if name not in _PER_KIND:
        title = str(offer.action.title)
        yield Deed(name, title, offer.allowed, offer.why_not, offer.assignment, offer.application)
        return
    asking = Asking(offer.action, sight, offer.assignment)
    for code, rule in kinds_open(asking, by_centre=name == "ask_centre"):
        why_not = offer.why_not or occasions.why_not(occasions.of_asking(asking, code, rule))
        yield Deed(name, rule.title, not why_not, why_not, offer.assignment, offer.application, {"kind": code})


def main_deed(sight: Sight, found: Iterable[Deed]) -> Deed | None:
    """Return the deed whose form stands open by itself: the next step of the work, None where there is none."""
    return next((d for d in found if d.allowed and d.name in _MAIN and not _done(sight, d)), None)


def _done(sight: Sight, deed: Deed) -> bool:
    """Contacted and answered once, the next step is the report."""
    order = sight.order
    if deed.name in {"contact", "contact_for"}:
        return order.contacted_at is not None or (deed.name == "contact_for" and not order.confidential)
    if deed.name in {"answer", "answer_for"}:
        return order.answered_at is not None or (deed.name == "answer_for" and not order.confidential)
    return False


#: What is decided with one form: a second button at its foot says no.
_RIVALS: Final = {"grant": "decline", "decline": "grant"}


def rival_of(asking: Asking, found: Iterable[Deed]) -> Deed | None:
    """Return the deed that answers the same application the other way, None where there is none."""
    other = _RIVALS.get(asking.action.name)
    return next((d for d in found if d.name == other and d.allowed and d.application == asking.application), None)


def deed_wanted(found: Iterable[Deed], query: QueryDict) -> Deed | None:
    """Return the deed that an address names, None where it is not offered."""
    for deed in found:
        wanted = {"do": deed.name, **deed.preset}
        same = all(query.get(key) == value for key, value in wanted.items())
        if same and _aimed(deed, query):
            return deed
    return None


def _aimed(deed: Deed, query: QueryDict) -> bool:
    assignment, application = query.get("assignment"), query.get("application")
    return (assignment is None or deed.assignment is None or str(deed.assignment.pk) == assignment) and (
        application is None or deed.application is None or str(deed.application.pk) == application
    )


def asking(sight: Sight, name: str, said: dict[str, Any], *, assignment: str = "", application: str = "") -> Asking:
    """Return the asking of an action aimed at one part of the order; without an aim, the person's own."""
    action = ACTIONS[name]
    asked = next((a for a in sight.scene.applications if str(a.pk) == application), None)
    given = next((a for a in sight.scene.assignments if str(a.pk) == assignment), None)
    if given is None and action.states:
        given = rights.own_assignment(sight.scene, action, sight.person)
    return Asking(action, sight, given, asked, said)
