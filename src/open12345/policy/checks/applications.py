"""Checks of applications and of every list of things to be filled in."""

from collections.abc import Iterator, Sequence

from open12345.policy.applications import ApplicationRule, EvidenceField, Reason
from open12345.policy.problems import Loc
from open12345.policy.schema import Pack

from .registry import Mistake, check, repeats, unknown

_COUNTED = {"rows", "orders", "attachment", "text"}


def evidence_mistakes(place: Loc, fields: Sequence[EvidenceField]) -> Iterator[Mistake]:
    """Name what cannot be filled in.

    Rows without columns, a choice without answers, bounds that exclude all.
    """
    yield from repeats(place, (field.code for field in fields))
    for index, field in enumerate(fields):
        loc = (*place, index)
        yield from _shape_mistakes(loc, field)
        yield from _bound_mistakes(loc, field)
        yield from evidence_mistakes((*loc, "fields"), field.fields)


def _shape_mistakes(loc: Loc, field: EvidenceField) -> Iterator[Mistake]:
    if field.type == "rows" and not field.fields:
        yield (*loc, "fields"), "rows 需要在 fields 里列出每行的列"
    if field.type != "rows" and field.fields:
        yield (*loc, "fields"), f"只有 rows 可以有 fields，这里是 {field.type}"
    if any(column.type == "rows" for column in field.fields):
        yield (*loc, "fields"), "行里不能再有 rows"
    if field.type == "choice" and not field.options:
        yield (*loc, "options"), "choice 需要在 options 里列出选项"
    if field.type != "choice" and field.options:
        yield (*loc, "options"), f"只有 choice 可以有 options，这里是 {field.type}"
    yield from repeats((*loc, "options"), (option.code for option in field.options))


def _bound_mistakes(loc: Loc, field: EvidenceField) -> Iterator[Mistake]:
    if field.min is not None and field.max is not None and field.min > field.max:
        yield (*loc, "min"), f"min {field.min} 大于 max {field.max}"
    if field.type in _COUNTED and field.min is not None and (field.min < 0 or field.min != int(field.min)):
        yield (*loc, "min"), f"{field.type} 按个数计，min 应为不小于 0 的整数"
    if field.type in {"choice", "date", "site_visit"} and not (field.min is None and field.max is None):
        yield (
            (*loc, "min" if field.min is not None else "max"),
            f"{field.type} 没有上下限，请去掉 min 和 max",
        )


def reason_mistakes(place: Loc, reasons: Sequence[Reason]) -> Iterator[Mistake]:
    """Name repeated codes, a third level, and evidence that cannot be filled in."""
    seen: set[str] = set()
    for loc, reason, depth in _walk(place, reasons, 1):
        if reason.code in seen:
            yield (*loc, "code"), f"理由代码 “{reason.code}” 重复；两级理由的代码不能相同"
        seen.add(reason.code)
        if depth > 2:  # noqa: PLR2004 - reasons have two levels (order.md)
            yield loc, "理由至多两级"
        yield from evidence_mistakes((*loc, "evidence"), reason.evidence)


def _walk(place: Loc, reasons: Sequence[Reason], depth: int) -> Iterator[tuple[Loc, Reason, int]]:
    for index, reason in enumerate(reasons):
        loc = (*place, index)
        yield loc, reason, depth
        yield from _walk((*loc, "sub"), reason.sub, depth + 1)


@check("applications")
def reasons_can_be_given(pack: Pack) -> Iterator[Mistake]:
    """Each application's reasons and their evidence can be filled in."""
    for code, rule in pack.applications.items():
        yield from reason_mistakes(("applications", code, "reasons"), rule.reasons)


@check("applications")
def steps_can_be_decided(pack: Pack) -> Iterator[Mistake]:
    """Steps have a limit.

    The upper platform's verdict is asked only for orders that came from there.
    """
    for code, rule in pack.applications.items():
        loc: Loc = ("applications", code)
        yield from repeats((*loc, "steps"), (step.code for step in rule.steps), "步骤")
        if rule.decide_within is None:
            yield loc, "须写 decide_within（每一步的审批时限），如 1 wd"
        for index, step in enumerate(rule.steps):
            if step.of == "upper" and rule.origins != ("upper",):
                yield (
                    (*loc, "steps", index, "of"),
                    "上级裁定只适用于上级派发的工单；请把 origins 写成 [upper]",
                )
            if step.code == "recall" and (rule.effect != "exclude" or index + 1 < len(rule.steps)):
                yield (
                    (*loc, "steps", index, "code"),
                    "recall（再次回访）只能是考核申诉（effect: exclude）的最后一步",
                )
            if step.of == "own_unit" and rule.asked_by == "centre":
                yield (
                    (*loc, "steps", index, "of"),
                    "由中心提出的申请没有本单位审批；请写 centre 或 upper",
                )


@check("applications")
def effects_fit_their_application(pack: Pack) -> Iterator[Mistake]:
    """A hold of the reply clock needs a lock's opposite: one effect does not contradict another."""
    for code, rule in pack.applications.items():
        loc: Loc = ("applications", code)
        if rule.extend_at_most is not None and rule.effect != "extend":
            yield (*loc, "extend_at_most"), "只有延期（effect: extend）可以有 extend_at_most"
        if rule.effect == "return_up" and rule.origins != ("upper",):
            yield (*loc, "effect"), "退回上级只适用于上级派发的工单；请把 origins 写成 [upper]"
        yield from _stage_mistakes(loc, rule)


def _stage_mistakes(loc: Loc, rule: ApplicationRule) -> Iterator[Mistake]:
    for index, stage in enumerate(rule.stages):
        if rule.effect == "exclude":
            if stage not in {"closed", "archived"}:
                yield (*loc, "stages", index), f"{stage} 阶段的工单还没有结案，考核申诉只能写 closed、archived"
        elif stage in {"draft", "archived", "cancelled"}:
            yield (*loc, "stages", index), f"{stage} 阶段不能提出申请"
        if rule.effect in {"return", "extend"} and stage not in {"dispatched", "handling"}:
            yield (
                (*loc, "stages", index),
                f"{stage} 阶段没有承办单位在办，只能写 dispatched、handling",
            )


@check("applications", intact="clocks")
def windows_are_ruled_clocks(pack: Pack) -> Iterator[Mistake]:
    """The clock that closes the window for asking has a rule."""
    for code, rule in pack.applications.items():
        if rule.window_clock is not None and rule.window_clock not in pack.clock_rules:
            yield (
                ("applications", code, "window_clock"),
                f"clocks.yaml 里没有时限 “{rule.window_clock}”",
            )


@check("refusals")
def refusals_are_told(pack: Pack) -> Iterator[Mistake]:
    """What is not accepted is told to the caller patiently (003 annex 1 art.

    5 (3)): each reason has the words.
    """
    yield from reason_mistakes(("refusals",), pack.refusals)
    for index, reason in enumerate(pack.refusals):
        if not reason.tell and not reason.sub:
            yield ("refusals", index, "tell"), "不予受理须耐心告知来电人；请写 tell（告知用语）"


@check("applications", intact="appraisal")
def appeals_name_exclusions(pack: Pack) -> Iterator[Mistake]:
    """What an appeal asks for is a reason not to count that the appraisal knows."""
    known = [row.code for row in pack.appraisal.exclusions]
    for code, rule in pack.applications.items():
        if rule.effect != "exclude" or not known:
            continue
        for loc, reason, _depth in _walk(("applications", code, "reasons"), rule.reasons, 1):
            if not reason.sub and reason.code not in known:
                yield (*loc, "code"), unknown("剔除理由", reason.code, known)
