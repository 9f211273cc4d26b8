"""How the fields of many actions, and of the room's own, are asked: lists of the pack, units, files, applications."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.orders import clocks
from open12345.orders.asking import Asking, Choices, ask, order_of_fields
from open12345.orders.occasions import of_asking, why_not
from open12345.orders.questions import file_choices, sheet_from
from open12345.orders.sight import UnitLine
from open12345.orders.stages import ClockKind, Origin, Urgency
from open12345.policy.applications import ApplicationRule, EvidenceField, Reason
from open12345.worktime import Limit, Unit, limit_text

KINDS_OF_UNIT: Final = {
    "district": __("区县"), "department": __("委办部门"), "town": __("街镇"), "street": __("街道"),
    "firm": __("国有企业"),
    "committee": __("管委会"), "community": __("居村委"), "station": __("工作站"), "centre": __("中心"),
}  # fmt: skip


def language() -> str:
    """Return the language in which pure rooms explain: "zh" or "en"."""
    return "en" if (get_language() or "").startswith("en") else "zh"


# Lists of the pack


def of_mapping(name: str) -> Callable[[Asking], Choices]:
    """Return the choices of one of the pack's mappings code → entry with a title."""

    def choices(asking: Asking) -> Choices:
        entries = getattr(asking.sight.pack, name).items()
        return [(code, entry if isinstance(entry, str) else entry.title) for code, entry in entries]

    return choices


def of_list(find: Callable[[Any], Iterable[Any]]) -> Callable[[Asking], Choices]:
    """Return the choices of one of the pack's lists of entries with code and title."""

    def choices(asking: Asking) -> Choices:
        return [(entry.code, entry.title) for entry in find(asking.sight.pack)]

    return choices


def categories(asking: Asking) -> Choices:
    """Return the leaves of the category tree, grouped by what stands above them."""
    pack = asking.sight.pack
    tree = pack.category_tree

    def above(code: str) -> str:
        return " / ".join(row.title for row in reversed(tree.lineage(code)[1:])) or _("其他")

    leaves = [(above(row.code), (row.code, row.title)) for row in tree.top_down() if tree.is_leaf(row.code)]
    return _grouped(leaves)


def areas(asking: Asking) -> Choices:
    """Return the areas in tree order, the deeper ones set in."""
    tree = asking.sight.pack.area_tree
    return [(row.code, "　" * (len(tree.lineage(row.code)) - 1) + row.name) for row in tree.top_down()]


def _grouped(pairs: Iterable[tuple[str, tuple[str, str]]]) -> Choices:
    ordered: dict[str, list[tuple[str, str]]] = {}
    for group, option in pairs:
        ordered.setdefault(group, []).append(option)
    return list(ordered.items())


def urgencies(asking: Asking) -> Choices:
    """Return the three urgencies, the calmest first."""
    return [(u.value, str(u.label)) for u in reversed(Urgency)]


def reasons(found: Sequence[Reason]) -> Choices:
    """Return reasons in two levels: the upper level names the group, where it has parts."""
    return [
        (r.title, [(s.code, s.title) for s in r.sub]) if r.sub else (r.code, r.title)
        for r in found
    ]  # fmt: skip


# Units


def by_kind(units: Iterable[UnitLine]) -> Choices:
    """Return units grouped by their kind."""
    order = list(KINDS_OF_UNIT)
    ranked = sorted(units, key=lambda u: order.index(u.kind) if u.kind in order else len(order))
    groups = groupby(ranked, key=lambda u: u.kind)
    return [(str(KINDS_OF_UNIT.get(kind, kind)), [(u.code, u.name) for u in some]) for kind, some in groups]


def all_units(asking: Asking) -> Choices:
    """Return every unit that may be given work, the centre apart."""
    return by_kind(u for u in asking.sight.units if u.kind != "centre")


def units_below(asking: Asking) -> Choices:
    """Return the units below the one that acts."""
    own = asking.assignment.unit.path if asking.assignment else None
    return by_kind(u for u in asking.sight.units if own and u.path.startswith(own) and u.path != own)


def other_units(asking: Asking) -> Choices:
    """Return every unit but the centre and the one that acts."""
    own = asking.assignment.unit_id if asking.assignment else None
    return by_kind(u for u in asking.sight.units if u.kind != "centre" and u.id != own)


# Applications


def application_rule(asking: Asking) -> ApplicationRule | None:
    """Return the pack's rule of the kind that is being asked for."""
    return asking.sight.pack.applications.get(str(asking.said.get("kind", "")))


def application_kinds(asking: Asking) -> Choices:
    """Return the kinds that may be asked for now, by this side; the one that was chosen stays."""
    found = kinds_open(asking, by_centre=asking.action.name == "ask_centre")
    return [
        (code, rule.title) for code, rule in found
        if code == asking.said.get("kind") or not why_not(of_asking(asking, code, rule))
    ]  # fmt: skip


def kinds_open(asking: Asking, *, by_centre: bool) -> list[tuple[str, ApplicationRule]]:
    """Return the kinds of application that the order's stage and origin allow to one side."""
    order = asking.sight.order
    return [
        (code, rule) for code, rule in asking.sight.pack.applications.items()
        if (rule.asked_by == "centre") == by_centre and order.stage in rule.stages and order.origin in rule.origins
    ]  # fmt: skip


def application_reasons(asking: Asking) -> Choices:
    """Return the reasons of the chosen kind."""
    rule = application_rule(asking)
    return reasons(rule.reasons) if rule else []


def evidence_lines(asking: Asking) -> Sequence[EvidenceField]:
    """Return the evidence that the chosen reason demands."""
    rule = application_rule(asking)
    return rule.evidence_for(str(asking.said.get("reason", ""))) if rule else ()


def _for_effect(*effects: str) -> Callable[[Asking], bool]:
    def shown(asking: Asking) -> bool:
        rule = application_rule(asking)
        return rule is not None and rule.effect in effects

    return shown


def limits(asking: Asking) -> Choices:
    """Return by how much the reply clock may be extended: the pack's cap, never more than the original limit."""
    rule = application_rule(asking)
    wanted = asking.assignment.pk if asking.assignment else None
    running = (c for c in asking.sight.clocks if c.kind == ClockKind.REPLY and c.stopped_at is None)
    clock = next((c for c in running if c.assignment_id == wanted), None)
    parsed = clocks.parse(clock.limit) if clock else ()
    if rule is None or not parsed:
        return []
    most = parsed[0].number
    if rule.extend_at_most and rule.extend_at_most.unit == parsed[0].unit:
        most = min(most, rule.extend_at_most.number)
    found = [Limit(number=n, unit=parsed[0].unit) for n in _steps(most, parsed[0].unit)]
    return [(str(limit), limit_text(limit, language())) for limit in found]


_STEPS: Final = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 24, 48, 72)


def _steps(most: Decimal, unit: Unit) -> list[Decimal]:
    return [] if unit is Unit.TODAY else [Decimal(n) for n in _STEPS if n <= most]


ask("category", choices=categories, blank=__("未分类"))
ask("kind", choices=of_mapping("kinds"))
ask("area", choices=areas, blank=__("未定"))
ask("urgency", choices=urgencies, radios=True)
ask("order_type", choices=of_mapping("order_types"))
ask("channel", choices=of_mapping("channels"))
ask("origin", choices=list(Origin.choices))
ask("photos", choices=file_choices)
ask("recording", choices=file_choices, blank=__("没有"))
ask("late_reason", choices=of_list(lambda pack: pack.closing.late_reasons), needed=True)

ask("kind", "apply", "ask_centre", "appeal", choices=application_kinds, again=True)
ask("reason", "apply", "ask_centre", "appeal", choices=application_reasons, again=True)
ask("limit", "apply", "ask_centre", "appeal", choices=limits, shown=_for_effect("extend"), needed=True)
ask("to", "apply", "ask_centre", "appeal", choices=all_units, shown=_for_effect("return"), blank=__("没有建议"))
order_of_fields("apply", "kind", "reason", "limit", "evidence", "to", "explanation")
order_of_fields("appeal", "kind", "reason", "evidence", "explanation")
order_of_fields("ask_centre", "kind", "reason", "evidence", "explanation")
sheet_from("evidence", "apply", "ask_centre", "appeal", title=__("依据材料"), fields=evidence_lines)
