"""The closed lists that a pack may use are those of the rooms that give them their meaning."""

from typing import get_args

from open12345.directory.roles import Role
from open12345.orders.applications import effects
from open12345.orders.stages import ClockKind, Origin, Stage, Urgency
from open12345.policy import names


def test_packs_know_the_same_words_as_the_rooms_above() -> None:
    assert set(get_args(names.RoleCode)) == set(Role.values)
    assert set(get_args(names.StageCode)) == set(Stage.values)
    assert set(get_args(names.ClockKind)) == set(ClockKind.values)
    assert set(get_args(names.Origin)) == set(Origin.values)
    assert set(get_args(names.UrgencyCode)) == set(Urgency.values)


def test_every_effect_that_a_pack_may_name_is_carried_out_by_some_room() -> None:
    assert set(get_args(names.Effect)) <= effects()
