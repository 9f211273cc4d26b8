"""A town with its machines. The town is founded once for each module of tests, in a transaction around them all."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from open12345.api.limits import limiter
from open12345.directory import packs
from tests.api.callers import Caller, machine
from tests.cast import Town, open_town


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    packs.forget()
    limiter.forget()
    yield
    packs.forget()


@pytest.fixture(scope="module")
def _founded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield open_town()
        transaction.set_rollback(True)


@pytest.fixture
def town(_founded: Town, db: None) -> Town:
    """The town of Jiuting; through the API it lives in the present."""
    return Town(_founded.pack, _founded.now)


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
