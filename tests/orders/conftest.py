"""A town for every story: its pack and people are there for the whole file, what a story does is rolled back."""

import pytest

from open12345.directory.person import Person
from tests.cast import MORNING, Town, jiuting


@pytest.fixture
def town(settled: dict[str, Person], db: None) -> Town:
    """The town of Jiuting on a quiet Thursday morning."""
    return Town(jiuting(), MORNING, settled)
