"""The pages of automatic dispatch: what holds, what a replay tells, who decides, and every decision read back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from open12345.dispatch.automatic import deciding, modes, runs, standing
from open12345.dispatch.automatic.replay import Asked
from open12345.dispatch.models import CategoryMode, Mode, Replay, ReplayState
from open12345.orders.errors import NotAllowed
from tests.cast import Town
from tests.dispatch.deciding import LEAD, LEAF, asked_anew, switch
from tests.orders.walks import clerk, dispatched
from tests.screens.conftest import Browser, text_of

__all__ = ["asked_anew"]

AtScreen = Callable[[str], Browser]
PAGE, OF, ALL = "/dispatch/automatic/", f"/dispatch/automatic/{LEAF}/", "/dispatch/automatic/-/"


def figures(**more: object) -> dict[str, object]:
    """What a replay tells of one category."""
    row = {
        "category": LEAF, "title": "无证设摊", "orders": 120, "threshold": 0.9, "of": LEAF, "sought_on": 80,
        "bound": 0.955, "measured": 40, "by_itself": 20, "right": 20, "by_people": 36, "by_people_there": 18,
        "share": 0.5, "accuracy": 1.0, "people": 0.9, "people_there": 0.9,
    }  # fmt: skip
    return {**row, **more}


def replayed(town: Town, **more: object) -> Replay:
    """A replay that has ended."""
    curve = [figures(threshold=step, share=0.3, by_itself=36) for step in (0.8, 0.95)]
    used = {"recommender": "default", "recommender_number": None, "taught_on": 0, "classifier": "none"}
    result = {
        "since": "2025-03-28T00:00:00", "until": "2025-06-26T00:00:00", "months": 3, "wanted": 0.95, "orders": 120,
        "sought_on": 80, "measured_on": 40, "used": used, "left": {"urgent": 7}, "guessed": 0, "cut": False,
        "own": figures(**more), "rows": [figures(**more)], "curve": curve, "together": figures(),
    }  # fmt: skip
    return Replay.objects.create(
        pack=town.pack.id, category=LEAF, months=3, wanted=0.95, asked_at=town.now, state=ReplayState.DONE,
        result=result,
    )  # fmt: skip


# --- the list -----------------------------------------------------------------------------------------


@pytest.mark.function("DIS-07")
def test_the_tree_shows_every_category_and_what_holds_for_it(town: Town, at_screen: AtScreen) -> None:
    shown = at_screen("dispatcher").client.get(PAGE)
    said = text_of(shown)
    assert "还没有自动派单的分类" in said
    assert all(row.code in said for row in town.pack.categories)
    switch(town, category="A", threshold=0.9)
    said = text_of(at_screen("dispatcher").client.get(PAGE))
    assert "还没有自动派单的分类" not in said
    assert "90%" in said


def test_a_search_leaves_what_fits_with_what_stands_above_it(town: Town, at_screen: AtScreen) -> None:
    said = text_of(at_screen("dispatcher").client.get(f"{PAGE}?q=路灯"))
    assert "B03" in said
    assert "H0101" not in said
    assert "没有这样的分类" in text_of(at_screen("dispatcher").client.get(f"{PAGE}?q=没有的"))
    switch(town, Mode.OFF, "C0101")
    said = text_of(at_screen("dispatcher").client.get(f"{PAGE}?mode=off"))
    assert "C0101" in said
    assert "B03" not in said


@pytest.mark.function("DIS-07")
def test_machine_and_people_are_counted_beside_each_other(town: Town) -> None:
    switch(town)
    by_itself = town.register()
    row = deciding.look(town.order(by_itself).pk, now=lambda: town.now + timedelta(minutes=1))
    assert row is not None
    town.wait(minutes=2)
    wrong = dispatched(town, "urban", phone="13900001111")
    town.wait(minutes=5)
    town.do("dispatcher", wrong, "take_back", {"reason": "派错了"})
    undone = dispatched(town, "urban", phone="13900002222")
    town.now -= timedelta(minutes=1)
    town.do("dispatcher", undone, "undo_dispatch")
    both = standing.by_category(town.pack, town.now + timedelta(hours=1))[LEAF]
    assert (both.machine.sent, both.machine.ended, both.people.sent, both.people.ended) == (1, 0, 1, 1)
    assert (both.people.percent, both.share, both.first) == (0, 50, 0)
    above = standing.by_category(town.pack, town.now + timedelta(hours=1))
    assert above["A"].sent == above[""].sent == 2
    weeks = standing.weeks(town.now + timedelta(hours=1))
    assert len(weeks) == standing.WEEKS
    assert sum(week.both.sent for week in weeks) == 2


# --- replaying and deciding ---------------------------------------------------------------------------


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'dispatch.replay'")
        return int(cursor.fetchone()[0])


@pytest.mark.function("DIS-16")
def test_automatic_is_not_offered_before_a_replay(town: Town, at_screen: AtScreen) -> None:
    supervisor = at_screen("supervisor")
    said = text_of(supervisor.client.get(OF))
    assert "回放以后才能改为自动派单" in said
    answer = supervisor.client.post(f"{OF}mode/", {"mode": "automatic", "reason": "试试", "threshold": "0.5"})
    assert answer.status_code == 422
    assert not CategoryMode.objects.exists()


@pytest.mark.function("DIS-16")
def test_a_replay_is_a_job_and_one_at_a_time(town: Town, at_screen: AtScreen) -> None:
    supervisor = at_screen("supervisor")
    for _ in range(2):
        assert supervisor.client.post(f"{OF}replay/", {"months": "3", "wanted": "0.95"}).status_code == 302
    assert jobs() == Replay.objects.count() == 1
    assert "正在读取往期工单" in text_of(supervisor.client.get(OF))
    Replay.objects.update(state=ReplayState.RUNNING, done=30, total=200)
    assert "30 / 200" in text_of(supervisor.client.get(f"{OF}progress/"))
    Replay.objects.update(state=ReplayState.DONE)
    assert supervisor.client.get(f"{OF}progress/").headers["HX-Refresh"] == "true"


def test_a_replay_that_broke_off_gives_way(town: Town) -> None:
    supervisor = town.person("supervisor")
    first = runs.ask(town.pack, Asked(3, 0.95, LEAF), by=supervisor, at=town.now)
    later = town.now + runs.SILENT + timedelta(minutes=1)
    second = runs.ask(town.pack, Asked(3, 0.95, LEAF), by=supervisor, at=later)
    first.refresh_from_db()
    assert (first.state, second.state) == (ReplayState.FAILED, ReplayState.WAITING)


def test_a_replay_without_orders_ends_and_says_so(town: Town, at_screen: AtScreen) -> None:
    row = runs.ask(town.pack, Asked(3, 0.95, LEAF), by=town.person("supervisor"), at=town.now)
    runs.carry_out(row.pk)
    row.refresh_from_db()
    assert row.state == ReplayState.FAILED
    assert "没有办结过的工单" in text_of(at_screen("supervisor").client.get(OF))
    runs.carry_out(row.pk)
    row.refresh_from_db()
    assert row.state == ReplayState.FAILED, "a job that runs twice does nothing"


def test_a_dispatcher_may_not_replay(town: Town) -> None:
    with pytest.raises(NotAllowed):
        runs.ask(town.pack, Asked(3, 0.95, LEAF), by=town.person("dispatcher"), at=town.now)


@pytest.mark.function("DIS-16")
def test_the_replay_stands_with_the_decision(town: Town, at_screen: AtScreen) -> None:
    row = replayed(town)
    supervisor = at_screen("supervisor")
    said = text_of(supervisor.client.get(OF))
    for word in ("建议门槛", "90%", "50%", "紧急、次紧急工单由人派"):
        assert word in said
    wrong = supervisor.client.post(f"{OF}mode/", {"mode": "automatic", "threshold": "0.9", "reason": ""})
    assert wrong.status_code == 422
    answer = supervisor.client.post(f"{OF}mode/", {"mode": "automatic", "threshold": "0.9", "reason": "派准比人高"})
    assert answer.status_code == 302
    made = CategoryMode.objects.get()
    assert (made.mode, made.threshold, made.figures["replay"], made.figures["told"]) == (
        "automatic", 0.9, row.pk, "held_out",
    )  # fmt: skip
    assert made.by_id == town.person("supervisor").id
    said = text_of(supervisor.client.get(OF))
    assert "派准比人高" in said
    assert "回放 120 件" in said


def test_where_no_threshold_reaches_it_the_page_says_so(town: Town, at_screen: AtScreen) -> None:
    replayed(town, threshold=None, share=0.0, accuracy=None, bound=None)
    assert "没有门槛能有把握地达到一次派准 95%" in text_of(at_screen("supervisor").client.get(OF))


def test_an_old_replay_is_no_ground_any_more(town: Town, at_screen: AtScreen) -> None:
    replayed(town)
    Replay.objects.update(asked_at=town.now - runs.GOOD_FOR - timedelta(days=1))
    said = text_of(at_screen("supervisor").client.get(OF))
    assert "请重新回放" in said
    answer = at_screen("supervisor").client.post(
        f"{OF}mode/", {"mode": "automatic", "threshold": "0.9", "reason": "行"}
    )
    assert answer.status_code == 422


@pytest.mark.function("DIS-05")
def test_an_own_decision_is_withdrawn_on_the_page(town: Town, at_screen: AtScreen) -> None:
    supervisor = at_screen("supervisor")
    assert 'value="follow"' not in supervisor.client.get(OF).content.decode()
    switch(town, Mode.OFF)
    assert 'value="follow"' in supervisor.client.get(OF).content.decode()
    assert supervisor.client.post(f"{OF}mode/", {"mode": "follow", "reason": "照上级"}).status_code == 302
    assert modes.ruling(town.pack, LEAF).row is None
    assert 'value="follow"' not in supervisor.client.get(OF).content.decode()
    assert supervisor.client.post(f"{OF}mode/", {"mode": "follow", "reason": "再来"}).status_code == 422


def test_who_looks_finds_no_forms(town: Town, at_screen: AtScreen) -> None:
    said = text_of(at_screen("dispatcher").client.get(OF))
    assert "改变派单方式" not in said
    assert at_screen("dispatcher").client.get("/dispatch/automatic/X99/").status_code == 404
    assert at_screen("dispatcher").client.get(ALL).status_code == 200


# --- reading back -------------------------------------------------------------------------------------


@pytest.mark.function("DIS-05")
def test_every_decision_can_be_read_back_by_the_centre_alone(town: Town, at_screen: AtScreen) -> None:
    switch(town, threshold=0.3)
    number = town.register()
    deciding.look(town.order(number).pk, now=lambda: town.now + timedelta(minutes=1))
    said = text_of(at_screen("dispatcher").client.get(f"/orders/{number}/"))
    told = ("智能派单", "门槛 30.0%", "推荐用默认权重", "没有分类模型", "待签收", "推荐用到的数值", "当时的熔断状态")
    for word in told:
        assert word in said
    unit = text_of(at_screen(clerk(LEAD)).client.get(f"/orders/{number}/"))
    assert "门槛 30.0%" not in unit
    assert town.order(number).assignments.get(role="lead").clause in unit


def test_why_an_order_was_left_is_read_back_too(town: Town, at_screen: AtScreen) -> None:
    switch(town)
    number = town.register(confidential=True)
    deciding.look(town.order(number).pk, now=lambda: town.now + timedelta(minutes=1))
    assert "保密工单由人派" in text_of(at_screen("dispatcher").client.get(f"/orders/{number}/"))


@pytest.mark.function("DIS-05")
def test_switched_off_nothing_is_suggested_on_the_desk(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    name = town.pack.unit_tree[LEAD].name
    desk = at_screen("dispatcher")
    assert f"→ {name}" in text_of(desk.client.get("/dispatch/"))
    switch(town, Mode.OFF)
    assert f"→ {name}" not in text_of(desk.client.get("/dispatch/"))
    page = desk.fields(text_of(desk.client.get(f"/orders/{number}/?do=dispatch")), f"/orders/{number}/do/dispatch/")
    assert page.get("lead", [""]) in ([""], [])
