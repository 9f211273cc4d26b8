"""What invented people say, where they live and what they are called."""

from dataclasses import dataclass, fields
from pathlib import Path
from random import Random
from typing import Final

from open12345.directory.demo import GIVEN, SURNAMES
from open12345.policy.demo import COMPLAINTS, PLACES, read_demo

#: A range that no network has been given, so that no number is anybody's.
PREFIX: Final = "161"
_TIMES: Final = ("昨天", "前天", "昨晚", "今天一早", "这两天")
_TITLES: Final = ("先生", "女士")
#: How a unit calls its second in command, by how the unit's name ends; the first that fits.
_DEPUTIES: Final = {
    "局": "副局长", "总队": "副总队长", "支队": "副支队长", "大队": "副大队长", "中队": "副中队长", "队": "副队长",
    "所": "副所长", "检察院": "副检察长", "公司": "副总经理", "工作站": "站长", "站": "副站长", "镇人民政府": "副镇长",
    "部": "副部长", "团区委": "副书记", "团市委": "副书记", "工委": "副书记", "党委": "副书记", "政法委": "副书记",
    "工会": "副主席", "妇联": "副主席", "残联": "副理事长", "": "副主任",
}  # fmt: skip


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
    """Return the pack's invented texts, None where it has none.

    Raises PackError where a file cannot be read, with its lines.
    """
    if not (folder / COMPLAINTS).is_file():
        return None
    complaints = tuple(Text(**row) for row in read_demo(folder, COMPLAINTS))
    places = tuple(Place(**row) for row in read_demo(folder, PLACES))
    return Texts(complaints, places)


def deputy(unit: str) -> str:
    """The title of the leader in charge (分管负责人) of a unit of that name."""
    name = unit.partition("（")[0]
    return next(title for end, title in _DEPUTIES.items() if name.endswith(end))


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
