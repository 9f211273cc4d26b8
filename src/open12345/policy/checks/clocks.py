"""Checks of the clocks: all there, all urgencies, known kinds and categories."""

from collections.abc import Iterator

from open12345.policy.clocks import ClockRule
from open12345.policy.names import COMPULSORY_CLOCKS, URGENCIES
from open12345.policy.problems import Loc
from open12345.policy.schema import Pack

from .registry import Mistake, check, repeats, unknown

_FREE = {"decision"}
"""Clocks whose limits stand elsewhere (each application's `decide_within`)."""


def _rules(pack: Pack) -> Iterator[tuple[Loc, ClockRule]]:
    for index, rule in enumerate(pack.clocks):
        yield ("clocks", index), rule


@check(intact="clocks review")
def no_clock_is_missing(pack: Pack) -> Iterator[Mistake]:
    """Every compulsory clock is ruled; that of the review only where there is one."""
    wanted = (*COMPULSORY_CLOCKS, "review") if pack.review else COMPULSORY_CLOCKS
    for kind in wanted:
        if kind not in pack.clock_rules:
            yield ("clocks",), f"缺少时限 “{kind}”；必备的时限有：{'、'.join(wanted)}"


@check("clocks")
def clocks_are_ruled_once(pack: Pack) -> Iterator[Mistake]:
    """Two rules for one clock would contradict each other."""
    yield from repeats(("clocks",), (rule.kind for rule in pack.clocks), "时限", ("kind",))


@check(intact="clocks")
def every_urgency_is_answered(pack: Pack) -> Iterator[Mistake]:
    """Each rule says for each urgency how long, or openly that the clock does not run."""
    for loc, rule in _rules(pack):
        if rule.sum_of or rule.kind in _FREE:
            if rule.sum_of and rule.limits:
                yield (*loc, "limits"), "limits 与 sum_of 只能写一种"
            continue
        for urgency in URGENCIES:
            if urgency not in rule.limits:
                yield (*loc, "limits"), f"缺少 {urgency} 的时限；不计时请写 null"
        if rule.kind in COMPULSORY_CLOCKS and rule.limits.get("ordinary", 0) is None:
            yield (*loc, "limits", "ordinary"), f"{rule.title} 必须有时限，不能为空"


@check(intact="clocks")
def sums_name_other_clocks(pack: Pack) -> Iterator[Mistake]:
    """A clock made of others names clocks that have limits of their own."""
    for loc, rule in _rules(pack):
        for index, kind in enumerate(rule.sum_of):
            part = pack.clock_rules.get(kind)
            if kind == rule.kind or (part is not None and part.sum_of):
                yield (*loc, "sum_of", index), f"“{kind}” 本身是合计，不能再相加"
            elif part is None:
                yield (*loc, "sum_of", index), f"没有时限 “{kind}” 的规则"


@check("clocks", intact="kinds")
def clocks_name_known_kinds(pack: Pack) -> Iterator[Mistake]:
    """Limits by kind speak of kinds of this pack."""
    for loc, rule in _rules(pack):
        for kind in rule.by_kind:
            if kind not in pack.kinds:
                yield (
                    (*loc, "by_kind", kind),
                    unknown("诉求类型", kind, pack.kinds),
                )


@check("clocks", "categories")
def clocks_name_known_categories(pack: Pack) -> Iterator[Mistake]:
    """Limits by category speak of categories of this pack."""
    for loc, rule in _rules(pack):
        for code in rule.by_category:
            if code not in pack.category_tree:
                yield (
                    (*loc, "by_category", code),
                    unknown("分类", code, pack.category_tree),
                )
