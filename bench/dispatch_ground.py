"""What all parts of `make bench-dispatch` share: options, texts by template, and how answers are counted."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Final

import numpy as np

PACK = os.environ.get("PACK", "baoshan")
PER_LEAF, A_DAY = int(os.environ.get("PER_LEAF", "40")), int(os.environ.get("A_DAY", "150"))
DAYS, WORLDS = int(os.environ.get("DAYS", "14")), int(os.environ.get("WORLDS", "3"))
ORDERS, ASKED = int(os.environ.get("ORDERS", "3000")), int(os.environ.get("ASKED", "2000"))
AS_JSON = bool(os.environ.get("JSON"))
SEED: Final = 12345

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "open12345.project.settings")

from open12345.project import boot  # noqa: E402

boot.setup_django()

from bench.texts import texts as spoken  # noqa: E402
from open12345.classify import Text, calibration_error  # noqa: E402
from open12345.directory.models import Area  # noqa: E402
from open12345.dispatch.advice import recommending, replay  # noqa: E402
from open12345.dispatch.advice.evidence import WORDS  # noqa: E402
from open12345.dispatch.advice.memory import Memory  # noqa: E402
from open12345.dispatch.advice.recommending import Asked  # noqa: E402
from open12345.dispatch.advice.shapes import Recommendation  # noqa: E402
from open12345.dispatch.advice.weights import Weights  # noqa: E402
from open12345.orders.models import WorkOrder  # noqa: E402
from open12345.policy import Pack, find_pack, read_pack  # noqa: E402
from open12345.simulate.speech.texts import Spoken, World  # noqa: E402
from open12345.worktime import SHANGHAI  # noqa: E402

BEGIN: Final = datetime(2026, 2, 2, 8, 0, tzinfo=SHANGHAI)
#: Under which categories an order is asked about, with how sure each is.
Under = tuple[tuple[str, float], ...]


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


def text(said: Spoken) -> Text:
    """Return what the classifier reads."""
    return Text(said.title, said.body)


def words(said: Spoken) -> str:
    """Return title and body as precedents are compared."""
    return f"{said.title}\n{said.body}"


def ask(  # noqa: PLR0913, PLR0917 - a bench
    bench: Bench, memory: Memory, weigh: Weights, under: Under, area: str, said: Spoken, at: datetime,
    back: frozenset[str] = frozenset(), number: int | None = None,
) -> list[Recommendation]:  # fmt: skip
    """Return the ranked units of one text, as the platform would; `number`: of an order that was sent before."""
    order = WorkOrder(
        pk=number, category=under[0][0] if len(under) == 1 and under[0][1] == 1.0 else "", area=Area(code=area)
    )
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


def share(found: Sequence[bool]) -> float:
    """Return the share of right ones."""
    return round(sum(found) / len(found), 3) if found else 0.0
