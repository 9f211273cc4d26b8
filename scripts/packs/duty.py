"""The duty lists: one item for each class of the tree, and one for its items that another unit leads."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scripts.packs.places import departments
from scripts.packs.tree import Group, Item, Leads, Type

#: The ten classes of Qinhuai's list (004 二（一）一是 gives their number, not their names): types of the tree together.
TEN: Final = {
    "市容环卫": "A",
    "市政交通": "BE",
    "生态水务": "C",
    "住房城建": "D",
    "公共安全与治安": "FK",
    "人社民政": "GM",
    "市场监管与消费": "H",
    "教育卫生文旅": "JN",
    "物业与社区": "L",
    "政务服务及其他": "PQRST",
}
#: In the city's list the districts lead what is done on the spot; these departments and lines lead themselves.
CITY_LEADS: Final = frozenset({
    "police", "traffic", "transport", "insurance", "telecom", "power", "gas", "water_supply", "bus", "customs", "tax",
    "finance", "discipline", "service", "data", "office", "propaganda", "unitedfront", "personnel", "youth", "science",
})  # fmt: skip


@dataclass(frozen=True)
class DutyLine:
    """An item of the list."""

    title: str
    categories: tuple[str, ...]
    leads: Leads


def duty_yaml(pack: str, types: list[Type], head: str, principles: dict[str, str]) -> str:
    """Write duty.yaml: `head` by hand, then the classes. `principles`: which one is shown for which sort of lead."""
    classes = _ten(types) if pack == "qinhuai" else [(t.title, [t]) for t in types]
    lines = [head.rstrip("\n"), "", "classes:"]
    for letter, (title, parts) in zip("ABCDEFGHJKLMNPQRST", classes, strict=False):
        lines += [f"  - code: {letter}", f"    title: {title}", "    items:"]
        found = [line for part in parts for group in part.groups for line in _lines(group)]
        lines += [f"      - {_flow(pack, f'{letter}-{n}', line, principles)}" for n, line in enumerate(found, 1)]
    return "\n".join(lines) + "\n"


def _ten(types: list[Type]) -> list[tuple[str, list[Type]]]:
    return [(title, [t for t in types if t.code in letters]) for title, letters in TEN.items()]


def _lines(group: Group) -> Iterator[DutyLine]:
    yield DutyLine(group.title, (group.code,), group.leads)
    apart: dict[str, list[Item]] = {}
    for item in group.items:
        if item.own is not None:
            apart.setdefault(item.own.lead, []).append(item)
    for items in apart.values():
        leads = [item.own for item in items if item.own is not None]
        helpers = tuple(dict.fromkeys(helper for one in leads for helper in one.helpers))
        together = Leads(leads[0].lead, helpers, any(one.no_return for one in leads))
        yield DutyLine("、".join(item.title for item in items), tuple(item.code for item in items), together)


def _flow(pack: str, code: str, line: DutyLine, principles: dict[str, str]) -> str:
    leads = _named(pack, line.leads)
    principle = principles.get(leads.lead) or principles["*"]
    parts = [f"code: {code}", f"title: {_quoted(line.title)}", f"categories: [{', '.join(line.categories)}]"]
    parts.append(f"lead: {leads.lead}")
    if leads.helpers:
        parts.append(f"co_handlers: [{', '.join(leads.helpers)}]")
    parts.append(f"principle: {principle}")
    if leads.no_return:
        parts.append("no_return: true")
    return "{" + ", ".join(parts) + "}"


def _named(pack: str, leads: Leads) -> Leads:
    """Replace who is not there by who does its work there; in the city the districts lead on the spot."""
    same = {found.code: found.same_as for found in departments(pack) if found.same_as}
    there = {found.code for found in departments(pack)} | {"territory"}
    units = [one for one in dict.fromkeys(same.get(u, u) for u in (leads.lead, *leads.helpers)) if one in there]
    if pack == "shanghai" and leads.lead not in CITY_LEADS and units[0] != "territory":
        units = ["territory", *(unit for unit in units if unit != "territory")]
    return Leads(units[0], tuple(units[1:]), leads.no_return)


def _quoted(title: str) -> str:
    return f'"{title}"' if any(mark in title for mark in ",[]{}:#") else title
