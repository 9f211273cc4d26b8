"""Structure that must not rot: rooms, migrations, rights, settings."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from open12345.project import home, urls
from open12345.project.database import Mode, table_modes
from open12345.project.settings import ROOMS

SOURCE = home.CHECKOUT / "src" / "open12345"
#: Rooms without models and addresses; what plays a city comes through the doors of the others.
PURE = {"policy", "classify", "text", "worktime", "project", "simulate"}


def test_every_room_is_installed_and_has_its_addresses() -> None:
    rooms = {folder.name for folder in SOURCE.iterdir() if (folder / "__init__.py").exists()} - PURE
    assert rooms == set(ROOMS) == {config.label for config in apps.get_app_configs()} & rooms
    assert {room for _, room in urls.ROOMS} == rooms


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_the_application_has_exactly_the_rights_a_model_claims() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, string_agg(privilege_type, ', ' ORDER BY privilege_type)"
            " FROM information_schema.role_table_grants WHERE grantee = current_user AND table_schema = 'public'"
            " GROUP BY table_name"
        )
        granted = {table: set(rights.split(", ")) for table, rights in cursor.fetchall()}
    modes = table_modes()
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        assert granted[table] == set(modes.get(table, Mode.ORDINARY).value.split(", ")), table
    assert Mode.APPEND_ONLY in modes.values()


def test_every_variable_of_the_environment_is_told() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    used = set(re.findall(r'"(OPEN12345_[A-Z_]+|DATABASE_[A-Z_]*URL)"', code)) - {"OPEN12345_SUPERVISED"}
    told = set(re.findall(r"`([A-Z0-9_]+)`", (home.CHECKOUT / "docs" / "settings.md").read_text(encoding="utf-8")))
    begun = tuple(name for name in used if name.endswith("_"))  # names put together in the code
    assert all(any(name.startswith(one) for name in told) for one in begun)
    assert used - set(begun) <= told
    assert {name for name in told if not name.startswith(begun)} <= used | {"PORT", "PACK"}


def test_what_is_written_at_run_time_lies_in_the_home() -> None:
    for place in (settings.STATIC_ROOT, settings.MEDIA_ROOT):
        assert Path(place).is_relative_to(settings.OPEN12345_HOME)
