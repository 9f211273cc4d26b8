"""The town of the order tests, with a folder of facts, and a pack that ranks from the first order on."""

from __future__ import annotations

import pytest

from open12345.policy import Pack
from tests.cast import Town
from tests.facts.conftest import facts_home, watched
from tests.orders.conftest import town

__all__ = ["facts_home", "ranking", "town", "watched"]


@pytest.fixture
def ranking(watched: Town) -> Pack:
    """The town's pack with a minimum count of one."""
    rules = watched.pack.appraisal.model_copy(update={"minimum": 1})
    return watched.pack.model_copy(update={"appraisal": rules})
