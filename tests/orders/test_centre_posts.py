"""Who decides for the centre: posts of the centre, not posts of the same name in some unit."""

from __future__ import annotations

from typing import Any

import pytest

from open12345.orders import queries, rights
from open12345.orders.lifecycle import ACTIONS
from open12345.policy import Pack
from tests.cast import Town
from tests.orders.walks import WITHDRAWAL

pytestmark = pytest.mark.function("HAN-10")


def with_deciders(pack: Pack, *roles: str) -> Pack:
    """The pack, with the withdrawal decided by these roles in the centre."""
    found = pack.applications["withdrawal"]
    steps = tuple(step.model_copy(update={"roles": roles}) for step in found.steps)
    changed: dict[str, Any] = {**pack.applications, "withdrawal": found.model_copy(update={"steps": steps})}
    return pack.model_copy(update={"applications": changed})


@pytest.mark.parametrize(
    ("role", "who", "may"),
    [
        ("supervisor", "supervisor", True),
        ("approver", "approver.urban", False),
        ("approver", "approver.c001", False),
        ("watcher", "watcher", True),
    ],
)
def test_a_step_of_the_centre_is_decided_by_posts_of_the_centre(town: Town, role: str, who: str, may: bool) -> None:
    number = town.register()
    town.do("agent", number, "ask_centre", WITHDRAWAL)
    scene = queries.scene_of(town.order(number), with_deciders(town.pack, role))
    (asked,) = scene.applications
    found = rights.grounds(scene, ACTIONS["grant"], town.person(who), None, asked)
    assert (found is not None) is may
