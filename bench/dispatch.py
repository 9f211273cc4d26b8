"""`make bench-dispatch`: is the category right, is the unit right, how sure may one be, how fast does it learn anew.

The simulator's truth: texts of a pack by template, one half of each leaf's templates learnt and the other half asked
(as in `bench/texts.py`); the true unit is whom the duty list names for the true category. History: the learnt texts as
orders of three months, some sent to a wrong unit first and returned. Then a world that changes: from one day on two
units do each other's work and some areas do a class of matters themselves, while the list stays as it was. Needs no
database but for repeats, which get a PostgreSQL of their own. Beside all of it stands the duty list alone: categories
by the titles it names them with, units by its first line, repeats by phone, exact text, category and area. Options by
environment: PACK (baoshan), PER_LEAF (40 texts), ORDERS (3000 that units are learnt from), ASKED (2000 texts that units
are asked about), A_DAY (150 orders), DAYS (14 after the change), JSON. Each part is printed as soon as it is there.
"""

from __future__ import annotations

import heapq
import json
import os
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import numpy as np

PACK = os.environ.get("PACK", "baoshan")
PER_LEAF, A_DAY = int(os.environ.get("PER_LEAF", "40")), int(os.environ.get("A_DAY", "150"))
DAYS, HISTORY, WRONG_FIRST = int(os.environ.get("DAYS", "14")), 90, 0.08
ORDERS, ASKED = int(os.environ.get("ORDERS", "3000")), int(os.environ.get("ASKED", "2000"))
AS_JSON = bool(os.environ.get("JSON"))
SEED: Final = 12345
RIGHT_AGAIN, WINDOW = 0.9, 40
#: Precision and recall that repeats must reach.
WANTED: Final = (0.95, 0.90)
BEGUN: Final = time.perf_counter()
#: As `advice.recommending` weighs them.
LEAST_SURE: Final = 0.05

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "open12345.project.settings")

from open12345.project import boot  # noqa: E402

boot.setup_django()

from bench.repeats import figures as repeats_figures  # noqa: E402
from bench.repeats_truth import show as show_repeats  # noqa: E402
from bench.texts import texts as spoken  # noqa: E402
from open12345.classify import Text, Tree, calibration_error, evaluate, train  # noqa: E402
from open12345.directory.models import Area  # noqa: E402
from open12345.dispatch.advice import recommending, replay, teaching  # noqa: E402
from open12345.dispatch.advice.evidence import WORDS, Past  # noqa: E402
from open12345.dispatch.advice.memory import Memory  # noqa: E402
from open12345.dispatch.advice.recommending import Asked  # noqa: E402
from open12345.dispatch.advice.shapes import Recommendation  # noqa: E402
from open12345.dispatch.advice.weights import DEFAULT, Weights  # noqa: E402
from open12345.orders.models import WorkOrder  # noqa: E402
from open12345.policy import Pack, find_pack, read_pack  # noqa: E402
from open12345.simulate.speech.texts import Spoken, World  # noqa: E402
from open12345.text import bigrams  # noqa: E402
from open12345.worktime import SHANGHAI  # noqa: E402

BEGIN: Final = datetime(2026, 2, 2, 8, 0, tzinfo=SHANGHAI)
Truth = Callable[[str, str], str]


@dataclass
class Bench:
    """What all parts share."""

    pack: Pack
    learnt: list[Spoken]
    asked: list[Spoken]
    areas: list[str]
    listed: replay.Listed
    dice: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311 - the same run each time, nothing secret

    def by_list(self, category: str, area: str) -> str:
        """Return whom the duty list names first, "" for nobody."""
        return next((one.lead for one in self.listed(category, area)), "")


def main() -> None:
    """Measure and print."""
    stage("texts")
    bench = prepared()
    told: dict[str, Any] = {"pack": PACK, "leaves": len({one.category for one in bench.asked})}
    stage("categories")
    model, told["category"] = categories(bench)
    told["category_by_list"] = by_titles(bench)
    tell(show_category, told)
    stage("what is learnt of units")
    memory, weights, told["learning"] = learn(bench)
    stage("units")
    told["unit"] = units(bench, memory, weights, model)
    tell(show_units, told)
    told["changed_world"] = {}
    for name, weigh in (("trained", weights), ("default_weights", DEFAULT)):
        stage(f"a changed world, {name}")
        told["changed_world"][name] = changed(bench, weigh)
    tell(show_worlds, told)
    stage("repeats")
    told["repeats"] = repeats()
    stage("done")
    tell(side_by_side, told)
    if AS_JSON:
        print(json.dumps(told, ensure_ascii=False, indent=1))


def tell(show: Callable[[dict[str, Any]], None], told: dict[str, Any]) -> None:
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


def prepared() -> Bench:
    """Speak, and halve the templates."""
    pack = read_pack(find_pack(PACK))
    world = World.of(pack, SEED)
    said = list(spoken(world, range(PER_LEAF * len(world.templates))))
    half = {t.key: n % 2 for templates in world.templates.values() for n, t in enumerate(templates)}
    areas = [row.code for row in pack.area_tree.leaves() if pack.territory_unit(row.code)]
    listed = replay.Listed(pack)
    WORDS.make_room(40_000)
    learnt = [one for one in said if half[one.template] == 0]
    return Bench(pack, learnt, [one for one in said if half[one.template]], areas, listed)


# Category


def categories(bench: Bench) -> tuple[Any, dict[str, Any]]:
    """Train on the learnt templates, ask about the others."""
    tree = Tree({row.code: row.parent for row in bench.pack.categories if row.parent})
    begun = time.thread_time()
    model = train([text(one) for one in bench.learnt], [one.category for one in bench.learnt], tree=tree)
    took = time.thread_time() - begun
    found = evaluate(
        model, [text(one) for one in bench.asked], [one.category for one in bench.asked], first=tree.first,
        train_seconds=took,
    ).as_json()  # fmt: skip
    keys = ("texts", "accuracy", "top3", "first_level", "calibration_error", "texts_per_second", "train_seconds")
    return model, {key: found[key] for key in keys}


def by_titles(bench: Bench) -> dict[str, float]:
    """Return how often the duty list's own words name the category: the titles with most pairs of characters said."""
    pairs: dict[str, list[tuple[str, float]]] = {}
    for row in bench.pack.categories:
        if bench.pack.is_leaf(row.code):
            own = bigrams(row.title) or {row.title}
            for pair in own:
                pairs.setdefault(pair, []).append((row.code, 1 / len(own)))
    first = among = 0
    for said in bench.asked:
        score: Counter[str] = Counter()
        for pair in bigrams(words(said)):
            for code, weight in pairs.get(pair, ()):
                score[code] += weight  # type: ignore[assignment]
        found = [code for code, _weight in score.most_common(3)]
        first += found[:1] == [said.category]
        among += said.category in found
    return {"top1": round(first / len(bench.asked), 4), "top3": round(among / len(bench.asked), 4)}


def text(said: Spoken) -> Text:
    """Return what the classifier reads."""
    return Text(said.title, said.body)


# Unit, in a world that follows the list


def learn(bench: Bench) -> tuple[Memory, Weights, dict[str, Any]]:
    """Return what three months of orders leave behind: a memory of them, and trained weights."""
    taken, shares = [], []
    every = timedelta(days=HISTORY) / max(1, len(bench.learnt))
    order = list(bench.learnt)
    bench.dice.shuffle(order)
    order = order[:ORDERS]
    units = sorted({bench.by_list(one.category, "") for one in order} - {""})
    for number, said in enumerate(order, 1):
        area = bench.dice.choice(bench.areas)
        unit, at = bench.by_list(said.category, area), BEGIN + every * number
        if not unit:
            continue
        taken.append(replay.Taken(number, f"H{number:08}", said.category, area, at, words(said)))
        sent = at + timedelta(minutes=30)
        if bench.dice.random() < WRONG_FIRST:
            back = sent + timedelta(hours=bench.dice.uniform(4, 30))
            wrong = bench.dice.choice(units)
            shares.append(replay.Share(number, wrong, kept=False, sent=sent, at=back))
            sent = back + timedelta(minutes=30)
        ended = sent + timedelta(days=bench.dice.uniform(1, 6))
        shares.append(replay.Share(number, unit, kept=True, sent=sent, at=ended))
    story = replay.Story(taken, sorted((s for s in shares if s.unit), key=lambda one: one.at))
    begun = time.process_time()
    sent_ = list(replay.replay(bench.pack, story, most=teaching.MOST))
    weights = teaching.fit(sent_, teaching.upset(bench.pack, story, until=story.shares[-1].at))
    took = time.process_time() - begun
    memory, of = Memory(bench.pack), {one.order: one for one in taken}
    for one in taken:
        memory.accepted(one.order, one.category)
    for before, after in replay.moves(story.shares):
        memory.moved(of[after.order].category, of[after.order].area, before.unit, after.unit, before.sent)
    for share in story.shares:
        own = of[share.order]
        past = Past(own.order, own.number, own.area, share.unit, share.kept, share.at, own.text, share.sent)
        memory.ended(own.category, past)
    told = {"orders": len(taken), "dispatches": len(sent_), "seconds": round(took, 1),
            "weights": {name: round(value, 2) for name, value in weights.of.items()}}  # fmt: skip
    return memory, weights, told


def words(said: Spoken) -> str:
    """Return title and body as precedents are compared."""
    return f"{said.title}\n{said.body}"


def units(bench: Bench, memory: Memory, weights: Weights, model: Any) -> dict[str, Any]:
    """Ask for the unit of every asked text, with the verified category and with the classifier's."""
    at = BEGIN + timedelta(days=HISTORY + 1)
    guesses = model.predict([text(one) for one in bench.asked], top=5, explain=False)
    found: dict[str, list[tuple[str, float, str, str]]] = {}
    begun, many = time.thread_time(), 0
    some = bench.dice.sample(list(zip(bench.asked, guesses, strict=True)), min(ASKED, len(guesses)))
    for said, guess in some:
        area = bench.dice.choice(bench.areas)
        truth = bench.by_list(said.category, area)
        if not truth:
            continue
        sure = tuple((one.code, one.probability) for one in guess.suggestions[:4] if one.probability >= LEAST_SURE)
        first = guess.suggestions[0].code
        for name, weigh in (("trained", weights), ("default_weights", DEFAULT)):
            for kind, under in (("verified", ((said.category, 1.0),)), ("classified", sure)):
                ranked, many = ask(bench, memory, weigh, under, area, said, at), many + 1
                found.setdefault(f"recommender, {kind} category, {name}", []).append(judged(ranked, truth))
        for kind, code in (("verified", said.category), ("classified", first)):
            listed = [one.lead for one in bench.listed(code, area)]
            hit = (listed[:1] or [""])[0], 0.0, truth, truth if truth in listed[:3] else ""
            found.setdefault(f"duty list, {kind} category", []).append(hit)
    took = time.thread_time() - begun
    told: dict[str, Any] = {name: figures(rows) for name, rows in found.items()}
    return told | {"recommendations_per_second": round(many / took)}


def ask(  # noqa: PLR0913, PLR0917 - a bench
    bench: Bench, memory: Memory, weigh: Weights, under: Any, area: str, said: Spoken, at: datetime,
    back: frozenset[str] = frozenset(),
) -> list[Recommendation]:  # fmt: skip
    """Return the ranked units of one text, as the platform would."""
    order = WorkOrder(category=under[0][0] if len(under) == 1 and under[0][1] == 1.0 else "", area=Area(code=area))
    asked = Asked(order, under, area, words(said))
    known = memory.evidence([code for code, _sure in under], area, at)
    return recommending.weighed(bench.pack, asked, known, back, (), weigh)


def judged(ranked: Sequence[Recommendation], truth: str) -> tuple[str, float, str, str]:
    """Return the first unit, how sure it is, the truth, and the truth once more where it is among three."""
    first = ranked[0] if ranked else None
    among = truth if truth in [one.lead for one in ranked[:3]] else ""
    return (first.lead if first else "", first.probability if first else 0.0, truth, among)


def figures(rows: Sequence[tuple[str, float, str, str]]) -> dict[str, float]:
    """Return shares of right answers, and how far probabilities can be relied on."""
    right = np.array([first == truth for first, _p, truth, _among in rows])
    told = {"orders": len(rows), "top1": round(float(right.mean()), 4),
            "top3": round(sum(bool(among) for *_rest, among in rows) / len(rows), 4)}  # fmt: skip
    sure = np.array([p for _first, p, *_rest in rows])
    return told | ({"calibration_error": round(calibration_error(sure, right), 4)} if sure.any() else {})


# Unit, in a world that leaves the list


def changed(bench: Bench, weigh: Weights) -> dict[str, Any]:
    """Swap two units and let some areas do a class of matters themselves; follow the recommender from day to day."""
    dice = Random(SEED)  # noqa: S311 - the same
    counts = Counter(bench.by_list(one.category, bench.areas[0]) for one in bench.asked)
    territory = {unit.code for unit in map(bench.pack.territory_unit, bench.areas) if unit}
    one, other = [unit for unit, _n in counts.most_common() if unit and unit not in territory][:2]
    swap = {one: other, other: one}
    own = {row.code for row in bench.pack.area_tree.children(bench.pack.area_tree.roots[0].code)[:3]}
    kinds = Counter(first_level(bench, said.category) for said in bench.asked)
    kind = kinds.most_common(3)[2][0]
    day = BEGIN + timedelta(days=30)

    def truth(category: str, area: str, at: datetime) -> tuple[str, str]:
        unit = bench.by_list(category, area)
        if at < day:
            return unit, "unchanged"
        if first_level(bench, category) == kind and own & {row.code for row in bench.pack.area_tree.lineage(area)}:
            here = bench.pack.territory_unit(area)
            return (here.code, "areas") if here and here.code != unit else (unit, "unchanged")
        return (swap[unit], "swapped") if unit in swap else (unit, "unchanged")

    told = follow(bench, weigh, dice, truth, day)
    return {"units": [bench.pack.unit_tree[code].name for code in (one, other)],
            "areas_do_it_themselves": [bench.pack.area_tree[code].name for code in sorted(own)],
            "class": bench.pack.category_tree[kind].title, "orders_a_day": A_DAY} | told  # fmt: skip


def first_level(bench: Bench, category: str) -> str:
    """Return the category's first level."""
    return bench.pack.category_tree.lineage(category)[-1].code


def follow(
    bench: Bench, weigh: Weights, dice: Random, truth: Callable[[str, str, datetime], tuple[str, str]], day: datetime
) -> dict[str, Any]:
    """Dispatch every order to whom is named first; a wrong unit returns it, a second time a person knows."""
    memory, hits = Memory(bench.pack), []
    later: list[Any] = []
    for number, (at, said, area) in enumerate(arrivals(bench, dice, day), 1):
        while later and later[0][0] <= at:
            when, _n, past, category, again = heapq.heappop(later)
            memory.ended(category, past)
            if again is not None:
                dispatch(bench, memory, weigh, dice, later, when, *again)
        memory.accepted(number, said.category)
        unit, group = truth(said.category, area, at)
        if unit:
            first = dispatch(bench, memory, weigh, dice, later, at, number, said, area, unit)
            hits.append((at, group, first == unit, bench.by_list(said.category, area) == unit))
    return {group: course([hit for hit in hits if hit[1] == group], day) for group in ("unchanged", "swapped", "areas")}


def dispatch(  # noqa: PLR0913, PLR0917 - a bench
    bench: Bench, memory: Memory, weigh: Weights, dice: Random, later: list[Any], at: datetime, number: int,
    said: Spoken, area: str, unit: str, given: tuple[tuple[str, datetime], ...] = (),
) -> str:  # fmt: skip
    """Send one order; what becomes of it is known later: kept after days, back after hours."""
    back = frozenset(before for before, _sent in given)
    ranked = ask(bench, memory, weigh, ((said.category, 1.0),), area, said, at, back)
    first = unit if len(back) > 1 or not ranked else ranked[0].lead
    for before, sent in given:
        memory.moved(said.category, area, before, first, sent)
    kept = first == unit
    when = at + (timedelta(days=dice.uniform(1, 5)) if kept else timedelta(hours=dice.uniform(4, 36)))
    past = Past(number, f"N{number:08}", area, first, kept, when, words(said), at)
    again = None if kept else (number, said, area, unit, (*given, (first, at)))
    heapq.heappush(later, (when, number * 4 + len(given), past, said.category, again))
    return first


def arrivals(bench: Bench, dice: Random, day: datetime) -> Iterator[tuple[datetime, Spoken, str]]:
    """Yield orders, some categories far commoner than others, from a month before the change on."""
    by_leaf: dict[str, list[Spoken]] = {}
    for said in (*bench.learnt, *bench.asked):
        by_leaf.setdefault(said.category, []).append(said)
    leaves = sorted(by_leaf)
    dice.shuffle(leaves)
    weights = [1 / (n + 10) for n in range(len(leaves))]
    every, at = timedelta(days=1) / A_DAY, BEGIN
    while at < day + timedelta(days=DAYS):
        (leaf,) = dice.choices(leaves, weights)
        yield at, dice.choice(by_leaf[leaf]), dice.choice(bench.areas)
        at += every


def course(hits: Sequence[tuple[datetime, str, bool, bool]], day: datetime) -> dict[str, Any]:
    """Return how often the first unit was right, day by day after the change, and when it is right again."""
    after = [hit for hit in hits if hit[0] >= day]
    days: dict[int, list[bool]] = {}
    for at, _group, right, _listed in after:
        days.setdefault((at - day).days + 1, []).append(right)
    window: deque[bool] = deque(maxlen=WINDOW)
    again = None
    for number, (at, _group, right, _listed) in enumerate(after, 1):
        window.append(right)
        if again is None and len(window) == WINDOW and sum(window) / WINDOW >= RIGHT_AGAIN:
            again = {"orders": number, "days": round((at - day) / timedelta(days=1), 1)}
    shown = (1, 2, 3, 5, 7, 10, 14, 21, 28)
    told: dict[str, Any] = {
        "orders_after": len(after), "right": share([right for _at, _g, right, _l in after]),
        "list_right": share([listed for *_rest, listed in after]),
        "right_on_day": {n: share(days[n]) for n in shown if n in days}, "right_again_after": again,
    }  # fmt: skip
    before = [right for at, _g, right, _l in hits if at < day]
    return told | ({"right_before": share(before)} if before else {})


def share(found: Sequence[bool]) -> float:
    """Return the share of right ones."""
    return round(sum(found) / len(found), 3) if found else 0.0


# Repeats


def repeats() -> Any:
    """REPEATS: how often the index of repeats is right, in a PostgreSQL of its own."""
    return repeats_figures()


def show_category(told: dict[str, Any]) -> None:
    """Print how well categories are told."""
    own = told["category"]
    print(f"pack {told['pack']}, {told['leaves']} leaves; templates that training has never met\n")
    print(f"CATEGORY  {own['texts']:,} texts: right at once {own['accuracy']:.3f}, among three {own['top3']:.3f}, "
          f"first level {own['first_level']:.3f},\n          calibration error {own['calibration_error']:.3f}, "
          f"{own['texts_per_second']:,.0f} texts/s on one core, trained in {own['train_seconds']:.0f} s")  # fmt: skip


def show_units(told: dict[str, Any]) -> None:
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


def show_worlds(told: dict[str, Any]) -> None:
    """Print how fast a change is followed."""
    for name, world in told["changed_world"].items():
        print(f"\nA CHANGED WORLD, {name.replace('_', ' ')}: from a day on {' and '.join(world['units'])} do each "
              f"other's work;\n  {'、'.join(world['areas_do_it_themselves'])} do “{world['class']}” themselves; "
              f"{world['orders_a_day']} orders a day; the list stays as it was")  # fmt: skip
        for group in ("swapped", "areas", "unchanged"):
            row = world[group]
            print(f"  {group:<10} {row['orders_after']:>6,} orders: first unit right {row['right']:.3f} "
                  f"(list {row['list_right']:.3f}); by day {row['right_on_day']}")  # fmt: skip
            if group != "unchanged":
                again = row["right_again_after"]
                after = f"{again['orders']:,} such orders, {again['days']} days" if again else "more than was run"
                print(f"  {'':<10} right again ({RIGHT_AGAIN:.0%} of {WINDOW}) after {after}")


def side_by_side(told: dict[str, Any]) -> None:
    """Print repeats, and what was asked for in one table: ours beside the duty list alone."""
    print("\nREPEATS   of the simulator's orders and planted bursts")
    show_repeats(told["repeats"])
    own, listed, unit = told["category"], told["category_by_list"], told["unit"]
    rows = [("category", (own["accuracy"], own["top3"]), (listed["top1"], listed["top3"]))]
    for kind, under in (("classified", "category by the classifier"), ("verified", "true category")):
        ours, theirs = unit[f"recommender, {kind} category, trained"], unit[f"duty list, {kind} category"]
        rows.append((f"unit, {under}", (ours["top1"], ours["top3"]), (theirs["top1"], theirs["top3"])))
    print(f"\nSIDE BY SIDE{'':<26} ours: first, among 3     duty list alone")
    for name, ours, theirs in rows:
        print(f"  {name:<36} {ours[0]:>9.3f} {ours[1]:>12.3f} {theirs[0]:>13.3f} {theirs[1]:>7.3f}")
    print(f"{'':<38} ours: precision, recall  naive")
    for name, row in told["repeats"]["kinds"].items():
        (right, found), (naive_right, naive_found) = row["ours"], row["naive"]
        enough = "" if right >= WANTED[0] and found >= WANTED[1] else "  BELOW what is wanted"
        print(f"  {name:<36} {right:>9.3f} {found:>12.3f} {naive_right:>13.3f} {naive_found:>7.3f}{enough}")


if __name__ == "__main__":
    main()
