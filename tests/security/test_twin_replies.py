"""The number of another unit's order with the same reply is for the centre alone, also over the API."""

from __future__ import annotations

import pytest

from open12345.api import showing
from open12345.orders import queries
from tests.cast import ANSWER, CONTACT, Town

pytestmark = pytest.mark.function("SEC-01")


def test_a_handler_is_not_told_the_number_of_the_twin(town: Town) -> None:
    for unit in ("enforcement", "housing"):
        number = town.register(body=f"{unit}：路口有人乱停车，请来管一管")
        town.do("dispatcher", number, "dispatch", {"lead": unit})
        town.do(f"clerk.{unit}", number, "sign")
        town.do(f"clerk.{unit}", number, "contact", CONTACT)
        outcome = town.do(f"clerk.{unit}", number, "answer", ANSWER)
    assert "twin" in outcome.more
    assert "twin" not in showing.done(outcome).more
    line = queries.timeline(town.order(number)).get(action="answer")
    assert "twin" not in showing.event(line, town.person("clerk.housing")).facts
    assert "twin" in showing.event(line, town.person("reviewer")).facts
