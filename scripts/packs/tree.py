"""The default category tree, read from `categories.txt` (its head says how it is written)."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parent / "categories.txt"
_ITEM: Final = re.compile(r"(?P<title>[^!?+~^*@{#]+)(?P<marks>[^{#]*)(?:#(?P<form>\w+))?(?:\{(?P<words>[^}]*)\})?")
_KINDS: Final = {"?": "inquiry", "+": "suggestion", "~": "help", "^": "tip_off", "*": "praise"}


@dataclass(frozen=True)
class Leads:
    """Who is first responsible: a lead, those who help, and whether the lead may return."""

    lead: str
    helpers: tuple[str, ...] = ()
    no_return: bool = False


@dataclass(frozen=True)
class Item:
    """A leaf of the tree."""

    code: str
    title: str
    kind: str
    on_site: bool
    place: bool
    form: str
    words: tuple[str, ...]
    own: Leads | None


@dataclass
class Group:
    """A class of the tree with its items."""

    code: str
    title: str
    leads: Leads
    items: list[Item] = field(default_factory=list)


@dataclass
class Type:
    """A type of the tree with its classes."""

    code: str
    title: str
    groups: list[Group] = field(default_factory=list)


def read_tree() -> list[Type]:
    """Read the whole tree."""
    types: list[Type] = []
    for line in SOURCE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        if line.startswith(" "):
            group = types[-1].groups[-1]
            group.items += [_item(f"{group.code}{n:02}", text) for n, text in enumerate(line.strip().split(";"), 1)]
        elif ">" in line:
            head, leads = line.split(" > ")
            code, title = head.split(" ", 1)
            types[-1].groups.append(Group(code, title, _leads(leads)))
        else:
            code, title = line.split(" ", 1)
            types.append(Type(code, title))
    return types


def _leads(text: str) -> Leads:
    lead, *helpers = text.split("/")
    return Leads(lead.rstrip("!"), tuple(helpers), lead.endswith("!"))


def _item(code: str, text: str) -> Item:
    said, _, own = text.partition(">")
    found = _ITEM.fullmatch(said)
    if found is None:
        raise ValueError(f"{SOURCE.name}: cannot read {text!r}")
    marks = found["marks"]
    return Item(
        code=code,
        title=found["title"],
        kind=next((kind for mark, kind in _KINDS.items() if mark in marks), "complaint"),
        on_site="!" in marks,
        place="@" in marks,
        form=found["form"] or "",
        words=tuple((found["words"] or "").split(",")) if found["words"] else (),
        own=_leads(own) if own else None,
    )
