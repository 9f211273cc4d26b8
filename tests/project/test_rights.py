"""The two roles: what the application may do with a table is decided by the owner."""

import psycopg
import pytest
from django.db import ProgrammingError, connection

pytestmark = pytest.mark.django_db


def test_tests_run_as_the_application() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("open12345_app",)


def test_the_application_makes_no_tables() -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE public.mine (id int)")


def test_the_list_of_migrations_is_read_only() -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations")


def test_the_owner_sees_the_same_database(owner_cursor: psycopg.Cursor[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        mine = cursor.fetchone()
    assert owner_cursor.execute("SELECT current_database()").fetchone() == mine
