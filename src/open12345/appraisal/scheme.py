"""A scheme: which indicators give how many points by which rule, on a day; made of pack, changes and presets.

What holds on a day is the set with the latest effective date not after it: of the pack's sets and of the changes that
were put in force here (`models.Change`); where two begin on one day, the change made last. A month is scored by what
holds on its first day, so that nobody's rules change under way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from open12345.facts.metrics import BY_CODE
from open12345.policy import Pack
from open12345.policy.appraisal import Appraisal, WeightSet
from open12345.policy.scoring import Band, BandStep, Floor, Preset, Scoring
from open12345.policy.sources import read_yaml

_ZERO: Final = Decimal(0)
_HUNDRED: Final = Decimal(100)
_PRESETS: Final = Path(__file__).parent.parent / "policy" / "presets" / "appraisal.yaml"
Why = Literal["", "stub", "missing"]


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a scheme; `points`: its weight. `why`: not counted, because a stub or not measured yet."""

    code: str
    title: str
    rule: str
    points: Decimal
    falling: bool = False
    zero: Decimal = _ZERO
    full: Decimal = _HUNDRED
    at_least: Decimal = _ZERO
    steps: tuple[BandStep, ...] = ()
    each: Decimal = _ZERO
    at_most: Decimal = _ZERO
    where_none: str = "full"
    why: Why = ""
    note: str = ""

    @property
    def maximum(self) -> Decimal:
        """What it can give: a deduction and what is not counted, nothing."""
        return _ZERO if self.why or self.rule == "deduction" else self.points


@dataclass(frozen=True, slots=True)
class Scheme:
    """How units are scored and ranked; `name` tells where it is from, `since` from when."""

    name: str
    since: date
    weights: Mapping[str, Decimal]
    items: tuple[Item, ...]
    bands: tuple[Band, ...] = ()
    floors: tuple[Floor, ...] = ()
    top: int = 0
    bottom: int = 0
    bottom_of_all: bool = False
    minimum: int = 1
    preset: str = ""
    change: int | None = None

    @property
    def maximum(self) -> Decimal:
        """All points there are."""
        return sum((item.maximum for item in self.items), _ZERO)

    @property
    def falling(self) -> frozenset[str]:
        """Indicators of which less is better."""
        return frozenset(code for code, one in BY_CODE.items() if one.falling)

    @property
    def measures(self) -> tuple[str, ...]:
        """Codes of the metrics it needs."""
        wanted = [item.code for item in self.items if not item.why] + [floor.indicator for floor in self.floors]
        return tuple(dict.fromkeys(code for code in wanted if code in BY_CODE))


@lru_cache(maxsize=1)
def shipped() -> tuple[Preset, ...]:
    """Return the presets that come with the software."""
    return Appraisal.model_validate(read_yaml(_PRESETS).data).presets


def presets(pack: Pack) -> dict[str, Preset]:
    """Return the presets by code; a pack's own goes before one that is shipped."""
    return {row.code: row for row in (*shipped(), *pack.appraisal.presets)}


def from_pack(pack: Pack, one: WeightSet) -> Scheme:
    """Return the scheme of one of the pack's sets."""
    return build(pack, one.weights, name=one.source or pack.title, since=one.effective_from)


def build(
    pack: Pack, weights: Mapping[str, Decimal], *, name: str, since: date, preset: Preset | None = None,
    change: int | None = None,
) -> Scheme:  # fmt: skip
    """Return a scheme of weights under the pack's rules, or where the preset has its own, under those."""
    rules = pack.appraisal
    scoring = preset.scoring if preset and preset.scoring else rules.scoring
    scheme = Scheme(
        name, since, dict(weights), tuple(_items(pack, weights, scoring)), rules.bands, rules.floors, rules.top,
        rules.bottom, rules.bottom_of_all, rules.minimum, preset.code if preset else "", change,
    )  # fmt: skip
    return _overlaid(scheme, preset) if preset else scheme


def _overlaid(scheme: Scheme, preset: Preset) -> Scheme:
    said: dict[str, Any] = {"bands": preset.bands, "floors": preset.floors}
    changes = {name: value for name, value in said.items() if value}
    for name in ("top", "bottom", "bottom_of_all"):
        value = getattr(preset, name)
        if value is not None:
            changes[name] = value
    return replace(scheme, **changes)


def _items(pack: Pack, weights: Mapping[str, Decimal], scoring: Iterable[Scoring]) -> Iterable[Item]:
    rules = {row.indicator: row for row in scoring}
    places = {row.code: place for place, row in enumerate(pack.appraisal.indicators)}
    for code, points in sorted(weights.items(), key=lambda one: places.get(one[0], -1)):
        yield _item(pack, code, points, rules.get(code) or Scoring(indicator=code))
    for code, row in rules.items():
        if code not in weights and (row.stub or row.rule == "deduction"):
            yield _item(pack, code, _ZERO, row)


def _item(pack: Pack, code: str, points: Decimal, row: Scoring) -> Item:
    falling = bool(BY_CODE[code].falling) if code in BY_CODE else False
    why: Why = "stub" if row.stub else "missing" if code not in BY_CODE else ""
    zero, full = (_HUNDRED, _ZERO) if falling else (_ZERO, _HUNDRED)
    return Item(
        code, row.title or title_of(pack, code), row.rule, points, falling,
        zero if row.zero is None else row.zero, full if row.full is None else row.full,
        _ZERO if row.at_least is None else row.at_least, row.steps, row.each or _ZERO, row.at_most, row.where_none,
        why, row.stub or row.source,
    )  # fmt: skip


def title_of(pack: Pack, code: str) -> str:
    """Return what an indicator is called: by the pack, else by the metric."""
    named = next((row.title for row in pack.appraisal.indicators if row.code == code), "")
    return named or (BY_CODE[code].title if code in BY_CODE else code)


# -- kept and read again ----------------------------------------------------------------------------------------------


def stored(scheme: Scheme) -> dict[str, Any]:
    """Return a scheme as it is frozen with a result."""
    return {
        "name": scheme.name, "since": scheme.since.isoformat(), "preset": scheme.preset, "change": scheme.change,
        "weights": {code: str(points) for code, points in scheme.weights.items()},
        "top": scheme.top, "bottom": scheme.bottom, "bottom_of_all": scheme.bottom_of_all, "minimum": scheme.minimum,
        "bands": [row.model_dump(mode="json") for row in scheme.bands],
        "floors": [row.model_dump(mode="json") for row in scheme.floors],
        "items": [_stored_item(item) for item in scheme.items],
    }  # fmt: skip


def _stored_item(item: Item) -> dict[str, Any]:
    plain = {name: getattr(item, name) for name in item.__slots__ if name != "steps"}
    told = {name: str(value) if isinstance(value, Decimal) else value for name, value in plain.items()}
    return told | {"steps": [row.model_dump(mode="json") for row in item.steps]}


def read(kept: Mapping[str, Any]) -> Scheme:
    """Return a scheme that was frozen."""
    return Scheme(
        kept["name"], date.fromisoformat(kept["since"]), {code: Decimal(p) for code, p in kept["weights"].items()},
        tuple(_read_item(row) for row in kept["items"]), tuple(Band(**row) for row in kept["bands"]),
        tuple(Floor(**row) for row in kept["floors"]), kept["top"], kept["bottom"], kept["bottom_of_all"],
        kept["minimum"], kept["preset"], kept["change"],
    )  # fmt: skip


_NUMBERS: Final = ("points", "zero", "full", "at_least", "each", "at_most")


def _read_item(row: Mapping[str, Any]) -> Item:
    numbers = {name: Decimal(row[name]) for name in _NUMBERS}
    return Item(**{**row, **numbers, "steps": tuple(BandStep(**step) for step in row["steps"])})
