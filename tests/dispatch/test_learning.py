"""The centre learns categories from its own closed orders, and only the better classifier is put in force."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import typer
from django.db import connection
from typer.testing import CliRunner, Result

from open12345.classify import ModelFileError
from open12345.directory.models import AccessLog
from open12345.directory.person import SYSTEM
from open12345.dispatch import cli, learning, learnt
from open12345.dispatch.models import Standing, TrainedClassifier
from open12345.intake import suggest
from open12345.orders.hints import Talk, guesses
from open12345.orders.models import WorkOrder
from open12345.orders.sight import Sight
from open12345.simulate.shapes import Fate, Life
from open12345.simulate.speech import texts
from open12345.worktime import SHANGHAI
from tests.cast import Town
from tests.simulate.conftest import loader
from tests.simulate.made import lives
from tests.simulate.test_bulk_truth import stamped

__all__ = ["loader"]
pytestmark = pytest.mark.usefixtures("loader")

BEGIN = datetime(2025, 6, 16, 8, 0, tzinfo=SHANGHAI)
NOW = BEGIN + timedelta(days=30)
LEAVES = ("A0101", "C0101", "D0201", "H0102", "L0103", "B0102")


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "LEAST", 120)


def told(town: Town, count: int, *, start: int = 0, wrongly: bool = False) -> list[Life]:
    """Questions answered at once, each in other words; `wrongly`: under categories that they do not belong to."""
    world = texts.World.of(town.pack, 1)
    found = lives(
        town.pack, count, begin=BEGIN, until=NOW, fates=(Fate.ANSWERED_AT_ONCE,), start=start,
        every=timedelta(minutes=9),
    )  # fmt: skip
    return [_about(world, life, wrongly=wrongly) for life in found]


def _about(world: texts.World, life: Life, *, wrongly: bool) -> Life:
    request = life.request
    leaf = LEAVES[request.index % len(LEAVES)]
    said = texts.speak(world, request.index, category=leaf, area="310117107005", at=request.at, caller=request.caller)
    named = LEAVES[request.index // 7 % len(LEAVES)] if wrongly else leaf
    return replace(life, request=replace(request, category=named, title=said.title, body=said.body))


def teach(town: Town) -> TrainedClassifier:
    return learning.teach(town.pack, by=SYSTEM, at=NOW)


@pytest.mark.function("DIS-03")
@pytest.mark.function("INT-04")
def test_the_intake_desk_says_what_closed_orders_taught(town: Town) -> None:
    stamped(town, told(town, 180))
    row = teach(town)
    assert guesses(_talk(town, "夜里工地一直施工，吵得睡不着", "")) == ()
    own, other = learning.promote(town.pack, row.pk, by=SYSTEM, at=NOW)
    assert other is None
    assert own.accuracy > 0.6
    assert learnt.in_force(town.pack.id, wait=True) is not None
    talk = _talk(town, "夜里工地一直施工，打桩机响到凌晨，吵得睡不着", "工地夜间施工噪声")
    first, *_rest = guesses(talk)
    assert first.code == "C0101"
    assert first.words
    assert all(word in talk["title"] + talk["body"] for word in first.words)
    offer = suggest.categories(talk)[0]
    assert offer.value == "C0101"
    assert f"{round(100 * first.probability)}%" in offer.why


@pytest.mark.function("DIS-08")
def test_a_worse_classifier_is_not_put_in_force(town: Town) -> None:
    stamped(town, told(town, 180))
    good = teach(town)
    learning.promote(town.pack, good.pk, by=SYSTEM, at=NOW)
    stamped(town, [*told(town, 400, start=180, wrongly=True), *told(town, 40, start=580)])
    bad = teach(town)
    own, other = learning.promote(town.pack, bad.pk, by=SYSTEM, at=NOW)
    assert other is not None
    assert own.accuracy < other.accuracy
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.standing, bad.standing) == (Standing.IN_FORCE, Standing.REFUSED)
    assert "accuracy" in bad.why
    acts = AccessLog.objects.filter(object=f"classifier:{bad.pk}").values_list("act", flat=True)
    assert set(acts) == {"classifier.train", "classifier.refused"}


def test_a_better_one_takes_its_place_and_both_are_asked_about_orders_that_neither_knows(town: Town) -> None:
    stamped(town, told(town, 180, wrongly=True))
    first = teach(town)
    learning.promote(town.pack, first.pk, by=SYSTEM, at=NOW)
    stamped(town, told(town, 400, start=180))
    second = teach(town)
    own, other = learning.promote(town.pack, second.pk, by=SYSTEM, at=NOW)
    assert other is not None
    assert own.accuracy > other.accuracy
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.standing, second.standing) == (Standing.RETIRED, Standing.IN_FORCE)
    last = datetime.fromisoformat(second.card["last_day"])
    assert own.texts == len(learning.examples(town.pack, after=last))
    with pytest.raises(learning.NotLearnt, match="in force already"):
        learning.promote(town.pack, second.pk, by=SYSTEM, at=NOW)


def test_too_few_orders_teach_nothing(town: Town) -> None:
    stamped(town, told(town, 40))
    with pytest.raises(learning.NotLearnt, match="40 orders went their whole way"):
        teach(town)
    with pytest.raises(learning.NotLearnt, match="no classifier 77"):
        learning.promote(town.pack, 77, by=SYSTEM, at=NOW)


def test_a_damaged_classifier_leaves_the_desk_as_it_was_without_one(town: Town) -> None:
    stamped(town, told(town, 180))
    row = teach(town)
    learning.promote(town.pack, row.pk, by=SYSTEM, at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dispatch_trainedclassifier SET file = substring(file FOR 5000)")
    row.refresh_from_db()
    with pytest.raises(ModelFileError):
        row.read()
    assert learnt.in_force(town.pack.id, wait=True) is None
    assert guesses(_talk(town, "路灯不亮已经三天", "")) == ()
    assert suggest.categories(_talk(town, "无证设摊占了人行道", ""))


def test_the_commands_say_what_came_of_it_to_people_and_programs(town: Town) -> None:
    assert "No classifier yet" in run("report").stdout
    few = run("train", "--json")
    assert few.exit_code == 1
    assert "too few" in json.loads(few.stdout)["problems"][0]
    stamped(town, told(town, 180))
    made = json.loads(run("train", "--json").stdout)
    assert made["learnt"] > 100
    assert run("promote", "999").exit_code == 1
    done = json.loads(run("promote", str(made["classifier"]), "--json").stdout)
    assert (done["ok"], done["standing"], done["in_force_before"]) == (True, "in_force", None)
    listed = json.loads(run("report", "--json").stdout)["classifiers"]
    assert [(row["classifier"], row["standing"]) for row in listed] == [(made["classifier"], "in_force")]


def labelled(town: Town, tmp_path: Path, count: int, *, own: bool = False) -> Path:
    """A labelled file of texts told as people tell them; `own`: of orders that the centre has."""
    if own:
        stamped(town, told(town, count))
        rows = list(WorkOrder.objects.order_by("pk").values_list("number", "title", "body", "category"))
    else:
        requests = [life.request for life in told(town, count)]
        rows = [(f"x{n}", one.title, one.body, one.category) for n, one in enumerate(requests)]
    path = tmp_path / "labelled.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "title", "body", "category"), *rows])
    return path


@pytest.mark.function("DIS-03")
def test_a_new_centre_learns_from_a_labelled_file_and_puts_it_in_force(town: Town, tmp_path: Path) -> None:
    path = labelled(town, tmp_path, 180)
    made = json.loads(run("train", "--csv", str(path), "--json").stdout)
    assert made["learnt"] > 100
    row = TrainedClassifier.objects.get(pk=made["classifier"])
    assert row.card["source"] == "file labelled.csv"
    assert (row.card["first_day"], row.card["last_day"]) == ("", "")
    done = json.loads(run("promote", str(row.pk), "--json").stdout)
    assert (done["standing"], done["in_force_before"]) == ("in_force", None)
    assert done["own"]["texts"] == row.card["measures"]["held_back"]["texts"]
    assert "labelled.csv" in json.loads(run("report", "--json").stdout)["classifiers"][0]["card"]["source"]
    assert run("report").exit_code == 0


@pytest.mark.function("DIS-08")
def test_one_from_a_file_is_compared_on_orders_that_are_not_in_the_file(town: Town, tmp_path: Path) -> None:
    path = labelled(town, tmp_path, 180, own=True)
    made = json.loads(run("train", "--csv", str(path), "--json").stdout)
    row = TrainedClassifier.objects.get(pk=made["classifier"])
    last = datetime.fromisoformat(row.card["last_day"])
    assert WorkOrder.objects.filter(accepted_at__gt=last).exists(), "the newest of them are held back"
    own, _other = learning.promote(town.pack, row.pk, by=SYSTEM, at=NOW)
    assert own.texts == len(learning.examples(town.pack, after=last)) > 0


def test_wrong_categories_of_a_file_are_told_label_by_label_with_where_the_right_ones_stand(
    town: Town, tmp_path: Path
) -> None:
    path = tmp_path / "wrong.csv"
    rows = "路灯,路灯不亮,照明\n" * 5 + "摊贩,占道,A0101\n摊贩,占道,A01\n"
    path.write_text(f"title,body,category\n{rows}", encoding="utf-8")
    answer = run("train", "--csv", str(path), "--json")
    assert answer.exit_code == 1
    first, second, remedy = json.loads(answer.stdout)["problems"]
    assert first == "wrong.csv, column category: 照明 is no code of the pack jiuting: 5 rows (2, 3, 4, …)."
    assert "A01 has others below it, name one of them: 1 row (8)" in second
    assert "open12345 dispatch categories" in remedy
    assert not TrainedClassifier.objects.exists()
    assert run("train", "--csv", str(path), "--unit").exit_code == 2


def test_the_codes_of_the_pack_are_listed(town: Town) -> None:
    told = json.loads(run("categories", "占道", "--json").stdout)["categories"]
    assert told
    assert all("占道" in one["path"] for one in told)
    assert "A0101" in run("categories").stdout
    assert run("categories", "没有这种").exit_code == 1


def run(*words: str) -> Result:
    app = typer.Typer()
    cli.register(app)
    return CliRunner().invoke(app, ["dispatch", *words])


def _talk(town: Town, body: str, title: str) -> Talk:
    return Talk(Sight(town.person("agent"), town.now, town.pack), {"body": body, "title": title})
