"""Orders that live by chance: whoever, whatever, whenever; and what must be true all the while."""

# ruff: noqa: S608 - the query is put together from constants only
from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.db import connection, transaction

from open12345.directory.person import SYSTEM, Person
from open12345.orders import history, queries, rights, services, watch
from open12345.orders.errors import DomainError
from open12345.orders.lifecycle import ACTIONS, Action
from open12345.orders.models import WorkOrder
from open12345.orders.services import NOWHERE, Aim, Outcome
from open12345.orders.stages import Stage
from open12345.worktime import SHANGHAI
from tests.cast import Town
from tests.orders.sayings import UNITS, Said, Talk, say, spoil
from tests.orders.walks import flaws

CENTRE = ("agent", "agent2", "dispatcher", "reviewer", "callback_agent", "supervisor", "floor_supervisor", "leader")
OUTSIDE = ("watcher", "system_admin", "clerk.s00201", "approver.c004")
#: Mornings before the holidays of October, New Year and spring, of a quiet week, and of a year not yet published.
STARTS = ((2025, 6, 26), (2025, 9, 29), (2025, 12, 30), (2026, 2, 12), (2029, 12, 27))
AT_MOST = 5  # orders at a time
#: How often one waits up to half an hour, some hours, days, a week, weeks.
QUICK, SLOW = (90, 9, 0.4, 0.1, 0.02), (65, 25, 6, 3, 0.5)

#: How often what is tried, beside 3; what ends an order early is rare, what carries it on is frequent.
WEIGHTS = {
    "dispatch": 14, "send_directly": 6, "sign": 12,
    "contact": 4, "contact_for": 1, "answer": 6, "answer_for": 1, "submit_report": 14,
    "pass_review": 12, "send_back": 5, "grant": 14, "decline": 4, "apply": 9, "ask_centre": 1, "archive": 9,
    "arrive": 2, "ask_verifier": 2, "close": 8, "redispatch": 9, "reopen": 4, "check_child": 8,
    "verify": 6, "hand_down": 6, "submit": 8,
    "close_by_upper": 7, "reopen_by_upper": 5, "refuse": 0.4, "merge": 0.5, "discard": 0.5, "take_back": 0.8,
    "undo_dispatch": 3,
    "note": 0.4, "unmask": 0.2, "attach": 0.5, "urge": 0.7, "relate": 0.2, "breach": 0.5,
    "recompute": 0.5, "split": 0.4,
    "check_answer": 1, "instruct": 0.4, "answer_instruction": 1,
    "withdraw_application": 2, "answer_directly": 2, "amend": 2,
}  # fmt: skip

_COUNTED = ("requester", "event", "record", "link", "foreignnumber", "idempotencykey", "anchor")
_READ = ("workorder", "assignment", "clock", "application")
_PICTURE = "SELECT (SELECT count(*) FROM procrastinate_jobs)" + "".join(
    [f", (SELECT count(*) FROM orders_{name})" for name in _COUNTED]
    + [f", (SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM orders_{name} t)" for name in _READ]
)


def picture() -> tuple[object, ...]:
    """Return what is stored, in short: two equal ones mean that nothing was changed between."""
    with connection.cursor() as cursor:
        cursor.execute(_PICTURE)
        return tuple(cursor.fetchone() or ())


def entitled(scene: rights.Scene, action: Action, people: list[Person]) -> Person | None:
    """Return the first of `people` who may do the action now."""
    for person in people:
        try:
            assignment, application = services._aimed(scene, action, person, NOWHERE)
            rights.check(scene, action, person, assignment, application)
        except DomainError:
            continue
        return person
    return None


class Broken(AssertionError):
    """A life went wrong; the message tells its last steps."""


@dataclass
class Tally:
    """What was tried, and what came of it."""

    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    rounds: Counter[int] = field(default_factory=Counter)

    def told(self) -> str:
        lines = [
            f"{sum(self.accepted.values())} transitions, {sum(self.refused.values())} refusals {dict(self.refused)}"
        ]
        lines += [f"  {name:22}{self.accepted[name]:7}" for name in sorted(ACTIONS, key=lambda n: -self.accepted[n])]
        lines += [f"lives ended as {dict(self.stages)} after rounds {dict(sorted(self.rounds.items()))}"]
        return "\n".join(lines)


def people_of(town: Town) -> list[Person]:
    """Return everybody who may turn up."""
    units = [f"{role}.{unit}" for unit in UNITS for role in ("clerk", "approver", "worker")]
    return [*(town.person(name) for name in (*CENTRE, *units, *OUTSIDE)), SYSTEM]


def live(town: Town, dice: Random, steps: int, tally: Tally, *, look_every: int = 25) -> None:
    """Let some orders live for `steps` steps, then undo everything."""
    life = Life(town, dice, tally)
    with transaction.atomic():
        try:
            for number in range(1, steps + 1):
                life.step()
                if number % look_every == 0:
                    life.look()
            life.look()
        except Exception as error:
            raise Broken(f"{type(error).__name__}: {error}\n" + "\n".join(life.story)) from error
        life.end()
        transaction.set_rollback(True)


@dataclass
class Life:
    """Several orders, a crowd and a clock."""

    town: Town
    dice: Random
    tally: Tally
    numbers: list[str] = field(default_factory=list)
    story: deque[str] = field(default_factory=lambda: deque(maxlen=40))
    people: list[Person] = field(init=False)
    pace: tuple[float, ...] = QUICK
    last: str = ""
    picture: tuple[object, ...] | None = None

    def __post_init__(self) -> None:
        self.people = people_of(self.town)
        self.pace = self.dice.choice([QUICK, QUICK, SLOW])
        self.town.now = datetime(*self.dice.choice(STARTS), 9, 0, tzinfo=SHANGHAI)

    def step(self) -> None:
        """Let time pass, then somebody do something."""
        self._wait()
        chance = self.dice.random()
        if not self.numbers or (len(self.numbers) < AT_MOST and chance < 0.06):
            self._create()
        elif chance < 0.08:
            self._night_work()
        elif chance < 0.85:
            self._sensible()
        else:
            self._anything()

    def look(self) -> None:
        """Everything that must always be true is true."""
        found = flaws()
        if found:
            raise AssertionError("; ".join(found))

    def end(self) -> None:
        """Count how far the orders came."""
        for stage, rounds in WorkOrder.objects.filter(number__in=self.numbers).values_list("stage", "round"):
            self.tally.stages[stage] += 1
            self.tally.rounds[rounds] += 1

    def _wait(self) -> None:
        longest = self.dice.choices([30, 600, 4000, 14000, 50000], self.pace)[0]  # minutes
        self.town.now += timedelta(minutes=self.dice.randint(1, longest))

    def _talk(self, order: WorkOrder | None, person: Person) -> Talk:
        others = tuple(n for n in self.numbers if order is None or n != order.number or self.dice.random() < 0.1)
        unit = person.unit_path.rstrip("/").rpartition("/")[2]
        return Talk(self.dice, self.town.pack, self.town.now, order, others, unit)

    def _create(self) -> None:
        name = self.dice.choice(["register", "register", "save_draft"])
        person = self.dice.choice(self.people[:3]) if self.dice.random() < 0.9 else self.dice.choice(self.people)
        said = say(name, self._talk(None, person))
        said = spoil(name, said, self.dice) if self.dice.random() < 0.1 else said
        before, key = self._picture(), self._key()

        def act() -> Outcome:
            return services.create(name, said, by=person, at=self.town.now, key=key)

        try:
            outcome = act()
        except DomainError as refusal:
            self._nothing(name, person, said, refusal, before)
            return
        self._done(name, person, said, outcome, 1)
        self._again(act, outcome, key)

    def _night_work(self) -> None:
        """What the platform does by itself."""
        work = self.dice.choice(["breaches", "archive", "recompute", "seal"])
        self.story.append(f"{self.town.now:%F %R} night work: {work}")
        self.picture = None
        at = self.town.now
        if work == "breaches":
            watch.mark_breaches(by=SYSTEM, at=at)
        elif work == "archive":
            watch.archive_rested(by=SYSTEM, at=at)
        elif work == "recompute":
            watch.recompute("calendar", by=SYSTEM, at=at)
        else:
            history.seal(at)

    def _sensible(self) -> None:
        """Somebody who may does what can be done now, mostly with the right words."""
        order = self._order()
        actions = [a for a in ACTIONS.values() if Stage(order.stage) in a.moves]
        scene = queries.scene_of(order, self.town.pack)
        while actions:
            action = self.dice.choices(actions, [WEIGHTS.get(a.name, 3) for a in actions])[0]
            person = entitled(scene, action, self.dice.sample(self.people, len(self.people)))
            if person is not None:
                if action.name == "archive" and self.dice.random() < 0.8:
                    self.town.now += timedelta(days=31)
                self._perform(order, action, person, spoiled=0.07)
                return
            actions.remove(action)

    def _anything(self) -> None:
        """Anybody tries anything."""
        number = self.dice.choice([*self.numbers, "310117202506261000001"]) if self.dice.random() < 0.1 else None
        order = self._order()
        action = self.dice.choice(list(ACTIONS.values()))
        self._perform(order, action, self.dice.choice(self.people), spoiled=0.2, number=number, aim=self._aim())

    def _aim(self) -> Aim:
        def some() -> int | None:
            return self.dice.randint(1, 9) if self.dice.random() < 0.2 else None

        return Aim(some(), some(), some())

    def _order(self) -> WorkOrder:
        """Return an order that is not put away, if possible the one of the last step."""
        stages = dict(WorkOrder.objects.filter(number__in=self.numbers).values_list("number", "stage"))
        weights = [0.2 if stages[n] in ("cancelled", "archived") else 9 if n == self.last else 2 for n in self.numbers]
        self.last = self.dice.choices(self.numbers, weights)[0]
        return WorkOrder.objects.get(number=self.last)

    def _perform(
        self, order: WorkOrder, action: Action, person: Person, *, spoiled: float, number: str | None = None,
        aim: Aim = NOWHERE,
    ) -> None:  # fmt: skip
        said = say(action.name, self._talk(order, person))
        if self.dice.random() < spoiled:
            said = spoil(action.name, said, self.dice)
        before, key = self._picture(), self._key()

        def act() -> Outcome:
            return services.perform(
                number or order.number, action.name, said, by=person, at=self.town.now, key=key, aim=aim
            )

        try:
            outcome = act()
        except DomainError as refusal:
            self._nothing(action.name, person, said, refusal, before)
            return
        if number is None:
            assert Stage(outcome.stage) in action.moves[Stage(order.stage)], f"{action.name} {order.stage}"
            self._done(action.name, person, said, outcome, order.head_seq + 1)
        self.picture = None
        self._again(act, outcome, key)

    def _key(self) -> str:
        return f"k{self.dice.randrange(10**9)}" if self.dice.random() < 0.1 else ""

    def _nothing(self, name: str, person: Person, said: Said, refusal: DomainError, before: tuple[object, ...]) -> None:
        """A refusal changed nothing and says why."""
        self.story.append(f"{self.town.now:%F %R} {person.name} {name}: {type(refusal).__name__} {refusal.message}")
        self.tally.refused[type(refusal).__name__] += 1
        assert refusal.message, f"{name} {said}"
        self.picture = None
        assert self._picture() == before, f"{name} was refused and yet changed something"

    def _done(self, name: str, person: Person, said: Said, outcome: Outcome, seq: int) -> None:
        """What was done is stored as told, one event further."""
        self.story.append(f"{self.town.now:%F %R} {person.name} {name} {outcome.number}: {outcome.stage} {said}")
        self.tally.accepted[name] += 1
        self.picture = None
        stored = WorkOrder.objects.get(number=outcome.number)
        assert (stored.stage, stored.head_seq) == (outcome.stage, outcome.seq)
        assert outcome.seq == seq
        for number in (outcome.number, *outcome.more.get("parts", [])):
            if number not in self.numbers:
                self.numbers.append(number)

    def _again(self, act: object, outcome: Outcome, key: str) -> None:
        """A retry with the same key is answered with the first outcome and does nothing."""
        if key and callable(act):
            before = self._picture()
            again = act()
            assert again.replayed
            assert again.stored() == outcome.stored()
            self.picture = None
            assert self._picture() == before

    def _picture(self) -> tuple[object, ...]:
        """Return what is stored, in short; the last picture still holds where nothing was done since."""
        if self.picture is None:
            self.picture = picture()
        return self.picture
