"""One sign for each kind of step, drawn on the timeline of an order."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as __

MARKS: Final[Mapping[str, str | Promise]] = {
    "register": __("话"), "submit": __("话"), "urge": __("催"), "dispatch": __("派"), "redispatch": __("派"),
    "send_directly": __("派"), "reopen": __("派"), "reopen_by_upper": __("派"), "take_back": __("收"),
    "undo_dispatch": __("收"), "hand_down": __("转"),
    "check_child": __("核"), "verify": __("核"), "ask_verifier": __("问"), "sign": __("签"), "contact": __("联"),
    "contact_for": __("联"), "arrive": __("场"), "answer": __("答"), "answer_for": __("答"),
    "answer_directly": __("答"), "submit_report": __("报"), "pass_review": __("审"), "send_back": __("退"),
    "apply": __("申"), "appeal": __("申"), "recall": __("核"),
    "ask_centre": __("申"), "grant": __("批"), "decline": __("批"), "close": __("访"),
    "close_by_upper": __("访"), "log_attempt": __("访"), "archive": __("档"),
}  # fmt: skip
