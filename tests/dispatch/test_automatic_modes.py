"""What may be done with a category is decided by people, with reason and figures; the nearest decision holds."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from open12345.directory.audit import ACTS
from open12345.directory.models import AccessLog
from open12345.dispatch.automatic import modes
from open12345.dispatch.automatic.modes import Choice, decide, ruling
from open12345.dispatch.models import CategoryMode, Mode
from open12345.orders.errors import NotAllowed, NotFound, Refused
from tests.cast import Town

pytestmark = pytest.mark.function("DIS-05")
BY_ITSELF = Choice(Mode.AUTOMATIC, "回放三个月，占比四成，派准 97%", 0.9, 0.95, {"orders": 400})


def test_before_anybody_decides_the_pack_says_what_holds(town: Town) -> None:
    found = ruling(town.pack, "A0101")
    assert (found.mode, found.threshold, found.row) == (Mode.SUGGEST, None, None)
    assert not modes.anything_automatic(town.pack)


def test_the_nearest_decision_holds_and_of_two_the_last_one(town: Town) -> None:
    supervisor = town.person("supervisor")
    decide(town.pack, "", Choice(Mode.OFF, "先停"), by=supervisor, at=town.now)
    decide(town.pack, "A", BY_ITSELF, by=supervisor, at=town.now)
    assert ruling(town.pack, "A0101").of == "A"
    assert ruling(town.pack, "A0101").threshold == 0.9
    assert ruling(town.pack, "C0101").mode == Mode.OFF
    decide(town.pack, "A0101", Choice(Mode.SUGGEST, "这一类再看看"), by=supervisor, at=town.now)
    assert ruling(town.pack, "A0101").mode == Mode.SUGGEST
    decide(town.pack, "A0101", replace(BY_ITSELF, threshold=0.8), by=supervisor, at=town.now)
    assert ruling(town.pack, "A0101").threshold == 0.8
    assert CategoryMode.objects.count() == 4
    assert modes.anything_automatic(town.pack)


def test_an_own_decision_is_withdrawn_by_another_on_record(town: Town) -> None:
    supervisor = town.person("supervisor")
    decide(town.pack, "A", Choice(Mode.OFF, "先停"), by=supervisor, at=town.now)
    decide(town.pack, "A0101", BY_ITSELF, by=supervisor, at=town.now)
    decide(town.pack, "A0101", Choice(Mode.FOLLOW, "试行结束"), by=supervisor, at=town.now)
    found = ruling(town.pack, "A0101")
    assert (found.mode, found.of, found.threshold) == (Mode.OFF, "A", None)
    assert not modes.anything_automatic(town.pack)
    assert CategoryMode.objects.filter(category="A0101").count() == 2
    assert AccessLog.objects.filter(act="dispatch.mode", object="category:A0101", reason="follow: 试行结束").exists()
    with pytest.raises(Refused) as refusal:
        decide(town.pack, "A0101", Choice(Mode.FOLLOW, "再来一次"), by=supervisor, at=town.now)
    assert refusal.value.problems[0].field == "mode"
    decide(town.pack, "A", Choice(Mode.FOLLOW, "照规则包"), by=supervisor, at=town.now)
    assert ruling(town.pack, "A0101").row is None


@pytest.mark.parametrize("deed", ["UPDATE {} SET threshold = 0.1", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_cannot_rewrite_what_was_decided(town: Town, deed: str) -> None:
    decide(town.pack, "A0101", BY_ITSELF, by=town.person("supervisor"), at=town.now)
    with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(deed.format("dispatch_categorymode"))
    assert ruling(town.pack, "A0101").threshold == 0.9


@pytest.mark.parametrize("deed", ["UPDATE {} SET threshold = 0.1", "DELETE FROM {}", "TRUNCATE {}"])
def test_nor_can_the_owner(owner_cursor: psycopg.Cursor[tuple[object, ...]], deed: str) -> None:
    owner_cursor.execute("BEGIN")
    owner_cursor.execute(
        "INSERT INTO dispatch_categorymode (pack, category, mode, threshold, figures, at, reason)"
        " VALUES ('jiuting', 'B', 'automatic', 0.9, '{}', now(), ''); SET CONSTRAINTS ALL IMMEDIATE"
    )
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        owner_cursor.execute(deed.format("dispatch_categorymode"))
    owner_cursor.execute("ROLLBACK")


def test_each_decision_is_on_record_with_its_reason_and_keeps_its_figures(town: Town) -> None:
    made = decide(town.pack, "A0101", BY_ITSELF, by=town.person("floor_supervisor"), at=town.now)
    row = AccessLog.objects.get(act="dispatch.mode")
    assert (row.object, row.staff_id) == ("category:A0101", town.person("floor_supervisor").id)
    assert BY_ITSELF.reason in row.reason
    assert "0.9" in row.reason
    assert made.figures == {"orders": 400}
    assert "dispatch.mode" in ACTS


@pytest.mark.parametrize("who", ["dispatcher", "agent", "clerk.urban", "leader"])
def test_others_may_not_decide(town: Town, who: str) -> None:
    with pytest.raises(NotAllowed):
        decide(town.pack, "A0101", BY_ITSELF, by=town.person(who), at=town.now)
    assert not CategoryMode.objects.exists()


@pytest.mark.parametrize(
    ("choice", "field"),
    [
        (replace(BY_ITSELF, threshold=None), "threshold"),
        (replace(BY_ITSELF, threshold=1.2), "threshold"),
        (replace(BY_ITSELF, figures={}), "threshold"),
        (replace(BY_ITSELF, reason="  "), "reason"),
        (Choice(Mode.OFF, ""), "reason"),
    ],
)
def test_nothing_goes_by_itself_without_threshold_replay_and_reason(town: Town, choice: Choice, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        decide(town.pack, "A0101", choice, by=town.person("supervisor"), at=town.now)
    assert [problem.field for problem in refusal.value.problems] == [field]
    assert not AccessLog.objects.filter(act="dispatch.mode").exists()


def test_a_category_that_the_pack_has_not_does_not_exist(town: Town) -> None:
    with pytest.raises(NotFound):
        decide(town.pack, "X99", BY_ITSELF, by=town.person("supervisor"), at=town.now)
