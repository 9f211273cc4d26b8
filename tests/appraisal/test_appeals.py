"""An appeal from the unit to the citizen's second call, and what it excludes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from django.db import connection

from open12345.appraisal import acts, queries, services
from open12345.appraisal.models import Exclusion
from open12345.appraisal.months import month_named
from open12345.facts import queries as facts
from open12345.facts import services as mirror
from open12345.orders import invariants
from open12345.orders.errors import NotAllowed, NotFound, Refused
from open12345.orders.models import Application, Clock
from open12345.policy import Pack
from open12345.worktime import SHANGHAI
from tests.cast import HEARD, Town
from tests.orders.walks import APPEAL, closed, to_callback

JULY = month_named("2025-07")


@pytest.fixture
def unhappy(watched: Town) -> str:
    """An order of July whose citizen is dissatisfied for a reason that lies outside."""
    watched.now = datetime(2025, 7, 10, 9, tzinfo=SHANGHAI)
    number = to_callback(watched, "urban")
    watched.do("callback_agent", number, "close", {**HEARD, "satisfied": "dissatisfied", "cause": "policy"})
    return number


def to_recall(town: Town, number: str) -> None:
    town.do("clerk.urban", number, "appeal", APPEAL)
    town.do("approver.urban", number, "grant")
    town.do("dispatcher", number, "grant")


def satisfied(town: Town, *, adjudicated: bool) -> float | None:
    mirror.refresh(town.now)
    view = facts.View(adjudicated=adjudicated, compared=False)
    answer = facts.ask("satisfied", JULY.period, person=town.person("analyst"), at=town.now, view=view)
    return answer.whole.figure.value


def sound() -> list[object]:
    return list(invariants.check_all())


@pytest.mark.function("KPI-05")
def test_an_appeal_passes_three_checks_and_excludes_from_what_its_reason_names(watched: Town, unhappy: str) -> None:
    closed(watched, "urban")
    assert satisfied(watched, adjudicated=True) == 50
    to_recall(watched, unhappy)
    assert sound() == []
    with pytest.raises(NotAllowed):  # the last step is a call, not a consent
        watched.do("supervisor", unhappy, "grant")
    watched.do("supervisor", unhappy, "recall", {"outcome": "not_reached"})
    watched.do("supervisor", unhappy, "recall", {"outcome": "not_reached"})
    with pytest.raises(Refused, match="两次未接通"):
        watched.do("supervisor", unhappy, "recall", {"outcome": "not_reached"})
    assert sound() == []
    watched.do("supervisor", unhappy, "recall", {"outcome": "passed", "note": "材料属实"})
    asked = Application.objects.get(order__number=unhappy)
    assert asked.state == "granted"
    assert [line.get("outcome", "") for line in asked.decisions] == ["", "", "not_reached_1", "not_reached_2", "passed"]
    (row,) = Exclusion.objects.select_related("order", "unit")
    assert (row.order.number, row.unit.code, row.code) == (unhappy, "urban", "against_law")
    assert satisfied(watched, adjudicated=True) == 100
    assert satisfied(watched, adjudicated=False) == 50
    assert not Clock.objects.filter(order__number=unhappy, stopped_at__isnull=True).exists()
    assert sound() == []
    with pytest.raises(Refused, match="已经剔除"):
        watched.do("clerk.urban", unhappy, "appeal", APPEAL)

    services.revoke_exclusion(row.pk, reason="材料有误", by=watched.person("supervisor"), at=watched.now)
    assert satisfied(watched, adjudicated=True) == 50


@pytest.mark.function("KPI-05")
@pytest.mark.parametrize("outcome", ["refused", "out_of_scope"])
def test_an_appeal_that_fails_says_why_and_excludes_nothing(watched: Town, unhappy: str, outcome: str) -> None:
    to_recall(watched, unhappy)
    with pytest.raises(Refused, match="理由"):
        watched.do("supervisor", unhappy, "recall", {"outcome": outcome})
    watched.do("supervisor", unhappy, "recall", {"outcome": outcome, "note": "市民仍不认可"})
    assert Application.objects.get(order__number=unhappy).state == "refused"
    assert not Exclusion.objects.exists()
    assert sound() == []


@pytest.mark.function("KPI-05")
def test_an_appeal_can_be_withdrawn_and_demands_its_evidence(watched: Town, unhappy: str) -> None:
    with pytest.raises(Refused) as wrong:
        watched.do("clerk.urban", unhappy, "appeal", {**APPEAL, "evidence": {}})
    assert {"evidence.document", "evidence.clause"} <= {problem.field for problem in wrong.value.problems}
    with pytest.raises(NotFound):
        watched.do("clerk.market", unhappy, "appeal", APPEAL)
    watched.do("clerk.urban", unhappy, "appeal", APPEAL)
    with pytest.raises(Refused, match="不归档"):
        watched.do("supervisor", unhappy, "archive")
    watched.do("clerk.urban", unhappy, "withdraw_application")
    assert Application.objects.get(order__number=unhappy).state == "withdrawn"
    watched.wait(days=31)
    watched.do("supervisor", unhappy, "archive")
    watched.do("clerk.urban", unhappy, "appeal", APPEAL)  # archived orders may be appealed about as well
    assert sound() == []


@pytest.mark.function("KPI-05")
def test_reopening_ends_an_open_appeal(watched: Town, unhappy: str) -> None:
    watched.do("clerk.urban", unhappy, "appeal", APPEAL)
    watched.do("supervisor", unhappy, "reopen", {"reason": "复查", "lead": "urban"})
    assert Application.objects.get(order__number=unhappy).state == "lapsed"
    assert sound() == []


@pytest.mark.function("KPI-05", "KPI-08")
def test_appeals_close_with_the_window_and_win_a_later_edition(watched: Town, unhappy: str, ranking: Pack) -> None:
    closed(watched, "urban")
    watched.now = datetime(2025, 8, 2, 9, tzinfo=SHANGHAI)
    boss = watched.person("supervisor")
    services.lock(ranking, JULY, by=boss, at=watched.now)
    services.publish(ranking, JULY, by=boss, at=watched.now)
    to_recall(watched, unhappy)
    watched.do("supervisor", unhappy, "recall", {"outcome": "passed"})
    first = queries.edition_of(JULY)
    assert first is not None and first.appeal_until is not None  # noqa: PT018
    watched.now = datetime(2025, 8, 20, 9, tzinfo=SHANGHAI)
    services.reissue(ranking, JULY, reason="申诉成立", by=boss, at=watched.now)
    services.publish(ranking, JULY, by=boss, at=watched.now)
    second = queries.edition_of(JULY)
    assert second is not None
    (moved,) = second.changes
    assert moved["unit"] == "urban"
    assert "市民满意率" in moved["by"]
    assert Decimal(moved["to"]) > Decimal(moved["from"])

    late = Exclusion.objects.get()
    services.revoke_exclusion(late.pk, reason="试", by=boss, at=watched.now)
    with pytest.raises(Refused, match="已过申诉期"):
        watched.do("clerk.urban", unhappy, "appeal", APPEAL)


@pytest.mark.function("KPI-05")
def test_a_month_that_nobody_publishes_cannot_be_appealed_against_for_ever(watched: Town, unhappy: str) -> None:
    watched.now = datetime(2025, 10, 31, 23, tzinfo=SHANGHAI)
    watched.do("clerk.urban", unhappy, "appeal", APPEAL)
    watched.do("clerk.urban", unhappy, "withdraw_application")
    watched.now = datetime(2025, 11, 1, 9, tzinfo=SHANGHAI)
    with pytest.raises(Refused, match="已过申诉期"):
        watched.do("clerk.urban", unhappy, "appeal", APPEAL)


@pytest.mark.function("KPI-05")
def test_a_month_that_was_passed_over_closes_with_the_next_one(watched: Town, unhappy: str, ranking: Pack) -> None:
    boss, august = watched.person("supervisor"), month_named("2025-08")
    watched.now = datetime(2025, 9, 2, 9, tzinfo=SHANGHAI)
    services.lock(ranking, august, by=boss, at=watched.now)
    services.publish(ranking, august, by=boss, at=watched.now)
    watched.do("clerk.urban", unhappy, "appeal", APPEAL)
    watched.do("clerk.urban", unhappy, "withdraw_application")
    watched.wait(days=10)
    with pytest.raises(Refused, match="已过申诉期"):
        watched.do("clerk.urban", unhappy, "appeal", APPEAL)


@pytest.mark.function("KPI-05")
def test_appeals_of_a_unit_are_counted_one_after_the_other(watched: Town, unhappy: str) -> None:
    assert _held() == 0
    watched.do("clerk.urban", unhappy, "appeal", APPEAL)
    assert _held() == 1  # until the transaction ends: another appeal of the unit waits for it, and counts this one


def _held() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND pid = pg_backend_pid()",
            [acts._APPEALS],
        )
        return int(cursor.fetchone()[0])
