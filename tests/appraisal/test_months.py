"""Months: counted, locked, published, corrected; weights with dates; points; talks; as of a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from open12345.appraisal import queries, services
from open12345.appraisal.models import Exclusion, Result, Talk
from open12345.appraisal.months import Month, month_named
from open12345.directory.models import AccessLog
from open12345.facts import services as mirror
from open12345.facts import store
from open12345.orders.errors import NotAllowed, Refused
from open12345.orders.models import WorkOrder
from open12345.policy import Pack
from open12345.worktime import SHANGHAI
from tests.cast import HEARD, Town
from tests.orders.walks import closed, to_callback

JULY = month_named("2025-07")
D = Decimal


def fields(error: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {problem.field for problem in error.value.problems}


@pytest.fixture
def july(watched: Town) -> Town:
    """Two departments in July: one content citizen each, and an unhappy one of the market office; it is August now."""
    watched.now = datetime(2025, 7, 10, 9, tzinfo=SHANGHAI)
    closed(watched, "urban")
    closed(watched, "market")
    number = to_callback(watched, "market")
    watched.do("callback_agent", number, "close", {**HEARD, "satisfied": "dissatisfied", "cause": "policy"})
    watched.now = datetime(2025, 8, 2, 9, tzinfo=SHANGHAI)
    mirror.refresh(watched.now)
    return watched


def lock(town: Town, pack: Pack, month: Month = JULY) -> None:
    services.lock(pack, month, by=town.person("analyst"), at=town.now)


def publish(town: Town, pack: Pack, month: Month = JULY) -> None:
    services.publish(pack, month, by=town.person("supervisor"), at=town.now)


@pytest.mark.function("KPI-08", "KPI-06")
def test_a_locked_month_stands_still_while_orders_move_on(july: Town, ranking: Pack) -> None:
    lock(july, ranking)
    publish(july, ranking)
    edition = queries.edition_of(JULY)
    assert edition is not None
    before = queries.table_of(ranking, JULY, at=july.now, edition=edition)
    as_of = queries.table_of(ranking, JULY, at=july.now, as_of=edition.facts_day)
    assert before is not None and as_of is not None  # noqa: PT018
    assert before.scores == as_of.scores  # as of that day is what was published that day
    assert (before.scores["urban"].rank, before.scores["market"].rank) == (1, 2)

    number = july.order(closed(july, "market")).number
    july.do("supervisor", number, "reopen", {"reason": "复查", "lead": "market"})
    mirror.refresh(july.now)
    after = queries.table_of(ranking, JULY, at=july.now, edition=edition)
    assert after is not None
    assert after.scores == before.scores
    again = queries.table_of(ranking, JULY, at=july.now, as_of=edition.facts_day)
    assert again is not None
    assert again.scores == before.scores
    with pytest.raises(DatabaseError), transaction.atomic():
        Result.objects.filter(edition=edition).update(total=1)


@pytest.mark.function("KPI-08")
def test_only_who_may_locks_and_publishes_and_only_once(july: Town, ranking: Pack) -> None:
    with pytest.raises(NotAllowed):
        services.lock(ranking, JULY, by=july.person("leader"), at=july.now)
    with pytest.raises(Refused, match="没有结束"):
        lock(july, ranking, month_named("2025-08"))
    lock(july, ranking)
    with pytest.raises(Refused, match="已锁定"):
        lock(july, ranking)
    with pytest.raises(NotAllowed):
        services.publish(ranking, JULY, by=july.person("analyst"), at=july.now)
    publish(july, ranking)
    edition = queries.edition_of(JULY)
    assert edition is not None and edition.appeal_until is not None  # noqa: PT018
    assert edition.appeal_until > july.now
    acts = set(AccessLog.objects.filter(act__startswith="appraisal").values_list("act", flat=True))
    assert {"appraisal.lock", "appraisal.publish"} <= acts


@pytest.mark.function("KPI-08")
def test_a_correction_is_a_later_edition_that_names_what_changed(july: Town, ranking: Pack) -> None:
    lock(july, ranking)
    publish(july, ranking)
    first = queries.edition_of(JULY)
    extra = closed(july, "urban")  # moves nothing of July
    assert extra
    july.now = datetime(2025, 8, 5, 9, tzinfo=SHANGHAI)
    number = Result.objects.filter(edition=first).count()
    store_days = store.published()
    july.wait(days=1)
    unhappy = WorkOrder.objects.filter(lead_unit__code="market").latest("pk")
    assert unhappy.lead_unit is not None
    Exclusion.objects.create(
        order=unhappy, unit=unhappy.lead_unit, code="beyond_duty", application=1, made_at=july.now, made_by_name="x"
    )
    mirror.touch([unhappy.pk])
    mirror.refresh(july.now)
    mirror.publish(date(2025, 8, 5), july.now)
    assert len(store.published()) > len(store_days)
    services.reissue(ranking, JULY, reason="申诉成立", by=july.person("supervisor"), at=july.now)
    assert queries.edition_of(JULY) == first  # locked, not yet published
    publish(july, ranking)
    second = queries.edition_of(JULY)
    assert second is not None and second.number == 2  # noqa: PT018
    assert second.reason == "申诉成立"
    (moved,) = second.changes
    assert (moved["unit"], D(moved["from"]) < D(moved["to"])) == ("market", True)
    assert "满意率" in "".join(moved["by"])
    assert Result.objects.filter(edition=first).count() == number


@pytest.mark.function("KPI-08")
@pytest.mark.parametrize("act", ["change", "adjust", "lock", "publish"])
def test_acts_on_months_wait_for_one_another(july: Town, ranking: Pack, act: str) -> None:
    by, at = july.person("supervisor"), july.now
    weights = queries.scheme_on(ranking, date(2025, 8, 1))
    assert weights is not None
    acts: dict[str, Callable[[], object]] = {
        "change": lambda: services.change(ranking, weights.weights, since=date(2025, 9, 1), reason="x", by=by, at=at),
        "adjust": lambda: services.adjust(ranking, "market", JULY, D(1), reason="x", evidence="x", by=by, at=at),
        "lock": lambda: services.lock(ranking, JULY, by=by, at=at),
        "publish": lambda: services.publish(ranking, JULY, by=by, at=at),
    }
    other: Any = connection.copy()
    with connection.cursor() as here, other.cursor() as there:
        there.execute("SELECT pg_advisory_lock(%s)", [services._LOCK])
        here.execute("SET LOCAL lock_timeout = '50ms'")
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            acts[act]()
    other.close()


@pytest.mark.function("KPI-02")
def test_weights_hold_from_their_day_and_never_in_a_locked_month(july: Town, ranking: Pack) -> None:
    boss, analyst = july.person("supervisor"), july.person("analyst")
    lock(july, ranking)
    wanted = {"solved": D(60), "satisfied": D(40)}
    said = {"reason": "加重解决", "at": july.now}
    with pytest.raises(Refused) as wrong:
        services.change(ranking, {"solved": D(50), "nothing": D(40)}, since=date(2025, 7, 1), by=boss, **said)  # type: ignore[arg-type]
    assert fields(wrong) == {"w_nothing", "weights", "since"}
    with pytest.raises(Refused, match="1 日"):
        services.change(ranking, wanted, since=date(2025, 9, 2), by=boss, **said)  # type: ignore[arg-type]

    row = services.change(ranking, wanted, since=date(2025, 9, 1), by=analyst, **said)  # type: ignore[arg-type]
    held = queries.scheme_on(ranking, date(2025, 9, 1))
    assert held is not None and held.change is None  # noqa: PT018 - a proposal changes nothing
    with pytest.raises(NotAllowed):
        services.decide(row.pk, adopt=True, by=analyst, at=july.now)
    services.decide(row.pk, adopt=True, by=boss, at=july.now)
    before, after = (queries.scheme_on(ranking, day) for day in (date(2025, 8, 31), date(2025, 9, 1)))
    assert before is not None and after is not None  # noqa: PT018
    assert (before.change, after.change) == (None, row.pk)
    assert dict(after.weights) == wanted


@pytest.mark.function("KPI-03")
def test_points_given_count_and_stand_in_no_locked_month(july: Town, ranking: Pack) -> None:
    by = july.person("analyst")

    def give(points: str, month: Month = JULY) -> None:
        services.adjust(ranking, "market", month, D(points), reason="媒体表扬", evidence="简报", by=by, at=july.now)

    plain = queries.table_of(ranking, JULY, at=july.now)
    give("2.5")
    shown = queries.table_of(ranking, JULY, at=july.now)
    assert plain is not None and shown is not None  # noqa: PT018
    assert shown.scores["market"].total - plain.scores["market"].total == D("2.5")
    with pytest.raises(Refused) as wrong:
        services.adjust(ranking, "nobody", JULY, D(0), reason="", evidence="", by=by, at=july.now)
    assert fields(wrong) == {"unit", "points", "reason", "evidence"}
    lock(july, ranking)
    with pytest.raises(Refused, match="已锁定"):
        give("1")


@pytest.mark.function("KPI-10")
def test_publishing_draws_up_the_talk_list_with_reasons(july: Town, ranking: Pack) -> None:
    lock(july, ranking)
    publish(july, ranking)
    (talk,) = Talk.objects.select_related("unit")
    assert talk.unit.code == "market"
    assert [reason["rule"] for reason in talk.reasons] == ["dissatisfied"]
    assert talk.reasons[0]["numbers"] == [{"month": "2025-07", "number": "1"}]
    with pytest.raises(NotAllowed):
        services.write_talk(talk.pk, held_on=None, notes="", outcome="", by=july.person("agent"), at=july.now)
    services.write_talk(
        talk.pk, held_on=date(2025, 8, 2), notes="未先联系", outcome="每日抽查", by=july.person("leader"), at=july.now
    )
    talk.refresh_from_db()
    assert (talk.held_on, talk.outcome) == (date(2025, 8, 2), "每日抽查")


@pytest.mark.function("KPI-12")
def test_the_goal_board_counts_what_is_defined_and_names_the_rest(july: Town, ranking: Pack) -> None:
    from open12345.appraisal.goals import board  # noqa: PLC0415 - beside what it shows

    rows = board(ranking, JULY, person=july.person("analyst"), at=july.now)
    assert [row.goal.direction for row in rows] == ["down", "up", "up", "up", "change", "change"]
    assert rows[0].line is not None
    assert rows[0].line.figure.numerator == 3
    assert {(row.year_before, row.before, row.against, row.met) for row in rows} == {(None, None, "", None)}
    assert all("没有定义" in row.goal.note for row in rows)
    assert [row.metric for row in rows[4:]] == [None, None]
