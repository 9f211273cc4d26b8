"""Figures are counted from the platform's tables: what was planned comes out, what was not is seen as different."""

import json
import re
import shutil
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer
from pytest_django import Settings
from typer.testing import CliRunner, Result

from open12345.orders.models import Event, WorkOrder
from open12345.policy import find_pack
from open12345.simulate import check, cli, players, progress, runs
from open12345.simulate.lives import step
from open12345.simulate.lives.staffing import staffing
from open12345.simulate.lives.steps import World
from open12345.simulate.planning.arrivals import midnight
from open12345.simulate.planning.plan import Plan
from open12345.simulate.planning.voice import Townspeople
from open12345.simulate.players import Played
from open12345.simulate.scenarios.files import read_scenario
from open12345.simulate.scenarios.scenario import Scenario
from tests.cast import Town, jiuting

JUNE, UNTIL = "2025-06-03..2025-06-30", date(2025, 9, 30)


def _figure(code: str, value: object, measure: str, unit: str = "", **count: Any) -> dict[str, Any]:
    told = {"measure": measure, "days": JUNE, **count}
    return {"code": code, "title": code, "quote": "原文", "seed": "ours", "value": value, "unit": unit, "count": told}


PARKING, UPPER = {"categories": ["E01", "L0103"]}, {"channels": ["upper"]}
FIGURES = [
    _figure("all", 20, "orders"),
    _figure("may", 4, "orders", days="2025-05"),
    _figure("growth", 400, "growth", "%", before="2025-05"),
    _figure("peak", 7, "busiest"),
    _figure("peak_day", date(2025, 6, 12), "busiest_day"),
    _figure("others", 13, "orders", less="2025-06-12"),
    _figure("parking", 5, "orders", among=PARKING),
    _figure("parking_share", 25, "share", "%", among=PARKING),
    _figure("upper", 12, "orders", among=UPPER),
    _figure("companies", 3, "orders", among={"enterprise": True}),
    _figure("urgent", 2, "orders", among={"urgencies": ["urgent"]}),
    _figure("complaints", 90, "share", "%", among={"kinds": ["complaint"]}),
    _figure("told", 4, "orders", among={"reason": "点对点派单"}),
    _figure("rated", 10, "rated", among=UPPER),
    _figure("answered", 8, "answered", among=UPPER),
    _figure("satisfied", 70, "satisfied_rate", "%", among=UPPER),
    _figure("solved", Decimal("62.5"), "solved_rate", "%", among=UPPER),
    _figure("communities", 1, "units", days=None, among={"unit_kinds": ["centre"]}),
    {"code": "later", "title": "later", "quote": "原文", "seed": "003", "value": 61, "later": True, "room": "reports"},
]
SCENARIO = {
    "pack": "jiuting", "name": "june", "title": "六月", "source": "自定", "until": UNTIL,
    "totals": [
        {"days": JUNE, "orders": 20}, {"days": "2025-06-12", "orders": 7, "busiest": True},
        {"days": "2025-05", "orders": 4},
    ],
    "quotas": [
        {"of": "category", "values": ["E01", "L0103"], "days": JUNE, "orders": 5},
        {"of": "channel", "values": ["upper"], "days": JUNE, "orders": 12},
        {"of": "kind", "values": ["complaint"], "days": JUNE, "percent": 90},
        {"of": "urgency", "values": ["urgent"], "days": JUNE, "orders": 2},
        {"of": "enterprise", "values": ["true"], "days": JUNE, "orders": 3},
        {"of": "reason", "values": ["点对点派单"], "days": JUNE, "orders": 4},
    ],
    "heard": [
        {"days": JUNE, "among": UPPER, "rated": 10, "answered": 8, "satisfied": 7, "solved": 5},
    ],
    "mix": {"channels": {"phone": 1}}, "course": {"returned": 0, "late": 0.1},
    "figures": FIGURES,
}  # fmt: skip


@pytest.mark.function("SIM-01", "SIM-05")
def test_what_was_planned_is_counted_and_a_changed_row_is_seen(
    town: Town, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OPEN12345_HOME = tmp_path
    scenario = Scenario.model_validate(SCENARIO)
    end = midnight(UNTIL + timedelta(days=1))
    plan = Plan(scenario, town.pack, until=end)
    voice = Townspeople(town.pack, scenario)
    step.play(plan.lives(voice), World(town.pack, staffing(town.pack), 1), until=end)

    lines = {line.code: line for line in check.figures(scenario, town.pack, end=UNTIL)}
    wrong = [
        f"{line.code}: {line.expected} but {line.counted} {line.of}" for line in lines.values() if line.same is False
    ]
    assert wrong == []
    assert lines["later"].same is None
    assert lines["satisfied"].of == "7 / 10"
    assert lines["growth"].counted == "400.0 %"

    monkeypatch.setattr("open12345.simulate.scenarios.files.read_scenario", lambda _pack, _name, **_folder: scenario)
    assert _check(0)["ok"] is True
    changed = WorkOrder.objects.filter(channel="upper", accepted_at__gte=midnight(date(2025, 6, 3))).first()
    assert changed is not None
    WorkOrder.objects.filter(pk=changed.pk).update(channel="letter")
    told = _check(1)
    assert told["ok"] is False
    assert "upper" in [line["code"] for line in told["figures"] if line["same"] is False]


def _check(code: int) -> dict[str, Any]:
    app = typer.Typer()
    cli.register(app)
    found = CliRunner().invoke(app, ["check-scenario", "--scenario", "june", "--scale", "1", "--json"])
    assert found.exit_code == code, found.output
    told: dict[str, Any] = json.loads(found.stdout)
    return told


# --- what may not be ----------------------------------------------------------------------------------


def _told_by(*words: str) -> Result:
    app = typer.Typer()
    cli.register(app)
    return CliRunner().invoke(app, list(words))


def _refused(*words: str) -> str:
    found = _told_by(*words)
    assert found.exit_code == 1, found.output
    return found.output


def test_an_unknown_scenario_names_those_there_are(town: Town) -> None:
    assert "是否想写 “year”" in _refused("simulate", "--pack", "jiuting", "--scenario", "yeer")
    assert "可用的有：year" in _refused("check-scenario", "--scenario", "xx")


def test_another_pack_than_the_instances_is_refused(town: Town) -> None:
    told = _refused("simulate", "--pack", "baoshan", "--scenario", "2022-h1")
    assert "This instance serves the pack jiuting, not baoshan." in told
    assert "not baoshan" in _refused("check-scenario", "--pack", "baoshan")


def test_an_unknown_pack_names_those_there_are(town: Town) -> None:
    assert "是否想写 “baoshan”" in _refused("simulate", "--pack", "baosan", "--scenario", "x")


def test_an_instance_with_orders_of_its_own_is_refused(town: Town, settings: Settings, tmp_path: Path) -> None:
    settings.OPEN12345_HOME = tmp_path
    scenario = Scenario.model_validate({**SCENARIO, "figures": [], "totals": [{"days": "2025-06-12", "orders": 1}],
                                        "quotas": [], "heard": []})  # fmt: skip
    plan = Plan(scenario, town.pack, until=midnight(UNTIL))
    step.play(plan.lives(Townspeople(town.pack, scenario)), World(town.pack, staffing(town.pack), 1))
    with pytest.raises(runs.Refused, match="holds 1 orders already"):
        runs.prepare("jiuting", "year", scale=0.001)


def test_a_pack_given_by_its_path_is_found_again(town: Town, settings: Settings, tmp_path: Path) -> None:
    settings.OPEN12345_HOME = tmp_path / "home"
    copied = shutil.copytree(find_pack("jiuting"), tmp_path / "copied")
    scenario = copied / "scenarios" / "year.yaml"
    scenario.write_text(scenario.read_text(encoding="utf-8").replace("title:", "title: 抄来的", 1), encoding="utf-8")
    by_path, by_name = (runs.prepare(named, "year", scale=0.001, until=UNTIL) for named in (str(copied), "jiuting"))
    assert by_path.run.same(by_name.run)
    runs.note(by_path.run)
    for words in ([], ["--pack", str(copied)], ["--pack", "jiuting"]):
        found = _told_by("check-scenario", *words)
        assert "抄来的" in found.output
        assert "was stopped before the end" in found.output
    assert "serves the pack jiuting, not baoshan" in _refused("check-scenario", "--pack", str(find_pack("baoshan")))
    assert "holds year at scale 0.001, not year at 0.5" in _told_by("check-scenario", "--scale", "0.5").output


def test_a_whole_run_asked_for_again_brings_no_pack_into_force(town: Town, settings: Settings, tmp_path: Path) -> None:
    settings.OPEN12345_HOME = tmp_path / "home"
    prepared = runs.prepare("jiuting", "year", scale=0.001)
    life = next(iter(prepared.plan.lives(prepared.voice, 0, 1)))
    step.play([life], World(town.pack, staffing(town.pack), 1), until=life.until)
    runs.note(replace(prepared.run, finished=True))
    copied = shutil.copytree(find_pack("jiuting"), tmp_path / "copied")
    pack = copied / "pack.yaml"
    pack.write_text(
        re.sub("^title: .*$", "title: 别的", pack.read_text("utf-8"), count=1, flags=re.MULTILINE), encoding="utf-8"
    )
    assert runs.prepare(str(copied), "year", scale=0.001).pack.title == "别的"
    assert runs.pack_in_force().title == town.pack.title


def test_only_the_same_run_goes_on(town: Town, settings: Settings, tmp_path: Path) -> None:
    settings.OPEN12345_HOME = tmp_path
    first = runs.prepare("jiuting", "year", scale=0.001)
    assert not first.goes_on
    runs.note(first.run)
    assert runs.sheet() == first.run
    assert first.run.same(replace(first.run, finished=True))
    assert not first.run.same(replace(first.run, seed=1))


def test_a_run_does_not_go_on_under_other_rules(town: Town, settings: Settings, tmp_path: Path) -> None:
    settings.OPEN12345_HOME = tmp_path
    planned = runs.prepare("jiuting", "year", scale=0.001)
    first = planned.run
    life = next(iter(planned.plan.lives(planned.voice, 0, 1)))
    step.play([life], World(town.pack, staffing(town.pack), 1), until=life.until)
    for begun in (replace(first, rules="of another day"), replace(first, rules="")):
        runs.note(begun)
        if begun.rules:
            with pytest.raises(runs.Refused, match=r"jiuting or its scenario has changed since .* Put its files back"):
                runs.prepare("jiuting", "year", scale=0.001)
            with pytest.raises(runs.Refused, match="has changed"):
                runs.behind("jiuting", "year", orders=600)
    assert runs.prepare("jiuting", "year", scale=0.001).goes_on  # begun before rules were noted
    runs.note(replace(first, rules="of another day", finished=True))
    assert runs.prepare("jiuting", "year", scale=0.001).goes_on  # whole: nothing is written under other rules


def test_a_run_does_not_go_on_with_its_scenario_changed() -> None:
    pack = jiuting()
    scenario = read_scenario(pack, "year")
    begun = runs.Run("jiuting", "year", 1, 1.0, "2025-01-01T00:00:00+08:00", 9, rules=runs._rules(pack, scenario))
    told_otherwise = scenario.model_copy(update={"title": "x", "figures": (), "seed": 7})
    livelier = scenario.model_copy(update={"mix": scenario.mix.model_copy(update={"repeats": 0.9})})
    assert [begun.under(pack, one) for one in (scenario, told_otherwise, livelier)] == [True, True, False]
    assert replace(begun, rules=pack.digest).under(pack, livelier)  # begun before scenarios counted


@pytest.mark.function("SIM-05")
def test_a_run_by_steps_tells_what_it_did_and_the_truth_of_every_order(
    town: Town, settings: Settings, tmp_path: Path
) -> None:
    settings.OPEN12345_HOME = tmp_path
    prepared = runs.prepare("jiuting", "year", scale=0.0005, until=UNTIL)
    played = players.step(prepared, players.Options(), progress.silent)
    orders = list(WorkOrder.objects.order_by("pk").values_list("number", flat=True))
    assert (played.orders, played.events) == (len(orders), Event.objects.count())
    lines = [json.loads(line) for line in Path(played.truth).read_text(encoding="utf-8").splitlines()]
    assert [line["number"] for line in lines] == orders
    assert [line["index"] for line in lines] == list(range(len(orders)))
    assert {line["category"] for line in lines} <= {row.code for row in town.pack.categories}
    with pytest.raises(runs.Refused, match="played to its end"):
        players.step(runs.prepare("jiuting", "year", scale=0.0005, until=UNTIL), players.Options(), progress.silent)


def test_a_history_tells_its_time_and_how_many_orders_and_rows_a_second() -> None:
    written = Played(3000, 30_000, 2.0, phases={"orders": 1.5}, rows=90_000)
    assert written.sentence() == (
        "3,000 orders with 30,000 events, in 2.0 s, 1,500 orders/s, 45,000 rows/s (orders 1.5 s)"
    )
    assert written.as_json()["rows"] == 90_000
    again = replace(written, before=1000).sentence()  # of which rows are not told apart
    assert "1,000 of them written before, in 2.0 s, 1,000 orders/s (" in again
