"""What is to be known of a paper before it is handed on or signed: the same list for who writes and for who signs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from open12345.reports import merging, queries, shape
from open12345.reports.models import Paper, State

_CUT: Final = 60


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to be known: what it is, and where; each place with an address where it has one."""

    code: str
    said: str
    places: tuple[tuple[str, str], ...] = ()


def of(paper: Paper) -> list[Notice]:
    """Return the notices of a paper that was written here; what the drafter was told the signer is told too."""
    content = paper.content
    if not content:
        return []
    found = [_alike(paper), _typed(content), _unwritten(content), _early(content)]
    return [notice for notice in found if notice is not None]


def _alike(paper: Paper) -> Notice | None:
    others = queries.alike(paper.kind, paper.first, paper.last, paper.matter, but=paper.pk)
    places = tuple((named(one), reverse("reports:paper", args=[one.pk])) for one in others)
    return Notice("alike", _("同一种、同一时段另有："), places) if places else None


def named(paper: Paper) -> str:
    """Return a paper by its title and number, or how far it is."""
    return f"《{paper.title}》（{paper.number or State(paper.state).label}）"


def _typed(content: dict[str, Any]) -> Notice | None:
    places = tuple((f"{'、'.join(numbers)}：{_short(said)}", "") for numbers, said in merging.typed_in(content))
    return Notice("typed", _("手写的数字没有出处："), places) if places else None


def _short(text: str) -> str:
    return text if len(text) <= _CUT else f"{text[: _CUT - 1]}…"


def _unwritten(content: dict[str, Any]) -> Notice | None:
    """Places for the drafter's own words that stayed empty: they and their headings are left out in print."""
    hints = tuple((str(block.get("hint", "")).rstrip("。"), "") for block in content["blocks"]
                  if block["type"] == "own" and not shape.heading_of(block).strip())  # fmt: skip
    return Notice("unwritten", _("还空着、印出来就没有的段落："), hints) if hints else None


def _early(content: dict[str, Any]) -> Notice | None:
    """A period that was not over when the figures were asked, whether or not the sentence that says so is left."""
    if ".." not in content["period"] or not any(block["key"] == "early" for block in content["blocks"]):
        return None
    return Notice("early", _("写的时候这一期还没有结束，数字不是整期的。"))
