"""An order goes to its unit by itself where all is well, and waits for people wherever anything is not."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from open12345.directory.models import Unit
from open12345.dispatch.automatic import breakers, careful, deciding, readback
from open12345.dispatch.automatic.breaker import State
from open12345.dispatch.models import AutomaticDispatch, BreakerScope, Mode
from open12345.orders import claims, privacy, queries, services, telling
from open12345.orders.models import Application, IdempotencyKey, Link
from open12345.orders.sight import Sight
from open12345.orders.stages import LinkKind
from tests.cast import Town, complaint
from tests.dispatch.deciding import LEAD, LEAF, Stub, decided, in_force, looked, switch
from tests.orders.walks import UPPER, change_pack, dispatched, flaws
from tests.repeats.stories import LAMP, LETTER, order_of, phone

pytestmark = pytest.mark.function("DIS-05")
#: One matter in the words of several people.
TOLD = (
    "", "小贩把人行道占满了，推婴儿车只好走马路", "门口每天傍晚一排烧烤摊，油烟熏得开不了窗", "流动水果车堵住小区出口",
    "夜里摆摊的人大声吆喝，垃圾也不收走", "盒饭摊子的污水直接倒在路边，又滑又臭",
)  # fmt: skip


def events(town: Town, number: str) -> list[tuple[str, str]]:
    return list(town.order(number).events.order_by("seq").values_list("action", "actor_kind"))


def look_at(town: Town, number: str) -> Sight:
    """See the order's page as a dispatcher does."""
    person = town.person("dispatcher")
    return Sight(person=person, at=town.now, pack=town.pack, seen=queries.get_for(person, number, whole=True))


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'dispatch.look'")
        return int(cursor.fetchone()[0])


# --- it goes by itself --------------------------------------------------------------------------------


def test_an_order_goes_to_the_unit_of_the_list_with_all_it_rested_on(town: Town) -> None:
    choice = switch(town, threshold=0.3)
    number = town.register()
    row = decided(town, number)
    order = town.order(number)
    assert (order.stage, order.lead_unit and order.lead_unit.code, order.round) == ("dispatched", LEAD, 1)
    assert events(town, number) == [("register", "staff"), ("dispatch", "system")]
    assert (row.decision, row.why, row.round, row.unit and row.unit.code) == ("dispatched", "", 1, LEAD)
    assert row.clause == order.assignments.get(role="lead").clause != ""
    assert row.threshold == 0.3
    assert row.probability is not None
    assert row.probability >= 0.3
    assert row.basis["mode"] == {"mode": "automatic", "of": LEAF, "decision": choice.pk}
    assert row.basis["recommendation"]["reasons"]
    assert row.basis["recommendation"]["features"]
    assert "strangeness" not in row.basis, "no classifier has read it"
    assert row.breakers["global"] == "closed"
    assert flaws() == []


def test_a_look_is_asked_for_with_every_order_where_anything_goes_by_itself(town: Town) -> None:
    town.register()
    assert jobs() == 0
    switch(town, category="C0101")
    number = town.register()
    draft = town.create("save_draft", complaint()).number
    assert jobs() == 1
    town.do("agent", draft, "submit")
    assert jobs() == 2
    row = decided(town, number)
    assert (row.decision, row.why) == ("left", "mode")


def test_nothing_is_written_where_nothing_goes_by_itself(town: Town) -> None:
    switch(town, Mode.SUGGEST)
    assert looked(town, town.register()) is None
    assert not AutomaticDispatch.objects.exists()


def test_a_dispatcher_may_undo_it_and_it_is_not_sent_again(town: Town) -> None:
    switch(town)
    number = town.register()
    row = decided(town, number)
    town.do("dispatcher", number, "undo_dispatch")
    assert looked(town, number) is None
    row.refresh_from_db()
    assert (row.ending, town.order(number).stage) == ("undone", "accepted")


def test_the_category_that_the_words_make_sure_is_written_by_an_act_of_its_own(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = in_force(town, Stub(probability=0.9), monkeypatch)
    switch(town, threshold=0.3)
    number = town.register(category="")
    row = decided(town, number)
    assert events(town, number)[1:] == [("amend", "system"), ("dispatch", "system")]
    assert town.order(number).category == row.category == LEAF
    assert (row.classifier_id, row.basis["guessed"], row.basis["words"]) == (model.pk, True, ["摊贩", "占道"])
    assert row.basis["category_probability"] == 0.9
    assert row.probability == pytest.approx(0.9 * row.basis["recommendation"]["probability"], abs=0.001)
    assert row.basis["strangeness"] == 0.1
    assert flaws() == []


def test_the_event_keeps_what_was_decided_with_though_advice_has_changed_since(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch(town)
    number = town.register(category=LEAF)
    before = deciding._settle

    def settle(found: deciding.Judgement, *args: Any) -> AutomaticDispatch | None:
        def otherwise(*_args: Any, **_more: Any) -> list[Any]:
            return [replace(found.advice[0], lead="market", probability=0.01)]

        monkeypatch.setattr("open12345.dispatch.advice.recommending.recommend", otherwise)
        return before(found, *args)

    monkeypatch.setattr(deciding, "_settle", settle)
    row = decided(town, number)
    facts = town.order(number).events.get(action="dispatch").facts
    assert (facts["suggested"], facts["lead"]) == (LEAD, LEAD)
    assert facts["probability"] == row.basis["recommendation"]["probability"] > 0.01


@pytest.mark.function("SEC-02")
def test_an_erased_person_s_words_leave_the_record_and_nothing_else_does(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch(town)
    in_force(town, Stub(), monkeypatch)
    own, other = (decided(town, town.register(category="", phone=phone(n))) for n in (1, 2))
    assert own.basis["words"] == ["摊贩", "占道"]
    privacy.erase_person(phone(1), "本人申请", by=town.person("security_admin"), at=town.now)
    words, rest = own.basis.pop("words"), own.basis
    own.refresh_from_db()
    assert own.basis == rest | {"words": []}
    other.refresh_from_db()
    assert other.basis["words"] == words
    with pytest.raises(IntegrityError), transaction.atomic():
        AutomaticDispatch.objects.filter(pk=other.pk).update(basis=other.basis | {"words": ["别的"]})
    with pytest.raises(IntegrityError), transaction.atomic():
        AutomaticDispatch.objects.filter(pk=other.pk).update(basis=other.basis | {"words": []}, probability=0.1)


def test_a_person_s_category_stands_whatever_the_words_say(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    in_force(town, Stub(code="C0101", strangeness=0.9), monkeypatch)
    switch(town)
    row = decided(town, town.register())
    assert (row.decision, row.category, row.basis["guessed"]) == ("dispatched", LEAF, False)
    assert row.basis["strangeness"] == 0.9, "the watch over unknown matter sees it all the same"


# --- it is left to people -----------------------------------------------------------------------------


def left(town: Town, number: str) -> str:
    row = decided(town, number)
    assert (row.decision, town.order(number).stage) == ("left", "accepted")
    assert "dispatch" not in [action for action, _by in events(town, number)]
    assert row.why in careful.WHY
    return row.why


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.SUGGEST])
def test_switched_off_it_waits(town: Town, mode: Mode) -> None:
    switch(town, category="A")
    switch(town, mode)
    assert left(town, town.register()) == "mode"


def test_below_the_threshold_it_waits(town: Town) -> None:
    switch(town, threshold=1)
    assert left(town, town.register()) == "below"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"confidential": True}, "confidential"),
        ({"urgency": "urgent"}, "urgent"),
        ({"urgency": "semi_urgent"}, "urgent"),
        ({"order_type": "supervision"}, "special"),
        (UPPER, "upper"),
        ({"kind": "inquiry"}, "answerable"),
    ],
)
def test_what_a_careful_centre_looks_at_first_waits(town: Town, said: dict[str, Any], why: str) -> None:
    switch(town)
    assert left(town, town.register(**said)) == why


def test_words_that_ring_are_for_people(town: Town) -> None:
    switch(town)
    word = town.pack.words.sensitive[0].words[0]
    assert left(town, town.register(body=f"路口摊贩占道，有人说要{word}，请尽快处理。")) == "sensitive"


@pytest.mark.parametrize("said", ["老人摔了一跤", "有人受伤流血", "听说有人被困"])
def test_an_order_whose_words_are_urgent_is_for_people_though_it_was_taken_as_ordinary(town: Town, said: str) -> None:
    switch(town)
    number = town.register(body=f"路口摊贩占道，{said}，请尽快处理。")
    assert town.order(number).urgency == "ordinary"
    assert left(town, number) == "alarming"


def test_what_went_by_itself_says_so_on_the_order_with_the_clause_once(town: Town) -> None:
    switch(town)
    number = town.register()
    decided(town, number)
    sight = look_at(town, number)
    told = next(one for one in telling.history(sight) if one.action == "dispatch")
    assert (told.title, told.machine) == ("自动派单", True)
    clause = town.order(number).assignments.get(role="lead").clause
    assert [line.label for line in told.lines if line.text == clause] == ["依据"]
    beside = readback.decisions(sight)
    assert beside is not None
    assert beside["decisions"][0].ending == "待签收"
    town.now += timedelta(minutes=2)
    town.do(f"clerk.{LEAD}", number, "sign")
    beside = readback.decisions(look_at(town, number))
    assert beside is not None
    assert beside["decisions"][0].ending == "办理中"


def test_what_a_person_dispatched_is_called_as_ever(town: Town) -> None:
    number = dispatched(town)
    assert "自动派单" not in [one.title for one in telling.history(look_at(town, number))]


def test_urgent_ones_go_where_the_pack_says_so(town: Town) -> None:
    rules = town.pack.dispatching.model_copy(update={"also": ("urgent",)})
    change_pack(town, dispatching=rules.model_dump(mode="json"))
    switch(town)
    row = decided(town, town.register(urgency="urgent"))
    assert row.decision == "dispatched"


def test_a_listed_need_of_leaders_waits(town: Town) -> None:
    need = town.pack.dispatching.direct[0]
    switch(town, category="")
    assert left(town, town.register(category=need.categories[0], body="社区卫生中心配不到药，请协调一下")) == "direct"


def test_a_likely_repeat_waits(town: Town) -> None:
    first = town.register()
    switch(town)
    number = town.register(phone="13900001111")
    Link.objects.create(order=town.order(number), other=town.order(first), kind=LinkKind.REPEAT_OF)
    assert left(town, number) == "repeat"


def test_one_that_a_dispatcher_has_open_waits(town: Town) -> None:
    switch(town)
    number = town.register()
    claims.take(town.order(number), town.person("dispatcher"), town.now)
    assert left(town, number) == "claimed"


def test_one_with_a_pending_application_waits(town: Town) -> None:
    switch(town)
    number = town.register()
    Application.objects.create(
        order=town.order(number), round=0, kind="withdrawal", reason="citizen_gave_up", asked_at=town.now
    )
    assert left(town, number) == "pending"


def test_without_a_category_and_a_classifier_it_waits(town: Town) -> None:
    switch(town, category="")
    assert left(town, town.register(category="")) == "no_classifier"


def test_unknown_matter_waits(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    in_force(town, Stub(strangeness=0.9), monkeypatch)
    switch(town, category="")
    assert left(town, town.register(category="")) == "unknown"
    assert town.order(AutomaticDispatch.objects.get().order.number).category == ""


def test_a_unit_that_is_closed_gets_nothing(town: Town) -> None:
    switch(town)
    Unit.objects.update(active=False)
    assert left(town, town.register()) == "no_unit"


@pytest.mark.parametrize(
    ("scope", "key", "why"),
    [
        (BreakerScope.ALL, "", "held"),
        (BreakerScope.CATEGORY, "A", "held"),
        (BreakerScope.UNIT, LEAD, "held"),
        (BreakerScope.SURGE, "", "surge"),
        (BreakerScope.MASTER, "", "master"),
    ],
)
def test_behind_an_open_breaker_it_waits(town: Town, scope: BreakerScope, key: str, why: str) -> None:
    switch(town)
    supervisor = town.person("supervisor")
    breakers.force(town.pack, scope, key, State.OPEN, by=supervisor, at=town.now, reason="演练")
    number = town.register()
    assert left(town, number) == why
    name = f"{scope.value}:{key}" if key else scope.value
    assert AutomaticDispatch.objects.get().breakers[name] == "open"


def test_what_came_back_is_people_s_matter(town: Town) -> None:
    switch(town)
    number = town.register()
    town.do("dispatcher", number, "dispatch", {"lead": "urban"})
    town.do("dispatcher", number, "take_back", {"reason": "派错了"})
    assert looked(town, number) is None
    assert not AutomaticDispatch.objects.exists()


def test_one_that_was_refused_and_begun_again_before_its_look_is_people_s_matter(town: Town) -> None:
    switch(town)
    number = town.register()
    town.do("dispatcher", number, "refuse", {"reason": "outside_area", "told": "请拨打当地热线"})
    town.do("supervisor", number, "reopen", {"reason": "应当受理"})
    order = town.order(number)
    assert (order.stage, order.round, order.returns_granted) == ("accepted", 0, 0)
    assert looked(town, number) is None
    assert town.order(number).stage == "accepted"


HERE = "泰亭西路69弄映陵雅苑"


def indexed(town: Town, **said: Any) -> str:
    """An order that the index of repeats knows."""
    order = order_of(town, category=LEAF, **said)
    return order.number


def test_the_same_person_again_waits_though_nobody_has_linked_it(town: Town) -> None:
    switch(town)
    indexed(town, body=LAMP, place=HERE, phone=phone(1))
    town.wait(days=2)
    again = town.register(category=LEAF, body="上次反映到现在没动静，门口还是一片漆黑", place=HERE, phone=phone(1))
    assert left(town, again) == "repeat"
    other = town.register(category=LEAF, body="菜场门口占道经营，走不过去", place="涞泽支路593弄", phone=phone(2))
    assert decided(town, other).decision == "dispatched"


def test_what_many_send_in_the_same_words_waits_for_mass_dispatch(town: Town) -> None:
    switch(town)
    for person in (1, 2):
        indexed(town, body=LETTER, place=HERE, phone=phone(person))
    town.wait(days=3)
    third = town.register(category=LEAF, body=LETTER, place=HERE, phone=phone(3))
    assert left(town, third) == "many"


@pytest.mark.parametrize(("people", "decision", "why"), [(3, "dispatched", ""), (5, "left", "many")])
def test_a_mass_complaint_of_orange_waits_and_a_yellow_one_does_not(
    town: Town, people: int, decision: str, why: str
) -> None:
    switch(town)
    for person in range(1, people):
        indexed(town, body=TOLD[person], place=HERE, phone=phone(person))
    last = town.register(category=LEAF, body=TOLD[people], place=HERE, phone=phone(people))
    row = decided(town, last)
    assert (row.decision, row.why) == (decision, why)


# --- failures -----------------------------------------------------------------------------------------


def test_a_classifier_that_does_not_answer_leaves_it_to_people(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    in_force(town, Stub(broken=True), monkeypatch)
    switch(town)
    number = town.register()
    with caplog.at_level(logging.ERROR):
        assert left(town, number) == "failed"
    assert "the service does not answer" in caplog.text


def test_a_dispatch_that_fails_half_way_leaves_nothing_behind(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    in_force(town, Stub(), monkeypatch)
    switch(town)
    number = town.register(category="")
    real = services.perform

    def half(*args: Any, **more: Any) -> Any:
        if args[1] == "dispatch":
            raise RuntimeError("half way")
        return real(*args, **more)

    monkeypatch.setattr(deciding, "perform", half)
    assert left(town, number) == "failed"
    assert town.order(number).category == "", "the guessed category went back with the rest"
    assert events(town, number) == [("register", "staff")]
    assert not IdempotencyKey.objects.filter(key__startswith="automatic/").exists()


def test_an_order_that_changes_meanwhile_is_looked_at_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    switch(town)
    number = town.register()
    real, changed = deciding.judge, list[object]()

    def late(*args: Any) -> Any:
        found = real(*args)
        if not changed:
            changed.append(town.do("agent", number, "amend", {"confidential": True}))
        return found

    monkeypatch.setattr(deciding, "judge", late)
    assert left(town, number) == "confidential"


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let something happen once, between judging an order and sending it."""
    real, done = deciding.judge, list[object]()

    def late(*args: Any) -> Any:
        found = real(*args)
        if not done:
            done.append(act())
        return found

    monkeypatch.setattr(deciding, "judge", late)


def test_what_is_decided_meanwhile_holds(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    switch(town)
    number = town.register()
    switch(town, category="C0101")
    meanwhile(monkeypatch, lambda: switch(town, Mode.SUGGEST))
    assert left(town, number) == "mode"


def test_a_threshold_that_is_raised_meanwhile_holds(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    switch(town)
    number = town.register()
    meanwhile(monkeypatch, lambda: switch(town, threshold=1))
    assert left(town, number) == "below"


def test_one_that_a_dispatcher_opens_meanwhile_waits(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    switch(town)
    number = town.register()
    meanwhile(monkeypatch, lambda: claims.take(town.order(number), town.person("dispatcher"), town.now))
    assert left(town, number) == "claimed"


def test_a_unit_that_is_closed_meanwhile_gets_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    switch(town)
    number = town.register()
    meanwhile(monkeypatch, lambda: Unit.objects.update(active=False))
    assert left(town, number) == "failed"


def test_a_second_look_decides_nothing_anew(town: Town) -> None:
    switch(town)
    number = town.register()
    decided(town, number)
    assert looked(town, number) is None
    other = town.register(confidential=True, phone="13900001111")
    decided(town, other)
    assert looked(town, other) is None
    assert AutomaticDispatch.objects.count() == 2


def test_a_job_for_an_order_that_is_not_there_ends_quietly(town: Town) -> None:
    switch(town)
    assert deciding.look(987_654_321, now=lambda: town.now) is None


def test_two_workers_at_once_dispatch_once(committed_town: Town) -> None:
    town = replace(committed_town, now=timezone.now() - timedelta(hours=1))
    switch(town)
    order = town.order(town.register()).pk
    now, gate = town.now + timedelta(minutes=1), Barrier(4)

    def work(_n: int) -> AutomaticDispatch | None:
        try:
            gate.wait(30)
            return deciding.look(order, now=lambda: now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        rows = [row for row in pool.map(work, range(4), timeout=60) if row is not None]
    assert [row.decision for row in rows] == ["dispatched"]
    assert AutomaticDispatch.objects.count() == 1
    assert list(town.order(AutomaticDispatch.objects.get().order.number).events.values_list("action", flat=True)) == [
        "register", "dispatch",
    ]  # fmt: skip
