"""A town's days in seconds: a virtual clock drives the real services."""

from datetime import datetime, timedelta

import pytest

from open12345.callback.sampling import is_drawn
from open12345.orders import history, invariants
from open12345.orders.models import Event, WorkOrder
from open12345.simulate.lives import step
from open12345.simulate.lives.script import script
from open12345.simulate.lives.staffing import staffing
from open12345.simulate.lives.steps import TAKE, World
from open12345.worktime import SHANGHAI
from tests.cast import Town
from tests.simulate.made import lives

BEGIN = datetime(2025, 6, 16, 8, 0, tzinfo=SHANGHAI)


@pytest.mark.function("SIM-01")
def test_days_of_the_town_are_played_through_the_real_services(town: Town) -> None:
    world = World(town.pack, staffing(town.pack))
    until = BEGIN + timedelta(days=40)
    some = list(lives(town.pack, 12, begin=BEGIN, until=until))
    played = step.play(some, world, until=until)
    assert WorkOrder.objects.count() == 12
    assert list(history.verify(WorkOrder.objects.all())) == []
    assert list(invariants.check_all()) == []
    for life in some:
        number = played.numbers[life.request.index]
        drawn = is_drawn(number, town.pack.callback.direct_share)
        acts = [s.act for s in script(world, life, drawn=drawn) if s.act != TAKE]
        told = Event.objects.filter(order__number=number).exclude(action="breach").order_by("seq")
        assert list(told.values_list("action", flat=True)) == acts
