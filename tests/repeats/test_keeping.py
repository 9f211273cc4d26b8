"""What keeps the index true: jobs, corrections, merging, erasing; bulk loads, restarts, several processes."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections
from procrastinate.contrib.django.models import ProcrastinateJob

from open12345.orders import privacy
from open12345.orders.models import WorkOrder
from open12345.repeats import queries, services
from open12345.repeats.models import Entry, Group, Kind, Member, Spot, Wording
from tests.cast import Town
from tests.repeats.stories import LAMP, LETTER, order_of, phone

HERE = "泰亭西路69弄映陵雅苑"


def state() -> list[object]:
    """All that the index says, without the numbers of its own rows."""
    rows: list[object] = list(Entry.objects.order_by("pk").values_list("order", "at", "fingerprint", "repeats"))
    rows += sorted(Spot.objects.values_list("key", "order"))
    groups = {group.pk: (group.kind, group.orders, group.persons) for group in Group.objects.all()}
    rows += sorted((one.order_id, *groups[one.group_id]) for one in Member.objects.all())
    return rows


def letters(town: Town, many: int = 3) -> list[WorkOrder]:
    return [order_of(town, body=LETTER, place=HERE, category="B03", phone=phone(n)) for n in range(many)]


@pytest.mark.django_db
@pytest.mark.function("INS-01")
def test_registering_asks_for_the_job_that_indexes(town: Town) -> None:
    number = town.register(body=LAMP)
    job = ProcrastinateJob.objects.get(task_name="repeats.index_order")
    assert job.args["order_id"] == town.order(number).pk
    assert not Entry.objects.exists(), "the busiest door of the house does not wait for it"


@pytest.mark.django_db
@pytest.mark.function("INS-01")
def test_indexing_twice_changes_nothing(town: Town) -> None:
    orders = letters(town)
    before = state()
    for order in reversed(orders):
        services.index_order(order.pk)
    assert state() == before


@pytest.mark.django_db
@pytest.mark.function("INS-01")
def test_a_rebuild_finds_the_same_as_the_jobs_did(town: Town) -> None:
    letters(town)
    order_of(town, body=LAMP, place=HERE, category="B03", phone=phone(1))
    order_of(town, body="灯还是不亮，上次说修没有修", place=HERE, category="B03", phone=phone(1))
    town.create("save_draft", {"channel": "phone", "body": LAMP, "phone": phone(1)})
    before = state()
    services.clear()
    assert services.waiting() == 5, "a draft has not arrived"
    assert sum(services.index_all()) == 5
    assert state() == before
    assert list(services.index_all()) == [], "what is there is not indexed again"


@pytest.mark.django_db
@pytest.mark.function("INS-01")
def test_a_corrected_order_leaves_what_it_does_not_belong_to(town: Town) -> None:
    words = ("路灯坏了", "垃圾堆在门口", "楼上漏水三天")
    orders = [order_of(town, body=f"{word}没人管", place=HERE, category="B03", phone=phone(n))
              for n, word in enumerate(words)]  # fmt: skip
    assert Group.objects.get().kind == Kind.MASS
    town.do("agent", orders[1].number, "amend", {"category": "L0301"})
    services.index_order(orders[1].pk)
    assert not Member.objects.filter(order=orders[1].pk).exists()


@pytest.mark.django_db
@pytest.mark.function("INS-01")
def test_a_merged_order_counts_no_more(town: Town) -> None:
    first = order_of(town, body=LAMP, place=HERE, phone=phone(1))
    second = order_of(town, body=LAMP, place=HERE, phone=phone(1))
    assert queries.repeats_of([second.pk]) == {second.pk: first.pk}
    town.do("agent", second.number, "merge", {"into": first.number})
    services.index_order(second.pk)
    assert not Entry.objects.filter(pk=second.pk).exists()
    assert not Group.objects.exists()
    assert services.waiting() == 0


@pytest.mark.django_db
@pytest.mark.function("INS-01", "INT-09")
def test_an_erased_person_is_found_nowhere(town: Town) -> None:
    first = order_of(town, body=LAMP, place=HERE, phone=phone(1))
    again = order_of(town, body=LAMP, place=HERE, phone=phone(1))
    privacy.erase_person(phone(1), "本人申请", by=town.person("security_admin"), at=town.now)
    assert not Member.objects.filter(kind=Kind.AGAIN).exists()
    assert queries.repeats_of([first.pk, again.pk]) == {}
    services.index_order(again.pk)
    services.clear()
    list(services.index_all())
    assert not Member.objects.filter(kind=Kind.AGAIN).exists()
    new = order_of(town, body="门口还是一片漆黑，没有人来", place=HERE, phone=phone(1))
    found = queries.on_arrival(town.order(new.number), town.person("agent"), town.pack)
    assert found.of(Kind.AGAIN) is None


@pytest.mark.django_db
@pytest.mark.function("INS-01")
def test_a_confidential_order_of_another_person_does_not_leak(town: Town) -> None:
    orders = letters(town, 2)
    secret = order_of(town, body=LETTER, place=HERE, category="B03", phone=phone(7), confidential=True)
    for order in (*orders, secret):
        town.do("dispatcher", order.number, "dispatch", {"lead": "urban"})
    clerk, agent = town.person("clerk.urban"), town.person("agent")
    (seen,) = queries.group_of(town.order(orders[0].number), agent, Kind.SENT)
    assert seen.count == 3
    (told,) = queries.group_of(town.order(orders[0].number), clerk, Kind.SENT)
    assert [order.pk for order in told.orders] == [orders[1].pk]
    assert queries.group_of(town.order(secret.number), clerk) == []
    assert queries.on_arrival(town.order(secret.number), clerk, town.pack) == queries.NOTHING
    stranger = town.person("clerk.market")
    assert queries.group_of(town.order(orders[0].number), stranger) == []


@pytest.mark.function("INS-01")
def test_copies_that_arrive_at_once_in_several_processes_join_one_group(
    committed_town: Town,
) -> None:
    town = committed_town
    orders = [town.order(town.register(body=LETTER, place=HERE, phone=phone(n))).pk for n in range(8)]
    gate = threading.Barrier(4)

    def work(mine: list[int]) -> None:
        try:
            gate.wait()
            for pk in mine:
                services.index_order(pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[orders[n::4]]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Wording.objects.count() == 1
    assert {(group.kind, group.orders, group.persons) for group in Group.objects.all()} == {
        (Kind.SENT, 8, 8), (Kind.MASS, 8, 8),
    }  # fmt: skip
    connection.close()  # another process, or the same one after a restart, reads what was written
    found = queries.on_arrival(WorkOrder.objects.select_related("requester").get(pk=orders[-1]), town.person("agent"))
    sent = found.of(Kind.SENT)
    assert sent is not None
    assert sent.persons == 8
