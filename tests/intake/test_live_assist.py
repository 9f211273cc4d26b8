"""Help while a call is typed: one answer for all panels, nothing set by itself, nothing told that may not be seen."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from open12345.classify import Prediction, Suggestion
from open12345.directory.models import Staff
from open12345.dispatch import learnt
from open12345.dispatch.models import TrainedClassifier
from open12345.orders.models import WorkOrder
from tests.cast import Town
from tests.orders.walks import dispatched

pytestmark = pytest.mark.function("INT-04", "INT-08")
ALL = "caller: strip: suggest: alike: duty:"
LAMP = "亭中居委会门口路灯不亮三天了，晚上老人摔跤。"
Ask = Callable[..., str]


@pytest.fixture
def agent(town: Town) -> Client:
    client = Client()
    client.force_login(Staff.objects.get(pk=town.person("agent").id or 0))
    return client


@pytest.fixture
def ask(agent: Client) -> Ask:
    def asked(panels: str = ALL, **said: str) -> str:
        answer = agent.post("/intake/help/", {"panels": panels, **said}, secure=True)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store, private"
        return answer.content.decode()

    return asked


def names(html: str) -> list[str]:
    return re.findall(r'data-panel="(\w+)"', html)


def digests(html: str) -> dict[str, str]:
    return dict(re.findall(r'data-panel="(\w+)"[^>]*?data-digest="(\w+)"', html))


def inside(html: str, name: str) -> str:
    found = re.search(rf'<section[^>]*id="hint-{name}"[^>]*>(.*?)</section>', html, re.DOTALL)
    return found[1] if found else ""


def test_one_answer_fills_all_panels_and_repeats_nothing(ask: Ask) -> None:
    first = ask(body=LAMP)
    assert names(first) == ["caller", "strip", "suggest", "alike", "duty"]
    known = digests(first)
    again = " ".join(f"{name}:{digest}" for name, digest in known.items())
    assert ask(again, body=LAMP).strip() == "", "what looks as before is not sent"
    changed = ask(again, body=LAMP, category="A0101")
    assert "suggest" in names(changed)
    assert "caller" not in names(changed)
    assert all(known[name] != digest for name, digest in digests(changed).items())


def test_a_panel_that_nobody_lends_is_passed_over(ask: Ask) -> None:
    assert ask("nothing: ../x: suggest", body=LAMP).count("<section") == 1
    assert ask("", body=LAMP) == ""


@pytest.mark.parametrize(
    "point", [("nan", "nan"), ("inf", "31.1"), ("1e308", "-1e308"), ("9" * 400, "1"), ("1", "1"), ("x", "31.1")]
)
def test_a_point_that_is_none_is_no_point(ask: Ask, point: tuple[str, str]) -> None:
    without = ask(body=LAMP)
    assert names(ask(body=LAMP, longitude=point[0], latitude=point[1])) == names(without)


def test_nothing_is_set_before_a_person_takes_it(town: Town, ask: Ask) -> None:
    told = ask(body="九里亭小区有人说煤气泄漏，味道很大", phone="13812348000")
    assert 'data-set="urgency=urgent"' in told
    assert not WorkOrder.objects.exists(), "help stores nothing"
    number = town.create("save_draft", {"body": "九里亭小区有人说煤气泄漏，味道很大"}).number
    assert town.order(number).urgency == "ordinary", "words suggest, a person decides"
    town.do("agent", number, "edit_draft", {"body": "煤气泄漏", "urgency": "urgent"})
    assert town.order(number).urgency == "urgent"


def test_urgency_names_the_words_that_speak_for_it_and_goes_when_it_is_chosen(ask: Ask) -> None:
    said = "楼道里煤气泄漏，味道很大"
    assert "煤气泄漏" in inside(ask(body=said), "suggest").split('data-set="urgency=urgent"')[1]
    assert "urgency=" not in ask(body=said, urgency="urgent")


def test_the_words_of_a_category_make_it_urgent_and_the_category_is_named(town: Town, ask: Ask) -> None:
    general = town.pack.urgent_words()
    rows = [row for row in town.pack.categories if town.pack.is_leaf(row.code)]
    row, word = next((row, w) for row in rows for w in row.urgent_words if w not in general)
    told = inside(ask(body=f"这里{word}了", category=row.code), "suggest")
    assert 'data-set="urgency=urgent"' in told
    assert row.title in told.split('data-set="urgency=urgent"')[1]


def test_danger_to_life_comes_first_with_what_to_tell(town: Town, ask: Ask) -> None:
    line = next(line for line in town.pack.emergency if line.number == "119")
    told = ask(body=f"楼上{line.words[0]}，有人没出来")
    for panel in ("strip", "suggest"):
        assert "119" in inside(told, panel)
        assert line.tell in inside(told, panel)
    assert line.words[0] in inside(told, "suggest"), "why it is told"
    assert "data-alarm" in inside(told, "strip")
    assert "data-alarm" not in ask(body=LAMP)


def test_what_is_missing_stays_in_sight_until_it_is_there(ask: Ask) -> None:
    assert "诉求类型" in inside(ask(body=LAMP), "strip")
    done = ask(body=LAMP, kind="complaint_help", phone="13812348000", category="A0101", place="涞亭南路12号")
    assert "可以登记了" in inside(done, "strip")


def test_the_area_comes_from_the_point_else_from_words(town: Town, ask: Ask) -> None:
    assert 'data-set="area=310117107001"' in ask("suggest:", body=LAMP)
    town.register(place="沪松公路588号", body="下水道堵了", area="310117107001")
    told = ask("suggest:", body="沪松公路588号门口又积水了")
    assert 'data-set="area=310117107001"' in told
    assert "同一地点" in told
    assert "area=" not in ask("suggest:", body="涞亭南路口有人打牌"), "涞亭南路 is not 亭南"


def test_the_unit_is_named_while_one_types_with_its_reason(ask: Ask) -> None:
    told = inside(ask("duty:", body=LAMP, category="A0101"), "duty")
    assert "综合行政执法队" in told
    assert "亭中社区居委会" in told, "the area that was said counts until one is chosen"
    assert "推测" in told
    assert "推测" not in ask("duty:", body=LAMP, category="A0101", area="310117107001")


def test_what_one_may_not_see_never_helps(town: Town, ask: Ask) -> None:
    other = town.create("save_draft", {"body": LAMP, "place": "沪松公路999号", "area": "310117107001"}, by="agent2")
    told = ask(body=f"{LAMP}沪松公路999号", place="沪松公路999号")
    assert other.number not in told
    assert "同一地点" not in told, "nor by where somebody else's draft is"
    client = Client()
    client.force_login(Staff.objects.get(pk=town.person("clerk.urban").id or 0))
    dispatched(town, title="路口摊贩", phone="13812348000")
    answer = client.post("/intake/help/", {"panels": ALL, "body": "路口摊贩", "phone": "13812348000"}, secure=True)
    assert answer.status_code == 404
    assert "路口摊贩" not in answer.content.decode()


def test_nobody_who_is_signed_out_is_told_anything(town: Town) -> None:
    answer = Client().post("/intake/help/", {"panels": ALL, "body": LAMP}, secure=True, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("路灯不亮，亭中居委会门口。" * 1600, id="20,000 characters"),
        pytest.param("路" * 20_000, id="one character"),
        pytest.param("１３８　１２３４　８０００ 𠮷野家門口🚧🚧 \u202e倒过来\u200b\ufeff", id="wide and odd"),
        pytest.param("<script>alert(1)</script>\"'&{{ x }}{% now %}", id="markup"),
        pytest.param("路灯'; -- \\ % _ | & ! :* ( 不亮", id="for a database"),
        pytest.param("\ufffd不亮\u0007\u0001", id="no characters"),
        pytest.param(" \n\t\r ", id="blank"),
    ],
)
def test_any_text_is_answered(agent: Client, body: str) -> None:
    said = dict.fromkeys(("body", "title", "place", "phone", "urgency", "longitude", "latitude"), body)
    answer = agent.post("/intake/help/", {"panels": ALL, **said, "category": body[:9], "area": body[:9]}, secure=True)
    assert answer.status_code in {200, 400}
    assert "<script>alert" not in answer.content.decode()


def test_the_number_of_queries_does_not_grow_with_the_orders(town: Town, agent: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            agent.post("/intake/help/", {"panels": ALL, "body": LAMP, "phone": "13812348000"}, secure=True)
        return len(asked)

    dispatched(town, body=LAMP, phone="13812348000")
    queries()
    few = queries()
    for n in range(6):
        dispatched(town, body=f"{LAMP}第{n}次", phone="13812348000")
    assert queries() <= few + 1, "words that were written since are read once, however many orders"
    assert queries() <= few


def test_orders_are_compared_by_what_they_say_now(town: Town, ask: Ask) -> None:
    number = dispatched(town, body=LAMP, phone="13911112222")
    assert number in ask("alike:", body=LAMP)
    WorkOrder.objects.filter(number=number).update(body="有人占道", title="占道")
    assert number not in ask("alike:", body=LAMP)
    WorkOrder.objects.filter(number=number).update(body=LAMP)
    assert number in ask("alike:", body=LAMP)


def test_the_answer_tells_what_each_panel_took(agent: Client) -> None:
    answer = agent.post("/intake/help/", {"panels": ALL, "body": LAMP}, secure=True)
    told = dict(re.findall(r'(\w+);dur=([\d.]+);desc="cpu [\d.]+, sql \d+ in [\d.]+"', answer.headers["Server-Timing"]))
    assert set(told) == {"look", "caller", "strip", "suggest", "alike", "duty", "draw", "all"}
    assert float(told["all"]) >= float(told["alike"]) > 0


def test_while_a_classifier_is_being_read_nobody_waits(
    town: Town, agent: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words of titles help until it is there; the thread that reads it is let go at the end."""
    gate, began = threading.Event(), threading.Event()

    def slow(kept: learnt.Kept, row: Any) -> None:
        began.set()
        gate.wait(20)
        kept.reading = None

    class Rows:
        def filter(self, **_wanted: Any) -> Rows:
            return self

        def only(self, *_names: str) -> Rows:
            return self

        def first(self) -> Any:
            return type("Row", (), {"digest": "d", "pk": 1})()

    learnt.forget()
    monkeypatch.setattr(learnt, "_fetch", slow)
    monkeypatch.setattr(TrainedClassifier, "objects", Rows())
    try:
        told = agent.post("/intake/help/", {"panels": "suggest:", "body": LAMP}, secure=True).content.decode()
        assert began.wait(5)
        assert not gate.is_set()
        assert "路灯不亮" in told
    finally:
        gate.set()
        learnt.forget()


def test_a_text_is_asked_about_once(town: Town, agent: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Stub:
        labels = ("A0101",)

        def predict(self, texts: Any, *, top: int = 3, explain: bool = True) -> Any:
            asked.extend(text.body for text in texts)
            return [Prediction((Suggestion("A0101", 0.9, ("占道",)),), (), 1.0, 0.0) for _ in texts]

    learnt.forget()
    stub = Stub()
    monkeypatch.setattr(learnt, "in_force", lambda pack, *, wait=False: stub)
    body = "无证摊贩占道，亭中居委会门口"
    told = agent.post("/intake/help/", {"panels": ALL, "body": body}, secure=True).content.decode()
    assert 'data-set="category=A0101"' in told
    assert "90%" in told
    assert "综合行政执法队" in inside(told, "duty")
    assert asked == [body]
    learnt.forget()


@pytest.mark.function("DIS-02")
def test_before_a_category_is_set_the_unit_of_the_first_offered_one_is_shown_not_the_place_alone(
    town: Town, ask: Ask
) -> None:
    told = inside(ask(panels="duty:", body=LAMP, area="310117107001"), "duty")
    (lamp,) = (row.code for row in town.pack.categories if row.title == "路灯不亮")
    lead = town.pack.unit_tree[town.pack.duty.find(lamp)[0].lead].name
    assert "分类若是“路灯不亮”" in told
    assert re.findall(r"<b>(.*?)</b>", told)[0] == lead
