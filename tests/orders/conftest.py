"""A town for every story: its pack and people are committed once per file, what a story does is rolled back."""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from open12345.directory import packs
from open12345.directory.person import Person
from tests.cast import MORNING, Town, jiuting, open_town
from tests.databases import Cleaner


@pytest.fixture(scope="module")
def settled(_cleaner: Cleaner, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Person]]:
    """The town's pack and people, and who has been looked up so far."""
    _cleaner.remember()
    with django_db_blocker.unblock():
        packs.forget()
        people = open_town().people
    yield people
    with django_db_blocker.unblock():
        _cleaner.clean()
        packs.forget()


@pytest.fixture
def town(settled: dict[str, Person], db: None) -> Town:
    """The town of Jiuting on a quiet Thursday morning."""
    return Town(jiuting(), MORNING, settled)
