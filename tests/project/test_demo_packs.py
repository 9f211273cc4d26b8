"""The demo of a district is lived in: it knows no codes of a pack."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
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
from open12345.policy import find_pack
from open12345.policy.names import TERRITORY
from open12345.project import demo
from open12345.project.demo import history as demo_history
from open12345.project.demo.texts import deputy, read_texts
from open12345.project.demo.theatre import Case, Theatre
from open12345.project.demo.turns import duty, elsewhere
from open12345.worktime import SHANGHAI
from tests.cast import open_town, pack_named
from tests.databases import Cleaner

PACKS = ["baoshan", "jiuting", "pudong", "qinhuai", "shanghai"]
FRIDAY = datetime(2025, 6, 27, 15, 20, tzinfo=SHANGHAI)
#: In the week of the national day: nobody is at work, and the demo may begin all the same.
HOLIDAYS = datetime(2025, 10, 5, 11, 0, tzinfo=SHANGHAI)


@pytest.fixture(scope="module", params=["qinhuai"])
def filled(request: pytest.FixtureRequest, _cleaner: Cleaner, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    _cleaner.remember()
    with django_db_blocker.unblock():
        packs.forget()
        open_town(pack_named(request.param))
        demo.fill(Console(file=StringIO()), now=HOLIDAYS, share=0.01)
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
    texts, pack = read_texts(folder / "demo"), pack_named(pack_name)
    assert texts is not None
    said = "".join(f"{t.title}{t.body}{t.found}{t.demand}{t.told}" for t in texts.complaints)
    assert "九亭" not in said
    assert "62112345" not in said
    assert all(place.area in pack.area_tree for place in texts.places)
    assert all(pack.is_leaf(text.category) for text in texts.complaints)


@pytest.mark.parametrize("pack_name", PACKS)
def test_what_is_sent_by_mistake_goes_to_a_unit_that_has_to_do_with_such_matters(pack_name: str, db: None) -> None:
    folder = find_pack(pack_name)
    texts, pack = read_texts(folder / "demo"), pack_named(pack_name)
    assert texts is not None
    theatre = Theatre(pack, texts, FRIDAY, seed=1)
    for number in range(200):
        case = Case(theatre, number)
        here = pack.territory_unit(case.matter.place.area)
        items = pack.duty.find(case.matter.text.category)
        classes = [one for one in pack.duty.classes if set(one.items) & set(items)]
        near = {code for one in items for code in one.co_handlers} | {one.lead for kin in classes for one in kin.items}
        sent = elsewhere(case)
        assert here is not None
        next_door = {unit.code for unit in pack.units if unit.kind == here.kind}
        fitting = (near | {here.code}) - {TERRITORY, duty(case)}
        assert sent in (fitting or next_door), case.matter.text.title
        assert sent not in {duty(case), pack.centre.code}
        assert elsewhere(case, sent) not in {sent, duty(case)}
        assert sent in pack.unit_tree


@pytest.mark.parametrize(
    ("unit", "title"),
    [
        ("区绿化市容局", "副局长"), ("公安秦淮分局交警大队", "副大队长"), ("罗店镇人民政府", "副镇长"),
        ("亭中社区居委会", "副主任"), ("区财政局（金融服务）", "副局长"), ("区纪委监委", "副主任"),
        ("团区委", "副书记"),
    ],
)  # fmt: skip
def test_the_leader_in_charge_is_called_as_in_such_a_unit(unit: str, title: str) -> None:
    assert deputy(unit) == title


@pytest.mark.parametrize("pack_name", ["baoshan", "pudong", "qinhuai", "shanghai"])
def test_each_pack_has_years_behind_its_demo(pack_name: str, folder: Path, settings: Settings) -> None:
    settings.OPEN12345_HOME = folder
    prepared = demo_history.prepare(pack_name)
    assert prepared is not None
    assert demo_history.ORDERS[0] <= prepared.run.size <= demo_history.ORDERS[-1]
    ended = datetime.fromisoformat(prepared.run.until)
    assert timedelta() <= datetime.now(UTC) - ended < timedelta(days=1), "the years go on until today"
