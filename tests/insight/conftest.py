"""The town of the order tests, with facts of its own."""

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.orders.conftest import town

__all__ = ["town"]


@pytest.fixture(autouse=True)
def facts_home(settings: Settings, tmp_path: Path) -> None:
    """A folder for facts, empty."""
    settings.OPEN12345_HOME = tmp_path
