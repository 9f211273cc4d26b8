"""Two people (or one in two windows) change the same little thing at the same moment: one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from open12345.directory.person import Person
from open12345.handling import idioms
from open12345.handling.models import Idiom
from open12345.orders import savedviews
from open12345.orders.errors import Refused
from open12345.orders.savedviews import SavedView
from tests.cast import Town, jiuting
from tests.databases import Cleaner

FIELD = "answer.text"


@pytest.fixture
def busy_town(settled: dict[str, Person], _cleaner: Cleaner, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    """The town, where commits are real; what the test leaves is removed by hand, the town stays."""
    with django_db_blocker.unblock():
        try:
            yield Town(jiuting(), timezone.now(), settled)
        finally:
            Idiom.objects.all().delete()
            SavedView.objects.all().delete()
            connections.close_all()


def together(*tries: Callable[[], Any]) -> Sequence[Any]:
    """Start all tries at the same moment, each with a connection of its own; return what came of each."""
    gate = Barrier(len(tries))

    def run(attempt: Callable[[], Any]) -> Any:
        try:
            gate.wait(30)
            return attempt()
        except Refused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(tries)) as pool:
        return list(pool.map(run, tries, timeout=60))


def test_a_phrase_moved_up_twice_at_once_moves_two_places(busy_town: Town) -> None:
    clerk = busy_town.person("clerk.urban")
    made = [
        idioms.save(FIELD, f"第{n}条", "own", by=clerk, at=busy_town.now, pack=busy_town.pack) for n in range(6)
    ]  # fmt: skip
    together(*[lambda: idioms.up(made[-1].pk, by=clerk)] * 4)
    row = list(idioms.for_field(clerk, FIELD))
    assert [idiom.text[1] for idiom in row] == ["0", "5", "1", "2", "3", "4"]
    assert len({idiom.place for idiom in row}) == len(row), "each has a place of its own"


def test_the_same_phrase_kept_twice_at_once_is_kept_once(busy_town: Town) -> None:
    clerk, at, pack = busy_town.person("clerk.urban"), busy_town.now, busy_town.pack
    found = together(*[lambda: idioms.save(FIELD, "请您留意。", "own", by=clerk, at=at, pack=pack).pk] * 4)
    assert len(set(found)) == 1
    assert Idiom.objects.count() == 1


def test_of_two_views_that_take_one_name_at_once_one_has_it(busy_town: Town) -> None:
    staff = busy_town.person("clerk.urban").id or 0
    views = [savedviews.save(staff, f"视图{n}", "state=open") for n in range(4)]
    tries = [lambda pk=view.pk: savedviews.rename(staff, pk, "早班") for view in views if view]
    assert sorted(together(*tries)) == [False, False, False, True]
    assert sorted(view.name for view in savedviews.of(staff)).count("早班") == 1


def test_the_view_put_first_last_is_first_and_no_two_share_a_place(busy_town: Town) -> None:
    staff = busy_town.person("clerk.urban").id or 0
    views = [savedviews.save(staff, f"视图{n}", "state=open") for n in range(4)]
    tries = [lambda pk=view.pk: savedviews.put_first(staff, pk) for view in views if view]
    assert together(*tries) == [True] * 4
    places = [view.order for view in savedviews.of(staff)]
    assert len(set(places)) == len(places)
