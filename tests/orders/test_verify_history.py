"""Whoever edits stored history, with whatever rights, `verify-history` names the order and the event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, TypeAlias

import psycopg
import pytest
import typer
from django.db import connections, transaction
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker
from typer.testing import CliRunner

from open12345.directory.person import Person
from open12345.orders import chain, cli, history, invariants, requesters, vault
from open12345.orders.models import Anchor, Event, Record, Requester, SealedHead, WorkOrder
from tests.cast import MORNING, Town, jiuting
from tests.orders.walks import signed, to_callback

pytestmark = pytest.mark.function("SEC-03")

Owner: TypeAlias = psycopg.Cursor[tuple[object, ...]]
Found: TypeAlias = set[tuple[str, int | None, str]]
#: How long the victim's history is, and what stands where in it.
LAST, ANSWERED, REPORTED = 7, 5, 6


class Stand:
    """Committed orders: the victim waits for its callback, the neighbour is being handled; both are sealed twice."""

    def __init__(self, town: Town) -> None:
        self.victim = to_callback(town)
        assert history.seal(town.now) is not None
        self.neighbour = signed(town, name="王建国", phone="13912345678")
        town.wait(hours=1)
        assert history.seal(town.now) is not None
        town.wait(hours=1)
        self.young = town.register(name="赵敏", phone="13712345678")
        self.ids = dict(WorkOrder.objects.values_list("number", "pk"))
        self.id = self.ids[self.victim]
        self.now = town.now


@pytest.fixture(scope="module")
def kept(settled: dict[str, Person], django_db_blocker: DjangoDbBlocker) -> Iterator[Stand]:
    with django_db_blocker.unblock():
        stand = Stand(Town(jiuting(), MORNING, settled))
        connections.close_all()
        yield stand


@pytest.fixture
def owner(kept: Stand, owner_cursor: Owner, django_db_blocker: DjangoDbBlocker) -> Iterator[Owner]:
    """The owner with the triggers taken off; whatever is edited is put back afterwards."""
    tables = [str(row[0]) for row in owner_cursor.execute(_TABLES).fetchall()]
    for table in tables:
        _each(owner_cursor, "CREATE TEMP TABLE {copy} AS TABLE {table}", table)
        _each(owner_cursor, "ALTER TABLE {table} DISABLE TRIGGER USER", table)
    with django_db_blocker.unblock():
        yield owner_cursor
        connections.close_all()
    owner_cursor.execute("BEGIN")
    for deed in ("DELETE FROM {table}", "INSERT INTO {table} SELECT * FROM {copy}"):
        for table in tables:
            _each(owner_cursor, deed, table)
    owner_cursor.execute("COMMIT")
    for table in tables:
        _each(owner_cursor, "ALTER TABLE {table} ENABLE TRIGGER USER", table)


_TABLES = r"SELECT tablename FROM pg_tables WHERE tablename LIKE 'orders\_%' AND tablename <> 'orders_stagerule'"


def _each(owner: Owner, deed: str, table: str) -> None:
    names = {"table": sql.Identifier("public", table), "copy": sql.Identifier(f"kept_{table}")}
    owner.execute(sql.SQL(deed).format(**names))


def command(*words: str) -> tuple[int, str]:
    app = typer.Typer()
    cli.register(app)
    result = CliRunner().invoke(app, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


def found(*words: str) -> Found:
    """Return what `verify-history --json` finds; its exit code says whether it found anything."""
    code, out = command("verify-history", *words, "--json")
    flaws = json.loads(out)["flaws"]
    assert code == (1 if flaws else 0)
    assert all(flaw["message"] for flaw in flaws)
    return {(flaw["order"], flaw["event"], flaw["code"]) for flaw in flaws}


def edit(owner: Owner, statement: str, **values: Any) -> None:
    owner.execute(statement, values)
    assert owner.rowcount > 0


# -- untouched -----------------------------------------------------------------------------------------------


def test_untouched_history_is_proved(kept: Stand, owner: Owner) -> None:
    assert found() == set()
    assert found(kept.victim, kept.young) == set()
    code, out = command("verify-history")
    assert (code, out) == (0, "orders: 3, flaws: 0\n")


def test_taking_the_protection_off_is_found_by_fsck_alone(kept: Stand, owner: Owner) -> None:
    code, out = command("fsck", "--json")
    assert code == 1
    assert {flaw["code"] for flaw in json.loads(out)["flaws"]} == {"history_guarded"}


# -- events --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        'facts = facts || \'{"outcome": "explained"}\'',
        "facts = facts - 'record'",
        "actor = actor + 1",
        "actor_name = '张三'",
        "actor_kind = 'system'",
        "unit = NULL",
        "at = at - interval '1 microsecond'",
        "client_at = at",
        "action = 'note'",
        "stage_from = 'accepted'",
        "stage_to = 'review'",
        "round = round + 1",
        "assignment = NULL",
        "pack_version = pack_version + 1",
        "hash = sha256(hash)",
    ],
)
def test_an_edited_event_is_named(kept: Stand, owner: Owner, change: str) -> None:
    edit(owner, f"UPDATE orders_event SET {change} WHERE order_id = %(id)s AND seq = 5", id=kept.id)  # noqa: S608
    assert (kept.victim, ANSWERED, "edited") in found()
    assert {order for order, _seq, _code in found()} == {kept.victim}
    code, out = command("verify-history")
    assert code == 1
    assert f"{kept.victim} #5  edited" in out
    assert found(kept.neighbour) == set()


def test_an_edited_link_to_the_event_before_is_named(kept: Stand, owner: Owner) -> None:
    edit(owner, "UPDATE orders_event SET prev = sha256(prev) WHERE order_id = %(id)s AND seq = 5", id=kept.id)
    assert found() == {(kept.victim, ANSWERED, "edited"), (kept.victim, ANSWERED, "broken_link")}


@pytest.mark.parametrize("seq", [1, 4, 6])
def test_a_deleted_event_is_named(kept: Stand, owner: Owner, seq: int) -> None:
    edit(owner, "DELETE FROM orders_event WHERE order_id = %(id)s AND seq = %(seq)s", id=kept.id, seq=seq)
    assert (kept.victim, seq, "missing") in found()


def test_a_deleted_last_event_is_named(kept: Stand, owner: Owner) -> None:
    edit(owner, "DELETE FROM orders_event WHERE order_id = %(id)s AND seq = 7", id=kept.id)
    assert found() == {(kept.victim, LAST - 1, "head"), (kept.victim, LAST, "vanished")}
    code, out = command("fsck", "--json")
    assert code == 1
    assert {"head_is_last_event", "head", "vanished"} <= {flaw["code"] for flaw in json.loads(out)["flaws"]}


def test_a_cut_history_is_found_by_its_seal_though_the_order_agrees(kept: Stand, owner: Owner) -> None:
    edit(owner, "DELETE FROM orders_event WHERE order_id = %(id)s AND seq = 7", id=kept.id)
    edit(
        owner,
        "UPDATE orders_workorder o SET head_seq = e.seq, head_hash = e.hash, stage = e.stage_to FROM orders_event e"
        " WHERE e.order_id = o.id AND e.seq = 6 AND o.id = %(id)s",
        id=kept.id,
    )
    assert found() == {(kept.victim, LAST, "vanished")} == found(kept.victim)


def test_an_order_without_any_history_is_named(kept: Stand, owner: Owner) -> None:
    edit(owner, "DELETE FROM orders_event WHERE order_id = %(id)s", id=kept.ids[kept.young])
    assert found() == {(kept.young, None, "no_history")}


def test_an_event_moved_to_another_order_is_named(kept: Stand, owner: Owner) -> None:
    moved = "UPDATE orders_event SET order_id = %(id)s WHERE order_id = %(other)s AND seq = 3"
    edit(owner, "DELETE FROM orders_event WHERE order_id = %(id)s AND seq = 3", id=kept.id)
    edit(owner, moved, id=kept.id, other=kept.ids[kept.neighbour])
    assert {(kept.victim, 3, "edited"), (kept.neighbour, 2, "head")} <= found()


# -- what the events vouch for -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "content = jsonb_set(content, '{text}', '\"已办结，市民满意。\"')",
        "content = content - 'method'",
        "sealed = sha256('x')",
    ],
)
def test_an_edited_record_is_named_by_its_event(kept: Stand, owner: Owner, change: str) -> None:
    where = "order_id = %(id)s AND kind = 'answer'"
    edit(owner, f"UPDATE orders_record SET {change} WHERE {where}", id=kept.id)  # noqa: S608
    assert found() == {(kept.victim, ANSWERED, "record_edited")}


def test_a_record_with_a_digest_to_match_is_still_named(kept: Stand, owner: Owner) -> None:
    record = Record.objects.get(order_id=kept.id, kind="report")
    record.content["outcome"] = "not_solved"
    said = {"content": json.dumps(record.content), "digest": bytes.fromhex(chain.record_digest(record))}
    edit(owner, "UPDATE orders_record SET content = %(content)s, digest = %(digest)s WHERE id = %(pk)s", pk=record.pk,
         **said)  # fmt: skip
    assert found() == {(kept.victim, REPORTED, "record_edited")}


def test_a_deleted_and_a_smuggled_record_are_named(kept: Stand, owner: Owner) -> None:
    edit(owner, "DELETE FROM orders_record WHERE order_id = %(id)s AND kind = 'answer'", id=kept.id)
    names = ", ".join(f.column for f in Record._meta.concrete_fields if f.column and f.column != "id")
    copy = f"INSERT INTO orders_record ({names}) SELECT {names} FROM orders_record WHERE kind = 'report'"  # noqa: S608
    edit(owner, copy)
    assert found() == {(kept.victim, ANSWERED, "record_missing"), (kept.victim, None, "record_unvouched")}


@pytest.mark.parametrize("change", ["body = body || '。'", "title = '路口很好'", "place = '别处'", "sealed = 'x'"])
def test_an_edited_text_of_the_order_is_named(kept: Stand, owner: Owner, change: str) -> None:
    """The application's own role may write this table: its history tells."""
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute(f"UPDATE orders_workorder SET {change} WHERE id = %s", [kept.id])  # noqa: S608
    assert found() == {(kept.victim, 1, "text_edited")}


# -- seals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["solved", "satisfied"])
def test_what_a_citizen_is_said_to_have_answered_stands_in_history(kept: Stand, owner: Owner, column: str) -> None:
    edit(owner, f"UPDATE orders_workorder SET {column} = 'solved' WHERE id = %(id)s", id=kept.id)  # noqa: S608
    flaws = [flaw for flaw in invariants.check_all() if flaw.code == "heard_is_in_history"]
    assert [flaw.order for flaw in flaws] == [kept.victim]


def test_a_deleted_order_is_missed_by_its_seal(kept: Stand, owner: Owner) -> None:
    _delete_order(owner, kept.id)
    assert found() == {(f"#{kept.id}", LAST, "vanished")}
    assert found(kept.victim) == {(kept.victim, None, "unknown")}
    code, out = command("fsck", "--json")
    assert code == 1
    assert "vanished" in {flaw["code"] for flaw in json.loads(out)["flaws"]}


def _delete_order(owner: Owner, order_id: int) -> None:
    owner.execute("BEGIN")
    tables = ("clock", "application", "record", "attachment", "assignment", "event", "foreignnumber", "claim", "link")
    owner.execute("DELETE FROM notify_notice WHERE order_id = %s", [order_id])
    for table in tables:
        owner.execute(
            sql.SQL("DELETE FROM {} WHERE order_id = %s").format(sql.Identifier(f"orders_{table}")), [order_id]
        )
    owner.execute("DELETE FROM orders_workorder WHERE id = %s", [order_id])
    owner.execute("COMMIT")


def forge(owner: Owner, order_id: int) -> None:
    """Rewrite who signed, then compute the rest of the chain and the order's head anew: nothing in it shows."""
    prev = chain.GENESIS
    for event in Event.objects.filter(order_id=order_id).order_by("seq"):
        if event.action == "sign":
            event.actor_name = "别人"
        event.prev, event.hash = prev, chain.event_hash(event, prev)
        prev = event.hash
        edit(
            owner,
            "UPDATE orders_event SET actor_name = %(name)s, prev = %(prev)s, hash = %(hash)s"
            " WHERE order_id = %(id)s AND seq = %(seq)s",
            id=order_id, seq=event.seq, name=event.actor_name, prev=event.prev, hash=event.hash,
        )  # fmt: skip
    edit(owner, "UPDATE orders_workorder SET head_hash = %(hash)s WHERE id = %(id)s", id=order_id, hash=prev)


def test_a_forged_chain_is_found_by_its_seal(kept: Stand, owner: Owner) -> None:
    forge(owner, kept.id)
    assert list(history.verify(WorkOrder.objects.all())) == []
    assert found() == {(kept.victim, LAST, "resealed")}
    assert found(kept.victim) == {(kept.victim, LAST, "resealed")}


def test_a_forged_seal_does_not_compute(kept: Stand, owner: Owner) -> None:
    forge(owner, kept.id)
    reseal = "UPDATE orders_sealedhead s SET hash = o.head_hash FROM orders_workorder o WHERE o.id = s.order_id"
    edit(owner, f"{reseal} AND o.id = %(id)s", id=kept.id)
    assert found() == {("", None, "anchor_edited")}


def test_a_seal_forged_throughout_does_not_join_the_next(kept: Stand, owner: Owner) -> None:
    first, second = Anchor.objects.order_by("pk")
    at = first.at - timedelta(minutes=1)
    heads = list(SealedHead.objects.filter(anchor=first).order_by("order_id").values_list("order_id", "seq", "hash"))
    forged = history._anchor_hash(chain.GENESIS, at, [(o, s, bytes(h)) for o, s, h in heads])
    edit(owner, "UPDATE orders_anchor SET at = %(at)s, hash = %(hash)s WHERE id = %(pk)s", at=at, hash=forged,
         pk=first.pk)  # fmt: skip
    assert [flaw.message.split("（")[0] for flaw in history.verify_anchors()] == [f"封存 {second.pk}"]


@pytest.mark.parametrize("change", ["heads = heads + 1", "at = at + interval '1 second'", "hash = sha256(hash)"])
def test_an_edited_seal_is_named(kept: Stand, owner: Owner, change: str) -> None:
    edit(owner, f"UPDATE orders_anchor SET {change} WHERE id = (SELECT min(id) FROM orders_anchor)")  # noqa: S608
    assert found() == {("", None, "anchor_edited")}


def test_a_deleted_seal_and_a_deleted_line_of_one_are_found(kept: Stand, owner: Owner) -> None:
    edit(owner, "DELETE FROM orders_sealedhead WHERE order_id = %(id)s", id=kept.id)
    assert found() == {("", None, "anchor_edited")}
    edit(owner, "DELETE FROM orders_anchor WHERE id = (SELECT min(id) FROM orders_anchor)")
    assert found() == {("", None, "anchor_edited")}


def test_sealing_twice_changes_nothing_and_seals_join(town: Town) -> None:
    number = town.register()
    first = history.seal(town.now)
    assert first is not None
    assert history.seal(town.now) is None
    assert history.seal(town.now + timedelta(hours=1)) is None
    town.do("dispatcher", number, "dispatch", {"lead": "enforcement"})
    second = history.seal(town.now)
    assert second is not None
    assert bytes(second.prev) == bytes(first.hash)
    head = SealedHead.objects.get(anchor=second)
    order = town.order(number)
    assert (head.order_id, head.seq, bytes(head.hash)) == (order.pk, order.head_seq, bytes(order.head_hash))
    assert list(history.verify_anchors()) == []


def test_an_order_with_times_of_the_past_is_sealed_too(town: Town) -> None:
    """A simulated year, a paper form typed in later: what moved is not asked of the clock."""
    town.register()
    first = history.seal(town.now)
    assert first is not None
    town.wait(days=-30)
    old = town.register()
    town.do("dispatcher", old, "dispatch", {"lead": "enforcement"})
    second = history.seal(first.at + timedelta(hours=1))
    assert second is not None
    order = town.order(old)
    sealed = SealedHead.objects.filter(anchor=second).values_list("order_id", "seq")
    assert list(sealed) == [(order.pk, order.head_seq)]
    assert history.seal(first.at + timedelta(hours=2)) is None


def test_a_head_that_no_seal_knows_and_none_awaits_is_found(kept: Stand, owner: Owner) -> None:
    edit(owner, "DELETE FROM orders_unsealed WHERE order_id = %(id)s", id=kept.ids[kept.young])
    code, out = command("fsck", "--json")
    assert code == 1
    flaws = {(flaw["order"], flaw["code"]) for flaw in json.loads(out)["flaws"]}
    assert flaws == {(kept.young, "head_sealed_or_waiting"), ("-", "history_guarded")}


def test_a_change_that_was_committed_after_the_seal_is_in_the_next(town: Town) -> None:
    town.register()
    assert history.seal(town.now) is not None
    town.wait(minutes=-9)
    late = town.register(name="王建国", phone="13912345678")
    town.wait(hours=1)
    seal = history.seal(town.now)
    assert seal is not None
    assert SealedHead.objects.filter(anchor=seal, order_id=town.order(late).pk).exists()


def test_the_command_seals_what_moved(kept: Stand, owner: Owner) -> None:
    code, out = command("seal-history", "--json")
    sealed = json.loads(out)
    assert (code, sealed["heads"]) == (0, 1)
    assert Anchor.objects.latest("pk").hash.hex() == sealed["hash"]
    assert SealedHead.objects.get(anchor_id=sealed["anchor"]).order_id == kept.ids[kept.young]
    assert command("seal-history", "--json") == (0, '{"anchor": null}\n')
    assert found() == set()


# -- persons -------------------------------------------------------------------------------------------------


def test_sealed_values_swapped_between_two_callers_do_not_open(kept: Stand, owner: Owner) -> None:
    one, two = (WorkOrder.objects.get(number=n).requester_id for n in (kept.victim, kept.neighbour))
    swap = "UPDATE orders_requester r SET {} FROM kept_orders_requester o WHERE o.id = %s AND r.id = %s"
    for fields in (("phone",), ("name",), ("key",), ("key", "name", "phone")):
        for mine, other in ((one, two), (two, one)):
            taken = ", ".join(f"{f} = o.{f}" for f in fields)
            owner.execute(swap.format(taken), [other, mine])
            with pytest.raises(vault.SealError, match=f"orders_requester/{mine}/"):
                requesters.open_requester(Requester.objects.get(pk=mine))
        owner.execute(
            "UPDATE orders_requester r SET key = o.key, name = o.name, phone = o.phone"
            " FROM kept_orders_requester o WHERE o.id = r.id"
        )
    assert requesters.open_requester(Requester.objects.get(pk=one)).name == "李秀兰"


def test_a_field_moved_within_a_caller_does_not_open(kept: Stand, owner: Owner) -> None:
    edit(owner, "UPDATE orders_requester SET address = phone")
    with pytest.raises(vault.SealError, match="/address"):
        requesters.open_requester(WorkOrder.objects.get(pk=kept.id).requester)


def test_nothing_of_this_file_is_left(kept: Stand, owner_cursor: Owner, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        assert found() == set()
        assert list(invariants.check_all()) == []
        connections.close_all()
