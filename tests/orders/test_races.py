"""Many people act at the same moment: one of them is first, the others are told so, and nothing is half done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count, cycle, islice
from threading import Barrier
from threading import Event as Flag
from typing import Any, TypeAlias

import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from open12345.directory.person import SYSTEM, Person
from open12345.orders import history, invariants, services
from open12345.orders.errors import Conflict, DomainError, NotAllowed, Refused
from open12345.orders.models import Anchor, IdempotencyKey, WorkOrder
from open12345.orders.services import Aim, Outcome
from tests.cast import ANSWER, CONTACT, HEARD, MORNING, REPORT, Town, complaint, jiuting
from tests.orders.walks import EXTENSION, UNHAPPY, UNIT, approver, clerk, dispatched, reported, signed, to_callback

Said: TypeAlias = Mapping[str, Any]
Try: TypeAlias = Callable[[], Outcome]
Result: TypeAlias = Outcome | DomainError
WRITERS = 8
_later = count()


class Crowd:
    """Threads with a connection each that start together; what a try raises beyond the domain's words is a failure."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._pool = ThreadPoolExecutor(size)

    def together(self, tries: Sequence[Try]) -> list[Result]:
        assert len(tries) <= self.size
        gate = Barrier(len(tries))
        return list(self._pool.map(lambda attempt: _outcome(attempt, gate), tries, timeout=60))

    def leave(self) -> None:
        gate = Barrier(self.size)
        list(self._pool.map(_leave, [gate] * self.size))
        self._pool.shutdown()


def _leave(gate: Barrier) -> None:
    gate.wait(30)
    connections.close_all()


def _outcome(attempt: Try, gate: Barrier) -> Result:
    gate.wait(30)
    try:
        return attempt()
    except DomainError as refusal:
        return refusal


@pytest.fixture
def town(settled: dict[str, Person], django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    """The town, where every commit is real; it is emptied after the last test of this file."""
    with django_db_blocker.unblock():
        yield Town(jiuting(), MORNING + timedelta(hours=next(_later)), settled)
        connections.close_all()


@pytest.fixture
def crowd(town: Town) -> Iterator[Crowd]:
    crowd = Crowd(16)
    yield crowd
    crowd.leave()


def person(town: Town, name: str) -> Person:
    return SYSTEM if name == "system" else town.person(name)


def attempt(town: Town, by: str, number: str, action: str, said: Said | None = None, **more: Any) -> Try:
    """Return a try of `by`, with everything looked up before the start."""
    who, at, key, aim = person(town, by), town.now, more.pop("key", ""), Aim(**more)
    return lambda: services.perform(number, action, said or {}, by=who, at=at, key=key, aim=aim)


def winners(results: Sequence[Result]) -> list[Outcome]:
    """Return who was first; the others lost by the rules of the life cycle and were told why."""
    for result in results:
        if not isinstance(result, Outcome):
            assert isinstance(result, Conflict | NotAllowed), repr(result)
            assert result.message
    return [result for result in results if isinstance(result, Outcome)]


def flaws() -> list[str]:
    found = [*invariants.check_all(), *history.verify(WorkOrder.objects.all()), *history.verify_anchors()]
    return [f"{flaw.code}: {flaw.order} {flaw.message}" for flaw in found]


# -- the same action, sixteen times --------------------------------------------------------------------------

#: A life in which every step but the plain ones (contact, answer) is taken by sixteen people at once.
LIFE: tuple[tuple[str, Said, tuple[str, ...]], ...] = (
    ("dispatch", {"lead": UNIT}, ("dispatcher", "system")),
    ("take_back", {"reason": "派错单位"}, ("dispatcher", "supervisor")),
    ("dispatch", {"lead": UNIT}, ("dispatcher", "system")),
    ("sign", {}, (clerk(), approver())),
    ("contact", CONTACT, ()),
    ("answer", ANSWER, ()),
    ("submit_report", REPORT, (clerk(), approver())),
    ("send_back", {"reason": "没有写明处置情况"}, ("reviewer",)),
    ("submit_report", REPORT, (clerk(), approver())),
    ("pass_review", {}, ("reviewer",)),
    ("redispatch", {**UNHAPPY, "reason": "市民说没有解决"}, ("callback_agent", "dispatcher")),
    ("sign", {}, (clerk(), approver())),
    ("contact", CONTACT, ()),
    ("answer", ANSWER, ()),
    ("submit_report", REPORT, (clerk(), approver())),
    ("pass_review", {}, ("reviewer",)),
    ("close", HEARD, ("callback_agent",)),
    ("archive", {}, ("system", "supervisor")),
)


def lives(town: Town) -> Iterator[tuple[str, str, Said, tuple[str, ...]]]:
    """Yield (order, action, what is said, by whom) of one life after another; plain steps are done on the way."""
    while True:
        number = town.register()
        for action, said, people in LIFE:
            town.wait(minutes=1, days=31 if action == "archive" else 0)
            if people:
                yield number, action, said, people
            else:
                town.do(clerk(), number, action, said)


def race_lives(town: Town, crowd: Crowd, rounds: int) -> Counter[str]:
    """Race `rounds` steps; return how the tries ended."""
    ended: Counter[str] = Counter()
    for number, action, said, people in islice(lives(town), rounds):
        before = town.order(number)
        names = islice(cycle(people), crowd.size)
        results = crowd.together([attempt(town, name, number, action, said) for name in names])
        (first,) = winners(results)
        after = town.order(number)
        assert (after.head_seq, after.stage) == (before.head_seq + 1, first.stage) == (first.seq, first.stage)
        ended.update(r.code if isinstance(r, DomainError) else "won" for r in results)
    assert flaws() == []
    assert ended["won"] == rounds
    return ended


def test_of_sixteen_who_do_the_same_one_is_first(town: Town, crowd: Crowd) -> None:
    race_lives(town, crowd, rounds=sum(1 for _action, _said, people in LIFE if people))


@pytest.mark.nightly
def test_of_sixteen_one_is_first_a_thousand_times(town: Town, crowd: Crowd) -> None:
    ended = race_lives(town, crowd, rounds=1000)
    assert sum(ended.values()) == 16_000


def test_who_saw_the_order_before_is_told_who_was_first(town: Town, crowd: Crowd) -> None:
    number = signed(town)
    seen = town.order(number).head_seq
    notes = [attempt(town, clerk(), number, "note", {"text": f"备注{n}"}, expected=seen) for n in range(crowd.size)]
    results = crowd.together(notes)
    (_first,) = winners(results)
    lost = [result for result in results if isinstance(result, Conflict)]
    assert {(r.code, r.facts["seq"]) for r in lost} == {("overtaken", seen + 1)}
    assert all(town.person(clerk()).name in r.message and "备注" in r.message for r in lost)


def test_what_all_may_do_all_do(town: Town, crowd: Crowd) -> None:
    number = signed(town)
    before = town.order(number).head_seq
    people = list(islice(cycle([clerk(), "dispatcher", "agent"]), crowd.size))
    results = crowd.together([attempt(town, by, number, "note", {"text": by}) for by in people])
    assert sorted(r.seq for r in winners(results)) == list(range(before + 1, before + 17))
    assert flaws() == []


def test_one_asks_and_the_others_hear_that_it_is_asked(town: Town, crowd: Crowd) -> None:
    number = signed(town)
    results = crowd.together([attempt(town, clerk(), number, "apply", EXTENSION)] * crowd.size)
    assert len([r for r in results if isinstance(r, Outcome)]) == 1
    lost = [r for r in results if not isinstance(r, Outcome)]
    assert {(p.field, p.code) for r in lost if isinstance(r, Refused) for p in r.problems} <= {
        ("kind", "pending"),
        ("kind", "at_most"),
    }
    assert all(isinstance(r, Refused | Conflict) for r in lost)
    assert town.order(number).applications.count() == 1


# -- different actions ---------------------------------------------------------------------------------------


def asked(town: Town) -> str:
    number = signed(town)
    town.do(clerk(), number, "apply", EXTENSION)
    town.do(approver(), number, "grant")
    return number


def answered(town: Town) -> str:
    number = signed(town)
    town.do(clerk(), number, "contact", CONTACT)
    town.do(clerk(), number, "answer", ANSWER)
    return number


#: Where, who does what (half the crowd each), and whether only one of the two can happen.
PAIRS: dict[str, tuple[Callable[[Town], str], tuple[str, str, Said], tuple[str, str, Said], bool]] = {
    "two dispatchers to two units": (
        lambda town: town.register(),
        ("dispatcher", "dispatch", {"lead": UNIT}),
        ("dispatcher", "dispatch", {"lead": "enforcement"}),
        True,
    ),
    "sign or take back": (
        dispatched,
        (clerk(), "sign", {}),
        ("dispatcher", "take_back", {"reason": "派错单位"}),
        False,  # a signed order may still be taken back
    ),
    "grant or withdraw": (asked, ("dispatcher", "grant", {}), (clerk(), "withdraw_application", {}), True),
    "grant or decline": (asked, ("dispatcher", "grant", {}), ("supervisor", "decline", {"note": "理由不足"}), True),
    "pass or send back": (
        reported,
        ("reviewer", "pass_review", {}),
        ("reviewer", "send_back", {"reason": "没有写明处置情况"}),
        True,
    ),
    "close or dispatch anew": (
        to_callback,
        ("callback_agent", "close", HEARD),
        ("dispatcher", "redispatch", {**UNHAPPY, "reason": "市民说没有解决"}),
        True,
    ),
    "refuse or dispatch": (
        lambda town: town.register(),
        ("agent", "refuse", {"reason": "outside_area", "told": "请拨打当地热线"}),
        ("dispatcher", "dispatch", {"lead": UNIT}),
        True,
    ),
    "report or take back": (
        answered,
        (clerk(), "submit_report", REPORT),
        ("supervisor", "take_back", {"reason": "派错单位"}),
        True,
    ),
}


def race_pair(town: Town, crowd: Crowd, pair: str) -> None:
    build, one, other, exclusive = PAIRS[pair]
    number = build(town)
    town.wait(minutes=1)
    before = town.order(number)
    tries = [attempt(town, by, number, action, said) for by, action, said in islice(cycle((one, other)), crowd.size)]
    won = sorted(winners(crowd.together(tries)), key=lambda outcome: outcome.seq)
    assert len(won) == 1 if exclusive else 1 <= len(won) <= 2
    after = town.order(number)
    assert [outcome.seq for outcome in won] == list(range(before.head_seq + 1, after.head_seq + 1))
    assert after.stage == won[-1].stage
    if pair == "sign or take back":
        assert after.stage == "accepted"
    if pair == "two dispatchers to two units":
        lead = after.assignments.get(role="lead", parent=None)
        assert after.lead_unit == lead.unit
        assert lead.unit.code in {UNIT, "enforcement"}


@pytest.mark.parametrize("pair", PAIRS)
def test_of_two_different_acts_one_is_first(town: Town, crowd: Crowd, pair: str) -> None:
    race_pair(town, crowd, pair)
    assert flaws() == []


@pytest.mark.nightly
def test_of_two_different_acts_one_is_first_many_times(town: Town, crowd: Crowd) -> None:
    for pair in islice(cycle(PAIRS), 200):
        race_pair(town, crowd, pair)
    assert flaws() == []


# -- taking in -----------------------------------------------------------------------------------------------


def registering(town: Town, key: str = "", **said: Any) -> Try:
    agent, at = town.person("agent"), town.now
    return lambda: services.create("register", complaint(**said), by=agent, at=at, key=key)


def made(results: Sequence[Result]) -> list[Outcome]:
    assert [r for r in results if not isinstance(r, Outcome)] == []
    return [r for r in results if isinstance(r, Outcome)]


def test_eight_writers_give_every_order_its_own_number(town: Town, crowd: Crowd) -> None:
    before, numbers = WorkOrder.objects.count(), []
    for n in range(12):
        tries = [registering(town, phone=f"138{n:04}{writer:04}") for writer in range(WRITERS)]
        numbers += [outcome.number for outcome in made(crowd.together(tries))]
    assert len(set(numbers)) == WorkOrder.objects.count() - before == 12 * WRITERS
    assert flaws() == []


def test_eight_calls_of_one_caller_stand_beside_each_other(town: Town, crowd: Crowd) -> None:
    results = made(crowd.together([registering(town)] * WRITERS))
    assert len({outcome.number for outcome in results}) == WRITERS
    assert flaws() == []


def race_keys(town: Town, crowd: Crowd, keys: int) -> None:
    orders, used = WorkOrder.objects.count(), IdempotencyKey.objects.count()
    for n in range(keys):
        town.wait(seconds=1)
        results = made(crowd.together([registering(town, key=f"key-{keys}-{n}", title=f"第{n}件")] * WRITERS))
        assert len({result.number for result in results}) == 1
        assert Counter(result.replayed for result in results) == {True: WRITERS - 1, False: 1}
    assert WorkOrder.objects.count() - orders == IdempotencyKey.objects.count() - used == keys


def test_a_key_makes_one_order_however_often_it_is_sent(town: Town, crowd: Crowd) -> None:
    race_keys(town, crowd, keys=8)
    assert flaws() == []


@pytest.mark.nightly
def test_two_hundred_keys_make_two_hundred_orders(town: Town, crowd: Crowd) -> None:
    race_keys(town, crowd, keys=200)
    assert flaws() == []


def test_a_key_does_one_act_and_the_retries_hear_its_outcome(town: Town, crowd: Crowd) -> None:
    number = dispatched(town)
    results = made(crowd.together([attempt(town, clerk(), number, "sign", key="sign-once")] * crowd.size))
    assert Counter(result.replayed for result in results) == {True: crowd.size - 1, False: 1}
    assert len({(result.seq, result.stage) for result in results}) == 1
    assert flaws() == []


def test_a_key_sent_with_two_requests_is_used_by_one(town: Town, crowd: Crowd) -> None:
    before = WorkOrder.objects.count()
    tries = [registering(town, key="same", title=f"第{n}件") for n in range(WRITERS)]
    results = crowd.together(tries)
    assert len([r for r in results if isinstance(r, Outcome)]) == 1
    lost = [r for r in results if isinstance(r, Refused)]
    assert [p.code for r in lost for p in r.problems] == ["key_reused"] * (WRITERS - 1)
    assert WorkOrder.objects.count() == before + 1


@pytest.mark.parametrize("key", ["", "upper-1"])
def test_a_number_of_another_platform_is_taken_in_once(town: Town, crowd: Crowd, key: str) -> None:
    before = WorkOrder.objects.count()
    for n in range(3):
        said = {"foreign_system": "district", "foreign_number": f"QX{key}{n}"}
        results = crowd.together([registering(town, key=key and f"{key}-{n}", **said)] * WRITERS)
        taken = [r for r in results if isinstance(r, Outcome)]
        assert len({outcome.number for outcome in taken}) == 1
        assert len(taken) == (WRITERS if key else 1)
        lost = [r for r in results if isinstance(r, Refused)]
        assert len(taken) + len(lost) == WRITERS
        assert {p.code for r in lost for p in r.problems} <= {"already_taken"}
        assert all(taken[0].number in r.message for r in lost)
    assert WorkOrder.objects.count() == before + 3
    assert flaws() == []


# -- the history meanwhile -----------------------------------------------------------------------------------


def test_of_eight_who_seal_one_does(town: Town, crowd: Crowd) -> None:
    before = Anchor.objects.count()
    for _round in range(3):
        town.register()
        town.wait(hours=1)
        at = town.now
        with ThreadPoolExecutor(WRITERS) as pool:
            sealed = list(pool.map(lambda _n, at=at: _sealed(at), range(WRITERS)))
        assert sum(sealed) == 1
    assert Anchor.objects.count() == before + 3
    assert flaws() == []


def _sealed(at: Any) -> bool:
    try:
        return history.seal(at) is not None
    finally:
        connections.close_all()


def test_history_is_proved_while_people_work(town: Town, crowd: Crowd) -> None:
    """An order that moves while it is being read is not accused."""
    numbers = [signed(town) for _ in range(4)]
    done = Flag()

    def prove() -> tuple[int, list[str]]:
        looks, found = 0, []
        while not done.is_set():
            found += [str(flaw) for flaw in history.verify(WorkOrder.objects.all())]
            looks += 1
        connections.close_all()
        return looks, found

    with ThreadPoolExecutor(1) as pool:
        proof = pool.submit(prove)
        for n in range(12):
            notes = [attempt(town, clerk(), number, "note", {"text": f"第{n}次"}) for number in numbers]
            made(crowd.together(notes))
        done.set()
        looks, found = proof.result(60)
    assert looks > 1
    assert found == []
