"""What is typed is kept with every save and is no event; history tells what was done. Nothing typed is lost."""

from __future__ import annotations

import threading
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import IntegrityError, connection, transaction

from open12345.intake import desk, keeping
from open12345.intake.keeping import Mark
from open12345.intake.models import Typed
from open12345.orders import history, privacy, requesters
from open12345.orders.errors import Conflict, NotFound
from open12345.orders.models import Event, Requester, WorkOrder
from tests.cast import Town, complaint
from tests.orders.walks import refused

pytestmark = pytest.mark.function("INT-03")
PHONE = "13812348000"


def save(town: Town, body: str, number: str = "", seen: Mark | None = None, **said: Any) -> keeping.Kept:
    words = {"channel": "phone", "body": body, **said}
    return keeping.keep(words, by=town.person("agent"), at=town.now, key="k", number=number, seen=seen)


def events(number: str) -> list[str]:
    return list(Event.objects.filter(order__number=number).order_by("seq").values_list("action", flat=True))


def erased(town: Town, phone: str) -> privacy.Erased:
    return privacy.erase_person(phone, "本人申请", by=town.person("security_admin"), at=town.now)


def test_however_often_it_saves_itself_history_tells_of_one_draft(town: Town) -> None:
    kept = save(town, "路")
    for n in range(20):
        kept = save(town, "路灯不亮" + "，又灭了" * n, kept.number, kept.mark)
    assert events(kept.number) == ["save_draft"]
    assert keeping.typed_in(town.order(kept.number))["body"].count("又灭了") == 19
    agent = town.person("agent")
    keeping.write(kept.number, complaint(), by=agent, at=town.now, seen=kept.mark)
    town.do("agent", kept.number, "submit")
    assert events(kept.number) == ["save_draft", "edit_draft", "submit"]
    assert not Typed.objects.exists()
    assert list(history.verify(WorkOrder.objects.all())) == []


def test_what_cannot_stand_in_a_draft_yet_is_kept_as_typed(town: Town) -> None:
    kept = save(town, "路灯不亮", phone="138", foreign_number="QX1")
    assert len(kept.left_out) == 2 or "来源平台编号" in kept.left_out
    assert requesters.open_requester(town.order(kept.number).requester).phone == ""
    found = keeping.typed_in(town.order(kept.number))
    assert (found["phone"], found["foreign_number"]) == ("138", "QX1")


def test_a_save_is_there_for_another_connection_at_once(committed_town: Town) -> None:
    """As after the death of the process that answered it."""
    town = committed_town
    kept = save(town, "路灯不亮")
    save(town, "路灯不亮三天了", kept.number, kept.mark)
    found: list[str] = []

    def elsewhere() -> None:
        found.append(str(keeping.typed_in(WorkOrder.objects.get(number=kept.number))["body"]))
        connection.close()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert found == ["路灯不亮三天了"]


def test_of_two_windows_the_second_is_told(town: Town) -> None:
    first = save(town, "第一次")
    save(town, "第二次", first.number, first.mark)
    with pytest.raises(Conflict, match="另一个窗口"):
        save(town, "旧窗口", first.number, first.mark)
    with pytest.raises(Conflict, match="另一个窗口"):
        keeping.write(first.number, {"body": "旧窗口"}, by=town.person("agent"), at=town.now, seen=first.mark)
    assert keeping.typed_in(town.order(first.number))["body"] == "第二次"


def test_a_save_that_waited_for_the_first_one_is_no_error(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first save was under way when the second looked for its draft."""
    first = save(town, "路灯")
    monkeypatch.setattr(keeping, "drafted", Mock(side_effect=["", first.number]))
    assert save(town, "路灯不亮").number == first.number
    assert keeping.typed_in(town.order(first.number))["body"] == "路灯不亮"


@pytest.mark.parametrize("said", [{}, {"page": "x" * 33, "turn": "1"}, {"page": "a", "turn": "-1"}, {"page": "<"}])
def test_a_form_that_tells_no_page_is_of_none(said: dict[str, str]) -> None:
    assert keeping.page_in(said) == keeping.NO_PAGE


def test_a_press_that_comes_twice_is_one_press(town: Town) -> None:
    kept = save(town, "路灯不亮")
    kept = save(town, "路灯不亮三天", kept.number, kept.mark)
    how: dict[str, Any] = {"by": town.person("agent"), "at": town.now, "key": "press", "seen": kept.mark}
    first = keeping.write(kept.number, complaint(), **how)
    again = keeping.write(kept.number, complaint(), **how)
    assert (again.seq, again.replayed) == (first.seq, True)


def test_a_button_outside_the_form_leaves_nothing_typed_behind(town: Town) -> None:
    kept = save(town, **complaint())
    town.do("agent", kept.number, "edit_draft", complaint())
    save(town, "还有一句没写进去", kept.number)
    assert refused(town, "agent", kept.number, "submit", {}) == {("__all__", "unwritten")}
    assert town.order(kept.number).stage == "draft"
    town.do("agent", kept.number, "discard")
    assert not Typed.objects.exists()


def test_nobody_else_saves_into_a_draft_nor_reads_it(town: Town) -> None:
    kept = save(town, "路灯不亮")
    with pytest.raises(NotFound):
        keeping.keep({"body": "x"}, by=town.person("agent2"), at=town.now, key="z", number=kept.number)
    town.do("agent", kept.number, "discard")
    with pytest.raises((Conflict, NotFound)):
        save(town, "晚了", kept.number)


def test_lists_show_the_title_that_was_typed_last_masked(town: Town) -> None:
    kept = save(town, "路")
    save(town, f"路灯不亮，我是李秀兰，电话{PHONE}", kept.number, kept.mark, name="李秀兰", phone=PHONE)
    (shown,) = desk.newest_drafts(town.person("agent"), 5)
    assert shown.title.startswith("路灯不亮")
    assert "李秀兰" not in shown.title
    assert PHONE not in shown.title


def test_nothing_of_the_person_stands_in_the_open(town: Town) -> None:
    kept = save(town, "路灯不亮", phone=PHONE)
    save(town, f"找李秀兰，电话{PHONE}", kept.number, kept.mark, phone=PHONE, name="李秀兰")
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text, encode(said, 'escape') FROM intake_typed t")
        row = str(cursor.fetchone())
    assert PHONE not in row
    assert "李秀兰" not in row


# Erasing


def test_erasing_a_person_takes_what_was_typed_of_them(town: Town) -> None:
    kept = save(town, "路灯不亮", phone=PHONE, name="李秀兰")
    kept = save(town, "路灯不亮，又来电", kept.number, kept.mark, phone=PHONE, name="李秀兰")
    erased(town, PHONE)
    assert not Typed.objects.exists()
    with pytest.raises(Conflict, match="抹去"):
        save(town, "接着写", kept.number, phone=PHONE)
    with pytest.raises(Conflict):
        save(town, "接着写", kept.number, kept.mark, phone=PHONE)


def test_erasing_finds_a_person_who_is_only_in_what_was_typed(town: Town) -> None:
    kept = save(town, "路灯不亮")
    save(town, "路灯不亮", kept.number, kept.mark, phone=PHONE)
    assert erased(town, PHONE).rows == 1
    assert not Typed.objects.exists()


def test_whoever_still_holds_the_row_cannot_set_an_index_again(town: Town) -> None:
    number = town.register(phone=PHONE)
    row = Requester.objects.get(orders__number=number)
    index = row.phone_index
    erased(town, PHONE)
    with pytest.raises(IntegrityError, match="requester_erased"), transaction.atomic():
        Requester.objects.filter(pk=row.pk).update(phone_index=index)


def test_a_draft_that_waited_for_the_erasing_writes_nothing_of_the_person_back(
    committed_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form was sent while the erasing held the lock: it goes on with the erased row, not the one it knew."""
    town = committed_town
    number = town.create("save_draft", {"body": "路灯不亮", "phone": PHONE}).number
    locked, done = threading.Event(), threading.Event()
    real = requesters.erase

    def slow(index: bytes, *, at: Any) -> list[int]:
        with transaction.atomic():
            found = real(index, at=at)
            locked.set()
            done.wait(1.5)  # the writer is waiting for the order's lock by now
            return found

    monkeypatch.setattr(requesters, "erase", slow)

    def erasing() -> None:
        erased(town, PHONE)
        connection.close()

    thread = threading.Thread(target=erasing)
    thread.start()
    assert locked.wait(10)
    town.do("agent", number, "edit_draft", {"body": "路灯不亮", "phone": PHONE})
    done.set()
    thread.join()
    row = Requester.objects.get(orders__number=number)
    assert (row.key, row.phone_index) == (None, None)
