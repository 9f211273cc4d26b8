"""The years behind a demo: the pack's scenario, so small that a first start stays short, written by the simulator.

The stories of the last weeks (`demo.fill`) are played act by act and stand at the desks; what lies behind them is one
of the pack's scenarios with complete histories, one that ends today if there is one, scaled to the first of `ORDERS`
that it fits, written when the site is open already.
"""

from __future__ import annotations

from typing import Any, Final

import psycopg
from rich.console import Console

from open12345.policy import PackError, find_pack, read_pack
from open12345.simulate import players, progress, runs
from open12345.simulate.history import turns
from open12345.simulate.history.writers import BulkError
from open12345.simulate.scenarios.files import read_scenario, scenario_names

ORDERS: Final = (600, 900, 1200)
#: A town has few units, and its table ranks whom some orders of a month were given to.
ORDERS_OF: Final = {"jiuting": (2400, 3600)}


def fill(pack_id: str, console: Console) -> int:
    """Write the history behind the demo and return how many orders; goes on where an earlier start was stopped.

    Nothing for a pack without scenarios, and where it is there already.
    """
    begun = runs.sheet()
    if begun is not None and begun.finished:
        return 0
    try:
        with turns.turn() as turn:
            return _written(pack_id, turn, console)
    except (BulkError, turns.Busy) as error:  # the desks work without; the next start goes on
        console.print(f"history   not whole: {error}")
        return 0


def _written(pack_id: str, turn: psycopg.Connection[Any], console: Console) -> int:
    try:
        prepared = prepare(pack_id)
    except PackError as error:  # a scenario that was edited: the demo stands without it
        console.print(f"history   left out: {error.problems[0]}")
        return 0
    except runs.Refused as error:  # half of it was written by an earlier start, under other rules
        console.print(f"history   not whole: {error}")
        return 0
    if prepared is None:
        return 0
    console.print(f"history   {prepared.run.size} orders of {prepared.scenario.title} are being written …")
    played = players.history(prepared, players.Options(turn=turn), progress.silent)
    console.print(f"history   {played.orders} invented orders of {prepared.scenario.title}")
    return played.orders


def prepare(pack_id: str) -> runs.Prepared | None:
    """Plan the scenario behind the demo at the smallest of the sizes at which its parts fit; None without scenarios.

    Raises PackError where they fit at none: so few orders cannot always be parted as exactly as the scenario says;
    Refused where an earlier start began it under other rules.
    """
    name = _chosen(pack_id)
    if name is None:
        return None
    sizes = ORDERS_OF.get(pack_id, ORDERS)
    for orders in sizes[:-1]:
        try:
            return runs.behind(pack_id, name, orders=orders)
        except PackError:
            continue
    return runs.behind(pack_id, name, orders=sizes[-1])


def _chosen(pack_id: str) -> str | None:
    """Return the run that was begun here, else a scenario whose days are counted back from today, else the first."""
    begun = runs.sheet()
    if begun is not None:
        return begun.scenario
    folder = find_pack(pack_id)
    names = scenario_names(folder)
    pack = read_pack(folder)
    recent = (name for name in names if read_scenario(pack, name, folder=folder).until is None)
    return next(recent, names[0] if names else None)
