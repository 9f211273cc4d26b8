"""Before anything goes by itself, past months tell what would have come of it, by what was known at each moment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace as changed
from datetime import datetime, timedelta
from typing import Any

import pytest
import typer
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker
from typer.testing import CliRunner, Result

from open12345.directory.person import Person
from open12345.dispatch import cli, learning, learnt
from open12345.dispatch.advice import teaching, weights
from open12345.dispatch.advice.replay import Sent
from open12345.dispatch.automatic import replay, trials
from open12345.dispatch.automatic.replay import Asked, figures_for
from open12345.dispatch.models import Learnt, Standing, TrainedClassifier
from open12345.orders.models import Assignment, Event, WorkOrder
from open12345.simulate.shapes import Fate, Life
from open12345.worktime import SHANGHAI
from tests.cast import Town, jiuting
from tests.dispatch.deciding import Stub, in_force
from tests.simulate.conftest import loader
from tests.simulate.made import lives
from tests.simulate.test_bulk_truth import stamped

__all__ = ["loader"]
pytestmark = [pytest.mark.usefixtures("history"), pytest.mark.function("DIS-16")]

BEGIN = datetime(2025, 6, 16, 8, 0, tzinfo=SHANGHAI)
NOW = BEGIN + timedelta(days=60)
LEAVES = ("A0101", "C0101", "D0201")


@pytest.fixture(scope="module")
def history(settled: dict[str, Person], loader: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Sixty orders of a few categories, handled to their end by the unit of the list; people sent some wrong at first.

    Written once for the file, as bulk does; what a test adds or changes is rolled back.
    """
    town = Town(jiuting(), NOW, settled)
    fates = (Fate.SOLVED, Fate.SOLVED, Fate.SOLVED, Fate.RETURNED_THEN_SOLVED)
    made = lives(town.pack, 60, begin=BEGIN, until=NOW, fates=fates, every=timedelta(hours=15))
    with django_db_blocker.unblock(), transaction.atomic():
        stamped(town, [_of(town, life) for life in made])


def _of(town: Town, life: Life) -> Life:
    leaf = LEAVES[life.request.index % len(LEAVES)]
    lead = town.pack.duty.find(leaf)[0].lead
    request = changed(
        life.request, category=leaf, kind="complaint_help", urgency="ordinary", channel="phone", foreign=""
    )
    return changed(life, request=request, unit=lead, wrong_unit="urban" if life.wrong_unit else "")


def run(town: Town, **asked: Any) -> dict[str, Any]:
    return replay.run(town.pack, Asked(**asked), at=NOW)


def test_a_history_that_follows_the_list_could_have_gone_by_itself(town: Town) -> None:
    told = run(town, wanted=0.8)
    assert told["orders"] > 50
    assert told["sought_on"] + told["measured_on"] == told["orders"]
    assert told["own"]["threshold"] is not None
    assert told["own"]["accuracy"] >= 0.8
    assert {row["category"] for row in told["rows"]} == set(LEAVES)
    assert told["together"]["orders"] == told["orders"]
    assert told["used"]["recommender"] == "default"


def test_what_people_sent_wrong_first_counts_against_people_not_against_the_machine(town: Town) -> None:
    told = run(town, threshold=0.0)
    assert told["given"] == 0
    assert told["measured_on"] == told["orders"]
    assert told["own"]["people"] < 0.9
    assert told["own"]["accuracy"] > told["own"]["people"]


def test_no_threshold_reaches_it_is_said(town: Town) -> None:
    told = run(town, wanted=0.999)
    assert told["own"]["threshold"] is None
    assert told["own"]["share"] == 0
    assert told["own"]["accuracy"] is None


def test_nothing_to_replay_is_said(town: Town) -> None:
    with pytest.raises(replay.NothingToReplay):
        replay.run(town.pack, Asked(), at=BEGIN)


def test_what_a_careful_centre_looks_at_is_left_in_the_replay_too(town: Town) -> None:
    urgent = WorkOrder.objects.order_by("pk")[:20].values("pk")
    WorkOrder.objects.filter(pk__in=urgent).update(urgency="urgent")
    told = run(town, threshold=0.0)
    assert told["left"]["urgent"] == 20
    assert told["own"]["by_itself"] <= told["orders"] - 20


def test_a_recommender_that_has_learnt_from_these_orders_is_not_asked_about_them(town: Town) -> None:
    row = TrainedClassifier.objects.create(
        made_at=NOW, pack=town.pack.id, tells=Learnt.UNIT, card={"last_day": NOW.isoformat()}, digest="u" * 64,
        file=weights.DEFAULT.dump(), standing=Standing.IN_FORCE, decided_at=NOW,
    )  # fmt: skip
    learnt.forget()
    assert run(town, wanted=0.8)["used"]["recommender"] == "default", "too few dispatches before to teach another"
    before = BEGIN - timedelta(days=60)
    TrainedClassifier.objects.filter(pk=row.pk).update(card={"last_day": before.isoformat()})
    learnt.forget()
    told = run(town, months=2, wanted=0.8)["used"]["recommender"]
    assert told == "default", "what it learnt from came before, but how that ended became known within the span"
    TrainedClassifier.objects.filter(pk=row.pk).update(made_at=before + timedelta(days=1), decided_at=NOW)
    learnt.forget()
    used = run(town, months=2, wanted=0.8)["used"]
    assert (used["recommender"], used["recommender_number"]) == ("in_force", row.pk)


def test_a_stand_in_learns_only_from_what_had_ended_before_the_span(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    TrainedClassifier.objects.create(
        made_at=NOW, pack=town.pack.id, tells=Learnt.UNIT, card={"last_day": NOW.isoformat()}, digest="s" * 64,
        file=weights.DEFAULT.dump(), standing=Standing.IN_FORCE, decided_at=NOW,
    )  # fmt: skip
    learnt.forget()
    since = BEGIN + timedelta(days=20)
    taught: list[Sent] = []
    monkeypatch.setattr(teaching, "LEAST", 1)

    def fit(sent: Sequence[Sent]) -> weights.Weights:
        taught.extend(sent)
        return weights.DEFAULT

    monkeypatch.setattr(teaching, "fit", fit)
    lasting = Assignment.objects.filter(assigned_at__lt=since, state="checked").order_by("-assigned_at")[:3]
    late = {share.order_id for share in lasting}
    Assignment.objects.filter(order__in=late).update(reported_at=since + timedelta(days=2))
    found = trials.gather(town.pack, since=since, at=NOW)
    assert found.used.recommender == "taught"
    assert taught
    assert len(late) == 3
    assert not late & {one.taken.order for one in taught}


def test_a_stand_in_classifier_learns_only_from_orders_closed_before_the_span(town: Town) -> None:
    since = BEGIN + timedelta(days=20)
    there = WorkOrder.objects.filter(accepted_at__lt=since, stage__in=["closed", "archived"])
    there.update(closed_at=since - timedelta(hours=1))
    late = list(there.order_by("pk").values_list("pk", flat=True)[:2])
    WorkOrder.objects.filter(pk__in=late).update(closed_at=since + timedelta(days=1))
    known = learning.examples(town.pack, known_before=since)
    assert len(known) == there.count() - 2 > 0


def test_an_order_that_came_without_a_category_gets_the_one_that_its_words_said_then(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "_without_category", lambda orders: set(orders[:10]))
    told = run(town, threshold=0.0)
    assert told["left"]["no_classifier"] == told["guessed"] == 10
    model = in_force(town, Stub(code="C0101", probability=0.5), monkeypatch)
    before = BEGIN - timedelta(days=60)
    TrainedClassifier.objects.filter(pk=model.pk).update(card={"last_day": before.isoformat()}, made_at=before)
    told = run(town, threshold=0.0)
    assert (told["used"]["classifier"], told["used"]["classifier_number"]) == ("in_force", model.pk)
    assert told["left"].get("no_classifier") is None
    assert told["own"]["accuracy"] < 1, "two of three are taken for what they are not"


def test_a_category_that_was_added_later_is_found_in_history(town: Town) -> None:
    number = town.register(category="")
    town.do("dispatcher", number, "amend", {"category": "A0101"})
    other = town.register(phone="13900001111")
    town.do("dispatcher", other, "amend", {"category": "C0101"})
    first, second = town.order(number).pk, town.order(other).pk
    assert Event.objects.filter(order=first, action="amend").exists()
    assert trials._without_category([first, second]) == {first}


def test_figures_of_a_stricter_threshold_are_of_the_same_orders_as_the_proposed_one(town: Town) -> None:
    told = run(town, wanted=0.8)
    proposed = figures_for(told, told["own"]["threshold"])
    assert (proposed["told"], proposed["threshold"]) == ("held_out", told["own"]["threshold"])
    other = figures_for(told, 0.97)
    assert (other["told"], other["threshold"]) == ("step", 0.97)
    assert other["orders"] == told["orders"]
    assert other["measured"] == proposed["measured"] == told["measured_on"]


def test_a_stricter_threshold_never_lets_more_go(town: Town) -> None:
    told = run(town, wanted=0.8)
    offers = [(told["own"]["threshold"], told["own"]["share"]), *((s["threshold"], s["share"]) for s in told["curve"])]
    shares = [share for _threshold, share in sorted(offers)]
    assert shares == sorted(shares, reverse=True)


def test_a_replay_of_one_category_tells_the_numbers_of_that_category(town: Town) -> None:
    whole, told = run(town, wanted=0.8), run(town, wanted=0.8, category="A0101")
    alone = next(row["orders"] for row in whole["rows"] if row["category"] == "A0101")
    assert told["orders"] == alone < whole["orders"] == told["replayed"]
    assert told["sought_on"] + told["measured_on"] == alone
    urgent = WorkOrder.objects.filter(category="C0101").values("pk")[:5]
    WorkOrder.objects.filter(pk__in=urgent).update(urgency="urgent")
    assert run(town, wanted=0.8)["left"] == {"urgent": 5}
    assert run(town, wanted=0.8, category="A0101")["left"] == {}
    with pytest.raises(replay.NothingToReplay, match="No order of B"):
        run(town, category="B")


# --- on the command line ------------------------------------------------------------------------------


def command(*words: str, monkeypatch: pytest.MonkeyPatch, at: datetime = NOW) -> Result:
    app = typer.Typer()
    cli.register(app)
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    return CliRunner().invoke(app, ["dispatch", "simulate", *words])


def test_the_command_tells_it_in_a_table_and_in_json(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = command("--wanted", "0.8", monkeypatch=monkeypatch)
    assert shown.exit_code == 0, shown.output
    assert "sought in the older" in shown.output
    assert "A0101" in shown.output
    told = json.loads(command("--wanted", "0.8", "--category", "A01", "--json", monkeypatch=monkeypatch).stdout)
    assert told["ok"]
    assert [row["category"] for row in told["rows"]] == ["A0101"]
    assert told["own"]["category"] == "A01"


def test_the_command_ends_with_1_where_there_is_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    assert command(monkeypatch=monkeypatch, at=BEGIN).exit_code == 1
    nowhere = command("--category", "X99", "--json", monkeypatch=monkeypatch)
    assert nowhere.exit_code == 1
    assert "X99" in json.loads(nowhere.stdout)["problems"][0]
    assert command("--wanted", "2", monkeypatch=monkeypatch).exit_code == 2
