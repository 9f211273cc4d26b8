"""Who hears of which act: those whom it concerns, nobody else, and with the act or not at all."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core import serializers
from django.db import connection
from django.test.utils import CaptureQueriesContext

from open12345.directory.models import Staff
from open12345.directory.person import SYSTEM, Person, person_of
from open12345.notify import kinds, queries
from open12345.notify.models import Notice
from open12345.orders import acts, rights, watch
from open12345.orders.acts import subscribe
from open12345.orders.change import Change
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.models import WorkOrder
from open12345.orders.queries import scene_of
from tests.cast import ANSWER, CONTACT, HEARD, REPORT, Town
from tests.notify.told import told
from tests.orders.walks import EXTENSION, RETURN, UNHAPPY, dispatched, reported, signed, to_callback


def test_each_unit_hears_what_it_is_given(town: Town) -> None:
    number = town.register()
    town.do("dispatcher", number, "dispatch", {"lead": "urban", "co_handlers": ["market"], "in_copy": ["health"]})
    assert told(town, "clerk.urban") == ["dispatched"]
    assert told(town, "worker.urban") == ["dispatched"]
    assert told(town, "clerk.market") == ["co_handling"]
    assert told(town, "clerk.health") == ["copied"]
    for other in ("clerk.police", "approver.urban", "agent", "dispatcher", "reviewer", "watcher", "system_admin"):
        assert told(town, other) == [], other


def test_nobody_is_told_what_they_did_themselves(town: Town) -> None:
    number = signed(town)
    town.do("clerk.urban", number, "ask_verifier", {"unit": "market", "question": "有无证照？"})
    town.do("dispatcher", number, "urge", {"text": "又来电了"})
    assert told(town, "dispatcher") == []
    assert told(town, "clerk.urban") == ["dispatched", "urged"]
    assert told(town, "clerk.market") == ["verify_asked"]


def test_taking_in_tells_the_dispatchers_of_what_is_urgent_alone(town: Town) -> None:
    town.register()
    urgent = town.register(urgency="urgent", title="燃气泄漏")
    assert told(town, "dispatcher") == ["urgent"]
    assert told(town, "dispatcher", urgent) == ["urgent"]
    assert told(town, "agent") == told(town, "clerk.urban") == []


def test_work_handed_down_is_told_down_and_its_report_up(town: Town) -> None:
    number = signed(town, "c001", area="310117107001")
    below = town.order(number).assignments.get().unit.children.filter(active=True).first()
    assert below is not None
    clerk = f"clerk.{below.code}"
    town.do("clerk.c001", number, "hand_down", {"unit": below.code})
    assert told(town, clerk) == ["handed_down"]
    town.do(clerk, number, "sign")
    town.do(clerk, number, "submit_report", REPORT)
    assert told(town, "approver.c001", number) == ["child_reported"]
    town.do("clerk.c001", number, "check_child", {"ok": False, "note": "请补照片"})
    assert told(town, clerk) == ["handed_down", "sent_back"]


def test_a_question_of_fact_and_its_answer_are_told(town: Town) -> None:
    number = signed(town)
    town.do("clerk.urban", number, "ask_verifier", {"unit": "market", "question": "有无证照？"})
    town.do("clerk.market", number, "sign")
    town.do("clerk.market", number, "verify", {"text": "没有"})
    assert told(town, "worker.urban") == ["dispatched", "verified"]


def test_a_report_sent_back_is_told_to_the_unit(town: Town) -> None:
    number = reported(town)
    town.do("reviewer", number, "send_back", {"reason": "没有写明处置过程"})
    assert told(town, "clerk.urban") == ["dispatched", "sent_back"]


def test_the_end_and_a_new_round_are_told_to_whoever_has_it(town: Town) -> None:
    number = to_callback(town)
    town.do("callback_agent", number, "redispatch", {**UNHAPPY, "reason": "没有到场", "lead": "enforcement"})
    assert told(town, "clerk.enforcement") == ["redispatched"]
    assert told(town, "clerk.urban") == ["dispatched"]
    other = to_callback(town)
    town.do("callback_agent", other, "close", HEARD)
    assert told(town, "clerk.urban", other) == ["dispatched", "closed"]


def test_an_application_goes_from_step_to_step_and_back_to_who_asked(town: Town) -> None:
    number = signed(town)
    town.do("clerk.urban", number, "contact", CONTACT)
    town.do("clerk.urban", number, "apply", EXTENSION)
    assert told(town, "approver.urban") == ["asked"]
    assert told(town, "approver.market") == []
    assert told(town, "dispatcher") == []
    town.do("approver.urban", number, "grant")
    assert told(town, "dispatcher") == ["asked"]
    assert "granted" not in told(town, "clerk.urban")
    town.do("dispatcher", number, "grant")
    assert told(town, "clerk.urban") == ["dispatched", "granted"]
    assert told(town, "worker.urban") == ["dispatched"], "who asked hears, not the whole unit"


def test_a_refusal_is_told_to_who_asked(town: Town) -> None:
    number = signed(town)
    town.do("clerk.urban", number, "apply", RETURN)
    town.do("approver.urban", number, "decline", {"note": "本来就归我们"})
    assert told(town, "clerk.urban") == ["dispatched", "declined"]


def test_whom_the_notice_asks_is_who_may_decide(town: Town) -> None:
    """The notice goes by the same rule as the right itself: everybody who is asked finds it in the inbox."""
    number = signed(town)
    town.do("clerk.urban", number, "apply", RETURN)
    for name in ("approver.urban", "dispatcher", "supervisor", "clerk.market", "approver.market", "reviewer"):
        scene = scene_of(town.order(number), town.pack)
        asked = scene.applications[-1]
        given = scene.assignment(asked.assignment_id)
        may = rights.grounds(scene, ACTIONS["grant"], town.person(name), given, asked) is not None
        assert ("asked" in told(town, name)) == may, name


def test_an_urge_reaches_those_at_work_or_the_dispatchers(town: Town) -> None:
    waiting, given = town.register(), signed(town)
    for number in (waiting, given):
        town.do("agent", number, "urge", {"text": "又来电了"})
    assert told(town, "dispatcher", waiting) == ["urged_waiting"]
    assert told(town, "clerk.urban", given) == ["dispatched", "urged"]


def test_what_runs_out_is_told_to_its_unit_and_to_the_centre(town: Town) -> None:
    number = dispatched(town)
    at = town.now + timedelta(days=30)
    watch.mark_breaches(by=SYSTEM, at=at)
    assert told(town, "clerk.urban") == ["dispatched", "breach"]
    assert told(town, "approver.urban") == ["breach"]
    assert told(town, "dispatcher") == told(town, "supervisor") == ["breach_centre"]
    assert told(town, "clerk.market") == []
    late = Notice.objects.get(kind="breach").facts["late"]
    assert "reply" in late
    assert watch.mark_breaches(by=SYSTEM, at=at) == 0
    assert told(town, "dispatcher", number) == ["breach_centre"], "told once"


def test_the_review_hears_of_its_own_clock(town: Town) -> None:
    reported(town)
    watch.mark_breaches(by=SYSTEM, at=town.now + timedelta(days=30))
    assert told(town, "reviewer") == ["breach_centre"]


def test_the_unit_hears_that_the_centre_answered_for_it(town: Town) -> None:
    number = signed(town, confidential=True)
    town.do("agent", number, "contact_for", CONTACT)
    town.do("agent", number, "answer_for", ANSWER)
    assert told(town, "clerk.urban") == ["dispatched", "answered_for"]


def test_what_was_taken_back_is_gone_but_for_the_word_of_it(town: Town) -> None:
    number = dispatched(town, co_handlers=["market"])
    assert told(town, "clerk.urban") == ["dispatched"]
    town.do("dispatcher", number, "take_back", {"reason": "派错了"})
    assert told(town, "clerk.urban") == told(town, "clerk.market") == ["taken_back"]
    town.do("dispatcher", number, "dispatch", {"lead": "enforcement"})
    assert told(town, "clerk.enforcement") == ["dispatched"], "a dispatch that was taken back is no work to be redone"
    assert told(town, "clerk.urban") == ["taken_back"], "nothing of what came after"


def test_a_return_takes_the_notices_along(town: Town) -> None:
    number = signed(town)
    town.do("clerk.urban", number, "apply", RETURN)
    town.do("approver.urban", number, "grant")
    town.do("dispatcher", number, "grant")
    assert told(town, "clerk.urban") == ["granted"]


def test_what_one_may_not_see_is_never_told(town: Town) -> None:
    """Even a notice addressed to somebody by name: without the order there is no notice of it."""
    number = dispatched(town, title="别的单位的事")
    stranger, owner = town.person("clerk.market"), town.person("clerk.urban")
    for person in (stranger, owner):
        Notice.objects.create(
            key=f"x{person.id}", kind="granted", staff=person.id, order=town.order(number), seq=1, at=town.now
        )
    assert told(town, "clerk.market") == []
    assert "granted" in told(town, "clerk.urban")


def test_a_post_that_was_lost_takes_its_notices_along(town: Town) -> None:
    dispatched(town)
    staff = Staff.objects.get(pk=town.person("clerk.urban").id or 0)
    assert queries.notices_of(person_of(staff)).count() == 1
    staff.posts.all().delete()
    assert queries.notices_of(person_of(staff)).count() == 0


@pytest.mark.parametrize("kind", ["system", "machine", "citizen"])
def test_only_staff_have_notices(town: Town, kind: str) -> None:
    dispatched(town)
    clerk = town.person("clerk.urban")
    other = Person(kind=kind, id=clerk.id, name="x", roles=clerk.roles, posts=clerk.posts)  # type: ignore[arg-type]
    assert queries.notices_of(other).count() == 0


def test_a_notice_holds_no_personal_data(town: Town) -> None:
    """A confidential order through everything that makes notices: no word of the caller is stored with them."""
    secret: dict[str, Any] = {
        "name": "赵不愿",
        "phone": "13700001111",
        "address": "九亭镇涞亭南路88弄6号",
        "confidential": True,
    }
    number = signed(town, title="举报赵不愿的邻居", urgency="urgent", **secret)
    town.do("agent", number, "urge", {"text": "赵不愿 13700001111 又来电"})
    town.do("clerk.urban", number, "apply", {**RETURN, "explanation": "赵不愿不在家，13700001111 打不通"})
    town.do("approver.urban", number, "decline", {"note": "给赵不愿再打一次"})
    stored = serializers.serialize("json", Notice.objects.all())
    assert len(json.loads(stored)) >= 4
    for word in ("赵不愿", "13700001111", "88弄", "打不通", "再打", "举报"):
        assert word not in stored, word


def test_a_notice_is_written_with_its_act_or_not_at_all(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    number = town.register()

    def refuse(_change: Change) -> None:
        raise RuntimeError

    monkeypatch.setitem(acts._subscribers, "dispatch", [*acts._subscribers["dispatch"]])
    subscribe("dispatch", refuse)
    with pytest.raises(RuntimeError):
        town.do("dispatcher", number, "dispatch", {"lead": "urban"})
    assert not Notice.objects.exists()
    assert WorkOrder.objects.get(number=number).stage == "accepted"


def test_a_retried_key_tells_once(town: Town) -> None:
    number = town.register()
    for _ in range(2):
        town.do("dispatcher", number, "dispatch", {"lead": "urban"}, key="once")
    assert told(town, "clerk.urban") == ["dispatched"]


def test_notices_cost_no_statement_more(town: Town) -> None:
    """They travel in the statement that writes the act: as many statements as without them."""
    counts = []
    for subscribers in (acts._subscribers["dispatch"], []):
        number = town.register()
        kept, acts._subscribers["dispatch"] = acts._subscribers["dispatch"], subscribers
        try:
            with CaptureQueriesContext(connection) as statements:
                town.do("dispatcher", number, "dispatch", {"lead": "urban"})
        finally:
            acts._subscribers["dispatch"] = kept
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_every_kind_has_words() -> None:
    for code, kind in kinds.KINDS.items():
        assert str(kind.title), code
        assert len(code) <= 24
