"""Learning a pattern: one life played through the real services on a stage apart, and read back row by row.

`Skeleton` is what all lives of one script have in common: which clock starts and stops with which act, and by what its
due moment is reckoned. `Found` is everything that was written, with the acts that led there: those of the script, and
those of the overdue watch between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import models

from open12345.callback.sampling import is_drawn
from open12345.directory.person import SYSTEM
from open12345.dispatch.advice.recommending import decided_with
from open12345.orders import clocks
from open12345.orders.models import Assignment, Clock, Event, WorkOrder
from open12345.orders.stages import ClockKind, Role
from open12345.simulate.history import shadow
from open12345.simulate.history.shadow import Row
from open12345.simulate.lives.playing import perform
from open12345.simulate.lives.step import catch_up
from open12345.simulate.lives.steps import TAKE, Step, World
from open12345.simulate.shapes import Fate, Life
from open12345.worktime import Limit

Rows = dict[type[models.Model], list[Row]]
#: The act that ends a life, long after the others.
PUT_AWAY: Final = "archive"


class PatternError(RuntimeError):
    """What the platform wrote follows no rule that the simulator knows: a rule of the rooms has changed."""


@dataclass(frozen=True, slots=True)
class Found:
    """One life as played: acts in the order of time (`place` in the script, None for the watch's), and all rows."""

    life: Life
    steps: tuple[Step, ...]
    places: tuple[int | None, ...]
    rows: Rows
    number: str


@dataclass(frozen=True, slots=True)
class ClockRule:
    """How one clock lives; acts by their place in the script. `by`: what its due moment is reckoned from."""

    kind: str
    round: int
    alarm: bool
    start: int
    stop: int | None
    pause: int | None
    by: str
    limit: tuple[Limit, ...] = ()
    above: int | None = None
    extended_at: int | None = None
    extended_by: Limit | None = None


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The clocks of a script, and which of them each act answers to."""

    clocks: tuple[ClockRule, ...]
    late: tuple[tuple[int, int], ...]


def play(world: World, life: Life, steps: list[Step], *, drawn: bool) -> list[Found]:
    """Play one life on the stage (which must be up) and return what was written; last, what its whole length wrote.

    Before it stands the same life as it was before it was put away: what others of its kind that closed later are yet.
    """
    shadow.clear()
    if life.fate is Fate.ANSWERED_AT_ONCE:
        _begin_where(world, life, drawn=drawn)
    number, found = perform(world, steps[0], ""), list[Found]()
    with decided_with({shadow.latest(WorkOrder): ()}):  # of what was recommended a pattern keeps nothing
        for place, step in enumerate(steps[1:], start=1):
            catch_up(step.at)
            if step.act == PUT_AWAY:
                found.append(_found(life, steps[:place], number))
            perform(world, step, number)
        catch_up(life.until)
    return [*found, _found(life, steps, number)]


def _begin_where(world: World, life: Life, *, drawn: bool) -> None:
    """Let the order get a number that is, or is not, drawn for a check."""
    pack, request = world.pack, life.request
    (order,) = (shadow.first_id(WorkOrder),)
    day, char = request.at.astimezone(pack.calendar().zone).date(), pack.channels[request.channel].char
    number = pack.number.format(area=pack.area_code, day=day, channel=char, sequence=order)
    while is_drawn(number, pack.callback.direct_share) is not drawn:
        order += 1
        number = pack.number.format(area=pack.area_code, day=day, channel=char, sequence=order)
    shadow.jump(WorkOrder, order)


def _found(life: Life, steps: list[Step], number: str) -> Found:
    rows = shadow.rows()
    events = rows[Event]
    acts: list[tuple[Step, int | None]] = [(step, place) for place, step in enumerate(steps)]
    acts += [(Step(e["at"], "breach", SYSTEM), None) for e in events if e["action"] == "breach"]
    acts.sort(key=lambda act: act[0].at)
    done = [step for step, _place in acts if step.act != TAKE]
    if [(s.at, s.act) for s in done] != [(e["at"], e["action"]) for e in events]:
        raise PatternError(f"{[(s.act) for s in done]} became {[e['action'] for e in events]}")
    return Found(life, tuple(s for s, _ in acts), tuple(p for _, p in acts), rows, number)


# -- the skeleton ------------------------------------------------------------------------------------------------------


def skeleton(found: Found, steps: list[Step]) -> Skeleton:
    """Return what the clocks of this script follow."""
    places = {step.at: place for place, step in enumerate(steps)}
    rows = found.rows.get(Clock, [])
    rules = tuple(_rule(found, row, places) for row in rows)
    late = []
    for place, step in enumerate(steps):
        mine = (n for n, rule in enumerate(rules) if step.late and _answers(rule, step.late, place))
        first = next(mine, None)
        if first is not None:
            late.append((place, first))
    return Skeleton(rules, tuple(late))


def _answers(rule: ClockRule, kind: str, place: int) -> bool:
    return rule.kind == kind and rule.start < place and (rule.stop is None or rule.stop >= place)


def _rule(found: Found, row: Row, places: dict[datetime, int]) -> ClockRule:
    by, limit, above = _reckoned(found, row)
    at, extended = _extension(found, row, places)
    return ClockRule(
        row["kind"], row["round"], row["alarm"], places[row["started_at"]],
        None if row["stopped_at"] is None else places[row["stopped_at"]],
        None if row["paused_at"] is None else places[row["paused_at"]],
        by, limit, above, at, extended,
    )  # fmt: skip


def _reckoned(found: Found, row: Row) -> tuple[str, tuple[Limit, ...], int | None]:
    """Return by what rule of the rooms the clock was started (`rounds`, `applications`, `handling.acts`)."""
    if row["application"] is not None:
        return "fixed", clocks.parse(row["limit"]), None
    owner = next((a for a in found.rows.get(Assignment, []) if a["id"] == row["assignment_id"]), None)
    if owner is None or row["kind"] != ClockKind.REPLY:
        return "pack", (), None
    if owner["role"] == Role.CO_HANDLER:
        return "share", (), _reply_of(found, _lead(found, owner))
    if owner["role"] == Role.VERIFIER:
        return "fixed", clocks.parse(row["limit"]), None
    if owner["parent_id"] is not None:
        return "below", (), _reply_of(found, owner["parent_id"])
    return "pack", (), None


def _lead(found: Found, owner: Row) -> int:
    leads = (a for a in found.rows[Assignment] if a["role"] == Role.LEAD and a["parent_id"] is None)
    return max(int(a["id"]) for a in leads if a["round"] == owner["round"] and a["id"] < owner["id"])


def _reply_of(found: Found, assignment: int) -> int:
    return next(
        n for n, c in enumerate(found.rows[Clock]) if c["assignment_id"] == assignment and c["kind"] == ClockKind.REPLY
    )


def _extension(found: Found, row: Row, places: dict[datetime, int]) -> tuple[int | None, Limit | None]:
    if not row["extended_by"]:
        return None, None
    grants = [e for e in found.rows[Event] if e["action"] == "grant" and "due" in e["facts"]]
    return places[grants[-1]["at"]], Limit.parse(row["extended_by"])
