"""A town with its machines."""

from collections.abc import Iterator

import pytest

from open12345.api.limits import limiter
from open12345.directory import packs
from open12345.directory.person import Person
from tests.api.callers import Caller, machine
from tests.cast import MORNING, Town, jiuting


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    packs.forget()
    limiter.forget()
    yield
    packs.forget()


@pytest.fixture
def town(settled: dict[str, Person], db: None) -> Town:
    """The town of Jiuting; through the API it lives in the present."""
    return Town(jiuting(), MORNING, settled)


@pytest.fixture
def centre(town: Town) -> Caller:
    """A key that takes orders in and dispatches them."""
    return machine("agent@centre", "dispatcher@centre")


@pytest.fixture
def unit(town: Town) -> Caller:
    """A key of the enforcement team."""
    return machine("clerk@enforcement", name="综合执法队系统")


@pytest.fixture
def stranger(town: Town) -> Caller:
    """A key of a unit that has nothing to do with the order."""
    return machine("clerk@market", name="无关单位系统")
