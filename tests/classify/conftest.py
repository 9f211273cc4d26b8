"""Invented texts with their categories, and a model learnt from some of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from open12345.classify import Model, Settings, Text, Tree, train
from open12345.simulate.speech.people import caller
from open12345.simulate.speech.texts import World, speak
from tests.cast import pack_named

AT = datetime(2026, 5, 14, 15, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
LEAVES = 12
SMALL = Settings(most=20_000)

Said = tuple[list[Text], list[str]]


@cache
def _world() -> World:
    return World.of(pack_named("jiuting"), 1)


def made(indexes: range) -> Said:
    """Return invented texts of twelve leaves of a pack, and their leaves."""
    world = _world()
    codes = list(world.templates)
    codes = codes[:: max(1, len(codes) // LEAVES)][:LEAVES]
    areas = [row.code for row in world.pack.area_tree.leaves()]
    spoken = [
        speak(world, n, category=codes[n % LEAVES], area=areas[n * 7 % len(areas)], at=AT, caller=caller(1, n))
        for n in indexes
    ]
    return [Text(each.title, each.body) for each in spoken], [each.category for each in spoken]


@pytest.fixture(scope="session")
def tree() -> Tree:
    return Tree({row.code: row.parent or "" for row in _world().pack.categories})


@pytest.fixture(scope="session")
def learnt() -> Said:
    return made(range(288))


@pytest.fixture(scope="session")
def asked() -> Said:
    return made(range(1000, 1120))


@pytest.fixture(scope="session")
def model(learnt: Said, tree: Tree) -> Model:
    return train(*learnt, tree=tree, settings=SMALL)


@pytest.fixture
def retrained(learnt: Said, tree: Tree) -> Callable[[], Model]:
    return lambda: train(*learnt, tree=tree, settings=SMALL)
