"""How the fields of the intake room's actions are asked."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from open12345.orders.asked import areas, categories, of_mapping, reasons, urgencies
from open12345.orders.asking import Asking, Choices, ask, order_of_fields
from open12345.policy import Pack

ENTRY: Final = ("register", "save_draft", "edit_draft")

METHODS: Final = [
    ("phone", _("电话")), ("message", _("短信")), ("letter", _("书面")), ("in_person", _("当面")),
]  # fmt: skip


def refusals(asking: Asking) -> Choices:
    """Return the reasons for not accepting a request."""
    return reasons(asking.sight.pack.refusals)


def what_to_tell(asking: Asking) -> str:
    """Return the words for the citizen that the pack suggests for the chosen reason."""
    chosen = str(asking.said.get("reason", ""))
    for reason in asking.sight.pack.refusals:
        if chosen == reason.code or chosen in {sub.code for sub in reason.sub}:
            own = next((sub.tell for sub in reason.sub if sub.code == chosen), "")
            return own or reason.tell
    return ""


def refusals_told(pack: Pack) -> list[tuple[str, str, str]]:
    """Return (code, title, words for the citizen) of each reason that can be chosen."""
    return [
        (leaf.code, leaf.title if leaf is top else f"{top.title}：{leaf.title}", leaf.tell or top.tell)
        for top in pack.refusals for leaf in (top.sub or (top,))
    ]  # fmt: skip


def _of_order(name: str) -> object:
    return lambda asking: getattr(asking.sight.order, name)


def _area_of_order(asking: Asking) -> str:
    area = asking.sight.order.area
    return area.code if area else ""


ask("channel", *ENTRY, choices=of_mapping("channels"), first="phone")
ask("kind", *ENTRY, choices=of_mapping("kinds"), radios=True, first="")
ask("category", *ENTRY, choices=categories, blank=_("稍后分类"))
ask("urgency", *ENTRY, choices=urgencies, radios=True)
ask("body", *ENTRY, lines=7, hint=_("按来电人的原话记；电话、姓名会自动遮盖。"))
ask("title", *ENTRY, hint=_("空着时取描述的第一行。"))
ask("place", *ENTRY, hint=_("空着时从描述里找。"))
ask("phone", *ENTRY, needed=True)
ask("body", "edit_draft", needed=True)
ask("kind", "edit_draft", needed=True)
ask("same_call_as", *ENTRY, hidden=True)
ask("longitude", *ENTRY, hidden=True)
ask("latitude", *ENTRY, hidden=True)
ask("foreign_system", *ENTRY, hint=_("如 city-12345、110"))

ask("kind", "amend", choices=of_mapping("kinds"), first=_of_order("kind"))
ask("category", "amend", choices=categories, first=_of_order("category"), blank=_("不改"))
ask("urgency", "amend", choices=urgencies, first=_of_order("urgency"), radios=True)
ask("area", "amend", choices=areas, first=_area_of_order, blank=_("不改"))
ask("confidential", "amend", first=_of_order("confidential"))

ask("method", "answer_directly", choices=METHODS, radios=True)
ask("text", "answer_directly", lines=6)
ask("reason", "refuse", choices=refusals, again=True)
ask("told", "refuse", first=what_to_tell, lines=4, hint=_("照此耐心告知来电人，可以改写。"))
ask("into", "merge", hint=_("同一诉求人的另一件工单的编号。"))
ask("other", "relate", hint=_("工单编号；两件分别答复、分别统计。"))
ask("kind", "split", choices=of_mapping("kinds"), blank=_("与原单相同"))
ask("category", "split", choices=categories, blank=_("与原单相同"))
ask("urgency", "split", choices=urgencies, blank=_("与原单相同"))
ask("area", "split", choices=areas, blank=_("与原单相同"))
ask("body", "split", lines=3)
ask("call_ref", "urge", hidden=True)
order_of_fields("amend", "kind", "category", "urgency", "area", "confidential", "reason")
