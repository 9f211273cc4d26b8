"""The three speeds behind one door: what each needs from a prepared run, and what it tells afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import psycopg

from open12345.orders.models import Event
from open12345.simulate import runs, truth
from open12345.simulate.lives.staffing import staffing
from open12345.simulate.lives.steps import World
from open12345.simulate.progress import Tell
from open12345.simulate.runs import Prepared
from open12345.simulate.shapes import FOREVER, Life


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says besides the run itself."""

    rate: float = 30.0
    """live: requests a minute."""
    url: str = ""
    processes: int = 2
    hurry: float = 60.0
    """live: how much faster than life a case goes on."""
    say: Callable[[str], None] = print
    """live: tells a line now and then."""
    turn: psycopg.Connection[Any] | None = None
    """history: the session that has the instance to itself since before the run was prepared."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a run."""

    orders: int
    events: int
    seconds: float
    truth: str = ""
    phases: Mapping[str, float] = field(default_factory=dict)
    before: int = 0
    """Of the orders: those that an earlier start of this run had written."""
    rows: int = 0
    """Rows of all tables; 0 where they were not counted."""
    acts: int = 0
    """live: what people did over HTTP; the events of it are the instance's."""

    def sentence(self) -> str:
        """Say it in a line."""
        fresh = self.orders - self.before
        speed = f", {fresh / self.seconds:,.0f} orders/s" if self.seconds and fresh else ""
        if speed and self.rows and not self.before:
            speed += f", {self.rows / self.seconds:,.0f} rows/s"
        if self.phases:
            speed += " (" + ", ".join(f"{name} {spent:.1f} s" for name, spent in self.phases.items()) + ")"
        beside = f"\nground truth: {self.truth}" if self.truth else ""
        earlier = f", {self.before:,} of them written before" if self.before else ""
        what = f"{self.acts:,} acts" if self.acts else f"{self.events:,} events"
        return f"{self.orders:,} orders with {what}{earlier}, in {self.seconds:,.1f} s{speed}{beside}"

    def as_json(self) -> dict[str, Any]:
        """Return it for a program."""
        return {"ok": True, **asdict(self)}


Player = Callable[[Prepared, Options, Tell], Played]


def step(prepared: Prepared, options: Options, tell: Tell) -> Played:
    """Let the real services play every act, by a virtual clock."""
    from open12345.simulate.lives import step as player  # noqa: PLC0415 - each speed loads its own

    del options
    if prepared.goes_on:
        done = "was played to its end here" if prepared.run.finished else "was stopped, and cannot go on"
        raise runs.Refused(f"This run by steps {done}.", runs.ELSEWHERE)
    runs.note(prepared.run)
    path = truth.folder(prepared.run.title) / truth.NAME
    began = time.monotonic()
    world = World(prepared.pack, staffing(prepared.pack), prepared.scenario.seed)
    lives: list[Life] = []
    played = player.play(_kept(prepared, tell, lives), world, until=prepared.run.now)
    told = (life for life in lives if life.request.index in played.numbers)
    truth.write(path, ((life, played.numbers[life.request.index]) for life in told))
    runs.note(replace(prepared.run, finished=True))
    return Played(len(played.numbers), Event.objects.count(), time.monotonic() - began, str(path))


def _kept(prepared: Prepared, tell: Tell, lives: list[Life]) -> Iterator[Life]:
    """Yield the lives, keeping them for their truth: it names the orders' numbers, which come later."""
    for life in prepared.plan.lives(prepared.voice):
        lives.append(life)
        yield life
        tell(1)


def history(prepared: Prepared, options: Options, tell: Tell) -> Played:
    """Write everything at once, in several processes; a run that was stopped goes on."""
    from open12345.simulate.history import bulk  # noqa: PLC0415 - each speed loads its own

    run, so_far = prepared.run, 0
    if options.turn is None:
        raise TypeError("a history is written by who has the turn")

    def progress(orders: int, what: str) -> None:
        nonlocal so_far
        more = max(0, orders - so_far)
        so_far += more
        tell(more, what)

    runs.note(run)
    written = bulk.write(
        lambda start, mine: prepared.plan.lives(prepared.voice, start, mine=mine), size=prepared.plan.size,
        turn=options.turn, pack=prepared.pack, progress=progress, processes=options.processes, run=run.title,
        until=run.now, seed=run.seed,
    )  # fmt: skip
    runs.note(replace(run, finished=True))
    beside = str(written.truth or "")
    return Played(
        written.orders, written.events, written.seconds, beside, written.phases, written.before, written.rows
    )  # fmt: skip


def live(prepared: Prepared, options: Options, tell: Tell) -> Played:
    """Let citizens and desks act over HTTP, beside whatever the instance holds; Ctrl-C ends it."""
    from open12345.simulate.lives import live as player  # noqa: PLC0415 - each speed loads its own

    began = time.monotonic()
    stamp = f"L{int(time.time()):x}"
    world = World(prepared.pack, staffing(prepared.pack), prepared.scenario.seed)
    lives = (_now(life, stamp, tell) for life in prepared.plan.lives(prepared.voice))
    try:
        tally = player.run(
            lives, options.url, {}, options.rate, world=world, hurry=options.hurry, name=stamp, say=options.say
        )
    except player.Shut as error:
        raise runs.Refused(str(error), error.remedy) from error
    return Played(tally.orders, 0, time.monotonic() - began, acts=sum(tally.acts.values()))


def _now(life: Life, stamp: str, tell: Tell) -> Life:
    """Return the life without an end, under a number of its own where it came from above."""
    tell(1)
    foreign = f"{stamp}-{life.request.index}" if life.request.foreign else ""
    return replace(life, until=FOREVER, request=replace(life.request, foreign=foreign))


PLAYERS: Final[Mapping[str, Player]] = {"history": history, "step": step, "live": live}
