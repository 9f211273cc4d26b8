"""The town of the order tests, with a folder of facts of its own."""

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.cast import Town
from tests.orders.conftest import town

__all__ = ["facts_home", "town", "watched"]


@pytest.fixture
def facts_home(settings: Settings, tmp_path: Path) -> Path:
    """A folder for facts, empty."""
    settings.OPEN12345_HOME = tmp_path
    return tmp_path / "facts"


@pytest.fixture
def watched(town: Town, facts_home: Path) -> Town:
    """The town, its facts in a folder of their own."""
    return town
