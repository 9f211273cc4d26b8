"""A scenario's mistakes are named with file, line and what would be right; what contradicts itself is refused."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from open12345.policy import Pack, PackError, find_pack, read_pack
from open12345.simulate.scenarios.files import read_scenario, scenario_names
from open12345.simulate.scenarios.rounding import how_printed, reachable
from open12345.simulate.scenarios.windows import Days
from tests.cast import pack_named

SCENARIOS = [
    ("baoshan", "2022-h1"), ("jiuting", "year"), ("pudong", "year"), ("qinhuai", "2019-2023h1"), ("shanghai", "2022"),
    ("baoshan", "recent"), ("qinhuai", "recent"), ("shanghai", "recent"),
]  # fmt: skip

HEAD = """title: 试验
source: 自定
until: 2022-12-31
totals:
  - {days: 2022, orders: 1000}
"""

_SHARE = "  - {{of: kind, values: [{}], days: 2022, percent: {}}}\n"
_STORM = "events:\n  - {code: x, title: x, kind: storm, days: 2022-05, categories: [B0102], place: nowhere}\n"


@pytest.fixture(scope="module")
def jiuting() -> Pack:
    return pack_named("jiuting")


def problems(pack: Pack, tmp_path: Path, text: str) -> list[str]:
    """Return the mistakes of a scenario with this text, nothing where there are none."""
    (tmp_path / "scenarios").mkdir(exist_ok=True)
    (tmp_path / "scenarios" / "try.yaml").write_text(text, encoding="utf-8")
    try:
        read_scenario(pack, "try", folder=tmp_path)
    except PackError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.function("SIM-01")
@pytest.mark.parametrize(("pack", "name"), SCENARIOS)
def test_the_scenarios_of_all_packs_are_without_mistakes_and_quote_their_seed(pack: str, name: str) -> None:
    found = read_scenario(pack_named(pack), name)
    assert found.name in scenario_names(find_pack(pack))
    assert all(figure.quote and figure.seed for figure in found.figures)
    assert any(figure.later for figure in found.figures) or name == "recent"
    assert any(figure.count for figure in found.figures)


@pytest.mark.parametrize(("pack", "name"), SCENARIOS)
def test_each_scenario_says_by_which_channels_its_orders_come(pack: str, name: str) -> None:
    """Without shares every channel would bring as many: as many letters as calls."""
    rules = pack_named(pack)
    channels = read_scenario(rules, name).mix.channels
    assert max(channels, key=lambda code: channels[code]) in {"phone", "upper"}
    assert set(channels) <= set(rules.channels)


def test_a_sound_scenario_has_no_mistakes(jiuting: Pack, tmp_path: Path) -> None:
    assert problems(jiuting, tmp_path, HEAD) == []


def test_an_unknown_scenario_names_those_there_are(jiuting: Pack) -> None:
    with pytest.raises(PackError, match=r"没有这个方案 “yaer”；是否想写 “year”"):
        read_scenario(jiuting, "yaer")


def test_a_pack_without_scenarios_says_so(jiuting: Pack, tmp_path: Path) -> None:
    with pytest.raises(PackError, match="还没有方案"):
        read_scenario(jiuting, "year", folder=tmp_path)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("  - {days: 2022-01, orders: 1200}\n",
         "scenarios/try.yaml:5: totals[0].orders: 其中的 2022-01-01..2022-01-31 1200"),
        ("  - {days: 2022-01..2022-06, orders: 400}\n  - {days: 2022-07..2022-12, orders: 500}\n", "不等于 1000 件"),
        ("  - {days: 2022-01..2022-06, orders: 4}\n  - {days: 2022-05..2022-07, orders: 5}\n",
         "try.yaml:7: totals[2].days"),
        ("  - {days: 2022, orders: 7}\n", "重复，各写了 1000 件和 7 件"),
        ("  - {days: 2022-04-12, orders: 2, busiest: true}\n", "其余 364 天容不下另外 998 件"),
        ("  - {days: 2022-04-12, orders: 50, busiest: true}\n  - {days: 2022-05-01, orders: 60}\n",
         "不少于 2022-04-12 的 50 件"),
        ("  - {days: 2022-04, orders: 90, busiest: true}\n", "最多的一天应只写一天"),
        ("  - {days: -9..0, orders: 9}\n", "要么都从最后一天往回数"),
        ("  - {days: 2023-01, orders: 9}\n", "在运行的最后一天 2022-12-31 之后"),
        ("  - {days: 2022-02-30, orders: 9}\n", "try.yaml:6: totals[1].days: 日期 “2022-02-30” 的写法不对"),
        ("  - {days: 2022-06..2022-05, orders: 9}\n", "的结束早于开始"),
    ],
)  # fmt: skip
def test_contradictory_totals_are_refused_with_the_reason(jiuting: Pack, tmp_path: Path, more: str, told: str) -> None:
    found = problems(jiuting, tmp_path, HEAD + more)
    assert any(told in line for line in found), found


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("quotas:\n  - {of: category, values: [A], days: 2022, orders: 1001}\n",
         "1001 件多于 2022-01-01..2022-12-31 的全部工单"),
        (f"quotas:\n{_SHARE.format('complaint', 60)}{_SHARE.format('inquiry', 41)}", "占比合计 101 %"),
        ("quotas:\n  - {of: kind, values: [complaint], days: 2022, percent: 160}\n", "不应大于 100"),
        ("quotas:\n  - {of: kind, values: [complaint], days: 2022}\n", "percent（占比）应写且只写一个"),
        ("quotas:\n  - {of: category, values: [A], days: 2022, orders: 9, among: {channels: [phone]}}\n",
         "先于 “channel” 决定"),
        ("quotas:\n  - {of: category, values: [ZZ], days: 2022, orders: 9}\n", "没有这个分类 “ZZ”"),
        ("quotas:\n  - {of: channel, values: [phnoe], days: 2022, orders: 9}\n", "是否想写 “phone”"),
        ("heard:\n  - {days: 2022, rated: 10, answered: 12, satisfied: 9, solved: 9}\n", "12 人多于评价的 10 人"),
        ("heard:\n  - {days: 2022, rated: 10, answered: 10, satisfied: 11, solved: 9}\n", "11 多于分母 rated 的 10"),
        ("heard:\n  - {days: 2022, satisfied: 11, solved_percent: 9}\n", "分母 rated 也要写件数"),
        (_STORM, "没有这个区域 “nowhere”"),
        ("total: 5\n", "不认识的键 “total”；是否想写 “totals”"),
    ],
)  # fmt: skip
def test_quotas_answers_and_codes_are_checked(jiuting: Pack, tmp_path: Path, more: str, told: str) -> None:
    found = problems(jiuting, tmp_path, HEAD + more)
    assert any(told in line for line in found), found


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("count: {measure: orders, days: 2022}, value: 999", "方案自己排的是 1000 件，不等于 999 件"),
        ("count: {measure: orders, days: 2022}, value: 1000, later: true", "应写 count（怎样统计），或写 later"),
        ("value: 5", "应写 count（怎样统计），或写 later"),
        ("value: 5, later: true", "由哪个模块统计"),
        ("count: {measure: growth, days: 2022}, value: 5", "增长要写 before"),
        ("count: {measure: share, days: 2022}, value: 100.5, unit: '%'", "占比 100.5 % 超过 100 %"),
        ("count: {measure: satisfied_rate, days: 2022}, value: 88.31, unit: '%'", "四舍五入或截尾都得不出 88.31 %"),
        ("count: {measure: busiest_day, days: 2022}, value: 7", "busiest_day 的值是日期"),
    ],
)  # fmt: skip
def test_figures_that_the_plan_cannot_keep_are_refused(jiuting: Pack, tmp_path: Path, more: str, told: str) -> None:
    heard = "heard:\n  - {days: 2022, rated: 77, answered: 77, satisfied: 60, solved: 50}\n"
    figure = f"figures:\n  - {{code: a, title: 甲, quote: 乙, seed: ours, {more}}}\n"
    found = problems(jiuting, tmp_path, HEAD + heard + figure)
    assert any(told in line for line in found), found


def test_garbage_is_named_and_never_raises_anything_else(jiuting: Pack, tmp_path: Path) -> None:
    for text in ("", "- a\n", "title: [\n", "\0", "title: 甲\ntotals: 7\n", "title: &x 甲\nsource: *x\n"):
        assert problems(jiuting, tmp_path, text), text


def test_a_copied_pack_keeps_its_scenarios_out_of_its_digest(jiuting: Pack, tmp_path: Path) -> None:
    shutil.copytree(find_pack("jiuting"), tmp_path / "copy")
    (tmp_path / "copy" / "scenarios" / "other.yaml").write_text(HEAD, encoding="utf-8")
    assert read_pack(tmp_path / "copy").digest == jiuting.digest


# --- days and printed figures -------------------------------------------------------------------------


@given(first=st.dates(date(2000, 1, 1), date(2030, 1, 1)), more=st.integers(0, 900))
def test_days_read_as_they_are_written(first: date, more: int) -> None:
    days = Days(first, date.fromordinal(first.toordinal() + more))
    assert Days.parse(str(days)) == days
    assert days.at(date(1999, 1, 1)) == (days.first, days.last)


def test_days_may_be_counted_back_from_the_end() -> None:
    assert Days.parse("-364..0").at(date(2026, 11, 21)) == (date(2025, 11, 22), date(2026, 11, 21))
    assert Days.parse("2022-02").at(date(1999, 1, 1)) == (date(2022, 2, 1), date(2022, 2, 28))


@pytest.mark.parametrize(
    ("exact", "printed", "how"),
    [("719.92", "720", "rounded"), ("92.3077", "92.30", "truncated"), ("92.3077", "92.31", "rounded"),
     ("88.1355", "88.1", "rounded"), ("88.1355", "88.3", ""), ("-15.070", "-15.07", "rounded")],
)  # fmt: skip
def test_texts_round_and_sometimes_truncate(exact: str, printed: str, how: str) -> None:
    assert how_printed(Decimal(exact), Decimal(printed)) == how


def test_not_every_rate_can_be_had_from_every_number() -> None:
    assert reachable(Decimal("89.71"), 243)
    assert not reachable(Decimal("89.71"), 20)
