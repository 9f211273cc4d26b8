"""A lived-in demo: orders of the last weeks in every stage, made by really doing what people do.

The stories are played by the demo accounts through the same services as screens and API, in the order of time, each
act at its past moment; an act that would lie in the future is left undone, which leaves orders in every stage. Texts,
places and callers are invented (`packs/<id>/demo/`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from open12345.directory import packs
from open12345.orders.models import WorkOrder
from open12345.policy import find_pack
from open12345.project.demo.plan import plan
from open12345.project.demo.texts import read_texts
from open12345.project.demo.theatre import Theatre

SEED = 62112345


def fill(console: Console, *, now: datetime | None = None, seed: int = SEED, share: float = 1.0) -> int:
    """Make the demo's orders and return how many; nothing where there is any order, or the pack has no texts.

    All or nothing (one transaction); the same `seed` and `now` make the same orders. `share` of the usual number.
    """
    if WorkOrder.objects.exists():
        console.print("orders    there already")
        return 0
    now = now or timezone.now()
    _version, pack = packs.pack_at(now)
    texts = read_texts(find_pack(pack.id) / "demo")
    if texts is None:
        return 0
    theatre = Theatre(pack, texts, now, seed)
    with transaction.atomic(), _bar(console) as tell:
        theatre.play(plan(theatre, share), tell)
    made = WorkOrder.objects.count()
    console.print(f"orders    {made} invented ones, from {theatre.began:%Y-%m-%d} until now")
    return made


class _Told:
    """A bar that is told the share done (0..1)."""

    def __init__(self, bar: Progress) -> None:
        self.bar = bar
        self.task = bar.add_task("orders", total=1.0)

    def __call__(self, share: float) -> None:
        self.bar.update(self.task, completed=share)


@contextmanager
def _bar(console: Console) -> Iterator[_Told]:
    parts = (TextColumn("orders   "), BarColumn(), TextColumn("{task.percentage:.0f} %"))
    with Progress(*parts, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield _Told(bar)
