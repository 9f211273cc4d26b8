"""UNIT of `make bench-dispatch`: who is named in a world that follows the list, after three months of orders."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any, Final

from bench.dispatch_ground import ASKED, BEGIN, ORDERS, Bench, ask, figures, judged, text, words
from open12345.dispatch.advice import replay, teaching
from open12345.dispatch.advice.evidence import Past
from open12345.dispatch.advice.memory import Memory
from open12345.dispatch.advice.weights import DEFAULT, Weights

#: Days of history, and how many of its orders went to a wrong unit first.
HISTORY, WRONG_FIRST = 90, 0.08
#: As `advice.recommending` weighs them.
LEAST_SURE: Final = 0.05


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


def units(bench: Bench, memory: Memory, weights: Weights, model: Any) -> dict[str, Any]:
    """Ask for the unit of some asked texts, with the verified category and with the classifier's."""
    at = BEGIN + timedelta(days=HISTORY + 1)
    some = bench.dice.sample(bench.asked, min(ASKED, len(bench.asked)))
    guesses = model.predict([text(one) for one in some], top=5, explain=False)
    found: dict[str, list[tuple[str, float, str, str]]] = {}
    begun, many = time.thread_time(), 0
    for said, guess in zip(some, guesses, strict=True):
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
