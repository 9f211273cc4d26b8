"""Collecting the files that browsers ask for under hashed names, when they have changed."""

import fcntl
import hashlib
from collections.abc import Iterator

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from open12345.project import home


def collect() -> bool:
    """Bring STATIC_ROOT up to date; False when nothing had changed. One process at a time."""
    root = home.make_folder(settings.STATIC_ROOT)
    with (settings.OPEN12345_HOME / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp, now = root / ".stamp", _fingerprint()
        if stamp.exists() and stamp.read_text() == now:
            return False
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(now)
        return True


def _fingerprint() -> str:
    return hashlib.sha256("\n".join(sorted(_files())).encode()).hexdigest()


def _files() -> Iterator[str]:
    for finder in get_finders():
        for name, storage in finder.list(None):
            modified = storage.get_modified_time(name).timestamp()
            yield f"{name} {storage.size(name)} {modified}"
