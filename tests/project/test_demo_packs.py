"""The demo of a district is lived in: it knows no codes of a pack."""

from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker
from rich.console import Console

from open12345.directory import packs
from open12345.orders import history, invariants
from open12345.orders.models import WorkOrder
from open12345.orders.stages import Stage
from open12345.policy import find_pack, read_pack
from open12345.project import demo
from open12345.project.demo import history as demo_history
from open12345.project.demo.texts import read_texts
from open12345.worktime import SHANGHAI
from tests.cast import open_town
from tests.databases import Cleaner

FRIDAY = datetime(2025, 6, 27, 15, 20, tzinfo=SHANGHAI)


@pytest.fixture(scope="module", params=["qinhuai"])
def filled(request: pytest.FixtureRequest, _cleaner: Cleaner, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    _cleaner.remember()
    with django_db_blocker.unblock():
        packs.forget()
        open_town(read_pack(find_pack(request.param)))
        demo.fill(Console(file=StringIO()), now=FRIDAY, share=0.01)
    yield request.param
    with django_db_blocker.unblock():
        _cleaner.clean()
        packs.forget()


def test_orders_of_every_stage_are_there_and_nothing_is_wrong_with_them(filled: str, db: None) -> None:
    orders = WorkOrder.objects.select_related("area")

    assert set(orders.values_list("stage", flat=True)) == set(Stage.values)
    found = [*invariants.check_all(), *history.verify(WorkOrder.objects.all())]
    assert [f"{flaw.code}: {flaw.order} {flaw.message}" for flaw in found] == []


@pytest.mark.parametrize("pack_name", ["baoshan", "pudong", "qinhuai", "shanghai"])
def test_no_other_town_is_named_in_the_texts_of_a_pack(pack_name: str) -> None:
    folder = find_pack(pack_name)
    texts, pack = read_texts(folder / "demo"), read_pack(folder)
    assert texts is not None
    said = "".join(f"{t.title}{t.body}{t.found}{t.demand}{t.told}" for t in texts.complaints)
    assert "九亭" not in said
    assert "62112345" not in said
    assert all(place.area in pack.area_tree for place in texts.places)
    assert all(pack.is_leaf(text.category) for text in texts.complaints)


@pytest.mark.parametrize("pack_name", ["baoshan", "pudong", "qinhuai", "shanghai"])
def test_each_pack_has_years_behind_its_demo(pack_name: str, folder: Path, settings: Settings) -> None:
    settings.OPEN12345_HOME = folder
    prepared = demo_history.prepare(pack_name)
    assert prepared is not None
    assert demo_history.ORDERS[0] <= prepared.run.size <= demo_history.ORDERS[-1]
