"""A lock that is not got in time is an answer, and what an instance writes is nobody else's to read."""

from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from open12345.project import home
from open12345.project.security import RequestLimits


def untouched(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.path)


@pytest.mark.django_db
def test_every_connection_of_the_application_gives_up_waiting_for_a_lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("10s",)


@pytest.mark.django_db
@pytest.mark.parametrize("limit", ["lock_timeout", "statement_timeout"])
def test_who_waited_too_long_is_asked_to_try_again(limit: str, rf: RequestFactory) -> None:
    state = {"lock_timeout": "55P03", "statement_timeout": "57014"}[limit]
    with pytest.raises(OperationalError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$")
    answer = RequestLimits(untouched).process_exception(rf.get("/orders/"), caught.value)
    assert answer is not None
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "稍后再提交一次" in answer.content.decode()


def test_another_fault_is_not_called_busy(rf: RequestFactory) -> None:
    assert RequestLimits(untouched).process_exception(rf.get("/orders/"), OperationalError("gone")) is None


@pytest.mark.function("SEC-04")
def test_folders_of_an_instance_are_shut_to_others(tmp_path: Path) -> None:
    folder = home.make_folder(tmp_path / "instance" / "log")
    home.write_private(tmp_path / "instance" / "keys" / "one", "secret")
    for made in (folder, folder.parent, tmp_path / "instance" / "keys"):
        assert made.stat().st_mode & 0o077 == 0
