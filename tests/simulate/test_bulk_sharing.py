"""What one writer has learnt the others need not learn: lives, and what fills them in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from open12345.directory import packs
from open12345.simulate.history.copying import Ids
from open12345.simulate.history.library import Library, shelf
from open12345.simulate.history.stamp import Sheet, Stamper
from open12345.simulate.lives.staffing import staffing
from open12345.simulate.lives.steps import World
from open12345.simulate.shapes import Fate, Life
from tests.cast import Town
from tests.simulate.made import lives
from tests.simulate.test_bulk_truth import BEGIN, FIRST


@pytest.fixture
def some(town: Town) -> list[Life]:
    until = BEGIN + timedelta(days=40)
    return list(lives(town.pack, 6, begin=BEGIN, until=until, seed=5, fates=(Fate.REFUSED, Fate.SOLVED)))


def stamper(town: Town, folder: Path) -> Stamper:
    version, _pack = packs.pack_at(BEGIN)
    connection.ensure_connection()
    made = Stamper(World(town.pack, staffing(town.pack)), version, Ids(connection.connection, 50), FIRST.__add__)
    made.kinds.library = Library(folder)
    return made


def stamped(by: Stamper, some: list[Life]) -> Sheet:
    sheet = Sheet()
    for life in some:
        by.stamp(life, sheet)
    return sheet


@pytest.mark.usefixtures("loader")
def test_a_second_writer_plays_no_life_again(town: Town, tmp_path: Path, some: list[Life]) -> None:
    one, other = stamper(town, tmp_path), stamper(town, tmp_path)
    assert stamped(one, some).rows == stamped(other, some).rows
    assert one.kinds.learned > 0
    assert other.kinds.learned == 0
    assert len(list(tmp_path.glob("*.form"))) == len(one.kinds.forms)


@pytest.mark.usefixtures("loader")
def test_what_another_plays_just_now_is_learnt_last(town: Town, tmp_path: Path, some: list[Life]) -> None:
    ours, theirs = stamper(town, tmp_path), stamper(town, tmp_path)
    told = [ours.tell(life) for life in some]
    busy, order = told[0], list[Any]()
    with theirs.kinds.library.claimed(busy.acts) as claimed:
        assert claimed
        ours.kinds._play = order.append  # type: ignore[assignment, method-assign]
        learnt = [ours.kinds._learnt_now(one) for one in told]
    assert learnt == [one.acts is not busy.acts for one in told]
    assert all(one.acts is not busy.acts for one in order)
    assert order


@pytest.mark.usefixtures("loader")
def test_what_a_power_cut_left_half_written_is_learnt_again(town: Town, tmp_path: Path, some: list[Life]) -> None:
    one, other = stamper(town, tmp_path), stamper(town, tmp_path)
    whole = stamped(one, some)
    kept = [path for path in tmp_path.iterdir() if path.suffix != ".lock"]
    for path in kept[::2]:
        path.write_bytes(b"")
    for path in kept[1::4]:
        path.write_bytes(path.read_bytes()[:50])
    assert stamped(other, some).rows == whole.rows
    assert other.kinds.learned > 0
    assert all(path.read_bytes() for path in kept if path.exists())


def test_what_was_learnt_under_another_state_is_thrown_away(town: Town, tmp_path: Path) -> None:
    world = World(town.pack, staffing(town.pack))
    old = tmp_path / "simulate" / "learnt" / "0123456789abcdef"
    old.mkdir(parents=True)
    (old / "x.form").write_bytes(b"old")
    own = shelf(tmp_path, world)
    Library(own)
    assert [*old.parent.iterdir()] == [own]
    assert shelf(tmp_path, world) == own
    assert own.exists()
