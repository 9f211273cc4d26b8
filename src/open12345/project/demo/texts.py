"""What invented people say, where they live and what they are called."""

import csv
from dataclasses import dataclass, fields
from pathlib import Path
from random import Random
from typing import Final

from open12345.directory.demo import GIVEN, SURNAMES

#: A range that no network has been given, so that no number is anybody's.
PREFIX: Final = "161"
_TIMES: Final = ("昨天", "前天", "昨晚", "今天一早", "这两天")
_TITLES: Final = ("先生", "女士")


@dataclass(frozen=True, slots=True)
class Text:
    """One complaint with what the unit finds, does and answers; {estate} {road} {no} {b} {time} are blanks."""

    category: str
    kind: str
    urgency: str
    title: str
    body: str
    found: str
    demand: str
    told: str


@dataclass(frozen=True, slots=True)
class Place:
    """An invented estate at a road, in an area of the pack."""

    estate: str
    road: str
    area: str


@dataclass(frozen=True, slots=True)
class Texts:
    """All that a pack's demo is made of."""

    complaints: tuple[Text, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Caller:
    """An invented person."""

    name: str
    phone: str
    address: str
    title: str


@dataclass(frozen=True, slots=True)
class Matter:
    """One complaint as one caller tells it."""

    text: Text
    place: Place
    caller: Caller

    @property
    def salutation(self) -> str:
        """How the unit addresses the caller."""
        return f"{self.caller.name[0]}{self.caller.title}"


def read_texts(folder: Path) -> Texts | None:
    """Return the pack's invented texts, None where it has none."""
    if not (folder / "complaints.csv").is_file():
        return None
    complaints = tuple(Text(*row) for row in _rows(folder / "complaints.csv", [f.name for f in fields(Text)]))
    places = tuple(Place(*row) for row in _rows(folder / "places.csv", [f.name for f in fields(Place)]))
    return Texts(complaints, places)


def _rows(path: Path, names: list[str]) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [[row[name] for name in names] for row in csv.DictReader(file)]


def matter(text: Text, place: Place, rng: Random, district: str) -> Matter:
    """Return `text` with its blanks filled for `place` in `district`, told by an invented caller."""
    blanks = {
        "estate": place.estate,
        "road": place.road,
        "no": str(rng.randrange(18, 1400, 2)),
        "b": str(rng.randrange(1, 46)),
        "time": rng.choice(_TIMES),
    }
    filled = Text(*(getattr(text, f.name).format(**blanks) for f in fields(Text)))
    room = f"{rng.randrange(1, 18)}0{rng.randrange(1, 5)}室"
    address = f"{district}{place.road}{rng.randrange(18, 999)}弄{blanks['b']}号{room}"
    caller = Caller(
        name=rng.choice(SURNAMES) + rng.choice(GIVEN),
        phone=f"{PREFIX}{rng.randrange(10**8):08d}",
        address=address,
        title=rng.choice(_TITLES),
    )
    return Matter(filled, place, caller)
