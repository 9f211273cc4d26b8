"""A town's days in seconds: a virtual clock drives the real services."""

from datetime import datetime, timedelta

import pytest

from open12345.orders import history, invariants
from open12345.orders.models import Event, WorkOrder
from open12345.simulate import step
from open12345.simulate.lives import World
from open12345.simulate.staffing import staffing
from open12345.worktime import SHANGHAI
from tests.cast import Town
from tests.simulate.made import lives

BEGIN = datetime(2025, 6, 16, 8, 0, tzinfo=SHANGHAI)


@pytest.mark.function("SIM-01")
def test_a_day_of_the_town_is_played_through_the_real_services(town: Town) -> None:
    world = World(town.pack, staffing(town.pack))
    until = BEGIN + timedelta(days=40)
    played = step.play(lives(town.pack, 40, begin=BEGIN, until=until), world, until=until)
    assert WorkOrder.objects.count() == 40
    assert list(history.verify(WorkOrder.objects.all())) == []
    assert list(invariants.check_all()) == []
    assert Event.objects.count() == played.acts
