"""Replays asked for on screen: done by a worker, with progress, and kept to be decided on (DIS-16)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from open12345.directory import packs
from open12345.directory.person import Person
from open12345.dispatch.automatic import replay
from open12345.dispatch.automatic.modes import DECIDERS, Choice
from open12345.dispatch.automatic.replay import Asked, NothingToReplay, figures_for
from open12345.dispatch.models import Mode, Replay, ReplayState
from open12345.orders import queries
from open12345.orders.errors import NotAllowed, NotFound, Problem, Refused
from open12345.policy import Pack

AT_WORK: Final = (ReplayState.WAITING, ReplayState.RUNNING)
#: A replay that has told nothing for so long was broken off; another may be asked for.
SILENT: Final = timedelta(minutes=10)
#: What a replay told is a ground for deciding for so long: matters and units change.
GOOD_FOR: Final = timedelta(days=30)
MONTHS: Final = range(1, 25)
_TOLD_EVERY: Final = 0.5

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Offer:
    """A threshold that may be chosen, with what it would have done; the first one is the proposed one."""

    threshold: float
    figures: dict[str, Any]


def ask(pack: Pack, asked: Asked, *, by: Person, at: datetime) -> Replay:
    """Let a worker replay; the one that is at work for a category already, where there is one.

    Raises `NotAllowed`, `NotFound` for an unknown category, `Refused` for a span that is not offered.
    """
    from open12345.dispatch.tasks import replay_past  # noqa: PLC0415 - the queue's app must be ready

    if not by.has(*DECIDERS):
        raise NotAllowed(_("只有运营督导、督办员可以回放"))
    if asked.category and asked.category not in pack.category_tree:
        raise NotFound(_("没有这个分类"))
    if asked.months not in MONTHS:
        raise Refused([Problem("months", "invalid", _("回放 1 至 24 个月"))])
    with transaction.atomic():
        _one_at_a_time(pack, asked.category)
        own = Replay.objects.select_for_update().filter(pack=pack.id, category=asked.category, state__in=AT_WORK)
        running = own.first()
        if running is not None and at - (running.told_at or running.asked_at) < SILENT:
            return running
        own.update(state=ReplayState.FAILED, problem=_("后台任务中断"))
        row = Replay.objects.create(
            pack=pack.id, category=asked.category, months=asked.months, wanted=asked.wanted, asked_at=at,
            by_id=by.id if by.kind == "staff" else None,
        )  # fmt: skip
        replay_past.defer(run=row.pk)
    return row


def _one_at_a_time(pack: Pack, category: str) -> None:
    """Let who asks for the same replay wait: two at once would both find none at work, and one of them fail."""
    with connection.cursor() as cursor:
        name = f"open12345.replay/{pack.id}/{category}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 12345))", [name])


def last(pack: Pack, category: str) -> Replay | None:
    """Return the newest replay of a category."""
    return Replay.objects.filter(pack=pack.id, category=category).order_by("-pk").first()


def usable(row: Replay | None, at: datetime) -> bool:
    """Say whether one may decide on a replay."""
    return row is not None and row.state == ReplayState.DONE and at - row.asked_at < GOOD_FOR


def carry_out(run: int) -> None:
    """Replay what was asked for; what goes wrong stands with it, in the log and on the page."""
    taken = Replay.objects.filter(pk=run, state=ReplayState.WAITING)
    if not taken.update(state=ReplayState.RUNNING, told_at=queries.database_time()):
        return
    row = Replay.objects.get(pk=run)
    at = queries.database_time()
    try:
        pack = packs.pack_at(at)[1]
        asked = Asked(row.months, row.wanted, row.category)
        result = replay.run(pack, asked, at=at, progress=_teller(run))
    except NothingToReplay:
        _end(run, ReplayState.FAILED, problem=_("这段时间没有办结过的工单，可以回放更长的时间"))
    except Exception:
        log.exception("replay %s has failed", run)
        _end(run, ReplayState.FAILED, problem=_("回放出错，详见服务器日志"))
        raise
    else:
        _end(run, ReplayState.DONE, result=result)


def _end(run: int, state: ReplayState, **more: Any) -> None:
    Replay.objects.filter(pk=run, state=ReplayState.RUNNING).update(
        state=state, told_at=queries.database_time(), **more
    )  # fmt: skip


def _teller(run: int) -> Callable[[int, int], None]:
    told = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told >= _TOLD_EVERY:
            told = time.monotonic()
            Replay.objects.filter(pk=run).update(done=done, total=total, told_at=queries.database_time())

    return tell


def offers(row: Replay | None) -> list[Offer]:
    """Return the thresholds that a replay leaves to choose from: the proposed one first, if there is one."""
    if row is None or not row.result:
        return []
    proposed = row.result["own"]["threshold"]
    steps = [one["threshold"] for one in row.result["curve"] if one["by_itself"]]
    wanted = ([proposed] if proposed is not None else []) + [step for step in steps if step != proposed]
    return [Offer(threshold, figures_for(row.result, threshold)) for threshold in wanted]


def choice(row: Replay | None, mode: Mode, reason: str, threshold: float | None) -> Choice:
    """Return a decision with the figures of the replay that it rests on; without them it will be refused."""
    found = next((one for one in offers(row) if one.threshold == threshold), None)
    if mode != Mode.AUTOMATIC or row is None or found is None:
        return Choice(mode, reason, threshold)
    return Choice(mode, reason, threshold, row.wanted, {"replay": row.pk, **found.figures})
