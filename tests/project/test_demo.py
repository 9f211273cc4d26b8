"""The demo: a small lived-in town with orders in every stage, made by really doing what people do."""

import re
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from string import Formatter

import pytest
from pytest_django.plugin import DjangoDbBlocker
from rich.console import Console

from open12345.directory import packs
from open12345.orders import clocks, history, invariants, requesters
from open12345.orders.models import Application, Clock, Event, Record, WorkOrder
from open12345.orders.stages import RecordKind, Stage
from open12345.project import demo
from open12345.project.demo.texts import PREFIX, Text, Texts, read_texts
from open12345.worktime import SHANGHAI
from tests.cast import JIUTING, jiuting, open_town
from tests.databases import Cleaner

FRIDAY = datetime(2025, 6, 27, 15, 20, tzinfo=SHANGHAI)
#: One of each kind of story.
SMALL = 0.01


def fill(now: datetime = FRIDAY) -> int:
    return demo.fill(Console(file=StringIO()), now=now, share=SMALL)


@pytest.fixture(scope="module")
def _filled(_cleaner: Cleaner, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    _cleaner.remember()
    with django_db_blocker.unblock():
        packs.forget()
        open_town()
        fill()
    yield
    with django_db_blocker.unblock():
        _cleaner.clean()
        packs.forget()


@pytest.fixture
def filled(_filled: None, db: None) -> None:
    """The town's demo on a Friday afternoon."""


@pytest.fixture(scope="module")
def texts() -> Texts:
    found = read_texts(JIUTING / "demo")
    assert found is not None
    return found


def test_every_stage_and_every_ending_is_there(filled: None) -> None:
    assert set(WorkOrder.objects.values_list("stage", flat=True)) == set(Stage.values)
    done = set(Event.objects.values_list("action", flat=True))
    endings = {"close", "answer_directly", "refuse", "merge", "close_by_upper", "archive", "grant"}
    turns = {"redispatch", "reopen_by_upper", "take_back", "send_back", "hand_down", "verify", "log_attempt", "urge"}
    assert endings | turns | {"split", "decline", "contact_for", "answer_for"} <= done
    assert WorkOrder.objects.filter(twice_unhappy=True).exists()
    assert WorkOrder.objects.filter(returns_granted=2, stage="closed").exists()
    assert set(Application.objects.values_list("state", flat=True)) == {"granted", "refused", "pending"}
    unreachable = Event.objects.filter(action="close", facts__ended="unreachable")
    assert unreachable.exists()


def test_nothing_is_wrong_with_it(filled: None) -> None:
    found = [*invariants.check_all(), *history.verify(WorkOrder.objects.all())]
    assert [f"{flaw.code}: {flaw.order} {flaw.message}" for flaw in found] == []


def test_some_orders_are_late_and_some_due_soon(filled: None) -> None:
    pack = jiuting()
    running = Clock.objects.filter(kind="reply", stopped_at__isnull=True)
    assert {"red", "amber", "green"} <= {clocks.colour(pack, clock, FRIDAY) for clock in running}


def test_a_report_names_who_is_in_charge_with_a_title(filled: None) -> None:
    reports = Record.objects.filter(kind=RecordKind.REPORT, content__in_charge__gt="")
    named = set(reports.values_list("content__in_charge", flat=True))
    assert len(named) > 1
    assert [name for name in named if not re.fullmatch(r"\w{2,3}（(副\w+|站长)）", name)] == []


def test_it_happened_in_the_past_and_in_the_order_of_time(filled: None) -> None:
    moments = list(Event.objects.order_by("order_id", "seq").values_list("order_id", "at"))
    assert max(at for _order, at in moments) <= FRIDAY
    assert moments == sorted(moments)
    orders = WorkOrder.objects.filter(accepted_at__isnull=False).order_by("pk")
    accepted = [order.accepted_at or FRIDAY for order in orders]
    assert accepted == sorted(accepted)


def test_units_keep_office_hours_and_agents_take_calls_at_night(filled: None) -> None:
    calendar = jiuting().calendar()
    ordinary = Event.objects.filter(order__urgency="ordinary", action__in=["sign", "arrive", "answer", "verify"])
    assert ordinary.count() > 50
    for at in ordinary.values_list("at", flat=True):
        local = at.astimezone(SHANGHAI)
        minute = local.replace(second=0, microsecond=0).time()
        assert any(start <= minute <= end for start, end in calendar.day(local.date()).spans), local
    registered = Event.objects.filter(action="register").values_list("at", flat=True)
    hours = {at.astimezone(SHANGHAI).hour for at in registered}
    assert hours & {19, 20, 21, 22, 23, 0, 1, 2, 3, 4, 5, 6}


def test_nobody_in_it_is_real(filled: None) -> None:
    people = [requesters.open_requester(order.requester) for order in WorkOrder.objects.select_related("requester")]
    assert all(person.phone.startswith(PREFIX) for person in people if person.phone)


def test_a_second_start_adds_nothing(filled: None) -> None:
    before = (WorkOrder.objects.count(), Event.objects.count())
    assert fill() == 0
    assert (WorkOrder.objects.count(), Event.objects.count()) == before


def test_every_text_fits_the_pack_and_its_closing_rules(texts: Texts) -> None:
    pack = jiuting()
    words = (*pack.closing.promise_words, *pack.closing.tone_words)
    for text in texts.complaints:
        assert pack.is_leaf(text.category), text.title
        assert text.kind in {"", *pack.kinds}
        assert text.urgency in {"", "urgent", "semi_urgent"}
        told = text.found + text.demand + text.told
        assert [word for word in words if word in told] == [], text.title
    assert all(place.area in pack.area_tree for place in texts.places)


def test_every_blank_of_a_text_can_be_filled(texts: Texts) -> None:
    def blanks(text: Text) -> set[str | None]:
        return {name for part in (text.title, text.body) for _literal, name, _spec, _how in Formatter().parse(part)}

    assert {name for text in texts.complaints for name in blanks(text)} <= {None, "estate", "road", "no", "b", "time"}


def test_a_pack_without_texts_gets_no_orders() -> None:
    assert read_texts(JIUTING) is None
