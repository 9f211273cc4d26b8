"""What automatic dispatch would have done in past months, told before anybody switches it on (DIS-16).

A threshold is sought in the older part of the span and measured in the newer part, where it was not sought: what is
told is what may be expected, not what was fitted. Where a threshold is given, the whole span is measured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from open12345.dispatch.automatic import thresholds, trials
from open12345.dispatch.automatic.thresholds import Found, Seeker, Tally, Trial
from open12345.dispatch.automatic.trials import Past, Progress
from open12345.policy import Pack

#: Part of the span in which thresholds are sought.
SOUGHT: Final = 2 / 3
#: Thresholds that are told besides the proposed one, so that people may choose a stricter or a laxer one.
STEPS: Final = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975, 0.99)
MONTH: Final = timedelta(days=30)


class NothingToReplay(Exception):
    """No order of the span was handled by a unit; says what helps."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be replayed: the last `months` (30 days each), for which accuracy; a threshold, where one is given."""

    months: int = 3
    wanted: float = 0.95
    category: str = ""
    threshold: float | None = None


def run(
    pack: Pack, asked: Asked, *, at: datetime, progress: Progress = lambda _done, _all: None
) -> dict[str, Any]:  # fmt: skip
    """Replay and tell, as it is printed, shown and kept; raises `NothingToReplay`."""
    past = trials.gather(pack, since=at - asked.months * MONTH, at=at, progress=progress)
    if not any(_within(pack, one.category, asked.category) for one in past.trials):
        of = f" of {asked.category}" if asked.category else ""
        raise NothingToReplay(
            f"No order{of} of the last {asked.months} months was dispatched and handled to its end. "
            "Replay more months, or wait until there is a history."
        )
    return told(pack, asked, past)


def told(pack: Pack, asked: Asked, past: Past) -> dict[str, Any]:
    """Return what was found: the category asked about, each below it that had orders, all together, and how.

    All counts are of the category; only thresholds of one with few orders are sought among more. What is told of any
    threshold is counted over the same orders, so that a higher one never lets more go.
    """
    cut = len(past.trials) if asked.threshold is not None else round(len(past.trials) * SOUGHT)
    older, newer = past.trials[:cut], past.trials[cut:] if asked.threshold is None else past.trials
    seeker = Seeker(pack, older, asked.wanted)
    measured = _below(pack, newer)
    every = _below(pack, past.trials)
    rows = [
        _row(pack, code, asked, seeker.of(code), measured.get(code, []), every[code])
        for code in every
        if code in pack.category_tree and pack.is_leaf(code) and _within(pack, code, asked.category)
    ]
    own_every, own_measured = every.get(asked.category, []), measured.get(asked.category, [])
    own = _row(pack, asked.category, asked, seeker.of(asked.category), own_measured, own_every)
    return {
        "pack": pack.id, "category": asked.category, "months": asked.months, "wanted": asked.wanted,
        "given": asked.threshold, "since": past.since.isoformat(), "until": past.until.isoformat(),
        "orders": len(own_every), "replayed": len(past.trials),
        "sought_on": len(own_every) - len(own_measured), "measured_on": len(own_measured),
        "used": past.used.as_json(), "left": dict(Counter(one.why for one in own_every if one.why)),
        "guessed": sum(one.guessed for one in own_every), "cut": past.cut, "own": own,
        "rows": sorted(rows, key=lambda row: (-row["orders"], row["category"])),
        "together": _together(rows), "curve": _curve(own_measured),
    }  # fmt: skip


def _row(
    pack: Pack, code: str, asked: Asked, found: Found, measured: Sequence[Trial], every: Sequence[Trial]
) -> dict[str, Any]:
    threshold = asked.threshold if asked.threshold is not None else found.threshold
    counted = thresholds.tally(measured, threshold)
    return {
        "category": code, "title": pack.category_path(code) if code else "", "orders": len(every),
        "threshold": threshold, "of": found.of, "sought_on": found.orders,
        "bound": round(found.bound, 4) if found.threshold is not None else None,
        "sought_above": found.above, "sought_right": found.right, **_figures(counted),
    }  # fmt: skip


def _figures(counted: Tally) -> dict[str, Any]:
    """Return counts and shares, shares to four digits, None where there is nothing to divide by."""
    shares = {
        "share": counted.share, "accuracy": counted.accuracy, "people": counted.people,
        "people_there": counted.people_there,
    }  # fmt: skip
    return {
        "measured": counted.orders, "by_itself": counted.by_itself, "right": counted.right,
        "by_people": counted.by_people, "by_people_there": counted.by_people_there,
        **{name: None if share is None else round(share, 4) for name, share in shares.items()},
    }  # fmt: skip


def _together(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what all categories come to, each at its own threshold."""
    names = ("measured", "by_itself", "right", "by_people", "by_people_there")
    counted = Tally(*(sum(row[name] for row in rows) for name in names))
    return {"orders": sum(row["orders"] for row in rows), **_figures(counted)}


def _curve(every: Sequence[Trial]) -> list[dict[str, Any]]:
    """Return what each of several thresholds would have done with the orders on which the proposed one is measured."""
    return [{"threshold": step, **_figures(thresholds.tally(every, step))} for step in STEPS]


def _below(pack: Pack, some: Sequence[Trial]) -> dict[str, list[Trial]]:
    return thresholds.by_category(pack, some)


def _within(pack: Pack, code: str, category: str) -> bool:
    return not category or any(row.code == category for row in pack.category_tree.lineage(code))


def figures_for(result: Mapping[str, Any], threshold: float) -> dict[str, Any]:
    """Return what of a replay is kept with the decision for a threshold (`CategoryMode.figures`)."""
    kept = {name: result[name] for name in ("since", "until", "months", "wanted", "used", "orders", "sought_on")}
    proposed = result["own"].get("threshold")
    if proposed is not None and abs(proposed - threshold) < _SAME:
        return {**kept, "told": "held_out", **result["own"]}
    step = max((one for one in result["curve"] if one["threshold"] <= threshold + _SAME), default=None,
               key=lambda one: one["threshold"])  # fmt: skip
    return {**kept, "told": "step", **(step or {}), "threshold": threshold}


_SAME: Final = 1e-9
