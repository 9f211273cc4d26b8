"""Checks of what every desk asks for: channels, kinds, numbers, hours and days."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from open12345.policy.basics import PLACEHOLDERS
from open12345.policy.fields import Span
from open12345.policy.names import ORDER_TYPES, URGENCIES
from open12345.policy.problems import Loc
from open12345.policy.schema import Pack

from .registry import Mistake, check, repeats


@check("synthetic", "synthetic_notice")
def invented_data_is_marked(pack: Pack) -> Iterator[Mistake]:
    """A pack with invented data carries the words that screens show."""
    if pack.synthetic and not pack.synthetic_notice:
        yield ("synthetic",), "含示意数据的规则包须写 synthetic_notice（屏幕上显示的提示）"


@check(intact="channels")
def channels_are_told_apart(pack: Pack) -> Iterator[Mistake]:
    """Each channel has its own character, and some channel is our own."""
    taken: dict[str, str] = {}
    for code, channel in pack.channels.items():
        first = taken.setdefault(channel.char, code)
        if first != code:
            yield (
                ("channels", code, "char"),
                f"字符 “{channel.char}” 已用于渠道 “{first}”；请换一个 0-9 或 A-Z",
            )
    if all(channel.origin != "own" for channel in pack.channels.values()):
        yield ("channels",), "至少要有一个本级受理（origin: own）的渠道"


@check(intact="kinds")
def there_are_kinds(pack: Pack) -> Iterator[Mistake]:
    """An order has a kind."""
    if not pack.kinds:
        yield ("kinds",), "至少要有一种诉求类型"


@check(intact="urgencies")
def three_urgencies(pack: Pack) -> Iterator[Mistake]:
    """The three urgencies are all named."""
    for code in URGENCIES:
        if code not in pack.urgencies:
            yield ("urgencies",), f"缺少紧急程度 “{code}”；应有：{'、'.join(URGENCIES)}"


@check(intact="order_types")
def order_types_are_named(pack: Pack) -> Iterator[Mistake]:
    """The order types that rules speak of all have a title."""
    for code in ORDER_TYPES:
        if code not in pack.order_types:
            yield ("order_types",), f"缺少工单类别 “{code}”；应有：{'、'.join(ORDER_TYPES)}"


@check("number")
def numbers_have_their_width(pack: Pack) -> Iterator[Mistake]:
    """The pattern holds what makes a number single, and gives the documented width."""
    loc: Loc = ("number", "pattern")
    try:
        names = [name for _, name in pack.number.parts() if name is not None]
    except ValueError:
        yield loc, "花括号不成对；写法如 {area}{date}{channel}{sequence}"
        return
    wrong = [name for name in names if name not in PLACEHOLDERS]
    if wrong:
        known = "、".join(f"{{{name}}}" for name in PLACEHOLDERS)
        yield loc, f"不认识的占位 {{{wrong[0]}}}；可用的有：{known}"
        return
    missing = [name for name in ("date", "sequence") if name not in names]
    if missing:
        yield loc, f"缺少 {{{missing[0]}}}，编号会重复"
    elif pack.number.computed_width() != pack.number.width:
        width = pack.number.computed_width()
        yield (
            ("number", "width"),
            f"按此格式编号长 {width} 位，写的是 {pack.number.width} 位；请改 width 或 pattern",
        )


def _span_mistakes(place: Loc, spans: Sequence[Span]) -> Iterator[Mistake]:
    for index, (before, after) in enumerate(pairwise(spans), start=1):
        if after.minutes[0] < before.minutes[1]:
            yield (*place, index), f"{after} 与 {before} 重叠或次序颠倒；请按先后写，不重叠"


@check("work")
def working_hours_follow_each_other(pack: Pack) -> Iterator[Mistake]:
    """Spans do not overlap, and business closes when the last has ended."""
    yield from _span_mistakes(("work", "hours"), pack.work.hours)
    close = pack.work.close.hour * 60 + pack.work.close.minute or 24 * 60
    if close < pack.work.hours[-1].minutes[1]:
        yield ("work", "close"), f"下班时刻早于最后一段工作时间 {pack.work.hours[-1]}"


@check("days")
def special_days_are_clear(pack: Pack) -> Iterator[Mistake]:
    """One rule a day; a half day says its hours, a day of rest has none."""
    yield from repeats(("days",), (str(rule.date) for rule in pack.days), "日期", ("date",))
    for index, rule in enumerate(pack.days):
        yield from _span_mistakes(("days", index, "hours"), rule.hours)
        if rule.kind == "half" and not rule.hours:
            yield ("days", index), '半天须写 hours（工作时段），如 ["09:00-11:30"]'
        if rule.kind == "rest" and (rule.hours or rule.close):
            yield ("days", index), "休息日不能有 hours 和 close"
