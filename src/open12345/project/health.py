"""`/healthz`: the state of database, queue and clocks in one small answer."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.utils.module_loading import import_string

from open12345 import __version__

OK, AWAY = 200, 503
Part = Callable[[], Mapping[str, Any]]


def database() -> dict[str, Any]:
    """Whether the database answers and takes writes (a replica does not)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now(), pg_is_in_recovery(), current_setting('server_version')")
        moment, replica, version = cursor.fetchone()
    return {"time": moment.isoformat(), "writable": not replica, "server": version.split()[0]}


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

PARTS: dict[str, str] = {
    "database": "open12345.project.health.database",
    "queue": "open12345.project.health.queue",
    "clocks": "open12345.orders.queries.clock_health",
}
"""Name in the answer -> function without arguments that returns a mapping."""


def state() -> tuple[int, dict[str, Any]]:
    """Status code and answer; a part that fails is named, its reason stands in the log."""
    answer: dict[str, Any] = {"version": __version__}
    code = OK
    for name, address in PARTS.items():
        try:
            answer[name] = {"ok": True, **import_string(address)()}
        except Error:
            code, answer[name] = AWAY, {"ok": False}
        except (ImportError, RuntimeError):  # while the house is built
            answer[name] = None
    return code, {"status": "ok" if code == OK else "unavailable", **answer}


def healthz(request: HttpRequest) -> JsonResponse:
    """The state as JSON: 200, or 503 when the database is away."""
    del request
    code, answer = state()
    return JsonResponse(answer, status=code, headers={"Cache-Control": "no-store"})
