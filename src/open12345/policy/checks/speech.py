"""Checks of what people say and write: closing report, callback, word lists."""

from collections.abc import Iterator
from typing import get_args

from open12345.policy.callback import Answers, Question, QuestionCode
from open12345.policy.names import OUTCOMES
from open12345.policy.schema import Pack

from .applications import evidence_mistakes, reason_mistakes
from .registry import Mistake, check, repeats, unknown

_LISTED: dict[QuestionCode, Answers] = {
    "solved": "solved",
    "satisfied": "scale",
    "process_satisfied": "scale",
    "cause": "causes",
}
"""Questions whose answers come from a list that figures count."""

_COMPULSORY: tuple[QuestionCode, ...] = (
    "contacted",
    "truthful",
    "solved",
    "satisfied",
    "process_satisfied",
)


@check(intact="closing")
def outcomes_are_all_named(pack: Pack) -> Iterator[Mistake]:
    """Each of the four outcomes stands once."""
    codes = [outcome.code for outcome in pack.closing.outcomes]
    yield from repeats(("closing", "outcomes"), codes)
    for code in OUTCOMES:
        if code not in codes:
            yield ("closing", "outcomes"), f"缺少办理结果 “{code}”；应有：{'、'.join(OUTCOMES)}"


@check(intact="closing")
def findings_can_be_chosen(pack: Pack) -> Iterator[Mistake]:
    """Codes are single, and both findings can turn out well."""
    closing = pack.closing
    codes = [option.code for option in closing.fact_options + closing.demand_options]
    for field, options in (
        ("fact_options", closing.fact_options),
        ("demand_options", closing.demand_options),
    ):
        for index, option in enumerate(options):
            if codes.count(option.code) > 1:
                yield (
                    ("closing", field, index, "code"),
                    f"认定选项 “{option.code}” 重复；两组选项的代码不能相同",
                )
        if all(option.negative for option in options):
            yield ("closing", field), "至少要有一个肯定的选项（negative: false）"


@check("closing")
def contact_can_succeed(pack: Pack) -> Iterator[Mistake]:
    """Lists of the contact and the answer have single codes, and some contact counts as reached."""
    closing = pack.closing
    yield from repeats(("closing", "contact_outcomes"), (found.code for found in closing.contact_outcomes))
    yield from repeats(("closing", "answer_methods"), (found.code for found in closing.answer_methods))
    yield from reason_mistakes(("closing", "late_reasons"), closing.late_reasons)
    if not any(found.reached for found in closing.contact_outcomes):
        yield ("closing", "contact_outcomes"), "至少要有一种算作联系上（reached: true）"


@check(intact="closing")
def extra_forms_can_be_filled(pack: Pack) -> Iterator[Mistake]:
    """Extra forms have a title and lines that can be filled in."""
    closing = pack.closing
    for code, fields in closing.extra_forms.items():
        yield from evidence_mistakes(("closing", "extra_forms", code), fields)
        if code not in closing.extra_form_titles:
            yield ("closing", "extra_forms", code), f"请在 extra_form_titles 写上 “{code}” 的名称"
    for code in closing.extra_form_titles:
        if code not in closing.extra_forms:
            message = unknown("附加表", code, closing.extra_forms)
            yield ("closing", "extra_form_titles", code), message


@check(intact="callback")
def callback_lists_can_be_counted(pack: Pack) -> Iterator[Mistake]:
    """Codes are single; each list has both sides, or a rate could only be 0 or 1."""
    rules = pack.callback
    for field, codes, word, sides in (
        (
            "scale",
            [found.code for found in rules.scale],
            "satisfied",
            {found.satisfied for found in rules.scale},
        ),
        (
            "solved_options",
            [found.code for found in rules.solved_options],
            "counts_as_solved",
            {found.counts_as_solved for found in rules.solved_options},
        ),
        (
            "causes",
            [found.code for found in rules.causes],
            "subjective",
            {found.subjective for found in rules.causes},
        ),
    ):
        yield from repeats(("callback", field), codes)
        if len(sides) == 1:
            yield ("callback", field), f"{word} 全部相同；至少要有一个 true 和一个 false"


@check("callback")
def weights_fall_with_the_scale(pack: Pack) -> Iterator[Mistake]:
    """A better level never weighs less than a worse one."""
    for index, level in enumerate(pack.callback.scale):
        better = [other for other in pack.callback.scale if other.five > level.five and other.weight < level.weight]
        if better:
            message = f"权重 {level.weight} 高于更满意的 “{better[0].title}” 的 {better[0].weight}"
            yield ("callback", "scale", index, "weight"), message
    if pack.callback.days > pack.callback.attempts:
        yield (
            ("callback", "days"),
            f"{pack.callback.attempts} 次回访不可能分布在 {pack.callback.days} 天",
        )


@check(intact="callback")
def script_asks_what_figures_count(pack: Pack) -> Iterator[Mistake]:
    """The compulsory questions are asked, once each, with answers from the right list."""
    asked = [question.code for question in pack.callback.script]
    yield from repeats(("callback", "script"), asked, "问题")
    for code in _COMPULSORY:
        if code not in asked:
            yield (
                ("callback", "script"),
                f"缺少必问的问题 “{code}”；可用的问题有：{'、'.join(get_args(QuestionCode))}",
            )
    for index, question in enumerate(pack.callback.script):
        for field, message in _question_mistakes(question):
            yield ("callback", "script", index, field), message


def _question_mistakes(question: Question) -> Iterator[tuple[str, str]]:
    wanted = _LISTED.get(question.code)
    if wanted is not None and question.answers != wanted:
        yield "answers", f"“{question.code}” 的答案应取自 {wanted}，现为 {question.answers}"
    if question.answers == "options" and not question.options:
        yield "options", "请列出 options，或把 answers 写成 text、scale、solved、causes"
    if question.answers != "options" and question.options:
        yield "options", f"答案取自 {question.answers}，不能再写 options"


@check("words")
def words_stand_once(pack: Pack) -> Iterator[Mistake]:
    """A sensitive word belongs to one group."""
    yield from repeats(("words", "sensitive"), (group.code for group in pack.words.sensitive))
    seen: dict[str, str] = {}
    for place, group in enumerate(pack.words.sensitive):
        for index, word in enumerate(group.words):
            if word in seen:
                yield (
                    ("words", "sensitive", place, "words", index),
                    f"“{word}” 已在 “{seen[word]}” 组里",
                )
            seen[word] = group.title
