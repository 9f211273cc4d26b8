"""Which stories are told, how often, and when each begins."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final, NamedTuple

from open12345.directory.demo import first_unit
from open12345.project.demo import standing, stories, turns
from open12345.project.demo.theatre import Case, Story, Theatre
from open12345.worktime import Limit, Unit, add, subtract, used_share


class Line(NamedTuple):
    """One story, how many times, on complaints of which category (a prefix; None: any), how many days ago."""

    plot: stories.Plot
    times: int
    category: str | None = None
    oldest: float = 30
    newest: float = 0


class Fresh(NamedTuple):
    """One story that began so many working hours ago, and may still be under way."""

    plot: stories.Plot
    times: int
    category: str | None
    oldest: float
    newest: float


class Standing(NamedTuple):
    """One story whose reply clock is now used up to a share (above 1: late)."""

    plot: stories.Plot
    category: str
    used: float


LINES: Final = (
    Line(stories.solved, 34),
    Line(stories.explained, 9, newest=3),
    Line(stories.answered_at_once, 3, "P01"),
    Line(stories.answered_at_once, 2, "J0101"),
    Line(stories.answered_at_once, 2, "M0"),
    Line(stories.answered_at_once, 1, "G03"),
    Line(stories.by_a_station, 4, "L01"),
    Line(stories.by_a_station, 2, "K04"),
    Line(stories.verified, 3, "D0"),
    Line(stories.sent_back, 4, newest=2),
    Line(stories.at_last, 5, "L", oldest=30, newest=16),
    Line(stories.archived, 6, oldest=52, newest=44),
    Line(turns.returned, 5, "A0", newest=3),
    Line(turns.return_declined, 2, "H0", newest=4),
    Line(turns.designated, 2, "E01", newest=8),
    Line(turns.territory, 2, "A0", newest=8),
    Line(turns.taken_back, 2, newest=3),
    Line(turns.extended, 3, "L02", oldest=28, newest=12),
    Line(turns.extended, 1, "C04", oldest=28, newest=12),
    Line(turns.extension_declined, 1, "L01", newest=4),
    Line(turns.again, 4, "A0", newest=6),
    Line(turns.for_conduct, 1, "L01", newest=8),
    Line(turns.twice_unhappy, 2, "L01", oldest=30, newest=14),
    Line(turns.unreachable, 2, "E0", oldest=28, newest=10),
    Line(stories.withdrawn, 2, "K0", newest=1),
    Line(stories.refused, 3),
    Line(stories.merged, 2, "B0", newest=4),
    Line(stories.split, 2, "L01", newest=4),
    Line(stories.urged, 3, "C0", newest=5),
    Line(stories.closed_above, 5, newest=4),
    Line(stories.reopened_above, 1, "A0", oldest=30, newest=14),
    Line(stories.returned_up, 2, "B0", newest=3),
    Line(stories.anonymous, 4, newest=1),
    Line(stories.confidential, 3, "D0", newest=2),
    Line(standing.draft, 2, oldest=0.2, newest=0.01),
    Line(standing.left_at_the_door, 3, "L", oldest=0.05, newest=0.002),
)
FRESH: Final = (
    Fresh(stories.solved, 12, None, 20, 0.3),
    Fresh(standing.left_in_review, 4, "A0", 30, 20),
    Fresh(standing.left_for_callback, 5, "B0", 36, 26),
    Fresh(standing.left_above, 3, "E0", 40, 26),
    Fresh(standing.left_with_station, 4, "L01", 18, 13),
    Fresh(standing.left_with_verifier, 2, "D0", 12, 9),
    Fresh(standing.left_after_return, 2, "B0", 15, 13),
    Fresh(standing.asks_to_return, 2, "A06", 7, 6),
    Fresh(standing.asks_to_return_approved, 2, "E03", 9, 8),
    Fresh(standing.asks_for_time, 1, "L0202", 17, 15),
    Fresh(standing.asks_for_time, 1, "C03", 17, 15),
    Fresh(standing.left_unsigned, 3, "C01", 4, 2),
)
STANDING: Final = (
    Standing(standing.left_in_hand, "L01", 1.3),
    Standing(standing.left_in_hand, "C0103", 1.15),
    Standing(standing.left_in_hand, "A04", 1.05),
    Standing(standing.left_unsigned, "H01", 1.1),
    Standing(standing.left_in_hand, "D0301", 0.92),
    Standing(standing.left_in_hand, "L02", 0.88),
    Standing(standing.left_in_hand, "E01", 0.84),
    Standing(standing.left_in_hand, "L05", 0.8),
    Standing(standing.left_in_hand, "B01", 0.55),
    Standing(standing.left_in_hand, "A02", 0.35),
)
#: What is on the desk of the first unit (that of "clerk"), whichever it is in the pack.
FIRST_DESK: Final = (
    (standing.left_in_hand, 1.1),
    (standing.left_in_hand, 0.75),
    (standing.left_in_hand, 0.4),
    (standing.left_in_hand, 0.2),
    (standing.left_unsigned, 0.06),
    (standing.left_unsigned, 0.04),
)
#: How many calls an hour of the day brings, from midnight on (7×24).
HOURS: Final = (2, 1, 1, 1, 1, 2, 4, 8, 14, 18, 17, 14, 9, 11, 15, 15, 13, 11, 10, 12, 12, 9, 6, 4)


def plan(theatre: Theatre, share: float = 1.0) -> Iterator[tuple[datetime, Story]]:
    """Yield (beginning, story) of everything that is told; with `share` below 1 each line less often, none never."""
    number = 0
    for line in (*LINES, *FRESH):
        for _time in range(max(1, round(line.times * share))):
            number += 1
            case = _case(theatre, number, line.category, line.plot)
            case.at = _moment(theatre, line, case.rng)
            yield case.at, line.plot(case)
    for still in (*STANDING, *_first_desk(theatre)):
        number += 1
        case = _case(theatre, number, still.category, still.plot)
        case.hurried = False
        case.at = _moment_by_share(theatre, case, still.used)
        yield case.at, still.plot(case)


def _first_desk(theatre: Theatre) -> Iterator[Standing]:
    """What stands at the first unit, of the matters that are its own."""
    pack, unit = theatre.pack, first_unit(theatre.pack)
    texts = {text.category for text in theatre.texts.complaints if not text.urgency}
    own = [code for code in sorted(texts) if (items := pack.duty.find(code)) and items[0].lead == unit]
    for place, (plot, used) in enumerate(FIRST_DESK if own else ()):
        yield Standing(plot, own[place % len(own)], used)


def _case(theatre: Theatre, number: int, category: str | None, plot: stories.Plot) -> Case:
    """A case of the category; where no text of it stands in the pack's demo, of any that the story can be told of."""
    fitting = [text.category for text in theatre.texts.complaints if text.category.startswith(category or "")]
    if plot is stories.answered_at_once and not any(_at_once(theatre, code) for code in fitting):
        fitting = [text.category for text in theatre.texts.complaints if _at_once(theatre, text.category)]
        category = Random(number).choice(fitting)  # noqa: S311 - a demo's dice
    return Case(theatre, number, category if fitting else None)


def _at_once(theatre: Theatre, category: str) -> bool:
    """Whether a category's usual kind is answered while the caller is on the line."""
    pack = theatre.pack
    kind = next((row.kind_hint for row in pack.category_tree.lineage(category) if row.kind_hint), None)
    return kind is not None and pack.kinds[kind].answer_directly


def _moment(theatre: Theatre, line: Line | Fresh, rng: Random) -> datetime:
    if isinstance(line, Fresh):
        hours = Decimal(str(round(rng.uniform(line.newest, line.oldest), 3)))
        return subtract(theatre.pack.calendar(), theatre.now, Limit(hours, Unit.WH))
    return _some_moment(theatre.now - timedelta(days=line.oldest), theatre.now - timedelta(days=line.newest), rng)


def _some_moment(early: datetime, late: datetime, rng: Random) -> datetime:
    """A moment between two, by the hours at which people call."""
    if late - early > timedelta(days=1):
        for _try in range(50):
            day = (early + (late - early) * rng.random()).replace(minute=0, second=0, microsecond=0)
            moment = day.replace(hour=rng.choices(range(24), HOURS)[0]) + timedelta(seconds=rng.randrange(3600))
            if early <= moment <= late:
                return moment
    return early + (late - early) * rng.random()


def _moment_by_share(theatre: Theatre, case: Case, used: float) -> datetime:
    """The latest moment from which on a reply clock of the case would now be used up to that share."""
    pack, calendar = theatre.pack, theatre.pack.calendar()
    category = case.matter.text.category
    limit = pack.clock_limit("reply", urgency="ordinary", order_kind=case.kind, category=category)
    moment = theatre.now.replace(minute=0, second=0, microsecond=0)
    while limit is not None and theatre.now - moment < timedelta(days=40):
        due = add(calendar, moment, limit)
        if used_share(calendar, moment, due, theatre.now, limit.unit) >= used:
            break
        moment -= timedelta(hours=1)
    return moment - timedelta(hours=1, minutes=case.rng.randrange(60))
