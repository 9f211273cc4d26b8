"""What is said after an act: what was done, to which order (look.md, "Say what will happen and what did")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from open12345.orders import telling
from open12345.orders.asking import Asking
from open12345.orders.sight import Sight
from open12345.orders.stages import ApplicationState

#: As much of the title as tells one order from another (characters).
_TITLE: Final = 24
Words = Callable[[Asking, "Sight | None"], str]


def done(asking: Asking, after: Sight | None) -> str:
    """Return what to say; `after` shows the order as it is now, None where it does not exist for the person any more.

    Names units, kinds of application and the order's own title: nobody's data.
    """
    found = _WORDS.get(asking.action.name)
    deed = (found(asking, after) if found else "") or _("已“%(action)s”") % {"action": asking.action.title}
    return with_order(deed, asking.sight)


def with_order(deed: str, sight: Sight) -> str:
    """Return what was done with the order to which it was done."""
    title = Truncator(sight.order.title).chars(_TITLE)
    return _("%(done)s：%(title)s %(number)s") % {"done": deed, "title": title, "number": sight.order.number}


def _to_lead(words: Callable[[], str]) -> Words:
    def told(_asking: Asking, after: Sight | None) -> str:
        lead = after.order.lead_unit if after is not None else None
        return words() % {"unit": lead.name} if lead is not None else ""

    return told


def _to_unit(words: Callable[[], str]) -> Words:
    def told(asking: Asking, _after: Sight | None) -> str:
        return words() % {"unit": asking.sight.unit_named(str(asking.said.get("unit", "")))}

    return told


def _asked(asking: Asking, _after: Sight | None) -> str:
    rule = asking.sight.pack.applications.get(str(asking.said.get("kind", "")))
    return _("已申请%(what)s") % {"what": rule.title} if rule else ""


def _decided(words: Callable[[], str]) -> Words:
    def told(asking: Asking, after: Sight | None) -> str:
        asked = asking.application
        rule = asking.sight.pack.applications.get(asked.kind) if asked else None
        if asked is None or rule is None:
            return ""
        deed = words() % {"what": rule.title}
        now = [a for a in after.scene.applications if a.pk == asked.pk] if after is not None else []
        if after is None or not now or now[0].state != ApplicationState.PENDING:
            return deed
        return _("%(done)s，转%(step)s") % {"done": deed, "step": telling.told_application(after, now[0]).waits_for}

    return told


_WORDS: Final[Mapping[str, Words]] = {
    "dispatch": _to_lead(lambda: _("已派至 %(unit)s")),
    "send_directly": _to_lead(lambda: _("已点对点派至 %(unit)s")),
    "redispatch": _to_lead(lambda: _("已重新派至 %(unit)s")),
    "reopen": _to_lead(lambda: _("已重新派至 %(unit)s")),
    "reopen_by_upper": _to_lead(lambda: _("已重新派至 %(unit)s")),
    "hand_down": _to_unit(lambda: _("已转派至 %(unit)s")),
    "ask_verifier": _to_unit(lambda: _("已请 %(unit)s 核实")),
    "apply": _asked,
    "ask_centre": _asked,
    "appeal": _asked,
    "grant": _decided(lambda: _("已同意%(what)s")),
    "decline": _decided(lambda: _("未同意%(what)s")),
}
