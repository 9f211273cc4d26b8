"""Those who act in one life agree: who went there, what was done, how it ends, and at what hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from open12345.orders import writing
from open12345.policy import Pack, pack_names
from open12345.simulate.lives import sayings, wording
from open12345.simulate.lives.filling import Filled
from open12345.simulate.lives.playing import quoted
from open12345.simulate.lives.script import script
from open12345.simulate.lives.staffing import staffing
from open12345.simulate.lives.steps import Step, World
from open12345.simulate.shapes import Fate, Life
from open12345.text import normalise
from open12345.worktime import SHANGHAI
from tests.cast import Town, pack_named
from tests.simulate.made import lives

BEGIN = datetime(2025, 6, 16, 20, 30, tzinfo=SHANGHAI)
NUMBER = "JT25061612345678"


@pytest.fixture
def world(town: Town) -> World:
    return World(town.pack, staffing(town.pack))


def some(pack: Pack, *fates: Fate, count: int = 150) -> list[Life]:
    return list(lives(pack, count, begin=BEGIN, until=BEGIN + timedelta(days=90), fates=fates or tuple(Fate)))


def done(world: World, life: Life, act: str) -> list[Step]:
    return [step for step in script(world, life) if step.act == act]


def closing(world: World, life: Life) -> list[Step]:
    return [step for step in done(world, life, "submit_report") if "in_charge" in step.own]


def test_a_report_names_those_who_went_there(world: World) -> None:
    told = 0
    for life in some(world.pack):
        went = {step.own["people"] for step in done(world, life, "arrive")}
        named = {step.own["site_people"] for step in closing(world, life) if "site_people" in step.own}
        assert len(went | named) <= 1
        told += bool(went & named)
    assert told > 50


def test_the_second_report_is_not_the_first_again(world: World) -> None:
    twice = [found for x in some(world.pack, Fate.REDISPATCHED) if len(found := closing(world, x)) > 1]
    assert twice
    for first, second in twice:
        for name in ("fact_explanation", "demand_explanation"):
            assert first.own[name] != second.own[name]


def test_what_citizens_read_quotes_no_number_and_invents_no_place(world: World) -> None:
    for life in some(world.pack):
        for step in (*done(world, life, "answer"), *closing(world, life)):
            said = "".join(str(value) for value in quoted(step, NUMBER).values())
            assert NUMBER not in said
            assert "该处" not in said


def test_who_answers_for_a_unit_is_somebody(world: World) -> None:
    for life in some(world.pack, Fate.SOLVED, count=40):
        for report in closing(world, life):
            name, _, rank = str(report.own["in_charge"]).partition("（")
            assert 2 <= len(name) <= 4
            assert rank.endswith("）")


@pytest.mark.parametrize(
    ("solved", "satisfied", "words"),
    [
        ("", "", sayings.UPPER_UNREACHED),
        ("not_solved", "dissatisfied", sayings.UPPER_UNSOLVED),
        ("solved", "dissatisfied", sayings.UPPER_UNHAPPY),
        ("solved", "satisfied", sayings.UPPER),
        ("solved", "", sayings.UPPER_SILENT),
    ],
)
def test_the_platform_above_notes_what_it_heard(
    world: World, solved: str, satisfied: str, words: tuple[str, ...]
) -> None:
    closed = 0
    for life in some(world.pack, Fate.SOLVED):
        if life.request.channel == "upper":
            heard = replace(life, solved=solved, satisfied=satisfied)
            closed += 1
            assert {step.own["note"] for step in done(world, heard, "close_by_upper")} <= set(words)
            thanks = {step.own["citizen_said"] for step in closing(world, heard)} & set(sayings.CITIZEN)
            assert not (thanks and words in {sayings.UPPER_UNSOLVED, sayings.UPPER_UNHAPPY})
    assert closed


def test_ordinary_matters_rest_at_night(world: World) -> None:
    acts = {"sign", "contact", "hand_down", "check_child", "arrive", "answer", "submit_report", "pass_review", "take"}
    seen = 0
    for life in some(world.pack, count=400):
        for step in script(world, replace(life, request=replace(life.request, urgency="ordinary"))):
            seen += step.act in acts
            assert step.act not in acts or 7 <= step.at.hour < 22, (life.fate, step.act, step.at)
    assert seen > 1000


@pytest.mark.parametrize("pack", pack_names())
def test_a_form_says_what_its_report_says(pack: str) -> None:
    filled = Filled(pack_named(pack))
    for luck in range(40):
        solved = filled.extra_form("wage_arrears", luck, BEGIN.date(), settled=True).value
        explained = filled.extra_form("wage_arrears", luck, BEGIN.date(), settled=False).value
        assert solved["stage"] in {"paid", "agreed"}
        assert explained["stage"] in {"investigating", "arbitration"}
        assert solved["site"]
        assert solved["site"] not in sayings.NOTED


@pytest.mark.parametrize("pack", pack_names())
def test_no_words_would_be_masked_or_warned_of(pack: str) -> None:
    found = pack_named(pack)
    filled, draw = Filled(found), Random(1).choice
    said = {filled.in_charge(unit.code) for unit in found.units}
    for sort in sayings.LOOKED:
        for n in range(400):
            plain, second = bool(n & 1), bool(n & 2)
            said.add(wording.facts(draw, sort, plain=plain, second=second))
            said.add(wording.demands(draw, sort, plain=plain, second=second))
            said.add(wording.answer(draw, sort, plain=plain, second=second))
    mask = writing.Mask((), writing.service_numbers(found))
    for text in said:
        whole = normalise(text.replace(sayings.SPOT, "涞亭南路"))
        assert mask(whole) == whole
        assert not [word for word in (*found.closing.promise_words, *found.closing.tone_words) if word in whole]
