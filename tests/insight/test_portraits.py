"""A portrait says what its orders say: figures, medians, words; each opens its orders; nobody sees another's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from statistics import median

import pytest
from django.http import Http404

from open12345.directory.models import AccessLog, Unit
from open12345.facts import services as facts
from open12345.facts import store
from open12345.facts.explorer.heat import LEAST
from open12345.facts.metrics import metric
from open12345.facts.periods import Period
from open12345.facts.queries import Figure
from open12345.insight import portrait, subjects, words
from open12345.insight.measures import Measure
from open12345.insight.portrait import Portrait
from open12345.orders.models import WorkOrder
from tests.cast import Town
from tests.orders.walks import closed, dispatched, signed
from tests.screens.conftest import Browser, at_screen, text_of

__all__ = ["at_screen"]
AtScreen = Callable[[str], Browser]
UNIT, OTHER = "urban", "market"


def drawn(town: Town, code: str = UNIT, who: str = "leader", kind: str = "unit") -> Portrait:
    """The portrait of a unit or area over the last ninety days."""
    person, today = town.person(who), town.now.date()
    made = subjects.unit_subject if kind == "unit" else subjects.area_subject
    subject = made(person, town.pack, code)
    return portrait.draw(subject, portrait.last_days(today, 90), person=person, at=town.now, pack=town.pack)


def story(town: Town) -> None:
    """Orders of two units and two areas, some closed, some open."""
    closed(town, title="办结的", area="310117107001")
    signed(town, title="在办的", category="A0102", area="310117107001")
    dispatched(town, UNIT, title="待签收的", area="310117107002")
    dispatched(town, OTHER, title="别的单位的", area="310117107001")
    WorkOrder.objects.filter(title="在办的").update(due_at=town.now)
    town.wait(hours=1)
    facts.rebuild(town.now)


@pytest.mark.function("INS-08")
def test_the_figures_of_a_unit_are_those_counted_by_hand(town: Town) -> None:
    story(town)
    shown = drawn(town)
    own = list(WorkOrder.objects.filter(lead_unit__code=UNIT))
    assert shown.whole.whole.figure.numerator == len(own) == 3
    by_category = Counter(town.pack.category_tree[order.category].title for order in own)
    assert {one.title: one.orders for one in shown.matters} == dict(by_category)
    assert sum(one.share for one in shown.matters) == pytest.approx(1)
    assert (shown.open, shown.overdue) == (2, 1)
    assert [order.title for order in shown.late] == ["在办的"]
    months = [(row[0].said, row[1].value) for row in shown.trend.rows]
    assert (len(months), months[0], months[-1]) == (13, ("2024-06", 0), ("2025-06", 3))
    rates = {one.metric.code: one.figure for one in shown.measures}
    assert (rates["satisfied"].value, rates["signed_in_time"].denominator) == (100.0, 2)  # one may still be signed


@pytest.mark.function("INS-08")
def test_hot_spots_show_no_confidential_order_and_no_square_of_few(town: Town) -> None:
    here = {"longitude": "121.318000", "latitude": "31.121000"}
    for secret in (False,) * (LEAST - 1) + (True,):
        dispatched(town, UNIT, **here, confidential=secret)
    facts.rebuild(town.now)
    assert drawn(town).spots == ()
    dispatched(town, UNIT, **here)
    facts.rebuild(town.now)
    assert drawn(town).spots == ()  # a portrait may be half a minute behind
    store.forget()
    (spot,) = drawn(town).spots
    assert (spot.orders, "confidential=0" in spot.url) == (LEAST, True)


@pytest.mark.function("INS-08")
def test_an_area_counts_what_lies_in_it_whoever_handles_it(town: Town) -> None:
    story(town)
    shown = drawn(town, "310117107001", kind="area")
    assert shown.whole.whole.figure.numerator == 3
    assert drawn(town, "310117107", kind="area").whole.whole.figure.numerator == 4
    assert shown.open == 2


@pytest.mark.function("INS-08")
def test_the_median_is_that_of_the_group_and_says_nothing_of_few(town: Town) -> None:
    units = [unit.code for unit in town.pack.units if unit.kind == "department"][:3]
    for late, code in enumerate(units):
        for n in range(4):
            number = dispatched(town, code, title=f"{code} {n}")
            if n >= late:
                town.do(f"clerk.{code}", number, "sign")
    town.wait(days=3)
    from open12345.directory.person import SYSTEM  # noqa: PLC0415
    from open12345.orders import watch  # noqa: PLC0415 - only here does time run out

    watch.mark_breaches(by=SYSTEM, at=town.now)
    facts.rebuild(town.now)
    pack = town.pack.model_copy(update={"appraisal": town.pack.appraisal.model_copy(update={"minimum": 4})})
    person = town.person("leader")
    subject = subjects.unit_subject(person, pack, units[0])
    over = portrait.last_days(town.now.date(), 90)
    shown = portrait.draw(subject, over, person=person, at=town.now, pack=pack)
    signed_ = next(one for one in shown.measures if one.metric.code == "signed_in_time")
    assert signed_.middle == pytest.approx(median([100.0, 75.0, 50.0]))
    assert (signed_.figure.value, signed_.enough) == (100.0, True)
    assert any(one.kind == "strength" and "签收" in one.text for one in shown.said)
    pack = town.pack.model_copy(update={"appraisal": town.pack.appraisal.model_copy(update={"minimum": 5})})
    few = portrait.draw(subject, over, person=person, at=town.now, pack=pack)  # no median, nothing said
    assert next(one for one in few.measures if one.metric.code == "signed_in_time").middle is None
    assert [one for one in few.said if one.kind in {"strength", "weakness"}] == []


def measure(value: float, middle: float, *, code: str = "satisfied", before: float | None = None) -> Measure:
    """One indicator as it came out."""
    from datetime import date  # noqa: PLC0415

    from open12345.facts.cuts import Cut  # noqa: PLC0415

    cut = Cut(code, Period("2025-06", date(2025, 6, 1), date(2025, 6, 30)))
    then = None if before is None else Figure(0, 100, before)
    return Measure(metric(code), Figure(0, 100, value), then, middle, cut, enough=True)


@pytest.mark.function("INS-08")
@pytest.mark.parametrize(
    ("code", "value", "middle", "kind"),
    [
        ("satisfied", 90.0, 85.0, "strength"), ("satisfied", 89.9, 85.0, ""), ("satisfied", 80.0, 85.0, "weakness"),
        ("returns", 12.0, 5.0, "weakness"), ("returns", 0.0, 5.0, "strength"),
        ("handling_days", 4.0, 5.0, "strength"), ("handling_days", 4.1, 5.0, ""),
        ("handling_days", 6.0, 5.0, "weakness"),
    ],
)  # fmt: skip
def test_words_begin_at_their_thresholds(code: str, value: float, middle: float, kind: str) -> None:
    said = words.said([measure(value, middle, code=code)], [])
    assert [one.kind for one in said] == ([kind] if kind else [])
    assert words.said([replace(measure(value, middle, code=code), enough=False)], []) == []


def test_changes_and_matters_are_said_from_their_thresholds_on() -> None:
    moved = words.said([measure(80.0, 80.0, before=86.0)], [])
    assert [one.text for one in moved] == ["市民满意率比上期降 6.0 个百分点"]
    assert words.said([replace(measure(80.0, 80.0, before=86.0), enough_before=False)], []) == []
    heavy = words.Matter("占道经营", 30, 10, 0.3, "/")
    assert [one.text for one in words.said([], [heavy])] == [
        "占道经营最集中：30 件，占 30%", "占道经营明显增多：30 件，上期 10 件",
    ]  # fmt: skip
    assert words.said([], [replace(heavy, orders=9)]) == []


@pytest.mark.function("INS-08")
def test_a_unit_sees_its_own_portrait_and_no_other(town: Town) -> None:
    story(town)
    assert drawn(town, who="approver.urban").whole.whole.figure.numerator == 3
    for who, code, kind in (
        ("approver.urban", OTHER, "unit"), ("worker.urban", UNIT, "unit"), ("agent", UNIT, "unit"),
        ("watcher", UNIT, "unit"), ("approver.urban", "310117107001", "area"), ("leader", "centre", "unit"),
    ):  # fmt: skip
        with pytest.raises(Http404):
            drawn(town, code, who, kind)


@pytest.mark.function("INS-08")
def test_every_figure_of_the_page_opens_its_orders(town: Town, at_screen: AtScreen) -> None:
    story(town)
    leader = at_screen("leader")
    span = portrait.last_days(town.now.date(), 90).name
    page = leader.open(f"/insight/units/{UNIT}/?period={span}")
    links = set(re.findall(r'href="(/facts/orders/\?[^"]+)"', page))
    assert len(links) >= 10
    whole = min((link for link in links if "metric=orders" in link), key=len)  # no condition but the unit
    found = leader.open(whole.replace("&amp;", "&"))
    assert all(title in found for title in ("办结的", "在办的", "待签收的"))
    assert "别的单位的" not in found
    beside = leader.open(f"/insight/units/{UNIT}/?period={span}&with={OTHER}")
    assert Unit.objects.get(code=OTHER).name in beside
    assert re.search(
        r">受理量</th>\s*<td[^>]*>\s*<a[^>]*>3</a>\s*</td>\s*<td[^>]*>0</td>\s*<td[^>]*>\s*<a[^>]*>1</a>", beside
    )
    heads = re.findall(r"<th[^>]*>([^<]+)</th>", beside.split("办理指标")[1].split("</thead>")[0])
    names = [Unit.objects.get(code=code).name for code in (UNIT, OTHER)]
    assert heads == ["指标", names[0], "上期", names[1], "上期", "同组中位数"]
    title = " ".join(beside.split("<h1>")[1].split("</h1>")[0].split())
    assert title.startswith(f"{names[0]} – {names[1]}")
    assert "times-beside" in beside
    assert beside.count(f">{names[1]}</th>") >= 2  # its months stand beside those of the first
    leader.open(f"/insight/units/{UNIT}/?period=nonsense", 400)
    ahead = leader.open(f"/insight/units/{UNIT}/?period=2031-01", 400)
    assert "“2031-01”还没有开始" in ahead
    assert re.search(rf'href="/insight/units/{UNIT}/"[^>]*>\s*近 90 天', ahead)  # and a way out
    at_screen("approver.urban").open(f"/insight/units/{UNIT}/?period={span}&with={OTHER}", 404)
    assert "没有“nosuch”可以对照" in leader.open(f"/insight/units/{UNIT}/?with=nosuch", 400)


def test_the_table_is_taken_on_record(town: Town, at_screen: AtScreen) -> None:
    story(town)
    leader = at_screen("leader")
    span = portrait.last_days(town.now.date(), 90).name
    answer = leader.post(f"/insight/units/{UNIT}/portrait.csv?period={span}", {}, 200)
    text = text_of(answer)
    assert "市民满意率,100.0%" in text
    assert AccessLog.objects.filter(act="portrait.export", object=f"unit:{UNIT}").exists()


def test_without_facts_the_page_says_so(town: Town, at_screen: AtScreen) -> None:
    assert "数据还没有生成" in at_screen("leader").open(f"/insight/units/{UNIT}/")
