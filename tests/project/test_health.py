"""What /healthz tells, and the headers every answer carries."""

from unittest.mock import patch

import pytest
from django.test import Client
from psycopg import OperationalError


@pytest.mark.django_db
def test_healthz_tells_database_queue_and_version(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    told = answer.json()
    assert told["status"] == "ok"
    assert told["database"]["writable"] is True
    assert told["queue"] == {
        "ok": True,
        "waiting": 0,
        "oldest_waiting_s": 0.0,
        "failed": 0,
        "worker_seen_s_ago": None,
    }
    assert told["version"]


def test_healthz_is_503_when_the_database_is_away(client: Client) -> None:
    with patch("open12345.project.health.psycopg.connect", side_effect=OperationalError("away")):
        answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["database"] == {"ok": False}
    assert "away" not in answer.content.decode()


@pytest.mark.function("SEC-08")
@pytest.mark.django_db
def test_no_page_may_run_inline_script_or_be_framed(client: Client) -> None:
    headers = client.get("/accounts/login/").headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
