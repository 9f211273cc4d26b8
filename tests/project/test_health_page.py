"""The page of what runs: parts in words, failed jobs to retry, a quiet poll."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from open12345.directory.models import AccessLog, Post, Staff, Unit
from open12345.directory.roles import STAFF_ROLES
from open12345.project import health_page

HTMX = {"hx-request": "true"}


def enter(role: str) -> Client:
    """Sign in as one who holds `role`."""
    unit, _ = Unit.objects.get_or_create(code="centre", defaults={"name": "中心", "kind": "centre", "path": "/centre/"})
    staff = Staff.objects.create_user(role, "某", unit=unit)
    Post.objects.create(staff=staff, role=role, unit=unit)
    client = Client()
    client.force_login(staff)
    return client


def job(status: str, task: str = "orders.watch") -> int:
    """Put a job into the queue as if it had got that far."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts) VALUES ('default', %s, %s, 3)"
            " RETURNING id",
            [task, status],
        )
        return int(cursor.fetchone()[0])


def status_of(number: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [number])
        return str(cursor.fetchone()[0])


@pytest.mark.function("ADM-06")
@pytest.mark.parametrize("role", sorted(STAFF_ROLES - {"system_admin"}))
def test_for_others_the_page_does_not_exist_and_nothing_is_retried(db: None, role: str) -> None:
    client, failed = enter(role), job("failed")
    missing = client.get("/admin/nothing-here/")
    answer = client.get(reverse("health_page"))
    assert (answer.status_code, answer.content) == (404, missing.content)
    assert client.post(reverse("health_retry", args=[failed])).status_code == 404
    assert status_of(failed) == "failed"


@pytest.mark.function("ADM-06")
def test_the_page_names_each_part_and_what_failed(db: None) -> None:
    client = enter("system_admin")
    job("failed", "orders.watch_clocks")
    page = client.get(reverse("health_page")).content.decode()
    for title in ("数据库", "任务队列", "后台进程", "时限", "流转记录封存", "磁盘", "版本", "PostgreSQL"):
        assert title in page
    assert "有失败的任务" in page
    assert "没有响应" in page  # no worker runs in a test
    assert "尚未封存" in page
    assert "orders.watch_clocks" in page


@pytest.mark.function("ADM-06")
def test_a_failed_job_is_queued_again_once_and_on_record(db: None) -> None:
    client = enter("system_admin")
    failed, done = job("failed"), job("succeeded")
    url = reverse("health_retry", args=[failed])
    assert client.get(url).status_code == 405
    assert client.post(url).status_code == 302
    assert status_of(failed) == "todo"
    line = AccessLog.objects.get(act="job.retry")
    assert (line.object, line.reason) == (f"job:{failed}", "orders.watch")
    for other in (failed, done, 10**9):
        assert client.post(reverse("health_retry", args=[other])).status_code == 404
    assert status_of(done) == "succeeded"
    assert AccessLog.objects.filter(act="job.retry").count() == 1


@pytest.mark.function("ADM-06")
def test_a_poll_is_told_304_until_something_changes(db: None) -> None:
    client = enter("system_admin")
    first = client.get(reverse("health_page"), headers=HTMX)
    assert b"<html" not in first.content
    again = client.get(reverse("health_page"), headers=HTMX | {"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    job("failed")
    changed = client.get(reverse("health_page"), headers=HTMX | {"if-none-match": first.headers["ETag"]})
    assert changed.status_code == 200


@pytest.mark.parametrize(("seconds", "told"), [(0, "不到 1 分钟"), (61, "1 分钟"), (7300, "2 小时"), (200_000, "2 天")])
def test_ages_are_told_in_the_largest_whole_unit(seconds: float, told: str) -> None:
    assert health_page.age(seconds) == told
