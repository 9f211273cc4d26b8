"""The command line: help, exit codes, answers for programs."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from open12345.project import embedded
from open12345.project.cluster import APPLICATION, OWNER, THROWAWAY, Cluster

Result = subprocess.CompletedProcess[str]


#: As a person calls it: the settings of the tests would name a folder of their own.
OWN = {"DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "open12345.project.settings"}


def run(home: Path, *arguments: str, **environment: str) -> Result:
    return subprocess.run(
        [sys.executable, "-m", "open12345.project", *arguments],
        env={**os.environ, **OWN, "OPEN12345_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_help_lists_the_commands_of_project_and_rooms_and_the_exit_codes(folder: Path) -> None:
    done = run(folder, "--help", PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    assert not re.search(r"\| +(sklearn|pandas|scipy|duckdb|pyarrow\.compute|ninja)\b", done.stderr), "what few need"
    for command in ("up", "serve", "worker", "migrate", "check-pack", "load-pack", "import", "fsck", "db"):
        assert f" {command} " in done.stdout
    assert "Exit codes" in done.stdout


def test_version_for_a_person_and_for_a_program(folder: Path) -> None:
    assert run(folder, "version").stdout.startswith("open12345 ")
    assert set(json.loads(run(folder, "version", "--json").stdout)) == {"version"}
    assert list(folder.iterdir()) == [], "a command without a database leaves no trace"


def test_wrong_use_ends_with_2(folder: Path) -> None:
    assert run(folder, "up", "--port", "many").returncode == 2
    assert run(folder, "no-such-command").returncode == 2


def test_the_pack_of_the_town_is_in_order(folder: Path) -> None:
    done = run(folder, "check-pack", "jiuting", "--json")
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["problems"] == []
    assert list(folder.iterdir()) == [], "a command without a database leaves no trace"


def test_mistakes_in_a_pack_end_with_1(folder: Path) -> None:
    (folder / "pack.yaml").write_text("id: broken\n")
    done = run(folder / "home", "check-pack", str(folder), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["problems"]


def test_a_busy_port_ends_with_3_and_its_remedy(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        done = run(folder, "up", "--port", str(port))
    assert done.returncode == 3
    assert f"Port {port}" in done.stderr
    assert f"--port {port + 1}" in done.stderr


def test_a_half_made_data_folder_ends_with_3(folder: Path) -> None:
    (folder / "pg" / "data").mkdir(parents=True)
    (folder / "pg" / "data" / "junk").touch()
    done = run(folder, "db", "start")
    assert done.returncode == 3
    assert "incomplete" in done.stderr
    assert "mv " in done.stderr


def test_a_server_of_ones_own_that_is_away_ends_with_3(folder: Path) -> None:
    done = run(folder, "migrate", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 3
    assert "does not answer" in done.stderr
    assert "DATABASE_URL" in done.stderr


def test_an_address_that_is_none_ends_with_3(folder: Path) -> None:
    done = run(folder, "migrate", DATABASE_URL="my database")
    assert done.returncode == 3
    assert "not a PostgreSQL URL" in done.stderr


def test_the_embedded_server_by_hand(module_folder: Path) -> None:
    folder = module_folder
    assert run(folder, "db", "status").returncode == 1
    try:
        assert run(folder, "db", "start").stdout == "started\n"
        told = json.loads(run(folder, "db", "status", "--json").stdout)
        assert (told["running"], told["stays"]) == (True, True)
        asked = run(folder, "db", "psql", "--as", "owner", "-Atc", "SELECT current_user")
        assert asked.stdout.strip() == "open12345_owner"
    finally:
        assert run(folder, "db", "stop").stdout == "stopped\n"
    assert run(folder, "db", "status").returncode == 1


@pytest.mark.parametrize("command", ["start", "status", "psql", "url"])
def test_there_is_no_embedded_server_beside_one_of_ones_own(folder: Path, command: str) -> None:
    done = run(folder, "db", command, DATABASE_URL="postgresql://a@127.0.0.1:1/b")
    assert done.returncode == 3


def test_a_server_of_ones_own_is_migrated_as_its_owner(folder: Path) -> None:
    server = Cluster(folder / "server", THROWAWAY)
    with embedded.running(server):
        urls = {"DATABASE_URL": server.url(APPLICATION), "DATABASE_OWNER_URL": server.url(OWNER)}
        done = run(folder / "home", "migrate", "--quiet", **urls)
        assert done.returncode == 0, done.stderr
        with psycopg.connect(server.url(APPLICATION)) as application:
            assert application.execute("SELECT count(*) FROM django_migrations").fetchone()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute("DELETE FROM django_migrations")
    assert not (folder / "home" / "pg").exists()


def test_a_check_of_a_folder_where_nothing_was_started_makes_no_database_there(folder: Path) -> None:
    done = run(folder / "wrong", "fsck")
    assert done.returncode == 3
    assert f"No instance lives in {folder / 'wrong'}" in done.stderr
    assert "OPEN12345_HOME=" in done.stderr
    assert not (folder / "wrong" / "pg" / "data").exists()


@pytest.mark.parametrize("command", ["serve", "worker", "fsck"])
def test_nothing_works_on_a_database_that_was_not_migrated(module_folder: Path, command: str) -> None:
    with embedded.running(Cluster(module_folder)):
        done = run(module_folder, command)
    assert done.returncode == 3
    assert "Run first: open12345 migrate" in done.stderr
    assert "Traceback" not in done.stderr
