"""What the fixtures promise: real commits, cleaned up; history that even cleaning must get past."""

import threading

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from open12345.directory.models import Unit


def units() -> int:
    return Unit.objects.filter(code="bed").count()


@pytest.mark.parametrize("time", ["once", "again: the first left nothing behind"])
def test_commits_are_seen_by_other_connections_and_gone_afterwards(
    committed_db: None, owner_cursor: psycopg.Cursor[tuple[object, ...]], time: str
) -> None:
    assert units() == 0
    seen: list[int] = []

    def commit_elsewhere() -> None:
        Unit.objects.create(code="bed", name="床", kind="department", path="/bed/")
        connection.close()

    thread = threading.Thread(target=commit_elsewhere)
    thread.start()
    thread.join()
    row = owner_cursor.execute("SELECT count(*) FROM directory_unit WHERE code = 'bed'").fetchone()
    seen += [units(), int(str(row[0] if row else 0))]
    assert seen == [1, 1]


@pytest.mark.django_db
def test_what_migrations_filled_is_left_alone() -> None:
    assert units() == 0
    assert ContentType.objects.exists()
