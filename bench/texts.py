"""How real the simulator's texts are: speed, lengths, twins, and how well a plain linear model tells them apart.

`python -m bench.texts [PACK]`. The model is trained on one half of the *templates* of each leaf and asked about the
other half; beside it the same model on a random half, and chance. Far below the random split and far above chance is
what is wanted: the words of a leaf are learnt, not its templates.
"""

import argparse
import json
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any

from open12345.policy import find_pack, read_pack
from open12345.simulate.shapes import Request
from open12345.simulate.speech.matters import all_matters
from open12345.simulate.speech.people import caller
from open12345.simulate.speech.texts import Spoken, World, speak
from open12345.text import similarity

SHANGHAI = timezone(timedelta(hours=8))
AT = datetime(2026, 5, 14, 15, 30, tzinfo=SHANGHAI)
CALLERS = 4000
ALIKE = (0.3, 0.7)


@dataclass(frozen=True)
class Score:
    """What a model got right, 0 to 1."""

    accuracy: float
    macro_f1: float


def main() -> None:
    """Measure one pack and print the figures, as JSON with `--json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", nargs="?", default="baoshan")
    parser.add_argument("--per-leaf", type=int, default=40)
    parser.add_argument("--seed", type=int, default=12345)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--without-model", action="store_true")
    asked = parser.parse_args()
    world = World.of(read_pack(Path(find_pack(asked.pack))), asked.seed)
    figures: dict[str, Any] = {"pack": asked.pack, **grammar(world), "texts_per_second": round(speed(world))}
    figures |= lengths(world) | {"similarity": twins(world), "noise": noise(world)}
    if not asked.without_model:
        figures["separable"] = separable(world, asked.per_leaf)
    print(json.dumps(figures, ensure_ascii=False) if asked.json else json.dumps(figures, ensure_ascii=False, indent=1))


def grammar(world: World) -> dict[str, Any]:
    """Count what the grammar has for the pack's leaves."""
    counts = [len(templates) for templates in world.templates.values()]
    return {
        "leaves": len(counts),
        "leaves_without_matter": len(world.unspoken),
        "templates_per_leaf": [min(counts), statistics.median(counts), max(counts)],
        "matters_in_all": len(all_matters()),
        "templates_in_all": sum(len(matter.templates) for matter in all_matters().values()),
    }


def speed(world: World, count: int = 20_000) -> float:
    """Return texts per second of processor time on one core."""
    for _ in texts(world, range(500)):
        pass
    start = time.process_time()
    for _ in texts(world, range(count)):
        pass
    return count / (time.process_time() - start)


def texts(world: World, indexes: Iterable[int], **wishes: Any) -> Iterable[Spoken]:
    """Yield the texts of all leaves in turn."""
    codes, areas = tuple(world.templates), [row.code for row in world.pack.area_tree.leaves()]
    for index in indexes:
        yield speak(
            world,
            index,
            category=codes[index % len(codes)],
            area=areas[index * 7 % len(areas)],
            at=AT + timedelta(minutes=index % 500_000),
            caller=caller(world.seed, index % CALLERS),
            **wishes,
        )


def lengths(world: World, count: int = 10_000) -> dict[str, Any]:
    """Return the spread of lengths: tenth, median, ninetieth, ninety-ninth percentile, longest."""
    said = list(texts(world, range(count)))
    return {
        "title_length": spread(len(each.title) for each in said),
        "body_length": spread(len(each.body) for each in said),
    }


def spread(values: Iterable[float]) -> list[float]:
    """Return p10, p50, p90, p99 and the largest."""
    ordered = sorted(values)
    return [ordered[int(len(ordered) * share)] for share in (0.1, 0.5, 0.9, 0.99)] + [ordered[-1]]


def twins(world: World, count: int = 600) -> dict[str, list[float]]:
    """Return how alike (0–1) random pairs, repeats by one person and mass-sent texts are."""
    rng = Random(5)  # noqa: S311 -- a sample is no secret
    said = list(texts(world, range(count * 3)))
    bodies = [each.body for each in said]
    repeats = [similarity(each.body, again(world, index, each, count).body) for index, each in enumerate(said[:count])]
    topic = world.topic("bench", "default", mass=1.0)
    area = next(iter(world.pack.area_tree.leaves())).code
    passed = [speak(world, n, area=area, at=AT, topic=topic).body for n in range(count)]
    return {
        "random": rounded(similarity(*rng.sample(bodies, 2)) for _ in range(count)),
        "repeats": rounded(repeats),
        "repeats_between_0.3_and_0.7": [round(sum(ALIKE[0] <= each <= ALIKE[1] for each in repeats) / count, 3)],
        "mass": rounded(similarity(*rng.sample(passed, 2)) for _ in range(count)),
    }


def rounded(values: Iterable[float]) -> list[float]:
    """Return p10, p50, p90, p99 and the largest, to three places."""
    return [round(value, 3) for value in spread(values)]


def again(world: World, index: int, said: Spoken, count: int) -> Spoken:
    """Return what the same person says of the same matter later."""
    areas = [row.code for row in world.pack.area_tree.leaves()]
    earlier = Request(
        index, AT, "", said.kind, said.urgency, said.category, areas[index * 7 % len(areas)], said.place,
        said.longitude, said.latitude, said.title, said.body, caller(world.seed, index % CALLERS), said.truth,
    )  # fmt: skip
    return speak(world, 10**7 + count + index, area="", at=AT + timedelta(days=9), repeat_of=earlier)


def noise(world: World, count: int = 10_000) -> dict[str, float]:
    """Return the share of texts with each kind of noise."""
    kinds = Counter(kind for each in texts(world, range(count)) for kind in each.noise)
    return {kind: round(found / count, 4) for kind, found in kinds.most_common()}


def separable(world: World, per_leaf: int) -> dict[str, Any]:
    """Measure the linear model on both splits, for the first level and for leaves."""
    said = list(texts(world, range(per_leaf * len(world.templates))))
    half = {}
    for templates in world.templates.values():
        half |= {template.key: number % 2 for number, template in enumerate(templates)}
    by_template = [half[each.template] == 0 for each in said]
    rng = Random(3)  # noqa: S311 -- the same
    by_luck = [rng.random() < sum(by_template) / len(said) for _ in said]
    lineage = world.pack.category_tree.lineage
    found: dict[str, Any] = {"texts": len(said)}
    for level, label in (
        ("first_level", lambda each: lineage(each.category)[-1].code),
        ("leaf", lambda each: each.category),
    ):
        found[level] = compare(said, label, by_template, by_luck)
    return found


def compare(
    said: Sequence[Spoken], label: Callable[[Spoken], str], by_template: list[bool], by_luck: list[bool]
) -> dict[str, Any]:
    """Score unseen templates, a random split, and chance (always the commonest)."""
    labels = [label(each) for each in said]
    return {
        "classes": len(set(labels)),
        "unseen_templates": vars(score(said, labels, by_template)),
        "random_split": vars(score(said, labels, by_luck)),
        "chance": round(Counter(labels).most_common(1)[0][1] / len(labels), 4),
    }


def score(said: Sequence[Spoken], labels: list[str], learn: list[bool]) -> Score:
    """Train character 1–3-gram TF-IDF with a linear support vector machine on one part, ask it about the other."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.metrics import accuracy_score, f1_score
    from sklearn.svm import LinearSVC

    texts_ = [f"{each.title}\n{each.body}" for each in said]
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2, max_features=60_000)
    known = vectors.fit_transform([text for text, use in zip(texts_, learn, strict=True) if use])
    asked = vectors.transform([text for text, use in zip(texts_, learn, strict=True) if not use])
    model = LinearSVC(C=0.5, max_iter=300, tol=0.01)
    model.fit(known, [each for each, use in zip(labels, learn, strict=True) if use])
    truth = [each for each, use in zip(labels, learn, strict=True) if not use]
    guessed = model.predict(asked)
    macro = f1_score(truth, guessed, average="macro", zero_division=0)
    return Score(round(float(accuracy_score(truth, guessed)), 4), round(float(macro), 4))


if __name__ == "__main__":
    main()
