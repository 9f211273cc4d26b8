# ruff: noqa: INP001 - a script, run by its path
"""Walk complaints through a running demo over HTTP, as the different people, to every ending there is.

    python scripts/walk_complaints.py http://127.0.0.1:8000 complaints.csv 200

The CSV has the columns title and body (others are passed over). People enter the demo by name; elsewhere give keys:
`--keys keys.json`, {"agent": "o12345_…", "clerk.urban": …}. Every answer is compared with what it must be, also the
refusals on the way. Ends with 0 when every order came to its end, with 1 otherwise. Afterwards `open12345 fsck` and
`open12345 verify-history` must find nothing.

An order is closed as unreachable only after calls on two days: with `--waiting FILE` such orders are kept in FILE, and
a run on another day finishes them first.
"""

import argparse
import csv
import json
import random
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from walking.endings import ENDINGS, FINISH, Ending
from walking.people import Crowd, Unexpected, Walk

#: Longer ones are refused at the door, which the tests of the import show.
LONGEST = 5000
AREAS = ("31011710700101", "31011710700201", "31011710700401", "31011710700501", "31011710701101", "31011710702301")
#: Categories without a form of their own, whose lead may return (packs/jiuting/duty.yaml).
CATEGORIES = ("A0201", "A0202", "A03", "A0401", "B05", "C0103", "E03", "E04", "L0101", "L0104", "K04", "J0103", "Q")


@dataclass
class Done:
    """How one walk went."""

    name: str
    number: str
    seconds: float
    wrong: str = ""


def main() -> int:
    """Walk, print the table of endings, return the exit code."""
    asked = _arguments()
    keys = json.loads(asked.keys.read_text()) if asked.keys else {}
    crowd, dice = Crowd(asked.url, keys, asked.seed), random.Random(asked.seed)  # noqa: S311 - no secret
    began = time.perf_counter()
    walks = [*_waiting(crowd, asked.waiting), *_walks(crowd, asked, dice)]
    results = _walk_all(walks, asked.threads)
    _tell(results, crowd, time.perf_counter() - began)
    if asked.waiting:
        asked.waiting.write_text(json.dumps([walk.number for _ending, walk in walks if walk.waits]))
    return 1 if any(done.wrong for done in results) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="where the instance answers")
    parser.add_argument("file", type=Path, help="CSV with title and body")
    parser.add_argument("count", type=int, nargs="?", default=200, help="how many complaints (default 200)")
    parser.add_argument("--keys", type=Path, help="JSON: user name → API key")
    parser.add_argument("--waiting", type=Path, help="JSON: orders that wait for another day")
    parser.add_argument("--threads", type=int, default=4, help="walks at a time")
    parser.add_argument("--seed", type=int, default=12345)
    return parser.parse_args()


def _waiting(crowd: Crowd, file: Path | None) -> Iterator[tuple[Ending, Walk]]:
    """Yield the orders that an earlier run left to be finished on another day."""
    for number in json.loads(file.read_text()) if file and file.exists() else []:
        yield FINISH, Walk(crowd, "", "", "", "", "", "", number)


def _walks(crowd: Crowd, asked: argparse.Namespace, dice: random.Random) -> Iterator[tuple[Ending, Walk]]:
    """Yield every ending once, then as often as real life has it."""
    complaints = _complaints(asked.file)
    weights = [ending.share for ending in ENDINGS]
    for number in range(asked.count):
        ending = ENDINGS[number] if number < len(ENDINGS) else dice.choices(ENDINGS, weights)[0]
        title, body = complaints[number % len(complaints)]
        phone = f"161{dice.randrange(10**8):08d}"
        category, area, foreign = dice.choice(CATEGORIES), dice.choice(AREAS), f"D{uuid.uuid4().hex[:12]}"
        yield ending, Walk(crowd, title[:200], body, category, phone, area, foreign)


def _complaints(path: Path) -> list[tuple[str, str]]:
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [(row.get("title", ""), row["body"]) for row in csv.DictReader(file)]
    return [(title, body) for title, body in rows if body.strip() and len(body) <= LONGEST]


def _walk_all(walks: list[tuple[Ending, Walk]], threads: int) -> list[Done]:
    with (
        Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar,
        ThreadPoolExecutor(threads) as pool,
    ):
        task = bar.add_task("orders", total=len(walks))
        waiting = [pool.submit(_walk, *one) for one in walks]
        results = []
        for finished in as_completed(waiting):
            results.append(finished.result())
            bar.advance(task)
    return results


def _walk(ending: Ending, walk: Walk) -> Done:
    began, wrong = time.perf_counter(), ""
    try:
        ending.walk(walk)
    except (Unexpected, AssertionError, KeyError, httpx.HTTPError) as error:
        wrong = f"{type(error).__name__}: {error}"
    return Done(ending.name, walk.number, time.perf_counter() - began, wrong)


def _tell(results: list[Done], crowd: Crowd, seconds: float) -> None:
    console, by_name = Console(width=140), defaultdict(list)
    for done in results:
        by_name[done.name].append(done)
    table = Table("ending", "orders", "seconds each", "unexpected", title="How the orders ended")
    for ending in (*ENDINGS, FINISH):
        found = by_name.get(ending.name, [])
        each = sum(done.seconds for done in found) / len(found) if found else 0.0
        table.add_row(ending.name, str(len(found)), f"{each:.2f}", str(sum(1 for d in found if d.wrong)))
    console.print(table)
    log, wrong = crowd.log, [done for done in results if done.wrong]
    finished = len(by_name[FINISH.name])
    console.print(f"{len(results) - finished} orders, {finished} finished, {len(wrong)} unexpected")
    console.print(
        f"{len(log.seconds)} requests in {seconds:.1f} s ({len(log.seconds) / seconds:.0f}/s), "
        f"p50 {log.share(0.5):.0f} ms, p99 {log.share(0.99):.0f} ms, {log.retried} sent twice"
    )
    for done in wrong[:20]:
        console.print(f"{done.name}: {done.wrong}", style="red", markup=False)


if __name__ == "__main__":
    sys.exit(main())
