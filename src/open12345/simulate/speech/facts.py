"""The facts of one request: what its blanks say. Told by two keys, the place's and the person's, in whatever order.

Who repeats himself has the same facts; many who complain of one matter share the place's and not the person's.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from open12345.simulate.chance import key_of, mix, stir
from open12345.simulate.speech.people import brand
from open12345.simulate.speech.places import Spot

_LONG: Final = (
    "半个多月",
    "一个多月",
    "大半年",
    "两年多",
    "三四天",
    "快一年",
    "十来天",
    "好几个月",
    "一个礼拜",
    "两三个月",
    "很长时间",
    "一年多",
)
_FEW: Final = "三四五六七八"
_PRICES: Final = (
    280,
    399,
    480,
    580,
    699,
    860,
    980,
    1280,
    1500,
    1980,
    2400,
    2980,
    3600,
    4200,
    5000,
    6800,
    8800,
    12000,
    16800,
    23000,
)
_SIDES: Final = ("门口", "旁边", "附近", "对面", "北门", "后门", "东侧", "围墙外", "南面", "大门外")
_VAGUE: Final = ("我们这边", "家附近", "这条路上", "小区外面", "那个路口", "楼下")
_PARTS: Final = ("早上", "上午", "中午", "下午", "傍晚", "晚上", "夜里")
_DAYS: Final = ("今天", "昨天", "前天", "大前天")
_WEEK: Final = "一二三四五六日"


class Facts(dict[str, str]):
    """Blanks by name, each computed when it is first asked for."""

    __slots__ = ("_at", "_person", "_place", "_spot", "_told", "vague")

    def __init__(self, spot: Spot, keys: tuple[int, int], at: datetime) -> None:
        """`keys`: place and person."""
        super().__init__()
        self._spot, self._at, self._told, self.vague = spot, at, False, False
        self._place, self._person = keys

    def speaks(self, pronoun: str, *, again: bool) -> None:
        """Say who speaks; what is said `again` names days by their date."""
        self._told = again
        self["我"] = pronoun
        self["家"] = f"{pronoun}家"

    def __missing__(self, name: str) -> str:
        value = self[name] = _BLANKS[name](self)
        return value

    def place_key(self, salt: int) -> int:
        """Return drawn bits that belong to the place."""
        return stir(self._place, salt)

    def person_key(self, salt: int) -> int:
        """Return drawn bits that belong to the person."""
        return stir(self._person, salt)

    @property
    def point(self) -> tuple[float, float] | None:
        """Where it is, None where the pack has no outline."""
        points = self._spot.points
        return points[self.place_key(40) % len(points)] if points else None

    @property
    def address(self) -> str:
        """The place in the form's own field, as precise as what was said."""
        if "B" in self or "E" in self:
            number = self.place_key(41) % 880 + 18
            return f"{self['R']}{number}弄{self['E']}" + self.get("B", "")
        if "RN" in self:
            return self["RN"]
        return self["X"] if "X" in self else self["P"]

    # blanks

    def _estate(self) -> str:
        return self._spot.estates[self.place_key(1) % len(self._spot.estates)]

    def _road(self) -> str:
        return self._spot.roads[self.place_key(2) % len(self._spot.roads)]

    def _numbered(self) -> str:
        return f"{self['R']}{self.place_key(3) % 1400 + 12}号"

    def _crossing(self) -> str:
        roads = self._spot.roads
        other = roads[(self.place_key(2) + 1 + self.place_key(4) % (len(roads) - 1)) % len(roads)]
        return f"{self['R']}{other}路口" if self.place_key(5) % 2 else f"{self['R']}和{other}的路口"

    def _somewhere(self) -> str:
        luck = self.place_key(6)
        if self.vague:
            return _VAGUE[luck % len(_VAGUE)]
        side = _SIDES[(luck >> 8) % len(_SIDES)]
        return (
            f"{self['RN']}附近",
            self["X"],
            f"{self['E']}{side}",
            f"{self['R']}{self['E']}{side}",
            f"{self['RN']}{side}",
        )[luck % 5]

    def _building(self) -> str:
        luck = self.place_key(7)
        return f"{luck % 46 + 1}" + ("号楼", "栋", "号", "号楼")[(luck >> 8) % 4]

    def _time(self) -> str:
        luck = self.person_key(8)
        day = self._at - timedelta(days=luck % 4)
        part = _PARTS[(luck >> 8) % len(_PARTS)]
        if self._told or luck >> 16 & 3 == 0:
            return f"{day.month}月{day.day}日{part if luck >> 20 & 1 else ''}"
        if luck >> 16 & 3 == 1:
            return f"上周{_WEEK[luck % 7]}"
        return f"{_DAYS[luck % 4]}{part if luck >> 20 & 1 and luck % 4 else ''}"

    def _bus(self) -> str:
        return f"{self.place_key(9) % 980 + 12}路"


_BLANKS: Final[dict[str, Callable[[Facts], str]]] = {
    "E": Facts._estate,
    "R": Facts._road,
    "RN": Facts._numbered,
    "X": Facts._crossing,
    "P": Facts._somewhere,
    "B": Facts._building,
    "A": lambda facts: facts._spot.name,
    "T": Facts._time,
    "D": lambda facts: _LONG[facts.person_key(10) % len(_LONG)],
    "M": lambda facts: str(_PRICES[facts.person_key(11) % len(_PRICES)]),
    "W": lambda facts: str(facts.person_key(12) % 82 + 8),
    "N": lambda facts: _FEW[facts.person_key(13) % len(_FEW)],
    "NN": lambda facts: str(facts.person_key(14) % 47 + 12),
    "F": lambda facts: brand(facts.place_key(15)),
    "C": lambda facts: facts._spot.schools[facts.place_key(16) % len(facts._spot.schools)],
    "H": lambda facts: facts._spot.hospitals[facts.place_key(17) % len(facts._spot.hospitals)],
    "Y": lambda facts: str(facts._at.year - 1 - facts.person_key(18) % 3),
    "K": Facts._bus,
}
BLANKS: Final = frozenset(_BLANKS) | {"我", "家", "事"}
PLACES: Final = frozenset({"P", "E", "B", "RN", "X", "R"})


def keys_of(seed: int, place: int | str, person: int) -> tuple[int, int]:
    """Return the two keys of a request: a topic's name or an index for the place, an index for the person."""
    where = key_of(place) if isinstance(place, str) else place
    return mix(seed, where, 101), mix(seed, person, 102)
