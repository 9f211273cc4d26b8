"""The two reports that the seeds are, written again from rows that hold what they counted: printed alike.

The rows are made here, as many as the reports say; what is proved is the arithmetic and the wording. The whole chain
from played orders is proved by `check-scenario` and `open12345 report` on a replayed half-year.
"""

from datetime import date, timedelta
from pathlib import Path

import pytest

from open12345.directory.person import SYSTEM
from open12345.facts.periods import period
from open12345.reports import composing, shape
from open12345.reports.writing import Content
from tests.cast import Town, pack_named
from tests.facts.rows import filled
from tests.reports.rows import Many, spread, table

PACKS = Path(__file__).parents[2] / "packs"
pytestmark = pytest.mark.function("REP-09")


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _text(content: Content) -> str:
    return "\n".join(
        "".join(run.text for run in part["runs"]) for part in shape.parts(content) if part["type"] == "text"
    )


def _composed(name: str, over: str, kind: str, town: Town) -> Content:
    pack, span = pack_named(name), period(over)
    order = composing.Order(composing.kind_for(pack, span, kind), span)
    return composing.compose(order, pack, person=SYSTEM, at=town.now)


def test_baoshans_half_year_says_what_its_own_report_said(town: Town, facts_home: Path) -> None:
    """A tenth of the orders: the rates print alike; counts are a tenth."""
    epidemic = {"category_1": "J", "category_2": "J08", "category": "J0801"}
    spring, spring_before = _days(date(2022, 4, 1), date(2022, 5, 31)), _days(date(2021, 4, 1), date(2021, 5, 31))
    january, june = date(2022, 1, 5), date(2021, 6, 5)
    filled(table(
        Many(570, date(2022, 4, 12), {**epidemic, "channel": "suishenpai"}),
        *spread(13482 - 570 - 93, spring[30:40], **epidemic, channel="upper"),
        *spread(93, spring[50:52], **epidemic, channel="upper", point_to_point=1),
        Many(300, january, epidemic),
        *spread(16170 - 13482 - 300, _days(date(2022, 3, 1), date(2022, 3, 9)), **epidemic),
        *spread(2177, _days(date(2022, 6, 1), date(2022, 6, 6)), category_2="L03", channel="suishenpai"),
        *spread(1644, spring_before[:3], category_2="L03"), Many(100, date(2021, 1, 3)), Many(4386 - 1744, june),
    ))  # fmt: skip
    text = _text(_composed("baoshan", "2022-H1", "", town))
    assert "共受理12345热线工单18347件(随申拍2747件)，同比增长318.3%。" in text
    assert "其中涉及疫情防控工单16170件，占工单总量的88.1%。" in text
    assert "单日最高工单量1282件" in text
    assert "4月1日至5月31日，共派发相关工单93件" in text
    assert "今年4、5月份宝山区共受理热线工单13482件(去年同期1644件)，同比增长720%，5月1日单日工单量达1282件。" in text


def test_qinhuais_report_says_what_it_said(town: Town, facts_home: Path) -> None:
    """A tenth of the orders, dealt out by the shares of the report."""
    estate, parking = {"category_3": "L0301", "category": "L0301"}, {"category": "A0901"}
    may20, jan22, oct22, mar23 = date(2020, 5, 1), date(2022, 1, 9), date(2022, 10, 9), date(2023, 3, 9)
    h06 = {"category_2": "H06"}
    rows = [
        Many(9708, date(2019, 1, 3)), Many(12640 - 627 - 2839, may20), Many(627, may20, parking),
        Many(2839, may20, estate), Many(27730 - 12640, date(2021, 3, 3)), Many(8148, jan22),
        Many(18000 - 8148 - 1251, oct22), Many(1251, oct22, h06),
        Many(6920 - 916 - 570 - 787, mar23), Many(916, mar23, h06), Many(570, mar23, parking), Many(787, mar23, estate),
    ]  # fmt: skip
    filled(table(*_shared(rows)))
    text = _text(_composed("qinhuai", "2023-H1", "congress", town))
    assert "全区共办理12345热线工单5.27万件，满意率95.58％，解决率85.17％。" in text
    assert "共占98.33％，其中，投诉占72.72％，求助占25.61％" in text
    assert "街道占57.04％，部门占29.22％，国企占12.28％，板块占1.46％" in text
    assert "从2019年的1万件到2022年的1.8万件，年均增长22.85％" in text
    assert "较去年同期下降15.07％" in text
    assert "消费维权类工单占比从2022年的6.95％上升到今年的13.24％" in text
    assert "停车管理类工单占比从2020年的4.96％上升到今年的8.24％" in text  # 8.23 of 569.5 orders
    assert "物业管理类工单占比从2020年的22.46％下降到今年的11.37％" in text


def _shared(rows: list[Many]) -> list[Many]:
    """Give the orders since 2020 their kinds, units and what citizens said, in the shares of the report."""
    whole = sum(one.count for one in rows if one.day.year >= 2020)
    cuts = {
        "kind_base": _ends(whole, [("complaint", 7272), ("help", 2561), ("inquiry", 167)]),
        "unit_top_kind": _ends(whole, [("street", 5704), ("department", 2922), ("firm", 1228), ("committee", 146)]),
        "content": _ends(whole, [(1, 9558), (0, 442)]),
        "solved": _ends(whole, [(1, 8517), (0, 1483)]),
    }
    stops = sorted({end for ends in cuts.values() for end, _value in ends})
    found, place = [], 0
    for one in rows:
        if one.day.year < 2020:
            found.append(one)
            continue
        left, day = one.count, one.day
        while left:
            stop = next(end for end in stops if end > place)
            taken = min(left, stop - place)
            told = {name: next(value for end, value in ends if place < end) for name, ends in cuts.items()}
            found.append(Many(taken, day, {**one.more, **told, "rated": 1, "answered": 1, "over": 1}))
            place, left = place + taken, left - taken
    return found


def _ends(whole: int, shares: list[tuple[object, int]]) -> list[tuple[int, object]]:
    """Return where each value ends when the whole is dealt out by ten-thousandths."""
    ends, total = [], 0
    for value, share in shares:
        total += share
        ends.append((round(whole * total / 10_000), value))
    return ends
