"""Practice is counted from what ended where, the same in the database as in a replay of the past."""

from __future__ import annotations

from datetime import timedelta

import pytest

from open12345.dispatch.advice import practice, replay, stored
from open12345.dispatch.advice.evidence import Level, Past, chain
from open12345.dispatch.advice.memory import Memory
from open12345.dispatch.models import Practice
from open12345.orders.models import WorkOrder
from tests.cast import Town
from tests.orders.walks import RETURN, dispatched, granted, redo, reported, signed

TINGZHONG = "310117107001"


def counted(town: Town, category: str = "A0101", area: str = TINGZHONG) -> dict[str, tuple[int, int]]:
    practice.refresh(town.pack, at=town.now)
    rows = Practice.objects.filter(category=category, area=area, after=None)
    return {row.unit.code: (row.kept, row.back) for row in rows.select_related("unit")}


@pytest.mark.function("DIS-04")
def test_reported_is_kept_returned_and_taken_back_are_not_and_open_says_nothing(town: Town) -> None:
    reported(town, "urban", area=TINGZHONG)
    granted(town, dispatched(town, "market", area=TINGZHONG), RETURN, "market")
    back = dispatched(town, "greening", area=TINGZHONG)
    town.do("supervisor", back, "take_back", {"reason": "派错"})
    signed(town, "housing", area=TINGZHONG)
    assert counted(town) == {"urban": (1, 0), "greening": (0, 1), "market": (0, 1)}
    assert counted(town) == {"urban": (1, 0), "greening": (0, 1), "market": (0, 1)}, "counted anew, not added"
    assert counted(town, "A", "") == counted(town), "a wider level holds all below it"
    assert counted(town, "", "") == counted(town)


def test_a_slip_of_the_hand_counts_against_nobody(town: Town) -> None:
    number = dispatched(town, "market", area=TINGZHONG)
    town.now -= timedelta(minutes=1)  # `do` lets a minute pass
    town.now += timedelta(seconds=5)
    town.do("dispatcher", number, "undo_dispatch")
    assert counted(town) == {}


@pytest.mark.function("DIS-08")
def test_where_a_returned_order_went_next_is_counted(town: Town) -> None:
    number = dispatched(town, "market", area=TINGZHONG)
    town.do("supervisor", number, "take_back", {"reason": "派错"})
    town.do("dispatcher", number, "dispatch", {"lead": "urban"})
    practice.refresh(town.pack, at=town.now)
    row = Practice.objects.select_related("unit", "after").get(category="A0101", area=TINGZHONG, after__isnull=False)
    assert (row.after and row.after.code, row.unit.code, row.kept) == ("market", "urban", 1)


@pytest.mark.function("DIS-08")
def test_the_database_knows_what_a_replay_knows(town: Town) -> None:
    for unit in ("urban", "urban", "market"):
        reported(town, unit, area=TINGZHONG)
        town.wait(days=9)
    number = dispatched(town, "market", area=TINGZHONG)
    town.do("supervisor", number, "take_back", {"reason": "派错"})
    town.do("dispatcher", number, "dispatch", {"lead": "urban"})
    redo(town, number)
    reported(town, "housing", area=TINGZHONG, category="A0103")
    town.wait(minutes=1)
    practice.refresh(town.pack, at=town.now)
    story, memory = replay.read(town.pack, at=town.now), Memory(town.pack)
    category = {one.order: one.category for one in story.taken}
    for one in story.taken:
        memory.accepted(one.order, one.category)
    for sent in replay.replay(town.pack, story):
        assert sent.keeper
    for before, after in replay.moves(story.shares):
        memory.moved(category[after.order], TINGZHONG, before.unit, after.unit, before.sent)
    for share in story.shares:
        area = WorkOrder.objects.get(pk=share.order).area
        past = Past(share.order, "", area.code if area else "", share.unit, share.kept, share.at, "", share.sent)
        memory.ended(category[share.order], past)
    asked = chain(town.pack, "A0101", TINGZHONG).all
    known = stored.evidence(asked, ["A0101"], town.now)
    other = memory.evidence(["A0101"], TINGZHONG, town.now)
    assert Level("A0101", TINGZHONG) in known.tallies
    assert known.tallies.keys() == other.tallies.keys()
    for level, units in known.tallies.items():
        for unit, found in units.items():
            assert found == pytest.approx(other.tallies[level][unit]), (level, unit)
    assert known.moves.keys() == other.moves.keys() != set()
    assert all(pairs == pytest.approx(other.moves[level]) for level, pairs in known.moves.items())
    seen = [(one.order, one.unit, one.kept) for one in known.past["A0101"]]
    assert seen == [(one.order, one.unit, one.kept) for one in other.past["A0101"]]
