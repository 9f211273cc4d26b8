"""How often the index of repeats is right, by the simulator's truth, beside a naive baseline (`bench/repeats.py`)."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

from bench import repeats_rows as rows

if TYPE_CHECKING:
    from open12345.simulate.runs import Prepared

_DAY, _WINDOW = timedelta(days=1), timedelta(days=31)
_MANY: Final = 3
#: Planted bursts: so many, of 2 to 25 people, within hours or spread over two weeks.
_BURSTS: Final = 60
_WRONG: Final = 0.1
#: Orders sent once more from another phone.
_OTHER_PHONE: Final = 80


@dataclass(frozen=True)
class Told:
    """An order with its truth. `matter`: those of one topic at one place share it; `copy`: passed on unchanged."""

    said: rows.Said
    repeats: int | None = None
    matter: str = ""
    copy: bool = False
    twin: bool = False

    @property
    def who(self) -> Hashable:
        """Who asks; an anonymous caller is somebody else each time."""
        return self.said.phone or self.said.pk


def measure(pack: str, scenario: str, orders: int) -> dict[str, Any]:
    """Index a scenario with planted bursts; returns precision and recall of each kind and way."""
    from open12345.repeats import services
    from open12345.simulate import runs

    told = _told(runs.behind(pack, scenario, orders=orders))
    begun = time.monotonic()
    _load(told, with_category=True)
    done = sum(services.index_all())
    rate = round(done / (time.monotonic() - begun))
    ours, naive = _found(told), _naive(told)
    _load(told, with_category=False)
    sum(services.index_all())
    blind = _found(told)
    truth = {
        "repeat": _repeats(told),
        "mass-sent": _sent(told),
        "mass complaint": _mass(told),
        "another phone": _twins(told),
    }
    kinds = {
        name: {
            "true": len(right), "ours": _score(ours[name], right), "naive": _score(naive[name], right),
            "no category": _score(blind[name], right),
        }
        for name, right in truth.items()
    }  # fmt: skip
    return {"pack": pack, "scenario": scenario, "orders": done, "per_second": rate, "kinds": kinds}


def show(told: dict[str, Any]) -> None:
    """Print it."""
    print(f"{told['pack']} {told['scenario']}: {told['orders']:,} orders indexed, {told['per_second']} orders/s")
    print(f"  {'precision / recall':30}{'true':>8}{'ours':>16}{'naive':>18}{'no category':>18}")
    for name, row in told["kinds"].items():
        ways = [" / ".join(f"{share:.3f}" for share in row[way]) for way in ("ours", "naive", "no category")]
        print(f"  {name:30}{row['true']:>8}{ways[0]:>16}{ways[1]:>18}{ways[2]:>18}")


def _score(found: set[Hashable], right: set[Hashable]) -> tuple[float, float]:
    both = len(found & right)
    return round(both / (len(found) or 1), 4), round(both / (len(right) or 1), 4)


# What is true


def _told(prepared: Prepared) -> list[Told]:
    """Return the scenario's orders and the planted ones, numbered in the order of time."""
    dice, requests = Random(5), [life.request for life in prepared.plan.lives(prepared.voice)]  # noqa: S311
    found: list[tuple[object, Told, int | None]] = []
    for one in requests:
        topic = one.truth.topic
        said = rows.Said(
            0, one.at, "" if one.caller.anonymous else one.caller.phone, one.title, _masked(one.body), one.place,
            None if one.longitude is None or one.latitude is None else (one.longitude, one.latitude), one.category,
            one.area,
        )  # fmt: skip
        matter = f"{topic}@{one.area}" if topic.split("/")[0] in _one_place(prepared) or one.truth.mass else ""
        found.append((one.index, Told(said, None, matter, one.truth.mass), one.truth.repeat_of))
    found += [(None, one, None) for one in _planted(prepared, dice)]
    found += [(None, one, None) for one in _again_elsewhere(dice, [one for _i, one, _r in found])]
    found.sort(key=lambda one: one[1].said.at)
    places = {index: n for n, (index, _told_, _r) in enumerate(found, 1) if index is not None}
    return [
        Told(_numbered(one.said, n), places.get(again), one.matter, one.copy, one.twin)
        for n, (_index, one, again) in enumerate(found, 1)
    ]  # fmt: skip


def _numbered(said: rows.Said, pk: int) -> rows.Said:
    from dataclasses import replace

    return replace(said, pk=pk)


def _masked(body: str) -> str:
    from open12345.text import mask_text

    return mask_text(body).text


def _one_place(prepared: Prepared) -> set[str]:
    return {event.code for event in prepared.scenario.events if event.kind in {"noise", "default"}}


def _planted(prepared: Prepared, dice: Random) -> Iterator[Told]:
    """Plant topics at one place: in a day, or slowly; in everybody's own words, or passed on."""
    from open12345.simulate.speech.people import caller
    from open12345.simulate.speech.texts import speak
    from open12345.simulate.speech.topics import EVENTS, Topic, matters_of

    world, pack = prepared.voice.world, prepared.pack
    areas = [row.code for row in pack.area_tree.leaves()]
    leaves = list(world.templates)
    for number in range(_BURSTS):
        event = EVENTS[number % len(EVENTS)]
        matters = [key for key in matters_of(event) if world.category_of(key)]
        if not matters:
            continue
        topic = Topic(
            f"planted{number}", event, (dice.choice(matters),), one_place=True, mass=(0.0, 0.5, 1.0)[number % 3]
        )
        area, people = dice.choice(areas), dice.randint(2, 25)
        span = timedelta(hours=20) if number % 4 else timedelta(days=14)
        start = prepared.run.now - timedelta(days=dice.uniform(16, 150))
        for n in range(people):
            who = caller(world.seed, 10_000_000 + number * 100 + n)
            at = start + dice.random() * span
            spoken = speak(world, 5_000_000 + number * 100 + n, area=area, at=at, topic=topic, caller=who)
            category = dice.choice(leaves) if dice.random() < _WRONG else spoken.category
            point = None if spoken.longitude is None or spoken.latitude is None else (spoken.longitude, spoken.latitude)
            said = rows.Said(0, at, who.phone, spoken.title, _masked(spoken.body), spoken.place, point, category, area)
            yield Told(said, None, topic.id, spoken.mass)


def _again_elsewhere(dice: Random, told: Sequence[Told]) -> Iterator[Told]:
    """Send some orders once more from another phone, a slip apart."""
    from dataclasses import replace

    from open12345.simulate.speech.noise import near_sound

    long = [one for one in told if len(one.said.body) > 40 and not one.matter and one.said.phone]  # noqa: PLR2004
    for n, one in enumerate(dice.sample(long, _OTHER_PHONE)):
        body = near_sound(one.said.body, dice.random)
        said = replace(one.said, body=body, phone=f"twin{n}", at=one.said.at + timedelta(days=dice.uniform(0.1, 9)))
        yield Told(said, None, "", twin=True)


def _repeats(told: Sequence[Told]) -> set[Hashable]:
    """(order, the first of its chain)."""
    return {(one.said.pk, one.repeats) for one in told if one.repeats is not None}


def _sent(told: Sequence[Told]) -> set[Hashable]:
    """Orders whose text three people passed on within a month."""
    return _dense([one for one in told if one.copy], _WINDOW, lambda one: one.matter)


def _mass(told: Sequence[Told]) -> set[Hashable]:
    """Orders of one topic at one place on which three people asked within a day."""
    return _dense([one for one in told if one.matter], _DAY, lambda one: one.matter)


def _twins(told: Sequence[Told]) -> set[Hashable]:
    return {one.said.pk for one in told if one.twin}


def _dense(told: Sequence[Told], span: timedelta, key: Callable[[Told], str]) -> set[Hashable]:
    groups: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        groups[key(one)].append(one)
    found: set[Hashable] = set()
    for group in groups.values():
        for n, one in enumerate(group):
            near = [other for other in group[: n + 1] if one.said.at - other.said.at <= span]
            if len({other.who for other in near}) >= _MANY:
                found |= {other.said.pk for other in near}
    return found


# What is found


def _load(told: Sequence[Told], *, with_category: bool) -> None:
    from dataclasses import replace

    lines: rows.Rows = {table: [] for table in rows.COLUMNS}
    for one in told:
        rows.order_lines(one.said if with_category else replace(one.said, category=""), lines)
    with rows.bulk() as connection:
        rows.empty(connection)
        rows.copy(connection, {table: "".join(some) for table, some in lines.items()})
        connection.execute("ANALYZE orders_workorder, orders_requester")


def _found(told: Sequence[Told]) -> dict[str, set[Hashable]]:
    """Return what the product's index says; of repeats with the first order of the chain."""
    from open12345.directory.person import SYSTEM
    from open12345.orders.models import WorkOrder
    from open12345.repeats import queries
    from open12345.repeats.models import Entry, Kind, Member

    chain = dict(Entry.objects.filter(repeats__isnull=False).values_list("order", "repeats"))

    def root(pk: int) -> int:
        while chain.get(pk):
            pk = chain[pk] or 0
        return pk

    members = {kind: set(Member.objects.filter(kind=kind).values_list("order", flat=True)) for kind in Kind}
    grouped = members[Kind.SENT] | members[Kind.AGAIN]
    twins: set[Hashable] = set()
    for order in WorkOrder.objects.filter(pk__in=_copied() - grouped).select_related("requester").order_by("pk"):
        again = queries.on_arrival(order, SYSTEM).of(Kind.AGAIN)
        if again is not None and not again.orders[0].same_person:
            twins.add(order.pk)
    return {
        "repeat": {(pk, root(pk)) for pk in chain}, "mass-sent": set(members[Kind.SENT]),
        "mass complaint": set(members[Kind.MASS]), "another phone": twins,
    }  # fmt: skip


def _copied() -> set[int]:
    """Return the orders whose wording others share: the index names no other as one person's with another phone."""
    from django.db.models import Count

    from open12345.repeats.models import Entry

    shared = Entry.objects.values("wording").annotate(times=Count("pk")).filter(times__gt=1).values("wording")
    return set(Entry.objects.filter(wording__in=shared).values_list("pk", flat=True))


def _naive(told: Sequence[Told]) -> dict[str, set[Hashable]]:
    """Return what is found without any of it: the phone or the exact text; category, area and a day."""
    repeats: set[Hashable] = set()
    twins: set[Hashable] = set()
    phones: dict[Hashable, Told] = {}
    texts: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        before = phones.get(one.who)
        if before is not None and one.said.at - before.said.at <= _WINDOW:
            repeats.add((one.said.pk, before.repeats or before.said.pk))
        if any(other.who != one.who for other in texts[one.said.body]):
            twins.add(one.said.pk)
        phones[one.who] = one
        texts[one.said.body].append(one)
    sent = _dense(told, _WINDOW, lambda one: one.said.body)
    mass = _dense(told, _DAY, lambda one: f"{one.said.category}@{one.said.area}")
    return {"repeat": repeats, "mass-sent": sent, "mass complaint": mass, "another phone": twins}
