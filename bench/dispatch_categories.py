"""CATEGORY of `make bench-dispatch`: the classifier beside the titles of the duty list."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from bench.dispatch_ground import Bench, text, words
from open12345.classify import Tree, evaluate, train
from open12345.text import bigrams


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
