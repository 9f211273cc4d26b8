"""The embedded server: it starts, stops, survives bad folders, and two live side by side."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from open12345.project import embedded
from open12345.project.cluster import APPLICATION, OWNER, SUPERUSER, THROWAWAY, Cluster
from open12345.project.problems import EnvironmentProblem


@pytest.fixture(scope="module")
def prepared(module_folder: Path) -> Iterator[Cluster]:
    """One server for the tests that leave it usable."""
    cluster = Cluster(module_folder, THROWAWAY)
    yield cluster
    embedded.stop(cluster)


def ask(cluster: Cluster, role: str, question: str) -> object:
    with psycopg.connect(cluster.url(role)) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row
    return row[0]


def test_a_first_start_makes_roles_and_database(prepared: Cluster) -> None:
    assert embedded.start(prepared) is True
    assert embedded.start(prepared) is False
    assert ask(prepared, APPLICATION, "SELECT current_user") == APPLICATION
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    assert ask(prepared, APPLICATION, owner) == OWNER


def test_it_listens_on_no_port_and_asks_for_the_password(prepared: Cluster) -> None:
    embedded.start(prepared)
    assert ask(prepared, SUPERUSER, "SHOW listen_addresses") == ""
    wrong = prepared.url(APPLICATION).replace(prepared.passwords()[APPLICATION], "guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_passwords_are_private(prepared: Cluster) -> None:
    embedded.start(prepared)
    assert prepared.passwords_file.stat().st_mode & 0o777 == 0o600
    assert prepared.data.stat().st_mode & 0o077 == 0


def test_stopping_and_starting_keeps_the_data(prepared: Cluster) -> None:
    embedded.start(prepared)
    with psycopg.connect(prepared.url(OWNER)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 12345 AS n")
    assert embedded.stop(prepared) is True
    assert embedded.stop(prepared) is False
    assert embedded.status(prepared).running is False
    embedded.start(prepared)
    assert ask(prepared, OWNER, "SELECT n FROM kept") == 12345


def test_the_process_number_of_another_program_is_not_the_server(prepared: Cluster) -> None:
    embedded.start(prepared)
    stale = (prepared.data / "postmaster.pid").read_text().split("\n")
    embedded.stop(prepared)
    (prepared.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *stale[1:]]))
    assert embedded.status(prepared).running is False
    assert embedded.start(prepared) is True


def test_the_last_user_stops_it_unless_it_was_told_to_stay(prepared: Cluster) -> None:
    embedded.stop(prepared)
    with embedded.running(prepared):
        with embedded.running(prepared) as started:
            assert started is False
        assert embedded.status(prepared).running
        embedded.keep(prepared)
    assert embedded.status(prepared).running
    embedded.stop(prepared)
    with embedded.running(prepared):
        pass
    assert not embedded.status(prepared).running


def test_two_homes_are_two_servers(prepared: Cluster, folder: Path) -> None:
    embedded.start(prepared)
    other = Cluster(folder, THROWAWAY)
    with embedded.running(other):
        folders = {ask(cluster, SUPERUSER, "SHOW data_directory") for cluster in (prepared, other)}
        assert folders == {str(prepared.data), str(other.data)}
    assert embedded.status(prepared).running


def test_a_home_with_a_long_path_gets_a_short_socket(folder: Path) -> None:
    cluster = Cluster(folder / ("long-" * 20) / ("path-" * 20), THROWAWAY)
    assert len(str(cluster.sockets)) < 40
    with embedded.running(cluster):
        assert ask(cluster, APPLICATION, "SELECT 1") == 1
    cluster.sockets.rmdir()


def test_a_first_start_that_was_killed_is_begun_again(folder: Path) -> None:
    cluster = Cluster(folder, THROWAWAY)
    half = cluster.root / "data.new"
    (half / "base").mkdir(parents=True)
    with embedded.running(cluster):
        assert not half.exists()


@pytest.mark.parametrize("content", ["PG_VERSION", "something"])
def test_a_half_made_folder_is_told_with_its_remedy(folder: Path, content: str) -> None:
    cluster = Cluster(folder, THROWAWAY)
    cluster.data.mkdir(parents=True)
    (cluster.data / content).write_text("18\n")
    with pytest.raises(EnvironmentProblem, match="incomplete") as caught:
        embedded.start(cluster)
    assert f"mv {cluster.root}" in caught.value.remedy
    assert (cluster.data / content).exists()


def test_the_folder_of_another_version_is_refused(folder: Path) -> None:
    cluster = Cluster(folder, THROWAWAY)
    (cluster.data / "global").mkdir(parents=True)
    (cluster.data / "global" / "pg_control").touch()
    (cluster.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(EnvironmentProblem, match="made by PostgreSQL 16"):
        embedded.start(cluster)


def test_lost_passwords_are_told(prepared: Cluster) -> None:
    embedded.stop(prepared)
    saved = prepared.passwords_file.read_text()
    prepared.passwords_file.unlink()
    try:
        with pytest.raises(EnvironmentProblem, match="does not let us in"):
            embedded.start(prepared)
    finally:
        prepared.passwords_file.write_text(saved)
        embedded.stop(prepared)


def test_a_home_that_cannot_be_made_is_told(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(EnvironmentProblem, match="cannot be created"):
        embedded.start(Cluster(folder / "file" / "home", THROWAWAY))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_the_folder_of_another_user_is_told(folder: Path) -> None:
    cluster = Cluster(folder, THROWAWAY)
    with embedded.running(cluster):
        folder.chmod(0o755)
        code = (
            "from pathlib import Path; from open12345.project import embedded, cluster;"
            f"embedded.start(cluster.Cluster(Path({str(folder)!r})))"
        )
        tried = subprocess.run(
            ["/usr/bin/env", "PYTHONPATH=src", ".venv/bin/python", "-c", code],
            user="nobody",
            capture_output=True,
            text=True,
            check=False,
        )
    assert "belongs to another user" in tried.stderr or "Permission denied" in tried.stderr
