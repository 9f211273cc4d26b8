"""The operating-system user that runs the embedded PostgreSQL, which refuses to run as root."""

import logging
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from open12345.project.problems import EnvironmentProblem

logger = logging.getLogger(__name__)
SYSTEM_USER = "open12345"
FALLBACK_USER = "nobody"


class ProcessUser(TypedDict, total=False):
    """The part of subprocess.run's arguments that chooses a user."""

    user: int
    group: int
    extra_groups: list[int]
    umask: int


@dataclass(frozen=True, slots=True)
class RunAs:
    """Whom the server runs as; `switch` when that is somebody else than we are."""

    uid: int
    gid: int
    switch: bool

    def subprocess_arguments(self) -> ProcessUser:
        """What subprocess needs to run something as this user."""
        if not self.switch:
            return {"umask": 0o077}
        return {"user": self.uid, "group": self.gid, "extra_groups": [], "umask": 0o077}

    def take(self, path: Path) -> None:
        """Make `path` belong to this user."""
        if self.switch:
            os.chown(path, self.uid, self.gid)


def owner_of(path: Path) -> str:
    """The name of the user a path belongs to, or its number where it has none."""
    uid = path.stat().st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def server_user(data: Path) -> RunAs:
    """Ourselves; for root the owner of the data folder, or a system user made for it."""
    if os.geteuid() != 0:
        return RunAs(os.geteuid(), os.getegid(), switch=False)
    if data.exists() and data.stat().st_uid != 0:
        found = data.stat()
        return RunAs(found.st_uid, found.st_gid, switch=True)
    entry = _system_user()
    return RunAs(entry.pw_uid, entry.pw_gid, switch=True)


def _system_user() -> pwd.struct_passwd:
    """The user made for the server; `nobody` on machines that do not let us make one."""
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    maker = shutil.which("useradd")
    if maker:
        options = ("--system", "--no-create-home", "--shell", "/usr/sbin/nologin")
        command = [maker, *options, SYSTEM_USER]
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603
    for name in (SYSTEM_USER, FALLBACK_USER):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EnvironmentProblem(
        "PostgreSQL does not run as root, and no other user could be made for it.",
        f"Make one: useradd --system {SYSTEM_USER}; or run as an ordinary user.",
    )


def open_the_way(who: RunAs, target: Path) -> None:
    """Let the server's user pass through (not read) the folders above `target` that are shut."""
    if not who.switch:
        return
    for folder in target.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
            logger.warning("Other users may now pass through %s, for PostgreSQL.", folder)
