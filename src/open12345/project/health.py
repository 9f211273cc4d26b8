"""`/healthz`: the state of database, queue and clocks in one small answer."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse

from open12345 import __version__
from open12345.orders.queries import clock_health

logger = logging.getLogger(__name__)
OK, AWAY = 200, 503
CONNECT_SECONDS = 2
Part = Callable[[], Mapping[str, Any]]


def database() -> dict[str, Any]:
    """Whether the database answers and takes writes (a replica does not).

    Asked on a connection of its own: the pool would wait for a server that is away.
    """
    options = {**connection.get_connection_params(), "connect_timeout": CONNECT_SECONDS}
    with psycopg.connect(**options) as direct:
        found = direct.execute("SELECT now(), NOT pg_is_in_recovery(), current_setting('server_version')")
        moment, writable, version = found.fetchall()[0]
    return {"time": moment.isoformat(), "writable": writable, "server": version.split()[0]}


def queue() -> dict[str, Any]:
    """Jobs: seconds the oldest due one waits, how many failed, when a worker was last seen."""
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE)
        waiting, oldest, failed, seen = cursor.fetchone()
    return {
        "waiting": waiting,
        "oldest_waiting_s": oldest,
        "failed": failed,
        "worker_seen_s_ago": seen,
    }


_QUEUE = """
    WITH due AS (
        SELECT coalesce(j.scheduled_at, min(e.at)) AS since
        FROM procrastinate_jobs j
        LEFT JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'
        WHERE j.status = 'todo' AND coalesce(j.scheduled_at, now()) <= now()
        GROUP BY j.id
    )
    SELECT (SELECT count(*) FROM due),
           (SELECT round(coalesce(extract(epoch FROM now() - min(since)), 0), 1)::float FROM due),
           (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'),
           (SELECT round(extract(epoch FROM now() - max(last_heartbeat)), 1)::float
            FROM procrastinate_workers)
"""

PARTS: dict[str, Part] = {"database": database, "queue": queue, "clocks": clock_health}
"""Name in the answer -> who knows; asked in this order."""


def state() -> tuple[int, dict[str, Any]]:
    """Status code and answer; when one part fails, those after it are not asked."""
    answer: dict[str, Any] = {"status": "ok", "version": __version__}
    for name, part in PARTS.items():
        try:
            answer[name] = {"ok": True, **part()}
        except (Error, psycopg.Error):
            logger.exception("%s does not answer", name)
            return AWAY, {**answer, "status": "unavailable", name: {"ok": False}}
    return OK, answer


def healthz(request: HttpRequest) -> JsonResponse:
    """The state as JSON: 200, or 503 when the database is away."""
    del request
    code, answer = state()
    return JsonResponse(answer, status=code, headers={"Cache-Control": "no-store"})
