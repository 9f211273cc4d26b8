"""What an embedded PostgreSQL is: folder, settings, addresses. `embedded` starts it."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from open12345.project import home as homes

MAJOR = 18
DATABASE = "open12345"
SUPERUSER, OWNER, APPLICATION = "postgres", "open12345_owner", "open12345_app"
LONGEST_SOCKET_FOLDER = 88  # the kernel allows 107 bytes for the whole path, the file name takes the rest

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


def _new_passwords() -> str:
    roles = (SUPERUSER, OWNER, APPLICATION)
    return json.dumps({role: secrets.token_urlsafe(24) for role in roles})


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
        """The folder of the socket: inside the home, or a short path where that is too long."""
        inside = self.root / "run"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
            return inside
        return Path("/tmp") / f"open12345-{homes.fingerprint(self.home)}"  # noqa: S108 - checked for its owner

    def passwords(self) -> dict[str, str]:
        """Password per role; the first caller makes them, the first start sets them."""
        found = json.loads(homes.kept_secret(self.passwords_file, _new_passwords))
        return {str(role): str(password) for role, password in found.items()}

    def url(self, role: str, database: str = DATABASE) -> str:
        """A connection URL for `role`, password included: never print it unasked."""
        password = quote(self.passwords().get(role, ""), safe="")
        return f"postgresql://{role}:{password}@/{database}?host={quote(str(self.sockets), safe='')}"


@dataclass(frozen=True, slots=True)
class Status:
    """What can be said of a server without asking it anything."""

    prepared: bool
    running: bool
    pid: int | None
    kept: bool
