"""A town for every story of this room."""

import pytest

from tests.cast import Town, open_town


@pytest.fixture
def town(db: None) -> Town:
    """The town of Jiuting on a quiet Thursday morning."""
    return open_town()
