"""What units are like: quick or slow, skilled or not, honest or not; told by the seed and the unit's code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from open12345.policy import Pack
from open12345.simulate.chance import key_of
from open12345.simulate.scenarios.scenario import Units


@dataclass(frozen=True, slots=True)
class Character:
    """How a unit works.

    `pace`: share of a limit that it usually takes; `skill`: chance to solve what can be solved;
    `honest`: it does what it reports.
    """

    pace: float
    skill: float
    honest: bool = True


def characters(pack: Pack, units: Units, seed: int) -> Mapping[str, Character]:
    """Return the character of every unit, the same for the same seed.

    Only a unit that the pack marks as synthetic is ever dishonest, and only in a pack that says on every page that
    its data are simulated.
    """
    found = {unit.code: _character(units, seed, unit.code) for unit in pack.units}
    may_be = [unit.code for unit in pack.units if unit.synthetic and unit.kind not in {"centre", "station"}]
    if pack.synthetic:
        for code in sorted(may_be, key=lambda code: key_of(f"{seed}/liar/{code}"))[: units.dishonest]:
            found[code] = Character(pace=0.15, skill=0.3, honest=False)
    return found


def _character(units: Units, seed: int, code: str) -> Character:
    rng = np.random.default_rng([seed, key_of(code) & 0x7FFFFFFF])
    slow, unskilled = rng.random() < units.slow, rng.random() < units.unskilled
    pace = rng.uniform(0.62, 0.85) if slow else rng.uniform(0.25, 0.55)
    return Character(pace=float(pace), skill=float(rng.uniform(0.45, 0.6) if unskilled else rng.uniform(0.75, 0.97)))
