"""The demo may be started on any day, and the same moment makes the same town.

Of a week of holidays test_demo_packs.py asks in the pushed suite: a town takes long to fill.
"""

from datetime import datetime
from io import StringIO

import pytest
from django.db import transaction
from rich.console import Console

from open12345.directory import packs
from open12345.orders.models import WorkOrder
from open12345.orders.stages import Stage
from open12345.project import demo
from open12345.worktime import SHANGHAI
from tests.cast import open_town


@pytest.fixture(autouse=True)
def _town(db: None) -> None:
    packs.forget()
    open_town()


def fill(now: datetime) -> int:
    return demo.fill(Console(file=StringIO()), now=now, share=0.01)


@pytest.mark.nightly
@pytest.mark.parametrize(
    "now",
    [
        datetime(2025, 10, 5, 11, 0, tzinfo=SHANGHAI),  # in the week of the national day
        datetime(2026, 2, 20, 3, 30, tzinfo=SHANGHAI),  # spring festival
        datetime(2025, 6, 30, 8, 50, tzinfo=SHANGHAI),  # before opening
    ],
)
def test_it_can_begin_on_any_day(now: datetime) -> None:
    made = fill(now)
    assert made > 50
    assert set(WorkOrder.objects.values_list("stage", flat=True)) == set(Stage.values)


@pytest.mark.nightly
def test_the_same_moment_makes_the_same_town() -> None:

    def town() -> list[object]:
        with transaction.atomic():
            fill(datetime(2025, 6, 27, 15, 20, tzinfo=SHANGHAI))
            found: list[object] = list(
                WorkOrder.objects.order_by("pk").values_list("title", "body", "stage", "accepted_at")
            )
            transaction.set_rollback(True)
        return found

    first = town()
    assert len(first) > 50
    assert town() == first
