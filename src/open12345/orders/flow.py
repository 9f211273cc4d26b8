"""The flow chart on screen and paper: drawn from the life-cycle table, each box with the clause it comes from.

One column of stages in the course of the work. What leads to the next box goes straight down; what skips goes by a
lane at the right, what goes back by one at the left, one lane for each target. Nothing is placed by hand but the
order of the column, so that another table draws another chart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from open12345.orders.flowchart import edges
from open12345.orders.models import Event
from open12345.orders.stages import Stage
from open12345.policy import Pack

START: Final = "[*]"
#: The course of the work, and behind it where orders leave it.
COLUMN: Final = (
    START, Stage.DRAFT, Stage.ACCEPTED, Stage.DISPATCHED, Stage.HANDLING, Stage.REVIEW, Stage.CALLBACK, Stage.CLOSED,
    Stage.ARCHIVED, Stage.REPORTED_UP, Stage.CANCELLED,
)  # fmt: skip
_BOX, _LOW, _DOT = 176, 60, 16
_PORT, _GAP, _LANE, _EDGE = 24, 40, 14, 8
_WIDE, _NARROW = 12.0, 6.4


@dataclass
class Box:
    """A stage as drawn; `state`: "now", "been" or ""."""

    code: str
    title: str
    clause: str
    text: str
    x: float
    y: float
    height: float
    state: str = ""
    since: datetime | None = None

    width: int = _BOX

    @property
    def middle(self) -> float:
        """Where text in the box is centred."""
        return self.x + self.width / 2

    @property
    def title_y(self) -> float:
        """The line of the title."""
        return self.y + self.height / 2 - (14 if self.since else 4)

    @property
    def clause_y(self) -> float:
        """The line of the clause."""
        return self.title_y + 18

    @property
    def since_y(self) -> float:
        """The line of the moment it was reached."""
        return self.clause_y + 17


@dataclass
class Arrow:
    """A change of stage as drawn; `went`: how often this order went that way."""

    source: str
    target: str
    words: str
    path: str
    x: float
    y: float
    anchor: str
    went: int = 0


@dataclass
class Drawing:
    """The chart with its size in units of the picture."""

    width: float
    height: float
    boxes: list[Box]
    arrows: list[Arrow]
    dot: tuple[float, float, int] = (0, 0, _DOT // 2)


@dataclass
class _Sides:
    """The ports of a box at one side, from top to bottom: leaving arrows, and one where the others arrive."""

    leaving: list[str] = field(default_factory=list)
    entered: bool = False

    @property
    def ports(self) -> int:
        return len(self.leaving) + self.entered


def went(events: Iterable[Event]) -> Counter[tuple[str, str]]:
    """Return how often an order went from stage to stage."""
    moves = ((event.stage_from or START, event.stage_to) for event in events)
    return Counter(move for move in moves if move[0] != move[1])


def reached(events: Iterable[Event]) -> dict[str, datetime]:
    """Return when each stage was last reached."""
    return {event.stage_to: event.at for event in events if event.stage_from != event.stage_to}


def drawing(pack: Pack, events: Iterable[Event] = (), now: str = "") -> Drawing:
    """Draw the chart; with the history of an order, the way it went and where it stands."""
    known = list(events)
    return _Layout(edges(), pack, went(known), reached(known), now).draw()


class _Layout:
    """Places boxes and arrows."""

    def __init__(
        self, moves: Mapping[tuple[str, str], list[str]], pack: Pack, way: Counter[tuple[str, str]],
        since: Mapping[str, datetime], now: str,
    ) -> None:  # fmt: skip
        self.moves, self.pack, self.way, self.since, self.now = moves, pack, way, since, now
        self.place = {code: n for n, code in enumerate(COLUMN)}
        self.sides: dict[tuple[str, str], _Sides] = defaultdict(_Sides)
        self.lanes = {"left": self._lanes("left"), "right": self._lanes("right")}
        self._ports()
        self.left = self._margin("left")
        self.right = self._margin("right")

    def side(self, source: str, target: str) -> str:
        """Say where an arrow runs."""
        step = self.place[target] - self.place[source]
        return "down" if step == 1 else "right" if step > 1 else "left"

    def _lanes(self, side: str) -> dict[str, int]:
        """Give each target of a side its lane, the shorter way the nearer one."""
        spans: dict[str, int] = {}
        for source, target in self.moves:
            if self.side(source, target) == side:
                spans[target] = max(spans.get(target, 0), abs(self.place[target] - self.place[source]))
        return {target: n for n, target in enumerate(sorted(spans, key=lambda t: (spans[t], self.place[t])))}

    def _ports(self) -> None:
        for source, target in sorted(self.moves, key=lambda m: (self.place[m[0]], self.place[m[1]])):
            side = self.side(source, target)
            if side != "down":
                self.sides[source, side].leaving.append(target)
                self.sides[target, side].entered = True

    def _margin(self, side: str) -> float:
        longest = max((_length(self._words(m)) for m in self.moves if self.side(*m) == side), default=0)
        return longest + 12 + (len(self.lanes[side]) + 1) * _LANE

    def _words(self, move: tuple[str, str]) -> str:
        times = self.way[move]
        return "、".join(self.moves[move]) + (f" ×{times}" if times > 1 else "")

    def draw(self) -> Drawing:
        """Return the whole picture."""
        self.boxes: dict[str, Box] = {}
        y = float(_EDGE)
        for code in COLUMN:
            self.boxes[code] = self._box(code, y)
            y += self.boxes[code].height + _GAP
        arrows = sorted((self._arrow(move) for move in self.moves), key=lambda a: a.went)
        start = self.boxes.pop(START)
        width = self.left + _BOX + self.right
        return Drawing(width, y - _GAP + _EDGE, list(self.boxes.values()), arrows, (start.middle, start.y + 8, 8))

    def _box(self, code: str, y: float) -> Box:
        if code == START:
            return Box(code, "", "", "", self.left, y, self._height(code, _DOT))
        article = self.pack.article(code)
        height = self._height(code, _LOW + (16 if code in self.since else 0))
        return Box(
            code, str(Stage(code).label), article.clause if article else "", article.text if article else "",
            self.left, y, height, self._state(code), self.since.get(code),
        )  # fmt: skip

    def _height(self, code: str, least: float) -> float:
        return max(least, *(_PORT * (self.sides[code, side].ports + 0.5) for side in ("left", "right")))

    def _state(self, code: str) -> str:
        return "now" if code == self.now else "been" if code in self.since else ""

    def _port(self, code: str, side: str, target: str = "") -> float:
        """Return the height at which an arrow leaves to `target`, or where all arrive."""
        ports, box = self.sides[code, side], self.boxes[code]
        names = [*ports.leaving, ""] if ports.entered else ports.leaving
        first = box.y + (box.height - _PORT * (len(names) - 1)) / 2
        return first + _PORT * names.index(target)

    def _arrow(self, move: tuple[str, str]) -> Arrow:
        source, target = move
        made = Arrow(source, target, self._words(move), "", 0, 0, "start", self.way[move])
        side = self.side(source, target)
        if side == "down":
            above, below = self.boxes[source], self.boxes[target]
            bottom = above.y + (_DOT if source == START else above.height)
            made.path = f"M{above.middle:g} {bottom:g}V{below.y:g}"
            made.x, made.y = above.middle + 8, (bottom + below.y) / 2 + 4
            return made
        return self._by_lane(made, side)

    def _by_lane(self, made: Arrow, side: str) -> Arrow:
        way = 1 if side == "right" else -1
        edge = self.left + (_BOX if side == "right" else 0)
        margin = self.right if side == "right" else self.left
        lanes = len(self.lanes[side])
        lane = edge + way * (margin - (lanes - self.lanes[side][made.target]) * _LANE)
        begin = edge if made.source != START else self.left + _BOX / 2 + way * _DOT / 2
        start = self._port(made.source, side, made.target) if made.source != START else self.boxes[START].y + _DOT / 2
        end = self._port(made.target, side)
        made.path = f"M{begin:g} {start:g}H{lane:g}V{end:g}H{edge:g}"
        made.x, made.y = edge + way * 8, start - 5
        made.anchor = "start" if side == "right" else "end"
        return made


def _length(words: str) -> float:
    """Return how wide words are, about."""
    return sum(_WIDE if letter > "\u2e7f" else _NARROW for letter in words)
