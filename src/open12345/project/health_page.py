"""The administrator's page of what runs: database, queue, clocks, seal, disk, versions (ADM-06)."""

import hashlib
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django import __version__ as django_version
from django.conf import settings
from django.contrib import messages
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.views.decorators.http import require_GET, require_POST

from open12345 import __version__
from open12345.directory import access, packs
from open12345.directory.roles import Role
from open12345.directory.web import actor, needs
from open12345.orders.models import Anchor
from open12345.orders.queries import clock_health
from open12345.project import health
from open12345.ui import navigation

GIB: Final = 1024**3
LATE_WORKER: Final = 60
"""Seconds after which a worker that was not heard of is called away; it reports every ten."""
LATE_QUEUE: Final = 300
"""Seconds that a job may wait before the page says so."""
LATE_WATCH: Final = 180
"""Seconds that the watch over clocks may be behind; it runs every minute."""
LATE_SEAL: Final = 2 * 3600
"""Seconds since the last seal of the history; it is made every hour."""
FULL: Final = 0.9
FAILED_SHOWN: Final = 50

navigation.register(
    navigation.Entry(
        "health_page",
        __("运行"),
        frozenset({Role.SYSTEM_ADMIN.value}),
        order=890,
        hint=__("数据库、任务队列、时限、磁盘、版本"),
    )
)

Line = tuple[str | Promise, object]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of what runs: whether it is well, in a word, and its figures."""

    title: str
    word: str
    well: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that gave up."""

    id: int
    task: str
    attempts: int
    at: datetime | None


@needs(Role.SYSTEM_ADMIN)
@require_GET
def page(request: HttpRequest) -> HttpResponseBase:
    """The page; htmx asks for its inside again every ten seconds and is told 304 while nothing changed.

    Ages are told in whole minutes, so that a quiet system has a quiet page.
    """
    parts, failed = found_parts(timezone.now()), failed_jobs()
    shown = repr((get_language(), parts, failed))
    tag = f'"{hashlib.sha256(shown.encode()).hexdigest()[:24]}"'
    context = {"parts": parts, "failed": failed, "well": all(part.well for part in parts)}
    if not request.headers.get("HX-Request"):
        return render(request, "ui/health.html", context)
    unchanged = get_conditional_response(request, etag=tag)
    response = unchanged or render(request, "ui/parts/health.html", context)
    for name, value in {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "HX-Request, Cookie"}.items():
        response.headers[name] = value
    return response


@needs(Role.SYSTEM_ADMIN)
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a job that failed back into the queue; on record."""
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE id = %s AND status = 'failed' FOR UPDATE", [pk])
        row = cursor.fetchone()
        if row is None:
            raise Http404
        cursor.execute("SELECT procrastinate_retry_job_v2(%s, %s, NULL, NULL, NULL)", [pk, now])
        access.record("job.retry", by=actor(request), at=now, on=f"job:{pk}", reason=row[0])
    messages.success(request, _("任务已重新排队。"))
    return redirect("health_page")


# What is found


def found_parts(now: datetime) -> list[Part]:
    """Every part, in the order of the page."""
    return [make(now) for make in (_database, _queue, _workers, _clocks, _seal, _disk, _versions)]


def failed_jobs() -> list[FailedJob]:
    """The last jobs that gave up."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT j.id, j.task_name, j.attempts,
                   (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id AND e.type = 'failed')
            FROM procrastinate_jobs j WHERE j.status = 'failed' ORDER BY j.id DESC LIMIT %s
            """,
            [FAILED_SHOWN],
        )
        return [FailedJob(*row) for row in cursor.fetchall()]


def _part(title: str, well: bool, bad: str, *lines: Line) -> Part:  # noqa: FBT001 - reads as a sentence
    return Part(title, _("正常") if well else bad, well, lines)


def _database(now: datetime) -> Part:
    del now
    found = health.database()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        (size,) = cursor.fetchone()
    writable = bool(found["writable"])
    return _part(
        _("数据库"),
        writable,
        _("只读"),
        (_("版本"), f"PostgreSQL {found['server']}"),
        (_("可写入"), _("是") if writable else _("否")),
        (_("大小"), gigabytes(size)),
    )


def _queue(now: datetime) -> Part:
    """Jobs by state; those done are counted over the last day only."""
    del now
    found = health.queue()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE status = 'todo' AND scheduled_at > now()),
                   count(*) FILTER (WHERE status = 'doing')
            FROM procrastinate_jobs WHERE status IN ('todo', 'doing')
            """
        )
        later, doing = cursor.fetchone()
    oldest = found["oldest_waiting_s"]
    stuck = oldest > LATE_QUEUE
    word = _("有失败的任务") if found["failed"] else _("积压")
    return _part(
        _("任务队列"),
        not stuck and not found["failed"],
        word,
        (_("等待"), found["waiting"]),
        (_("最久等待"), age(oldest) if found["waiting"] else "—"),
        (_("进行中"), doing),
        (_("定时未到"), later),
        (_("失败"), found["failed"]),
    )


def _workers(now: datetime) -> Part:
    del now
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE last_heartbeat > now() - make_interval(secs => %s)),
                   extract(epoch FROM now() - max(last_heartbeat))::float
            FROM procrastinate_workers
            """,
            [LATE_WORKER],
        )
        alive, seen = cursor.fetchone()
    return _part(
        _("后台进程"),
        bool(alive),
        _("没有响应"),
        (_("在线"), alive),
        (_("最近一次心跳"), age(seen) if seen is not None else "—"),
    )


def _clocks(now: datetime) -> Part:
    del now
    found = clock_health()
    behind = int(str(found["watch_behind_s"]))
    return _part(
        _("时限"),
        behind <= LATE_WATCH,
        _("巡查落后"),
        (_("计时中"), found["running"]),
        (_("已超时"), found["late"]),
        (_("巡查落后"), age(behind) if behind else _("没有")),
    )


def _seal(now: datetime) -> Part:
    """The last seal over the chains of history."""
    last = Anchor.objects.order_by("-id").first()
    passed = (now - last.at).total_seconds() if last else 0.0
    late = last is None or passed > LATE_SEAL
    return _part(
        _("流转记录封存"),
        not late,
        _("尚未封存") if last is None else _("超过两小时"),
        (_("最近一次"), age(passed) if last else "—"),
        (_("封存工单"), last.heads if last else "—"),
    )


def _disk(now: datetime) -> Part:
    del now
    usage = shutil.disk_usage(settings.OPEN12345_HOME)
    share = (usage.total - usage.free) / usage.total
    return _part(
        _("磁盘"),
        share < FULL,
        _("快满了"),
        (_("可用"), gigabytes(usage.free)),
        (_("共"), gigabytes(usage.total)),
        (_("已用"), f"{share:.0%}"),
    )


def _versions(now: datetime) -> Part:
    try:
        version, pack = packs.pack_at(now)
        told = f"{pack.id} #{version}"
    except packs.NoPack:
        told = ""
    return _part(
        _("版本"),
        bool(told),
        _("没有规则包"),
        ("Open12345", __version__),
        (_("规则包"), told or "—"),
        ("Python", platform.python_version()),
        ("Django", django_version),
    )


def age(seconds: float) -> str:
    """How long ago, in whole minutes, hours or days."""
    steps: tuple[tuple[int, Callable[[int], str]], ...] = (
        (86400, lambda n: _("%d 天") % n),
        (3600, lambda n: _("%d 小时") % n),
        (60, lambda n: _("%d 分钟") % n),
    )
    for size, told in steps:
        if seconds >= size:
            return told(int(seconds // size))
    return _("不到 1 分钟")


def gigabytes(size: int) -> str:
    """A size with its unit."""
    if size < GIB:
        return f"{number_format(size * 1024 / GIB, 0)} MiB"
    return f"{number_format(size / GIB, 1)} GiB"
