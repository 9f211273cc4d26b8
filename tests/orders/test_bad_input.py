"""Whatever is typed, pasted or sent: it is understood or refused at its field, and never breaks anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction

from open12345.directory.person import Person
from open12345.orders import history, queries, requesters, services, watch
from open12345.orders.acts import act_of
from open12345.orders.errors import NotFound, Refused
from open12345.orders.lifecycle import ACTIONS, Action
from open12345.orders.models import WorkOrder
from open12345.orders.services import Outcome
from tests.cast import REPORT, Town, complaint
from tests.orders.lives import entitled, people_of, picture
from tests.orders.scenes import SCENES, Place, sample, signed
from tests.orders.walks import EXTENSION, RETURN, WITHDRAWAL

Said = dict[str, Any]


def deep(levels: int) -> Any:
    """Lists in lists."""
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


ODD: Mapping[str, Any] = {
    "ten thousand characters": "路" * 10_000,
    "sixty-four letters": "x" * 64,
    "two hundred characters": "路" * 200,
    "a limit too fine": "0.12345678901234 wd",
    "NUL": "路\x00口",
    "only NUL": "\x00",
    "emoji": "路口👨‍👩‍👧😀🇨🇳",
    "half a surrogate pair": "路\ud83d口",
    "the other half": "\udc00",
    "full-width digits": "１３８１２３４８０００",
    "control characters": "路\x01\x1b[31m\x7f口\r\n\x85",
    "direction marks": "\u202e路口\u2066",
    "a noncharacter": "\uffff\U0010ffff",
    "quotes and percent": "'; DROP TABLE orders_workorder; -- %s %(x)s {}",
    "backslashes": "\\u0000 \\x00 \\",
    "year one": "0001-01-01T00:00:00+14:00",
    "year 9999": "9999-12-31T23:59:59-12:00",
    "no such day": "2025-02-30T10:00:00+08:00",
    "a huge stamp": "9" * 30,
    "an ordinary future": "2199-01-01T00:00:00+08:00",
    "true": True,
    "zero": 0,
    "a huge number": 10**40,
    "minus": -1,
    "not a number": float("nan"),
    "infinite": float("inf"),
    "nothing": None,
    "an empty list": [],
    "a list of odd things": ["路\x00", None, 1, {}],
    "deep nesting": deep(3000),
    "nesting that is still JSON": deep(60),
    "a mapping": {"路\x00": "\ud800"},
    "a mapping of odd keys": {1: 2, None: 3},
    "many things": list(range(5000)),
    "bytes": b"\xff\xfe",
    "an object": object(),
}
#: A field that nobody asked for, its name odd as well.
UNKNOWN = ("colour", "路\x00", "\ud800", "x" * 10_000, "__class__")
#: Which scene each action is tried in, where more than one would do.
_SCENE = {"answer_directly": "accepted, an inquiry", "ask_centre": "accepted", "apply": "handling"}


_CLAUSES = RETURN["evidence"]
_SITE = {"at": "2025-06-26T09:00:00+08:00", "people": "两名", "found": "不在本辖区"}
#: How many odd inputs that pass are really sent, per action; the long profile sends all.
SOME = 6
#: Every kind of evidence and of extra form that the pack knows, filled in.
FORMS: Mapping[str, tuple[str, Said]] = {
    "rows": ("apply", {"kind": "return", "reason": "not_our_duty", "evidence": _CLAUSES, "to": "urban"}),
    "site visit": (
        "apply",
        {"kind": "return", "reason": "wrong_place", "evidence": {"visit": _SITE, "right_place": "泗泾镇"}},
    ),
    "choice": (
        "apply",
        {"kind": "return", "reason": "missing_elements", "evidence": {"missing": "place", "tried": "打过两次"}},
    ),
    "orders": ("apply", {"kind": "return", "reason": "duplicate", "evidence": {"orders": ["0"]}}),
    "text and limit": ("apply", {**EXTENSION, "limit": "2 wd"}),
    "date": (
        "apply",
        {
            "kind": "extension", "reason": "citizen_wish", "limit": "2 wd",
            "evidence": {"agreed_on": "2025-06-30", "plan": "周一再来看"},
        },
    ),
    "date and text": ("ask_centre", dict(WITHDRAWAL)),
    "number": (
        "submit_report",
        {
            **REPORT, "category": "G0101", "proceed_reason": "已说清", "clause": "条例",
            "extra": {"site": "某工地", "persons": 3, "amount": "120000", "stage": "agreed", "from_date": "2025-06-01"},
        },
    ),
}  # fmt: skip


def test_every_field_of_every_action_takes_or_refuses_whatever_comes(town: Town, action: Action) -> None:
    trial = Trial.creating(town, action) if action.creates else Trial.at(place_for(action, town), action)
    assert trial.wrong(SOME) == []


@pytest.mark.nightly
def test_every_field_really_takes_whatever_passes(town: Town, action: Action) -> None:
    trial = Trial.creating(town, action) if action.creates else Trial.at(place_for(action, town), action)
    assert trial.wrong() == []


@pytest.mark.parametrize("form", FORMS)
def test_every_kind_of_evidence_takes_or_refuses_whatever_comes(town: Town, form: str) -> None:
    name, said = FORMS[form]
    said = deepcopy(said)
    other = town.register()
    if form == "orders":
        said["evidence"]["orders"] = [other]
    number = SCENES["handling"](town) if name == "submit_report" else signed(town)
    assert Trial.at(Place(town, town.order(number), other), ACTIONS[name], said).wrong(2 * SOME) == []


class Trial:
    """One action of one person with a valid thing to say, of which one part after another is made odd."""

    def __init__(self, town: Town, action: Action, by: Person, said: Said, number: str = "") -> None:
        self.town, self.action, self.by, self.said, self.number = town, action, by, said, number
        self.found: list[str] = []
        self.done: set[str] = set()
        self.left = 0
        self.before = picture()

    @classmethod
    def creating(cls, town: Town, action: Action) -> Trial:
        return cls(town, action, town.person("agent"), complaint(address="涞亭南路1号", id_number="310117199003074518"))

    @classmethod
    def at(cls, place: Place, action: Action, said: Said | None = None) -> Trial:
        scene = queries.scene_of(place.order, place.town.pack)
        by = entitled(scene, action, people_of(place.town))
        assert by is not None
        unit = by.unit_path.rstrip("/").rpartition("/")[2]
        said = dict(sample(action.name, place, unit)) if said is None else said
        return cls(place.town, action, by, said, place.order.number)

    def wrong(self, at_most: int = 10_000) -> list[str]:
        """Try every odd thing at every place, at most so many that pass really; return what went wrong."""
        self.left = at_most
        self._try("as it is", self.said)
        for name in UNKNOWN:
            self._try(f"unknown {name[:9]!r}", {**self.said, name: 1}, refused=True)
        paths = [*_paths(self.said), *((name,) for name in act_of(self.action.name).input.model_fields)]
        trials = [(path, label) for path in paths for label in ODD]
        Random(self.action.name).shuffle(trials)
        for path, label in trials:
            self._try(f"{'.'.join(map(str, path))} = {label}", _with(self.said, path, ODD[label]))
        return self.found

    def _try(self, label: str, said: Said, *, refused: bool = False) -> None:
        try:
            read = services._read(self.action, said)  # cheap; what can be read is really tried, once
        except Refused as refusal:
            self._named(label, refusal)
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, it is wrong
            self.found.append(f"{label}: {type(error).__name__} {str(error)[:200]}")
            return
        if read.problems:
            self._named(label, Refused(read.problems))
        elif refused:
            self.found.append(f"{label}: taken")
        kind = repr((read.said, [problem.field for problem in read.problems]))
        if kind not in self.done and len(self.done) < self.left:
            self.done.add(kind)
            self._really(label, said)

    def _really(self, label: str, said: Said) -> None:
        try:
            with transaction.atomic():
                self._read_back(label, self._act(said))
                transaction.set_rollback(True)
        except Refused as refusal:
            self._named(label, refusal)
        except Exception as error:  # noqa: BLE001 - the same
            self.found.append(f"{label}: {type(error).__name__} {str(error)[:200]}")
        assert picture() == self.before, label

    def _act(self, said: Said) -> Outcome:
        at = self.town.now + timedelta(days=31 if self.action.name == "archive" else 0)
        if not self.number:
            return services.create(self.action.name, said, by=self.by, at=at, key="odd")
        return services.perform(self.number, self.action.name, said, by=self.by, at=at, key="odd")

    def _read_back(self, label: str, outcome: Outcome) -> None:
        """What was taken can be read, proven and searched."""
        orders = WorkOrder.objects.filter(pk=outcome.order_id)
        order = orders.get()
        requesters.open_text(order)
        list(order.clocks.all())
        watch.index_words(order.pk)
        self.found += [f"{label}: {flaw.code}" for flaw in history.verify(orders)]

    def _named(self, label: str, refusal: Refused) -> None:
        for problem in refusal.problems:
            if not problem.field or not str(problem.message):
                self.found.append(f"{label}: refused without a word at {problem.field!r}")


def _paths(said: Any, *above: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every part of the input below the first level."""
    parts = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list | tuple) else ()
    for key, value in parts:
        if above:
            yield (*above, key)
        yield from _paths(value, *above, key)


def _with(said: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = list(said) if isinstance(said, list | tuple) else dict(said)
    copy[path[0]] = _with(copy[path[0]] if len(path) > 1 else None, path[1:], value)
    return copy


#: Which scene each action is tried in, where the first in which somebody may do it would not do.
_SCENE = {
    "answer_directly": "accepted, an inquiry", "apply": "dispatched", "ask_centre": "accepted",
    "grant": "accepted, withdrawal pending", "decline": "accepted, withdrawal pending",
    "withdraw_application": "accepted, withdrawal pending", "check_child": "handling", "verify": "handling",
}  # fmt: skip


def place_for(action: Action, town: Town) -> Place:
    """Return an order in a situation in which somebody may do the action."""
    other, people = town.register(), people_of(town)
    fitting = [name for name in SCENES if name.split(",")[0] in action.moves]
    for name in [_SCENE[action.name]] if action.name in _SCENE else fitting:
        point = transaction.savepoint()
        place = Place(town, town.order(SCENES[name](town)), other)
        if entitled(queries.scene_of(place.order, town.pack), action, people):
            return place
        transaction.savepoint_rollback(point)
    raise LookupError(action.name)


@pytest.fixture(params=ACTIONS)
def action(request: pytest.FixtureRequest) -> Action:
    return ACTIONS[request.param]


# -- what is understood ------------------------------------------------------------------------


def test_full_width_digits_of_a_phone_are_understood(town: Town) -> None:
    number = town.register(phone="１３８-１２３４-８０００")
    assert requesters.open_requester(town.order(number).requester).phone == "138-1234-8000"
    assert queries.by_phone(town.person("agent"), "13812348000").get().number == number


def test_emoji_are_kept(town: Town) -> None:
    body = "谢谢😀，小区里👨‍👩‍👧常走的路不平🇨🇳"
    number = town.register(body=body)
    assert town.order(number).body == body


def test_what_nobody_can_see_is_dropped(town: Town) -> None:
    order = town.order(town.register(body="路\x00口\x01有\u202e摊\ud83d贩，请来管一管", title="路\x00口"))
    assert (order.title, order.body) == ("路口", "路口有摊贩，请来管一管")


@pytest.mark.parametrize("key", ["x" * 81, "路\x00", "\ud800", "a\nb"])
def test_an_odd_idempotency_key_is_refused_by_name(town: Town, key: str) -> None:
    before = picture()
    with pytest.raises(Refused) as caught:
        town.register(key=key)
    assert {p.field for p in caught.value.problems} == {"Idempotency-Key"}
    assert picture() == before


@pytest.mark.parametrize(
    "said", [{"body": deep(3000)}, {"body": "\ud800"}, {"colour": [{"\ud800": 1}]}, {"body": {1: 2, None: 3}}]
)
def test_a_key_does_not_make_odd_input_worse(town: Town, said: Said) -> None:
    with pytest.raises(Refused) as caught:
        town.create("register", {**said, "channel": "phone"}, key="k1")
    assert all(p.field for p in caught.value.problems)


@pytest.mark.parametrize("number", ["", "\x00", "路\ud800", "x" * 10_000, "31011720250626100000１"])
def test_an_odd_number_is_no_order(town: Town, number: str) -> None:
    town.register()
    with pytest.raises(NotFound):
        town.do("agent", number, "note", {"text": "备注"})
    assert not queries.by_any_number(town.person("agent"), number).exists()
