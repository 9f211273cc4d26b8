"""The weights are learnt from the centre's own dispatches, and a worse ranking is refused on record."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import typer
from typer.testing import CliRunner

from open12345.directory.person import SYSTEM
from open12345.dispatch import cli, learning, learnt
from open12345.dispatch.advice import replay, teaching, weights
from open12345.dispatch.advice.features import Candidate
from open12345.dispatch.advice.replay import Sent, Share, Story, Taken
from open12345.dispatch.advice.weights import DEFAULT, Weights
from open12345.dispatch.models import Learnt, Standing, TrainedClassifier
from open12345.policy import Pack
from tests.cast import Town, jiuting

BEGIN = datetime.fromisoformat("2025-03-03T09:00:00+08:00")
AREA = "310117107001"


def story(count: int, keeper: str = "urban", category: str = "A0101") -> Story:
    """Orders of a category that the list gives to enforcement and that another unit keeps."""
    taken, shares = [], []
    for n in range(1, count + 1):
        at = BEGIN + timedelta(hours=3 * n)
        taken.append(Taken(n, f"T{n:04}", category, AREA, at, "路口占道"))
        if n % 4 == 0:
            shares.append(Share(n, "enforcement", kept=False, sent=at, at=at + timedelta(hours=5)))
            at += timedelta(hours=6)
        shares.append(Share(n, keeper, kept=True, sent=at, at=at + timedelta(days=1)))
    return Story(taken, sorted(shares, key=lambda one: one.at))


@pytest.mark.function("DIS-08")
def test_nothing_is_asked_with_what_was_known_only_later() -> None:
    first, *later = list(replay.replay(jiuting(), story(40)))
    assert {own.unit for own in first.candidates} == {"enforcement", "c001"}, "nobody had kept one yet"
    assert all(own.values["recent"] == 0 for own in first.candidates)
    assert "urban" in {own.unit for own in later[-1].candidates}


@pytest.mark.function("DIS-08")
def test_a_past_that_never_was_is_made_of_what_was_known_by_then() -> None:
    whole, until = story(200), BEGIN + timedelta(hours=3 * 120)
    then = Story([one for one in whole.taken if one.at <= until], [one for one in whole.shares if one.at <= until])
    other = [replace(one, unit="market") if one.at > until else one for one in whole.shares]
    changed = Story(whole.taken, other)
    found = teaching.upset(jiuting(), whole, until=until)
    assert found == teaching.upset(jiuting(), then, until=until)
    assert found == teaching.upset(jiuting(), changed, until=until), "what ends later is not known"
    assert not teaching.upset(jiuting(), whole, until=BEGIN)


@pytest.mark.function("DIS-08")
def test_weights_learnt_from_practice_rank_better_than_the_list(town: Town) -> None:
    sent = list(replay.replay(town.pack, story(200)))
    taught, held = sent[:180], sent[180:]
    found = teaching.measured(teaching.fit(taught), held)
    assert found.list_accuracy == 0
    assert found.accuracy > 0.9
    assert found.calibration_error < 0.2


@pytest.mark.function("DIS-08")
def test_a_reorganisation_is_followed_though_the_past_had_none(town: Town) -> None:
    calm = story(240, keeper="enforcement")
    sent = list(replay.replay(town.pack, calm))
    follows = teaching.fit(sent, teaching.upset(town.pack, calm, until=sent[-1].at))
    last = calm.taken[-1].at
    moved = [replace(one, order=one.order + 1000, at=one.at + (last - BEGIN)) for one in story(60).taken]
    shares = [
        replace(one, order=one.order + 1000, sent=one.sent + (last - BEGIN), at=one.at + (last - BEGIN))
        for one in story(60).shares
    ]  # fmt: skip
    changed = Story([*calm.taken, *moved], sorted([*calm.shares, *shares], key=lambda one: one.at))
    after = list(replay.replay(town.pack, changed, since=last))
    found = teaching.measured(follows, after[-20:])
    assert found.accuracy > 0.9
    assert found.list_accuracy == 0


def kept(town: Town, found: Weights, last: datetime) -> TrainedClassifier:
    card = {"texts": 10, "labels": {}, "first_day": BEGIN.isoformat(), "last_day": last.isoformat(), "source": "",
            "measures": {"held_back": {"accuracy": 0.5, "top3": 0.5}}, "settings": {}}  # fmt: skip
    file = found.dump()
    return learning.keep(town.pack, Learnt.UNIT, card, weights.digest_of(file), file, by=SYSTEM, at=town.now)


def held(_pack: Pack, _after: datetime, _at: datetime) -> list[Sent]:
    one = Taken(1, "T1", "A0101", AREA, BEGIN, "")
    right = Candidate("enforcement", {"duty": 1.0})
    return [Sent(one, BEGIN, "enforcement", "enforcement", [right, Candidate("c001", {"territory": 1.0})])] * 5


@pytest.mark.function("DIS-08")
def test_worse_weights_than_the_default_are_refused_and_better_ones_are_used(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(learning._kinds, Learnt.UNIT, replace(learning._kinds[Learnt.UNIT], held=held))
    upside_down = kept(town, Weights(0.0, {**DEFAULT.of, "duty": -3.0}), BEGIN)
    own, other = learning.promote(town.pack, upside_down.pk, by=SYSTEM, at=town.now)
    assert (own.accuracy, other and other.accuracy) == (0.0, 1.0)
    upside_down.refresh_from_db()
    assert upside_down.standing == Standing.REFUSED
    assert weights.in_force(town.pack.id).number is None
    surer = kept(town, Weights(-4.0, {**DEFAULT.of, "duty": 7.0}), BEGIN)
    learning.promote(town.pack, surer.pk, by=SYSTEM, at=town.now)
    assert weights.in_force(town.pack.id).number == surer.pk
    assert not TrainedClassifier.objects.filter(tells=Learnt.CATEGORY).exists()


def test_a_damaged_recommender_leaves_the_default_weights(town: Town) -> None:
    row = kept(town, DEFAULT, BEGIN)
    TrainedClassifier.objects.filter(pk=row.pk).update(
        standing=Standing.IN_FORCE, decided_at=town.now, file=b'{"version": 1, "of": {"os": 1}}', digest="x"
    )
    learnt.forget()
    assert weights.in_force(town.pack.id) == DEFAULT


def test_the_commands_train_units_and_count_practice(town: Town) -> None:
    app = typer.Typer()
    cli.register(app)
    few = CliRunner().invoke(app, ["dispatch", "train", "--unit", "--json"])
    assert few.exit_code == 1
    assert "too few to learn from" in json.loads(few.stdout)["problems"][0]
    counted = CliRunner().invoke(app, ["dispatch", "practice", "--all", "--json"])
    assert json.loads(counted.stdout)["ok"]
