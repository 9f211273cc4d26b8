"""Checks of what later rooms carry out: supervision, appraisal, reports, lines, the front line."""

from collections.abc import Iterator
from itertools import pairwise

from open12345.policy.names import AlertLevel
from open12345.policy.schema import Pack

from .registry import Mistake, check, repeats, unknown

_RANK: dict[AlertLevel, int] = {"yellow": 0, "orange": 1, "red": 2}


@check("supervision")
def supervision_codes_are_single(pack: Pack) -> Iterator[Mistake]:
    """Rungs, levels, mechanisms and warnings each have their own code."""
    rules = pack.supervision
    yield from repeats(("supervision", "ladder"), (found.code for found in rules.ladder))
    yield from repeats(("supervision", "levels"), (found.code for found in rules.levels))
    yield from repeats(("supervision", "mechanisms"), (found.code for found in rules.mechanisms))
    yield from repeats(("supervision", "warnings"), (found.code for found in rules.warnings))


@check("supervision")
def the_ladder_begins_before_it_is_late(pack: Pack) -> Iterator[Mistake]:
    """Only the first rung may come before the due moment: a reminder when the clock turns amber."""
    for index, step in enumerate(pack.supervision.ladder):
        if index and step.after is None:
            yield ("supervision", "ladder", index), "只有第一级可以不写 after（到期前提醒）；请写到期后多久，如 1 wd"


@check("supervision", "categories")
def mechanisms_speak_of_known_matters(pack: Pack) -> Iterator[Mistake]:
    """The categories of a mechanism exist; a whistle says who may blow it."""
    for index, rule in enumerate(pack.supervision.mechanisms):
        for place, code in enumerate(rule.categories):
            if code not in pack.category_tree:
                yield (
                    ("supervision", "mechanisms", index, "categories", place),
                    unknown("分类", code, pack.category_tree),
                )
        if (rule.kind == "whistle") != bool(rule.callers):
            yield (
                ("supervision", "mechanisms", index, "callers"),
                "吹哨（kind: whistle）须写 callers（哪些单位可以吹哨），其他机制不写",
            )


@check("supervision")
def warnings_rise_step_by_step(pack: Pack) -> Iterator[Mistake]:
    """A higher level needs more persons; only a surge is measured in standard deviations."""
    for index, rule in enumerate(pack.supervision.warnings):
        for place, (low, high) in enumerate(pairwise(rule.steps), start=1):
            if _RANK[high.level] <= _RANK[low.level] or high.at_least <= low.at_least:
                yield (
                    ("supervision", "warnings", index, "steps", place),
                    "级别和数量应逐级升高：yellow、orange、red，at_least 由小到大",
                )
        if (rule.kind == "surging") != (rule.sigmas is not None):
            yield ("supervision", "warnings", index), "sigmas 只用于激增预警（kind: surging），且必须写"


@check(intact="appraisal")
def exclusions_name_known_indicators(pack: Pack) -> Iterator[Mistake]:
    """What is excluded is excluded from indicators that there are."""
    rules = pack.appraisal
    yield from repeats(("appraisal", "exclusions"), (found.code for found in rules.exclusions))
    known = [found.code for found in rules.indicators]
    for index, one in enumerate(rules.exclusions):
        for place, code in enumerate(one.indicators):
            if code not in known:
                yield ("appraisal", "exclusions", index, "indicators", place), unknown("指标", code, known)


@check("appraisal", intact="units")
def a_unit_is_ranked_in_one_group(pack: Pack) -> Iterator[Mistake]:
    """Groups share no kind of unit, and each has units of this pack."""
    yield from repeats(("appraisal", "groups"), (found.code for found in pack.appraisal.groups))
    there = {unit.kind for unit in pack.units}
    taken: dict[str, str] = {}
    for index, group in enumerate(pack.appraisal.groups):
        for place, kind in enumerate(group.kinds):
            if kind in taken:
                yield ("appraisal", "groups", index, "kinds", place), f"“{kind}” 已在 “{taken[kind]}” 组里"
            elif kind not in there:
                yield ("appraisal", "groups", index, "kinds", place), f"units.csv 里没有 “{kind}” 一类的单位"
            taken.setdefault(kind, group.title)


@check("reports")
def reports_are_single(pack: Pack) -> Iterator[Mistake]:
    """Each kind of report has its own code; an hour belongs to one that comes round."""
    yield from repeats(("reports", "kinds"), (found.code for found in pack.reports.kinds))
    for index, kind in enumerate(pack.reports.kinds):
        if kind.at is not None and kind.period is None:
            yield ("reports", "kinds", index, "at"), "不定期的报告没有固定时刻；请写 period 或去掉 at"


@check("reports")
def figures_count_by_codes_of_the_pack(pack: Pack) -> Iterator[Mistake]:
    """A code that nobody knows would count nothing, silently."""
    for index, kind in enumerate(pack.reports.kinds):
        if kind.document is None:
            continue
        for name, figure in kind.document.figures.items():
            lost = [code for code in figure.where.categories if code not in pack.category_tree]
            lost += [code for code in figure.where.channels if code not in pack.channels]
            for code in lost:
                yield ("reports", "kinds", index, "document", "figures", name, "where"), f"规则包里没有 “{code}”"


@check("lines")
def merged_lines_hold_their_groups(pack: Pack) -> Iterator[Mistake]:
    """The groups do not hold more lines than were merged."""
    if pack.lines is None:
        return
    yield from repeats(("lines", "groups"), (found.code for found in pack.lines.groups))
    together = sum(found.count for found in pack.lines.groups)
    if together > pack.lines.merged:
        yield ("lines", "merged"), f"各组共 {together} 条，多于归并的 {pack.lines.merged} 条"


@check(intact="frontline units")
def accounts_add_up(pack: Pack) -> Iterator[Mistake]:
    """The accounts of all units are those of the front line (一线通达); its kinds of unit are there."""
    together = sum(unit.accounts for unit in pack.units)
    if pack.frontline is None:
        if together:
            yield ("frontline",), "units.csv 写了 accounts；请在 pack.yaml 写 frontline（一线通达），或清空该列"
        return
    if together != pack.frontline.accounts:
        yield (
            ("frontline", "accounts"),
            f"units.csv 的 accounts 合计 {together}，这里写的是 {pack.frontline.accounts}",
        )
    there = {unit.kind for unit in pack.units}
    for index, kind in enumerate(pack.frontline.kinds):
        if kind not in there:
            yield ("frontline", "kinds", index), f"units.csv 里没有 “{kind}” 一类的单位"
