"""The town on a quiet Thursday morning, with a folder of facts of its own; and the browsers of its people."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from open12345.screen import picture, usual
from tests.orders.conftest import town

__all__ = ["town"]


@pytest.fixture(autouse=True)
def fresh(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """No picture of another story, and no facts but one's own."""
    settings.OPEN12345_HOME = tmp_path
    picture.forget()
    usual.forget()
    yield
    picture.forget()
    usual.forget()
