"""What is wrong in a scenario: numbers that contradict each other, and codes that the pack does not have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from open12345.policy import Pack
from open12345.policy.problems import Loc, closest
from open12345.simulate.scenarios.rounding import prints_as, reachable
from open12345.simulate.scenarios.scenario import Counted, Figure, Heard, Quota, Scenario, Total, Where
from open12345.simulate.scenarios.windows import Days

Mistake = tuple[Loc, str]

#: What is decided before what: `among` of a quota may name only what stands earlier.
_ORDER: Final = ("category", "unit_kind", "kind", "channel", "urgency", "enterprise", "reason")
_FIELDS: Final = {
    "categories": "category", "unit_kinds": "unit_kind", "kinds": "kind", "channels": "channel",
    "urgencies": "urgency", "enterprise": "enterprise", "reason": "reason",
}  # fmt: skip
_ANY_DAY: Final = date(2000, 1, 1)
_WHOLE: Final = Decimal(100)


def of(scenario: Scenario) -> Iterator[Mistake]:
    """Yield what contradicts itself, whatever the pack."""
    end = scenario.until or _ANY_DAY
    yield from _windows(scenario, end)
    yield from _totals(scenario.totals, end)
    for place, quota in enumerate(scenario.quotas):
        yield from _quota(quota, ("quotas", place), scenario, end)
    yield from _wholes(scenario.quotas)
    for place, heard in enumerate(scenario.heard):
        yield from _heard(heard, ("heard", place))
    yield from _figures(scenario.figures)
    for place, figure in enumerate(scenario.figures):
        yield from _promised(scenario, figure, ("figures", place, "value"), end)


# --- days ---------------------------------------------------------------------------------------------


def _windows(scenario: Scenario, end: date) -> Iterator[Mistake]:
    rolling = scenario.rolling
    if rolling and scenario.until is not None:
        yield ("until",), "日期从最后一天往回数的方案不写 until，由运行时给出"
    if not rolling and scenario.until is None:
        yield (), "缺少 until（运行到哪一天）"
    for loc, days in _all_days(scenario):
        if days.rolling != rolling:
            yield loc, "一个方案里的日期要么都是日历日期，要么都从最后一天往回数"
        elif not rolling and days.at(end)[0] > end:
            yield loc, f"在运行的最后一天 {end} 之后"


def _all_days(scenario: Scenario) -> Iterator[tuple[Loc, Days]]:
    for name in ("totals", "quotas", "heard", "events"):
        for place, entry in enumerate(getattr(scenario, name)):
            yield (name, place, "days"), entry.days
    for place, figure in enumerate(scenario.figures):
        if figure.count is not None and figure.count.days is not None:
            yield ("figures", place, "count", "days"), figure.count.days


# --- totals -------------------------------------------------------------------------------------------


def _totals(totals: Sequence[Total], end: date) -> Iterator[Mistake]:
    windows = [total.days.at(end) for total in totals]
    for place, (total, (first, last)) in enumerate(zip(totals, windows, strict=True)):
        loc: Loc = ("totals", place)
        if total.busiest and first != last:
            yield (*loc, "busiest"), "最多的一天应只写一天"
        for other, (start, stop) in zip(totals[:place], windows, strict=False):
            if (start, stop) == (first, last):
                yield (*loc, "days"), f"与 {other.days} 重复，各写了 {other.orders} 件和 {total.orders} 件"
            elif _crossing((start, stop), (first, last)):
                yield (*loc, "days"), f"与 {other.days} 部分重叠；应分开，或一个在另一个之内"
        yield from _parts(totals, windows, place)
        if total.busiest:
            yield from _busiest(totals, windows, place)


def _parts(totals: Sequence[Total], windows: Sequence[tuple[date, date]], place: int) -> Iterator[Mistake]:
    """Compare a window with those directly inside it."""
    own, total = windows[place], totals[place]
    inside = [n for n, window in enumerate(windows) if window != own and _in(window, own)]
    direct = [
        n
        for n in inside
        if not any(m != n and windows[m] != windows[n] and _in(windows[n], windows[m]) for m in inside)
    ]
    parts = sum(totals[n].orders for n in direct)
    covered = sum((windows[n][1] - windows[n][0]).days + 1 for n in direct)
    days = (own[1] - own[0]).days + 1
    if parts > total.orders:
        named = "、".join(f"{totals[n].days} {totals[n].orders}" for n in direct)
        yield ("totals", place, "orders"), f"其中的 {named} 合计 {parts} 件，多于 {total.days} 的 {total.orders} 件"
    elif covered == days and parts != total.orders:
        yield ("totals", place, "orders"), f"其中各段已占满全部 {days} 天，合计 {parts} 件，不等于 {total.orders} 件"


def _busiest(totals: Sequence[Total], windows: Sequence[tuple[date, date]], place: int) -> Iterator[Mistake]:
    """The busiest day must be able to be the maximum: the other days below it must hold what is left."""
    peak = totals[place]
    for other, window in zip(totals, windows, strict=True):
        days = (window[1] - window[0]).days + 1
        if other is peak:
            continue
        if _in(windows[place], window) and (days - 1) * (peak.orders - 1) < other.orders - peak.orders:
            text = f"{peak.days} 若是最多的一天（{peak.orders} 件），{other.days} 的其余 {days - 1} 天容不下另外"
            yield ("totals", place, "orders"), f"{text} {other.orders - peak.orders} 件"
        if days == 1 and other.orders >= peak.orders and _together(totals, windows, place, window):
            yield (
                ("totals", place, "busiest"),
                f"{other.days} 有 {other.orders} 件，不少于 {peak.days} 的 {peak.orders} 件",
            )


def _together(
    totals: Sequence[Total], windows: Sequence[tuple[date, date]], place: int, window: tuple[date, date]
) -> bool:
    del totals
    return any(_in(windows[place], around) and _in(window, around) and around != window for around in windows)


def _crossing(one: tuple[date, date], other: tuple[date, date]) -> bool:
    apart = one[1] < other[0] or other[1] < one[0]
    return not (apart or _in(one, other) or _in(other, one))


def _in(inner: tuple[date, date], outer: tuple[date, date]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def most(totals: Sequence[Total], days: Days, end: date) -> int | None:
    """Return how many orders these days hold at most by the totals, nothing where no total lies around them."""
    first, last = days.at(end)
    windows = [(total, total.days.at(end)) for total in totals]
    around = [total.orders for total, window in windows if _in((first, last), window)]
    inside = [total for total, window in windows if _in(window, (first, last))]
    covered = {window[0] + timedelta(days=n) for _t, window in windows if _in(window, (first, last))
               for n in range((window[1] - window[0]).days + 1)}  # fmt: skip
    bounds = around[:]
    if len(covered) == (last - first).days + 1:
        outer = [t for t in inside if not any(u is not t and _in(t.days.at(end), u.days.at(end)) for u in inside)]
        bounds.append(sum(total.orders for total in outer))
    return min(bounds, default=None)


# --- quotas and answers -------------------------------------------------------------------------------


def _quota(quota: Quota, loc: Loc, scenario: Scenario, end: date) -> Iterator[Mistake]:
    if (quota.orders is None) == (quota.percent is None):
        yield loc, "orders（件数）和 percent（占比）应写且只写一个"
    room = most(scenario.totals, quota.days, end)
    if quota.orders is not None and room is not None and quota.orders > room:
        yield (*loc, "orders"), f"{quota.orders} 件多于 {quota.days} 的全部工单 {room} 件"
    for name, dimension in _FIELDS.items():
        given = getattr(quota.among, name) not in ((), None)
        if given and _ORDER.index(dimension) >= _ORDER.index(quota.of):
            yield (*loc, "among", name), f"“{quota.of}” 先于 “{dimension}” 决定，不能以它为范围"
        elif given and quota.of == "unit_kind":
            yield (*loc, "among", name), "单位类别的占比只能是全部工单的占比"


def _wholes(quotas: Sequence[Quota]) -> Iterator[Mistake]:
    """Shares of one whole may not exceed it."""
    seen: dict[tuple[str, str, str], Decimal] = {}
    for place, quota in enumerate(quotas):
        if quota.percent is not None:
            key = (quota.of, str(quota.days), quota.among.model_dump_json())
            seen[key] = seen.get(key, Decimal(0)) + quota.percent
            if seen[key] > _WHOLE:
                yield ("quotas", place, "percent"), f"同一范围内的占比合计 {seen[key]} %，超过 100 %"


def _heard(heard: Heard, loc: Loc) -> Iterator[Mistake]:
    if (heard.rated is None) != (heard.answered is None):
        yield loc, "rated 和 answered 应一起写，或都不写（用 valid_percent）"
    if heard.rated is not None and heard.answered is not None and heard.answered > heard.rated:
        yield (*loc, "answered"), f"答了是否解决的 {heard.answered} 人多于评价的 {heard.rated} 人；应不多于"
    for what, base_name in (("satisfied", "rated"), ("solved", "answered")):
        number, percent, base = getattr(heard, what), getattr(heard, f"{what}_percent"), getattr(heard, base_name)
        if (number is None) == (percent is None):
            yield loc, f"{what} 和 {what}_percent 应写且只写一个"
        if number is not None and base is None:
            yield (*loc, what), f"写了件数，分母 {base_name} 也要写件数"
        if number is not None and base is not None and number > base:
            yield (*loc, what), f"{number} 多于分母 {base_name} 的 {base}"


# --- figures ------------------------------------------------------------------------------------------


def _figures(figures: Sequence[Figure]) -> Iterator[Mistake]:
    codes: set[str] = set()
    for place, figure in enumerate(figures):
        loc: Loc = ("figures", place)
        if figure.code in codes:
            yield (*loc, "code"), f"代码 “{figure.code}” 重复"
        codes.add(figure.code)
        if figure.later == (figure.count is not None):
            yield loc, "应写 count（怎样统计），或写 later: true（所属模块尚未建成）"
        if figure.later and not figure.room:
            yield loc, "later 的数字要写 room：由哪个模块统计"
        if figure.count is not None:
            yield from _counted(figure, figure.count, (*loc, "count"))


def _counted(figure: Figure, count: Counted, loc: Loc) -> Iterator[Mistake]:
    if count.measure in {"growth", "yearly_growth"} and count.before is None:
        yield loc, "增长要写 before：与哪些天相比"
    if count.days is None and count.measure not in {"accounts", "units"}:
        yield loc, "缺少 days：统计哪些天"
    if (count.measure == "busiest_day") != isinstance(figure.value, date):
        yield loc, "busiest_day 的值是日期，其余是数"
    rate = count.measure in {"share", "satisfied_rate", "solved_rate"}
    if rate and isinstance(figure.value, Decimal) and figure.value > _WHOLE:
        yield (*loc[:-1], "value"), f"占比 {figure.value} % 超过 100 %"


def _promised(scenario: Scenario, figure: Figure, loc: Loc, end: date) -> Iterator[Mistake]:
    """Compare a figure with what totals, quotas and answers of the same days and orders will make it."""
    count = figure.count
    if count is None or count.days is None or not isinstance(figure.value, Decimal):
        return
    if count.measure in {"satisfied_rate", "solved_rate"}:
        yield from _rate(scenario, figure, count, loc)
        return
    own = _told(scenario, count.days, count.among, end)
    if count.measure == "orders" and count.less is None and own is not None and own != figure.value:
        yield loc, f"方案自己排的是 {own} 件，不等于 {figure.value} 件"
    base = _told(scenario, count.days, count.within, end) if count.measure == "share" else None
    before = _told(scenario, count.before, count.among, end) if count.before and count.measure == "growth" else None
    if own is not None and base:
        yield from _prints(Decimal(own) / base * 100, figure, loc, f"{own} ÷ {base}")
    if own is not None and before:
        yield from _prints(Decimal(own) / before * 100 - 100, figure, loc, f"{own} 比 {before}")


def _rate(scenario: Scenario, figure: Figure, count: Counted, loc: Loc) -> Iterator[Mistake]:
    what, base_name = ("satisfied", "rated") if count.measure == "satisfied_rate" else ("solved", "answered")
    for heard in scenario.heard:
        if (heard.days, heard.among) == (count.days, count.among):
            number, base = getattr(heard, what), getattr(heard, base_name)
            if number is not None and base:
                yield from _prints(Decimal(number) / base * 100, figure, loc, f"{number} ÷ {base}")
            elif base and isinstance(figure.value, Decimal) and not reachable(figure.value, base):
                yield loc, f"分母 {base} 时没有一个整数分子能得出 {figure.value} %"


def _prints(exact: Decimal, figure: Figure, loc: Loc, how: str) -> Iterator[Mistake]:
    if isinstance(figure.value, Decimal) and not prints_as(exact, figure.value):
        yield loc, f"{how} = {exact:.3f} %，四舍五入或截尾都得不出 {figure.value} %"


def _told(scenario: Scenario, days: Days, where: Where, end: date) -> int | None:
    """Return how many orders a total or a quota makes of these, nothing where neither speaks of just them."""
    given = {name: value for name in _FIELDS if (value := getattr(where, name)) not in ((), None)}
    if not given:
        return next((total.orders for total in scenario.totals if total.days.at(end) == days.at(end)), None)
    if len(given) > 1:
        return None
    name, value = next(iter(given.items()))
    values = tuple(value) if isinstance(value, tuple) else (str(value).lower() if isinstance(value, bool) else value,)
    same = (q for q in scenario.quotas if q.days == days and q.among == Where())
    found = (q.orders for q in same if q.of == _FIELDS[name] and sorted(q.values) == sorted(values))
    return next((orders for orders in found if orders is not None), None)


# --- with the pack ------------------------------------------------------------------------------------


def with_pack(scenario: Scenario, pack: Pack) -> Iterator[Mistake]:
    """Yield what the pack does not know."""
    lists: dict[str, tuple[str, list[str]]] = {
        "category": ("分类", [*pack.category_tree]), "channel": ("渠道", [*pack.channels]),
        "unit_kind": ("单位类别", sorted({row.kind for row in pack.units})),
        "kind": ("诉求类型", sorted({kind.base for kind in pack.kinds.values()})),
        "urgency": ("紧急程度", ["urgent", "semi_urgent", "ordinary"]), "enterprise": ("是否企业", ["true", "false"]),
    }  # fmt: skip
    areas = [*pack.area_tree]
    for loc, dimension, code in _codes(scenario):
        title, known = lists.get(dimension, ("区域", areas))
        if code not in known:
            yield loc, f"规则包 {pack.id} 里没有这个{title} “{code}”；{closest(code, known)}"


def _codes(scenario: Scenario) -> Iterator[tuple[Loc, str, str]]:
    for place, quota in enumerate(scenario.quotas):
        if quota.of != "reason":
            yield from ((("quotas", place, "values", n), quota.of, code) for n, code in enumerate(quota.values))
        yield from _named(quota.among, ("quotas", place, "among"))
    for place, heard in enumerate(scenario.heard):
        yield from _named(heard.among, ("heard", place, "among"))
    for place, event in enumerate(scenario.events):
        yield from ((("events", place, "categories", n), "category", c) for n, c in enumerate(event.categories))
        if event.place is not None:
            yield ("events", place, "place"), "area", event.place
    for place, figure in enumerate(scenario.figures):
        if figure.count is not None:
            yield from _named(figure.count.among, ("figures", place, "count", "among"))
            yield from _named(figure.count.within, ("figures", place, "count", "within"))
    mix = scenario.mix
    for name, dimension in (("channels", "channel"), ("categories", "category"), ("areas", "area"), ("kinds", "kind")):
        yield from ((("mix", name, code), dimension, code) for code in getattr(mix, name))


def _named(where: Where, loc: Loc) -> Iterator[tuple[Loc, str, str]]:
    for name, dimension in _FIELDS.items():
        found = getattr(where, name)
        if isinstance(found, tuple):
            yield from (((*loc, name, n), dimension, code) for n, code in enumerate(found))
