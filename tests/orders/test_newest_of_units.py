"""The orders last given to units: newest first, none left out between two that are named, each once."""

from __future__ import annotations

import pytest

from open12345.directory.models import Unit
from open12345.orders import queries
from open12345.orders.models import Assignment, WorkOrder
from tests.cast import Town
from tests.orders.walks import dispatched

pytestmark = pytest.mark.django_db


def test_the_newest_of_several_units_are_a_whole_stretch_of_their_orders(town: Town) -> None:
    units = ["urban", "enforcement", "urban", "urban", "enforcement", "urban", "urban", "enforcement"]
    for n, unit in enumerate(units):
        both = ["enforcement"] if unit == "urban" and n % 2 else []
        dispatched(town, unit, both)
    ids = list(Unit.objects.filter(code__in=["urban", "enforcement"]).values_list("pk", flat=True))
    every = list(WorkOrder.objects.order_by("-pk").values_list("pk", flat=True))
    assert Assignment.objects.count() > len(every), "some were given twice"
    for before in (None, every[2]):
        behind = [pk for pk in every if before is None or pk < before]
        for most in (1, 2, 3, 5, 50):
            found = queries.newest_of(ids, before, most)
            assert found, "there is one"
            assert found == behind[: len(found)], (before, most)
        assert queries.newest_of(ids, before, 50) == behind
    assert queries.newest_of([], None, 50) == []
