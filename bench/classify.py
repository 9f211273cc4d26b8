"""How good and how fast the classifier is, beside a plain baseline in the same run, on one core.

`make bench-classify TEXTS=complaints.csv` (columns title, body, category, and group where near-copies are marked; else
they are found): 5 folds with groups kept together, for several seeds; mean and spread. Without TEXTS the simulator
speaks: each leaf's templates are halved, one half learnt, the other asked (as in `bench/texts.py`). Seconds are of
processor time, because a machine is seldom quiet. Options by environment: TEXTS, SEEDS (1,2,3), PACK (baoshan),
PER_LEAF (40), WHOLE.
"""

from __future__ import annotations

import csv
import json
import os
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import accuracy_score, f1_score
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC

from open12345.classify import Text, Tree, calibration_error, copies, evaluate, splits, train

SEEDS = tuple(int(seed) for seed in os.environ.get("SEEDS", "1,2,3").split(","))
PER_LEAF = int(os.environ.get("PER_LEAF", "40"))
WHOLE = bool(os.environ.get("WHOLE"))
"""Whether the plain model of leaves is asked about the random split too (minutes)."""
ROUNDS = 5

Figures = dict[str, float]


def main() -> None:
    """Measure on the CSV named by TEXTS, or on invented texts, and print JSON."""
    file = os.environ.get("TEXTS", "")
    told = of_file(Path(file)) if file else of_simulator(os.environ.get("PACK", "baoshan"))
    print(json.dumps(told, ensure_ascii=False, indent=1))


def of_file(file: Path) -> dict[str, Any]:
    """Return mean and spread over seeds of grouped folds, every text asked about once in each."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    texts = [Text(row["title"], row["body"]) for row in rows]
    labels = [row["category"] for row in rows]
    marked = [row.get("group") or "" for row in rows]
    groups = np.unique(marked, return_inverse=True)[1] if all(marked) else copies(texts)
    found: dict[str, list[Figures]] = {"ours": [], "plain": []}
    for seed in SEEDS:
        parts = list(splits(labels, groups, seed=seed))
        ours = [once(texts, labels, *part, Tree()) for part in parts]
        plain = [baseline(texts, labels, *part) for part in parts]
        found["ours"].append(joined(ours, [labels[n] for _, asked in parts for n in asked]))
        found["plain"].append(joined(plain, [labels[n] for _, asked in parts for n in asked]))
    return {"texts": len(texts), "labels": len(set(labels)), "seeds": SEEDS} | {
        name: spread(each) for name, each in found.items()
    }


def of_simulator(name: str) -> dict[str, Any]:
    """Return figures for templates never learnt and for texts by luck, beside the model of `bench/texts.py`."""
    from bench.texts import score
    from bench.texts import texts as spoken
    from open12345.policy import find_pack, read_pack
    from open12345.simulate.speech.texts import World

    pack = read_pack(find_pack(name))
    world = World.of(pack, 12345)
    said = list(spoken(world, range(PER_LEAF * len(world.templates))))
    half = {t.key: n % 2 for templates in world.templates.values() for n, t in enumerate(templates)}
    texts, labels = [Text(each.title, each.body) for each in said], [each.category for each in said]
    tree = Tree({row.code: row.parent or "" for row in pack.categories})
    known = np.array([half[each.template] for each in said]) == 0
    luck = np.random.default_rng(3).random(len(said)) < known.mean()
    told: dict[str, Any] = {"pack": name, "texts": len(texts), "leaves": len(set(labels))}
    for kind, learnt in (("unseen_templates", known), ("random_split", luck)):
        ours = once(texts, labels, np.flatnonzero(learnt), np.flatnonzero(~learnt), tree)
        told[kind] = {"ours": rounded(ours["figures"])}
        if kind == "unseen_templates" or WHOLE:
            for level, names in (("first_level", [tree.first(label) for label in labels]), ("leaf", labels)):
                told[kind][f"plain_{level}"] = vars(score(said, names, learnt.tolist()))
    return told


def once(texts: Sequence[Text], labels: Sequence[str], learnt: Any, asked: Any, tree: Tree) -> dict[str, Any]:
    """Train our own and ask it."""
    start = time.thread_time()
    model = train([texts[n] for n in learnt], [labels[n] for n in learnt], tree=tree)
    took = time.thread_time() - start
    questions = [texts[n] for n in asked]
    figures = evaluate(model, questions, [labels[n] for n in asked], first=tree.first, train_seconds=took)
    best = [said.suggestions[0] for said in model.predict(questions, top=1, explain=False)]
    sure = [each.probability for each in best]
    return {"guessed": [each.code for each in best], "sure": sure, "figures": figures.as_json()}


def baseline(texts: Sequence[Text], labels: Sequence[str], learnt: Any, asked: Any) -> dict[str, Any]:
    """Train scikit-learn's TF-IDF (title 1-3, body 1-2 characters) and LinearSVC, and ask it, timed alike."""
    blocks = FeatureUnion([
        (name, Pipeline([("pick", FunctionTransformer(pick)), ("tfidf", tfidf(longest))]))
        for name, pick, longest in (("title", titles, 3), ("body", bodies, 2))
    ])  # fmt: skip
    model = Pipeline([("blocks", blocks), ("svm", LinearSVC(C=0.3))])
    start = time.thread_time()
    model.fit([texts[n] for n in learnt], [labels[n] for n in learnt])
    learning = time.thread_time() - start
    questions, took, guessed = [texts[n] for n in asked], [], []
    for _ in range(ROUNDS):
        start = time.thread_time()
        guessed = model.predict(questions).tolist()
        took.append(time.thread_time() - start)
    speed = round(len(questions) / statistics.median(took))
    return {"guessed": guessed, "figures": {"texts_per_second": speed, "train_seconds": round(learning, 2)}}


def tfidf(longest: int) -> TfidfVectorizer:
    """Return the weights of the reference."""
    return TfidfVectorizer(analyzer="char", ngram_range=(1, longest), sublinear_tf=True)


def titles(texts: Sequence[Text]) -> list[str]:
    """Return the titles."""
    return [text.title for text in texts]


def bodies(texts: Sequence[Text]) -> list[str]:
    """Return the bodies."""
    return [text.body for text in texts]


def joined(parts: Sequence[dict[str, Any]], truth: Sequence[str]) -> Figures:
    """Return one score of all folds' answers together; other figures as the mean of the folds."""
    guessed = [guess for part in parts for guess in part["guessed"]]
    numbers = {key for part in parts for key, value in part["figures"].items() if isinstance(value, int | float)}
    means = {key: statistics.mean(part["figures"][key] for part in parts) for key in sorted(numbers)}
    own = {
        "accuracy": float(accuracy_score(truth, guessed)),
        "macro_f1": float(f1_score(truth, guessed, average="macro", zero_division=0)),
    }
    if sure := [each for part in parts for each in part.get("sure", ())]:
        right = np.array(guessed) == np.array(truth)
        own["calibration_error"] = calibration_error(np.array(sure), right)
    return rounded({key: value for key, value in means.items() if key not in {"texts", "labels"}} | own)


def rounded(figures: dict[str, Any]) -> Figures:
    """Return figures to four places."""
    return {key: round(float(value), 4) for key, value in figures.items()}


def spread(seeds: Sequence[Figures]) -> dict[str, str]:
    """Return mean and standard deviation of each figure over the seeds."""
    found = {}
    for key in seeds[0]:
        values = [each[key] for each in seeds]
        off = statistics.stdev(values) if len(values) > 1 else 0.0
        found[key] = f"{statistics.mean(values):.4f} ± {off:.4f}" if max(values) < 100 else (  # noqa: PLR2004
            f"{statistics.mean(values):,.0f} ± {off:,.0f}"
        )  # fmt: skip
    return found


if __name__ == "__main__":
    main()
