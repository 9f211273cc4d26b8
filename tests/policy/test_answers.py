"""Questions that a pack answers: limits, leads, territory, numbers, calendar."""

from datetime import UTC, date, datetime, time

import pytest

from open12345.policy import DutyItem, NumberPattern, Pack, read_pack
from open12345.worktime import Limit, add
from tests.policy.breaking import Copy


def reply(
    pack: Pack, *, category: str | None, kind: str = "inquiry", urgency: str = "ordinary", round_no: int = 1
) -> str:
    limit = pack.clock_limit("reply", urgency=urgency, order_kind=kind, category=category, round_no=round_no)
    return str(limit)


@pytest.fixture
def lawful(copy: Copy) -> Pack:
    """The pack with limits by category, one of them set by law, and shorter later rounds."""
    copy.edit(
        "clocks.yaml",
        "by_kind: {inquiry: 3 wd}",
        "by_kind: {inquiry: 3 wd}\n    by_category: {H: 7 wd, H0101: 2 wd}\n    later_rounds: {ordinary: 2 wd}",
    )
    copy.edit(
        "categories.csv", "H0102,H01,预付卡退费,complaint_help,,,,,,", "H0102,H01,预付卡退费,complaint_help,,,,,10 d,"
    )
    return read_pack(copy.folder)


@pytest.mark.parametrize(
    ("category", "limit"),
    [
        ("H0101", "2 wd"),  # its own rule
        ("H0103", "7 wd"),  # the nearest above it
        ("H0102", "10 d"),  # the law's, nearer than the rule two levels above
        ("A0101", "3 wd"),  # no category speaks: the kind
        (None, "3 wd"),
    ],
)
def test_the_most_specific_limit_of_an_ordinary_order_wins(lawful: Pack, category: str | None, limit: str) -> None:
    assert reply(lawful, category=category) == limit


def test_urgency_goes_before_category_and_kind(lawful: Pack) -> None:
    assert reply(lawful, category="H0101", urgency="urgent") == "24 h"
    assert reply(lawful, category="H0102", urgency="semi_urgent") == "24 h"


def test_a_law_limits_the_reply_and_no_other_clock(lawful: Pack) -> None:
    found = lawful.clock_limit("contact", urgency="ordinary", order_kind="inquiry", category="H0102")

    assert found == Limit.parse("1 wd")


def test_later_rounds_may_be_shorter_for_the_urgencies_that_say_so(lawful: Pack) -> None:
    assert reply(lawful, category="A0101", kind="complaint_help", round_no=1) == "5 wd"
    assert reply(lawful, category="A0101", kind="complaint_help", round_no=2) == "2 wd"
    assert reply(lawful, category="A0101", urgency="urgent", round_no=2) == "24 h"


@pytest.mark.parametrize("kind", ["nap", "feedback"])
def test_a_clock_that_does_not_run_has_no_limit_and_no_parts(jiuting: Pack, kind: str) -> None:
    limit = jiuting.clock_limit(kind, urgency="ordinary", order_kind="inquiry", category=None)
    parts = jiuting.clock_parts(kind, urgency="ordinary", order_kind="inquiry", category=None)

    assert (limit, parts) == (None, ())


@pytest.mark.function("DIS-02")
def test_the_nearest_duty_item_comes_first_and_those_above_follow(jiuting: Pack) -> None:
    def codes(found: list[DutyItem]) -> list[str]:
        return [item.code for item in found]

    assert codes(jiuting.duty.find("A0103")) == ["A-2", "A-1"]
    assert codes(jiuting.duty.find("A0101")) == ["A-1"]
    assert codes(jiuting.duty.find("L0301")) == ["L-4", "L-3"]
    assert codes(jiuting.duty.find("nothing")) == []


def test_an_area_without_its_own_unit_falls_to_the_one_around_it(jiuting: Pack) -> None:
    grid, community = jiuting.territory_unit("31011710700102"), jiuting.territory_unit("310117107001")

    assert grid is not None
    assert grid == community
    assert jiuting.territory_unit("310117107") is None
    assert jiuting.territory_unit(None) is None


def test_a_pack_may_let_the_grid_station_look_after_its_grid(copy: Copy) -> None:
    copy.edit("duty.yaml", "territory_kinds: [community]", "territory_kinds: [station, community]")
    pack = read_pack(copy.folder)

    assert pack.territory_unit("31011710700102") == pack.unit_tree["s00102"]
    assert pack.territory_unit("310117107001") == pack.unit_tree["c001"]


def test_paths_are_read_from_the_root_down(jiuting: Pack) -> None:
    assert jiuting.category_path("A0101") == "市容环卫 / 占道经营 / 无证设摊"
    assert jiuting.area_path("310117107001") == "松江区九亭镇亭中社区居委会"
    assert jiuting.category_path("nothing") == ""


def test_only_a_category_without_children_is_a_leaf(jiuting: Pack) -> None:
    assert jiuting.is_leaf("A0101")
    assert jiuting.is_leaf("Q")
    assert not jiuting.is_leaf("A01")
    assert not jiuting.is_leaf("nothing")


def test_trees_give_parents_before_children(jiuting: Pack) -> None:
    seen: set[str | None] = {None}
    for unit in jiuting.unit_tree.top_down():
        assert unit.parent in seen
        seen.add(unit.code)

    assert len(seen) == len(jiuting.units) + 1
    assert [unit.code for unit in jiuting.unit_tree.subtree("c001")] == ["c001", "s00101", "s00102"]


def test_numbers_have_the_documented_width_and_never_repeat_when_the_sequence_grows(jiuting: Pack) -> None:
    def number(sequence: int) -> str:
        return jiuting.number.format(area="310117", day=date(2026, 3, 2), channel="1", sequence=sequence)

    assert number(42) == "310117202603021000042"
    assert len(number(42)) == jiuting.number.width == jiuting.number.computed_width()
    assert number(1_000_000) == "3101172026030211000000"


def test_a_pack_may_write_numbers_its_own_way() -> None:
    pattern = NumberPattern(pattern="JT-{date}-{sequence}", sequence_width=5, width=17)

    assert pattern.computed_width() == 17
    assert pattern.format(area="310117", day=date(2026, 3, 2), channel="1", sequence=7) == "JT-20260302-00007"


def test_the_calendar_has_the_packs_hours_and_special_days(copy: Copy) -> None:
    half = (
        "days:\n"
        "  - {date: 2026-03-04, kind: half, name: 学习, hours: ['09:00-11:30'], close: '11:30'}\n"
        "  - {date: 2026-03-05, kind: rest, name: 台风}\n"
    )
    copy.write("calendar.yaml", half.encode())
    pack = read_pack(copy.folder)
    calendar = pack.calendar()

    assert calendar is pack.calendar()
    assert calendar.close == time(17, 30)
    assert calendar.hours == ((time(9), time(11, 30)), (time(13), time(17, 30)))
    assert calendar.day(date(2026, 3, 4)).spans == ((time(9), time(11, 30)),)
    assert calendar.day(date(2026, 3, 5)).spans == ()
    # 3 March is a Tuesday: a half Wednesday counts, the day of rest does not
    due = add(calendar, datetime(2026, 3, 3, 2, tzinfo=UTC), Limit.parse("2 wd"))
    assert due.date() == date(2026, 3, 6)


def test_a_day_may_close_at_midnight(copy: Copy) -> None:
    copy.edit("pack.yaml", 'close: "17:30"', 'close: "24:00"')

    calendar = read_pack(copy.folder).calendar()

    due = add(calendar, datetime(2026, 3, 3, 2, tzinfo=UTC), Limit.parse("1 wd"))
    assert due == datetime(2026, 3, 4, 16, tzinfo=UTC)  # 24:00 of 4 March in Shanghai
