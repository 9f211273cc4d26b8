"""What the database itself refuses, to the application's own role and to the owner, whatever program they use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import psycopg
import pytest
from django.db import DatabaseError, connections, transaction
from pytest_django.plugin import DjangoDbBlocker

from open12345.directory.person import Person
from open12345.orders import history, invariants
from open12345.orders.models import Event, WorkOrder
from tests.cast import MORNING, Town, jiuting
from tests.orders.walks import signed

APPEND_ONLY = ("orders_event", "orders_anchor", "orders_sealedhead")
#: A harmless-looking edit of each table.
EDIT = {
    "orders_event": "SET facts = '{}'",
    "orders_anchor": "SET heads = 0",
    "orders_sealedhead": "SET seq = seq",
    "orders_stagerule": "SET stage_to = stage_to",
}
Owner: TypeAlias = psycopg.Cursor[tuple[object, ...]]


@pytest.fixture(scope="module")
def kept(settled: dict[str, Person], django_db_blocker: DjangoDbBlocker) -> str:
    """The number of an order in its lead's hands, committed and sealed."""
    with django_db_blocker.unblock():
        town = Town(jiuting(), MORNING, settled)
        number = signed(town)
        assert history.seal(town.now) is not None
    return number


@pytest.fixture
def order(kept: str, db: None) -> Iterator[WorkOrder]:
    """The kept order; nothing that a test tries may leave a trace on it."""
    yield WorkOrder.objects.get(number=kept)
    assert [*history.verify(WorkOrder.objects.all()), *history.verify_anchors()] == []


def refused(statement: str, *params: int | str) -> str:
    """Try `statement` as the application; return what the database says."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute(statement, params)
    return str(caught.value)


def done(statement: str, *params: int | str) -> None:
    """Do `statement` as the application."""
    with connections["default"].cursor() as cursor:
        cursor.execute(statement, params)


def owner_refused(owner: Owner, statement: str) -> str:
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation) as caught:
        owner.execute(statement)
    return str(caught.value)


# -- the application's own role ------------------------------------------------------------------------------


@pytest.mark.function("SEC-03")
@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("deed", ["UPDATE {} {}", "DELETE FROM {}", "TRUNCATE {}", "TRUNCATE {} CASCADE"])
def test_the_application_cannot_change_what_is_append_only(order: WorkOrder, table: str, deed: str) -> None:
    assert f"permission denied for table {table}" in refused(deed.format(table, EDIT[table]))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO orders_stagerule (stage_from, stage_to) VALUES ('accepted', 'archived')",
        "UPDATE orders_stagerule SET stage_to = 'archived'",
        "DELETE FROM orders_stagerule",
        "TRUNCATE orders_stagerule",
    ],
)
def test_the_application_cannot_write_the_stage_rules(order: WorkOrder, statement: str) -> None:
    assert "permission denied for table orders_stagerule" in refused(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE orders_event DISABLE TRIGGER ALL",
        "ALTER TABLE orders_event DISABLE TRIGGER orders_event_append_only",
        "ALTER TABLE orders_workorder DISABLE TRIGGER USER",
        "ALTER TABLE orders_workorder RENAME TO gone",
        "ALTER TABLE orders_event ALTER COLUMN facts DROP NOT NULL",
        "DROP TRIGGER orders_event_append_only ON orders_event",
        "CREATE TRIGGER mine AFTER INSERT ON orders_event FOR EACH ROW EXECUTE FUNCTION orders_refuse_change()",
        "CREATE OR REPLACE FUNCTION orders_refuse_change() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
        "DROP FUNCTION orders_check_stage() CASCADE",
        "CREATE RULE silent AS ON INSERT TO orders_event DO INSTEAD NOTHING",
        "DROP TABLE orders_sealedhead",
        "CREATE TABLE public.orders_shadow (id int)",
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_cannot_take_the_protection_off(order: WorkOrder, statement: str) -> None:
    said = refused(statement)
    assert "permission denied" in said or "must be owner" in said


def test_the_application_cannot_give_itself_rights(order: WorkOrder) -> None:
    for table in (*APPEND_ONLY, "orders_stagerule"):
        done(f"GRANT ALL ON {table} TO CURRENT_USER")
        done(f"GRANT ALL ON {table} TO PUBLIC")
    assert [f.message for f in invariants.check_all() if f.code == "history_not_granted"] == []


def test_the_application_cannot_become_the_owner(order: WorkOrder) -> None:
    owner = connections["owner"].settings_dict["USER"]
    assert "permission denied to set role" in refused(f'SET ROLE "{owner}"')


@pytest.mark.parametrize("table", ["orders_event", "orders_stagerule"])
def test_a_temporary_table_of_the_same_name_fools_no_trigger(order: WorkOrder, table: str) -> None:
    done(f"CREATE TEMP TABLE {table} (LIKE {table})")
    if table == "orders_stagerule":
        done("INSERT INTO pg_temp.orders_stagerule VALUES ('handling', 'archived')")
    said = refused("UPDATE orders_workorder SET stage = 'archived', head_seq = head_seq + 1 WHERE id = %s", order.pk)
    done(f"DROP TABLE pg_temp.{table}")
    assert 'no action leads from "handling" to "archived"' in said


@pytest.mark.parametrize("stage", ["draft", "archived", "callback_", "closed", ""])
def test_no_stage_is_reached_that_no_action_leads_to(order: WorkOrder, stage: str) -> None:
    said = refused("UPDATE orders_workorder SET stage = %s, head_seq = head_seq + 1 WHERE id = %s", stage, order.pk)
    assert f'no action leads from "handling" to "{stage}"' in said


def test_a_legal_stage_needs_a_longer_history(order: WorkOrder) -> None:
    said = refused("UPDATE orders_workorder SET stage = 'review' WHERE id = %s", order.pk)
    assert f"order {order.number}: stage changed without an event" in said


def test_a_head_that_only_claims_to_be_longer_is_found(order: WorkOrder) -> None:
    with transaction.atomic():
        done("UPDATE orders_workorder SET stage = 'review', head_seq = head_seq + 1 WHERE id = %s", order.pk)
        found = {(f.order, f.code) for f in [*invariants.check_all(), *history.verify(WorkOrder.objects.all())]}
        assert {(order.number, "head"), (order.number, "head_is_last_event")} <= found
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "change", ["number = 'A' || number", "head_seq = head_seq - 1", "round = round - 1", "number = ''"]
)
def test_number_history_and_rounds_never_go_back(order: WorkOrder, change: str) -> None:
    said = refused(f"UPDATE orders_workorder SET {change} WHERE id = %s", order.pk)  # noqa: S608 - a list above
    assert f"order {order.number}: number, history and rounds never go back" in said


def test_a_round_is_given_back_by_one_and_with_its_dispatch_alone(order: WorkOrder) -> None:
    back = "UPDATE orders_workorder SET round = round - {n}, stage = {to}, head_seq = head_seq + 1 WHERE id = %s"
    for n, to in (("1", "'accepted'"), ("2", "'accepted'"), ("1", "'review'")):
        assert "rounds never go back" in refused(back.format(n=n, to=to), order.pk)
    with transaction.atomic():
        done("UPDATE orders_workorder SET stage = 'accepted', head_seq = head_seq + 1 WHERE id = %s", order.pk)
        dispatched = "UPDATE orders_workorder SET stage = 'dispatched', head_seq = head_seq + 1 WHERE id = %s"
        done(dispatched, order.pk)
        done(back.format(n="1", to="'accepted'"), order.pk)
        transaction.set_rollback(True)


def test_an_order_is_not_deleted(order: WorkOrder) -> None:
    assert "DELETE of orders_workorder refused" in refused("DELETE FROM orders_workorder WHERE id = %s", order.pk)
    assert "permission denied" in refused("TRUNCATE orders_workorder CASCADE")


def test_an_order_does_not_change_its_identity(order: WorkOrder) -> None:
    assert "violates foreign key" in refused(
        "UPDATE orders_workorder SET id = id + 1000 WHERE id = %s; SET CONSTRAINTS ALL IMMEDIATE", order.pk
    )


@pytest.mark.parametrize("stage", ["dispatched", "handling", "review", "callback", "closed", "archived", "cancelled"])
def test_no_order_begins_in_a_late_stage(order: WorkOrder, stage: str) -> None:
    columns = [f.column or "" for f in WorkOrder._meta.concrete_fields]
    values = [{"id": "-1", "number": "'X1'", "stage": "%s"}.get(column, column) for column in columns]
    said = refused(
        f"INSERT INTO orders_workorder ({', '.join(columns)}) SELECT {', '.join(values)}"  # noqa: S608 - model names
        " FROM orders_workorder WHERE id = %s",
        stage,
        order.pk,
    )
    assert f'order X1: no action leads from "" to "{stage}"' in said


def test_an_event_needs_its_order_and_a_free_place(order: WorkOrder) -> None:
    names = ", ".join(f.column for f in Event._meta.concrete_fields if f.column)
    copy = f"INSERT INTO orders_event ({names}) SELECT {names} FROM orders_event WHERE order_id = %s"  # noqa: S608
    assert "duplicate key" in refused(copy, order.pk)
    strange = copy.replace("SELECT order_id", "SELECT -1") + "; SET CONSTRAINTS ALL IMMEDIATE"
    assert "violates foreign key" in refused(strange, order.pk)


# -- the owner -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("deed", ["UPDATE {} {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_even_the_owner_is_refused(kept: str, owner_cursor: Owner, table: str, deed: str) -> None:
    said = owner_refused(owner_cursor, deed.format(table, EDIT[table]))
    assert "history is append-only" in said
    assert table in said


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        ("DELETE FROM orders_workorder", "DELETE of orders_workorder refused"),
        ("TRUNCATE orders_workorder CASCADE", "history is append-only"),
        ("UPDATE orders_workorder SET stage = 'archived', head_seq = 99", "no action leads from"),
        ("UPDATE orders_workorder SET stage = 'review'", "stage changed without an event"),
        ("UPDATE orders_workorder SET number = 'X'", "never go back"),
    ],
)
def test_the_owner_walks_no_order_past_the_table(kept: str, owner_cursor: Owner, statement: str, answer: str) -> None:
    assert answer in owner_refused(owner_cursor, statement)


@pytest.mark.parametrize(
    "deed",
    [
        "ALTER TABLE {} DISABLE TRIGGER {}",
        "ALTER TABLE {} ENABLE REPLICA TRIGGER {}",
        "DROP TRIGGER {1} ON {0}",
    ],
)
def test_the_owner_must_take_a_trigger_off_first_and_that_is_found(kept: str, owner_cursor: Owner, deed: str) -> None:
    guarded = next(i.sql for i in invariants.INVARIANTS if i.name == "history_guarded")
    assert owner_cursor.execute(guarded).fetchall() == []
    for table, trigger in sorted(TRIGGERS):
        owner_cursor.execute("BEGIN")
        owner_cursor.execute(deed.format(table, trigger))
        found = owner_cursor.execute(guarded).fetchall()
        owner_cursor.execute("ROLLBACK")
        assert found == [("-", trigger)]


def test_without_its_trigger_the_owner_may_edit(kept: str, owner_cursor: Owner) -> None:
    """What the triggers cannot hold, the chain shows (test_verify_history.py)."""
    owner_cursor.execute("BEGIN; ALTER TABLE orders_event DISABLE TRIGGER USER")
    owner_cursor.execute("UPDATE orders_event SET facts = '{}'")
    assert owner_cursor.rowcount > 0
    owner_cursor.execute("ROLLBACK")


TRIGGERS = {
    *((table, f"{table}_{what}") for table in APPEND_ONLY for what in ("append_only", "no_truncate")),
    *(("orders_workorder", f"orders_workorder_{what}") for what in ("no_delete", "insert_stage", "update_stage")),
    ("orders_event", "orders_event_to_seal"),
}

#: Notes what the mirror of figures has to read again; protects nothing.
TO_FACTS = ("orders_event", "orders_event_to_facts")


def test_these_are_all_triggers(kept: str, owner_cursor: Owner) -> None:
    owner_cursor.execute(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'orders%'"
    )
    assert {(str(table), str(name)) for table, name in owner_cursor.fetchall()} == TRIGGERS | {TO_FACTS}
