"""What happens in a city: how much an event weighs on a day, on which matters, and where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np

from open12345.policy import Pack
from open12345.simulate.planning.quotas import Floats
from open12345.simulate.scenarios.scenario import Event


def curve(event: Event, first: date, days: int, end: date) -> Floats:
    """Return how strongly the event is felt on each day, 0..1: it rises, stands at its height, fades away.

    The height is reached `rise` days after the first day; the fading has halved after `decay` days.
    """
    start, stop = event.days.at(end)
    on = np.array([(first + timedelta(days=n) - start).days for n in range(days)], dtype=np.float64)
    rising = np.clip((on + 1) / (event.rise + 1), 0, 1)
    fading = np.exp2(-np.maximum(on - event.rise, 0) / max(event.decay, 0.25))
    return np.where((on >= 0) & (on <= (stop - start).days), rising * fading, 0.0)


def busier(events: Iterable[Event], first: date, days: int, end: date) -> Floats:
    """Return by how much events multiply the orders of each day."""
    factor = np.ones(days)
    for event in events:
        factor += event.volume * curve(event, first, days, end)
    return factor


def likelier(events: Sequence[Event], leaves: Sequence[frozenset[str]], first: date, days: int, end: date) -> Floats:
    """Return by how much events multiply the weight of each leaf on each day, [day, leaf].

    `leaves`: the codes of each leaf and of those above it.
    """
    factor = np.ones((days, len(leaves)))
    for event in events:
        felt = np.array([not lineage.isdisjoint(event.categories) for lineage in leaves])
        more = 1 + (event.strength - 1) * curve(event, first, days, end)
        factor[:, felt] *= np.maximum(more, 0.01)[:, None]
    return factor


def around(event: Event, pack: Pack, areas: Sequence[str]) -> Floats:
    """Return the weight of each area for the event's orders: its place (and what lies in it), less its neighbours."""
    if event.place is None:
        return np.ones(len(areas))
    tree = pack.area_tree
    here = {row.code for row in tree.subtree(event.place)}
    parent = tree[event.place].parent if event.place in tree else None
    near = {row.code for row in tree.subtree(parent)} - here if parent else set()
    inside = np.array([code in here for code in areas], dtype=np.float64)
    beside = np.array([code in near for code in areas], dtype=np.float64)
    weights = (1 - event.spread) * inside / max(inside.sum(), 1) + event.spread * beside / max(beside.sum(), 1)
    return weights if weights.sum() else np.ones(len(areas))
