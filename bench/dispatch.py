"""`make bench-dispatch`: is the category right, is the unit right, how sure may one be, how fast does it learn anew.

The simulator's truth: texts of a pack by template, one half of each leaf's templates learnt and the other half asked
(as in `bench/texts.py`); the true unit is whom the duty list names for the true category. History: the learnt texts as
orders of three months, some sent to a wrong unit first and returned. Then worlds that change (`dispatch_worlds`).
Needs no database but for repeats, which are measured meanwhile on the other core, in a PostgreSQL of their own. Beside
all of it stands the duty list alone: categories by the titles it names them with, units by its first line, repeats by
phone, exact text, category and area. Options by environment: PACK (baoshan), PER_LEAF (40 texts), ORDERS (3000 that
units are learnt from), ASKED (2000 texts that units are asked about), A_DAY (150 orders), DAYS (14 after the change),
WORLDS (3), PARTS ("categories units worlds repeats"; units need categories), JSON. Each part
is printed as soon as it is there, and all of them in one table at the end.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from bench.dispatch_categories import by_titles, categories
from bench.dispatch_ground import AS_JSON, PACK, prepared
from bench.dispatch_units import learn, units
from bench.dispatch_worlds import GROUPS, RIGHT_AGAIN, WINDOW, changed
from bench.repeats import begun, finished
from bench.repeats_truth import show as show_repeats
from open12345.dispatch.advice.weights import DEFAULT

PARTS: Final = os.environ.get("PARTS", "categories units worlds repeats").split()
#: Precision and recall that repeats must reach.
WANTED: Final = (0.95, 0.90)
BEGUN: Final = time.perf_counter()
Told = dict[str, Any]


def main() -> None:
    """Measure and print."""
    repeats = begun() if "repeats" in PARTS else None
    stage("texts")
    bench, model = prepared(), None
    told: Told = {"pack": PACK, "leaves": len({one.category for one in bench.asked})}
    if "categories" in PARTS:
        stage("categories")
        model, told["category"] = categories(bench)
        told["category_by_list"] = by_titles(bench)
        tell(show_category, told)
    if "units" in PARTS or "worlds" in PARTS:
        stage("what is learnt of units")
        memory, weights, told["learning"] = learn(bench)
    if "units" in PARTS and model is not None:
        stage("units")
        told["unit"] = units(bench, memory, weights, model)
        tell(show_units, told)
    if "worlds" in PARTS:
        told["changed_world"] = {}
        for name, weigh in (("trained", weights), ("default weights", DEFAULT)):
            stage(f"changed worlds, {name}")
            told["changed_world"][name] = changed(bench, weigh)
        tell(show_worlds, told)
    if repeats is not None:
        stage("repeats (begun with all of this)")
        told["repeats"] = finished(repeats)
        tell(show_all_repeats, told)
    stage("done")
    tell(side_by_side, told)
    if AS_JSON:
        print(json.dumps(told, ensure_ascii=False, indent=1))


def tell(show: Callable[[Told], None], told: Told) -> None:
    """Print a part as soon as it is there: what a machine had no time for is lost alone."""
    if not AS_JSON:
        show(told)
        sys.stdout.flush()


def stage(name: str) -> None:
    """Say on stderr what comes, how long it took so far, and how busy the machine is."""
    took = time.perf_counter() - BEGUN
    print(
        f"{took:6.0f} s, {time.process_time():5.0f} s of CPU, load {os.getloadavg()[0]:4.1f}: {name}", file=sys.stderr
    )


def show_category(told: Told) -> None:
    """Print how well categories are told."""
    own = told["category"]
    print(f"pack {told['pack']}, {told['leaves']} leaves; templates that training has never met\n")
    print(f"CATEGORY  {own['texts']:,} texts: right at once {own['accuracy']:.3f}, among three {own['top3']:.3f}, "
          f"first level {own['first_level']:.3f},\n          calibration error {own['calibration_error']:.3f}, "
          f"{own['texts_per_second']:,.0f} texts/s on one core, trained in {own['train_seconds']:.0f} s")  # fmt: skip


def show_units(told: Told) -> None:
    """Print how well units are named."""
    print("\nUNIT      the true unit is whom the list names for the true category")
    for name, row in told["unit"].items():
        if isinstance(row, dict):
            sure = f", calibration error {row['calibration_error']:.3f}" if "calibration_error" in row else ""
            print(f"  {name:<52} first {row['top1']:.3f}, among three {row['top3']:.3f}{sure}")
    print(f"  {told['unit']['recommendations_per_second']:,} recommendations/s on one core, reasons included, "
          "without the database")  # fmt: skip
    learning = told["learning"]
    print(f"  weights learnt from {learning['dispatches']:,} dispatches in {learning['seconds']} s")


def show_worlds(told: Told) -> None:
    """Print how fast a change is followed."""
    some = list(told["changed_world"].values())
    print(
        f"\nCHANGED WORLDS: {some[0]['orders_a_day']} orders a day in each; for {some[0]['days']} days the list "
        "stays as it was while two units do each other's work, and three towns a class of matters themselves"
    )
    for number, world in enumerate(some[0]["worlds"], 1):
        print(f"  {number}. {world}")
    for name, world in told["changed_world"].items():
        print(f"  {name}; in the three days before the change right {world['right_before']:.3f}")
        for group in GROUPS:
            row = world[group]
            print(
                f"    {group:<10} {row['orders_after']:>6,} orders: first unit right {row['right']:.3f} (list "
                f"{row['list_right']:.3f}; in each {row['in_each']});\n{'':<15}by day {row['right_on_day']}"
            )
            if group != "unchanged":
                print(f"{'':<15}right again ({RIGHT_AGAIN:.0%} of {WINDOW} such orders) after {_again(row)}")
        for row in world["floor"]:
            print(
                f"    below {row['floor']:.0%} sure: {row['below']:,} of {row['orders']:,} orders, first unit right "
                f"{row['right_below']:.3f} there, {row['right_above']:.3f} above"
            )


def _again(row: Told) -> str:
    each = [f"{one['orders']} orders, {one['days']} days" if one else "more" for one in row["right_again_after"]]
    return "; ".join(each)


def show_all_repeats(told: Told) -> None:
    """Print how often repeats are right."""
    print("\nREPEATS   of the simulator's orders and planted bursts")
    show_repeats(told["repeats"])


def side_by_side(told: Told) -> None:
    """Print what was asked for in one table: ours beside the duty list alone."""
    print(f"\nSIDE BY SIDE{'':<30} ours: first, among 3     duty list alone")
    for name, ours, theirs in [*_category_rows(told), *_unit_rows(told)]:
        print(f"  {name:<40} {ours[0]:>9.3f} {ours[1]:>12.3f} {theirs[0]:>13.3f} {theirs[1]:>7.3f}")
    worlds = told.get("changed_world", {})
    if worlds:
        print(f"{'':<42} trained, by default weights")
    for group in GROUPS if worlds else ():
        rows = [world[group] for world in worlds.values()]
        name = f"changed worlds: {group}, {rows[0]['orders_after']:,} orders"
        print(f"  {name:<40} {rows[0]['right']:>9.3f} {rows[1]['right']:>12.3f} {rows[0]['list_right']:>13.3f}")
    if "repeats" in told:
        print(f"{'':<42} ours: precision, recall  naive")
    for name, row in told.get("repeats", {}).get("kinds", {}).items():
        (right, found), (naive_right, naive_found) = row["ours"], row["naive"]
        enough = "" if right >= WANTED[0] and found >= WANTED[1] else "  BELOW what is wanted"
        print(f"  {name:<40} {right:>9.3f} {found:>12.3f} {naive_right:>13.3f} {naive_found:>7.3f}{enough}")


Row = tuple[str, tuple[float, float], tuple[float, float]]


def _category_rows(told: Told) -> list[Row]:
    if "category" not in told:
        return []
    own, listed = told["category"], told["category_by_list"]
    return [("category", (own["accuracy"], own["top3"]), (listed["top1"], listed["top3"]))]


def _unit_rows(told: Told) -> list[Row]:
    found: list[Row] = []
    for kind, under in (("classified", "category by the classifier"), ("verified", "true category")):
        ours = told.get("unit", {}).get(f"recommender, {kind} category, trained")
        if ours is not None:
            theirs = told["unit"][f"duty list, {kind} category"]
            found.append((f"unit, {under}", (ours["top1"], ours["top3"]), (theirs["top1"], theirs["top3"])))
    return found


if __name__ == "__main__":
    main()
