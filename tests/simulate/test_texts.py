"""What invented citizens say: the same each time, every leaf speaks, nobody's data but the caller's own."""

import re
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from open12345.policy import pack_names
from open12345.simulate.shapes import Request
from open12345.simulate.speech import texts
from open12345.simulate.speech.facts import BLANKS
from open12345.simulate.speech.grammar import GrammarError, compile_pattern
from open12345.simulate.speech.matters import all_matters
from open12345.simulate.speech.noise import KINDS
from open12345.simulate.speech.people import PREFIX, caller
from open12345.simulate.speech.texts import Spoken, World
from open12345.simulate.speech.topics import EVENTS
from open12345.text import find_ids, find_phones, mask_text, similarity
from tests.cast import pack_named

AT = datetime(2026, 5, 14, 15, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@cache
def world(pack: str = "jiuting", seed: int = 1) -> World:
    return World.of(pack_named(pack), seed)


def said(index: int, pack: str = "jiuting", seed: int = 1) -> Spoken:
    here = world(pack, seed)
    codes, areas = tuple(here.templates), here.pack.area_tree.leaves()
    return texts.speak(
        here,
        index,
        category=codes[index % len(codes)],
        area=areas[index * 7 % len(areas)].code,
        at=AT,
        caller=caller(seed, index),
    )


def request(index: int, spoken: Spoken) -> Request:
    areas = world().pack.area_tree.leaves()
    return Request(
        index,
        AT,
        "phone",
        spoken.kind,
        spoken.urgency,
        spoken.category,
        areas[index * 7 % len(areas)].code,
        spoken.place,
        spoken.longitude,
        spoken.latitude,
        spoken.title,
        spoken.body,
        caller(1, index),
        spoken.truth,
    )


@pytest.mark.function("SIM-05")
def test_the_same_seed_and_index_say_the_same_in_any_order() -> None:
    forward = [said(index) for index in range(120)]
    backward = [said(index) for index in reversed(range(120))]

    assert forward == backward[::-1]
    assert said(3, seed=2).body != said(3).body


@pytest.mark.parametrize("pack", pack_names())
def test_every_leaf_of_every_pack_speaks_in_words_of_its_own(pack: str) -> None:
    here = world(pack)

    assert here.unspoken == ()
    assert set(here.templates) == {leaf.code for leaf in here.pack.category_tree.leaves()}
    assert min(len(templates) for templates in here.templates.values()) >= 4


@pytest.mark.parametrize("pack", pack_names())
@pytest.mark.function("SIM-05")
def test_the_truth_names_a_leaf_a_unit_and_a_template_that_exist(pack: str) -> None:
    here = world(pack)

    for index in range(len(here.templates)):
        spoken = said(index, pack)
        truth = spoken.truth
        assert here.pack.is_leaf(truth.category)
        assert truth.unit in here.pack.unit_tree
        assert truth.template in here.known
        assert spoken.kind in here.pack.kinds
        assert spoken.urgency in here.pack.urgencies
        assert truth.second_category == "" or here.pack.is_leaf(truth.second_category)


def test_every_blank_of_the_grammar_can_be_filled() -> None:
    unknown = {
        (template.key, blank)
        for matter in all_matters().values()
        for template in matter.templates
        for blank in template.blanks - BLANKS
    }

    assert unknown == set()


def test_no_pattern_is_left_unread_in_a_text() -> None:
    for index in range(800):
        spoken = said(index, "baoshan")
        assert not set("[]{}|") & set(spoken.title + spoken.body), spoken
        assert spoken.title
        assert spoken.body


def test_a_pattern_with_an_open_bracket_is_named() -> None:
    for wrong in ("[早上/晚上", "早上]", "{P"):
        with pytest.raises(GrammarError):
            compile_pattern(wrong)


def test_lengths_are_those_of_real_requests() -> None:
    bodies = sorted(len(said(index).body) for index in range(1500))
    titles = sorted(len(said(index).title) for index in range(500))

    assert 35 <= bodies[len(bodies) // 2] <= 150
    assert bodies[len(bodies) // 20] < 30
    assert bodies[-len(bodies) // 100] > 200
    assert 6 <= titles[len(titles) // 2] <= 20
    assert titles[-1] <= 32


@pytest.mark.function("SIM-05")
def test_no_number_of_anybody_but_the_caller_stands_in_a_text() -> None:
    with_phone = 0
    for index in range(1500):
        spoken = said(index, "baoshan")
        found = find_phones(spoken.body) + find_phones(spoken.title)
        with_phone += bool(found)
        assert {each.number for each in found} <= {caller(1, index).phone}
        assert find_ids(spoken.body) == []
    assert with_phone > 30


def test_a_phone_in_the_text_is_masked() -> None:
    seen = [said(index) for index in range(1500)]
    told = [(caller(1, n).phone, each) for n, each in enumerate(seen) if "phone_in_body" in each.noise]

    assert len(told) > 30
    for phone, spoken in told:
        assert phone in spoken.body
        assert phone not in mask_text(spoken.body).text


def test_an_anonymous_caller_leaves_no_phone_and_nobody_asked_none() -> None:
    here = world()
    nobody = next(each for each in (caller(1, key) for key in range(500)) if each.anonymous)
    area, code = here.pack.area_tree.leaves()[0].code, next(iter(here.templates))

    for index in range(600):
        for who in (nobody, None):
            spoken = texts.speak(here, index, category=code, area=area, at=AT, caller=who)
            assert find_phones(spoken.body) == []


def test_callers_are_different_people_with_synthetic_phones() -> None:
    people = [caller(7, key) for key in range(3000)]

    assert len({each.phone for each in people}) == len(people)
    assert all(each.phone.startswith(PREFIX) and len(each.phone) == 11 for each in people)
    assert all(find_phones(f"电话{each.phone}") for each in people[:50])
    assert len({each.name for each in people}) > 1500
    assert 30 < sum(each.enterprise for each in people) < 200
    assert 30 < sum(each.anonymous for each in people) < 300
    assert people[5] == caller(7, 5) != caller(8, 5)


def test_every_kind_of_noise_temper_and_voice_occurs() -> None:
    seen = [said(index) for index in range(3000)]
    noise = Counter(kind for each in seen for kind in each.noise)

    assert set(noise) == {name for name, _, _ in KINDS} | {"phone_in_body", "no_place"}
    assert {each.temper for each in seen} == set(texts.TEMPERS)
    assert {each.voice for each in seen} == set(texts.VOICES)
    assert sum(bool(each.second_category) for each in seen) > 30
    assert sum(not each.place for each in seen) > 30
    assert {each.urgency for each in seen} == {"urgent", "semi_urgent", "ordinary"}


@pytest.mark.function("SIM-05")
def test_a_repeat_is_the_same_matter_of_the_same_person_in_other_words() -> None:
    alike = []
    for index in range(300):
        first = said(index)
        later = texts.speak(
            world(), 10_000 + index, area="", at=AT + timedelta(days=9), repeat_of=request(index, first)
        )
        assert (later.category, later.template, later.repeat_of) == (first.category, first.template, index)
        assert later.body != first.body
        if first.place and later.place:
            assert (later.longitude, later.latitude) == (first.longitude, first.latitude)
        alike.append(similarity(first.body, later.body))

    alike.sort()
    assert 0.3 <= alike[150] <= 0.7
    assert alike[270] < 0.9


def test_a_chain_of_repeats_names_the_first() -> None:
    first = said(4)
    second = texts.speak(world(), 5000, area="", at=AT, repeat_of=request(4, first))
    third = texts.speak(
        world(), 6000, area="", at=AT, repeat_of=replace(request(5000, second), area=request(4, first).area)
    )

    assert (second.repeat_of, third.repeat_of) == (4, 4)
    assert third.place in {first.place, ""}


def test_strangers_hardly_sound_alike() -> None:
    bodies = [said(index).body for index in range(400)]
    pairs = [similarity(bodies[n], bodies[n + 1]) for n in range(399)]

    assert sorted(pairs)[380] < 0.25


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("pack", pack_names())
def test_every_pack_can_tell_an_event_where_it_has_leaves_for_it(event: str, pack: str) -> None:
    here = world(pack)
    topic = here.topic(f"{event}-1", event, one_place=True)

    seen = [
        texts.speak(here, index, area=here.pack.area_tree.leaves()[0].code, at=AT, topic=topic) for index in range(40)
    ]

    assert {each.topic for each in seen} == {f"{event}-1"}
    assert all(here.pack.is_leaf(each.category) for each in seen)
    assert len({each.body for each in seen}) > 20
    assert len({(each.longitude, each.latitude) for each in seen if each.place}) == 1


def test_what_is_passed_on_is_nearly_one_text() -> None:
    topic = world().topic("petition", "default", mass=1.0)
    area = world().pack.area_tree.leaves()[0].code
    seen = [texts.speak(world(), index, area=area, at=AT, topic=topic) for index in range(60)]
    pairs = [similarity(seen[0].body, each.body) for each in seen[1:]]

    assert all(each.mass for each in seen)
    assert min(pairs) > 0.9


def test_a_share_of_a_topic_is_passed_on() -> None:
    topic = world().topic("site", "site", one_place=True, mass=0.3)
    area = world().pack.area_tree.leaves()[0].code
    seen = [texts.speak(world(), index, area=area, at=AT, topic=topic) for index in range(400)]

    assert 80 < sum(each.mass for each in seen) < 160


def test_wishes_are_heeded() -> None:
    area = world().pack.area_tree.leaves()[0].code
    spoken = texts.speak(world(), 1, area=area, at=AT, matter="开发商停工违约", temper="angry", voice="first")

    assert (spoken.temper, spoken.voice) == ("angry", "first")
    assert spoken.template.startswith("开发商停工违约#")
    assert world().pack.is_leaf(spoken.category)
    with pytest.raises(KeyError):
        texts.speak(world(), 1, area=area, at=AT, category="no-such-leaf")


@pytest.mark.parametrize("kind", ["complaint", "help", "tip_off", "inquiry", "suggestion", "praise"])
def test_what_is_filed_as_one_kind_is_not_told_as_another(kind: str) -> None:
    here = world("baoshan")
    codes, area = tuple(here.templates), here.pack.area_tree.leaves()[0].code
    words = {"help": "求助", "inquiry": "咨询", "tip_off": "举报", "suggestion": "建议"}
    named = Counter[str]()
    for index in range(1200):
        spoken = texts.speak(here, index, category=codes[index % len(codes)], area=area, at=AT, kind=kind)
        assert spoken.kind == kind
        title = re.sub("法律咨询|政策咨询|违建举报", "", spoken.title)  # what these matters are called
        named.update(found for found, word in words.items() if word in title)
        secret = ("身份保密", "为其保密", "不愿透露姓名", "信息说出去")
        assert kind == "tip_off" or not any(word in spoken.body for word in secret)
    assert set(named) <= {kind}
    assert kind not in words or named[kind] > 50


def test_a_line_says_what_it_is_about() -> None:
    bodies = [said(index, "qinhuai") for index in range(2000)]
    assert min(len(each.body) for each in bodies if "cut_off" not in each.noise) > 10
