"""Making Django ready for a command, with a database that answers."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from open12345.project import connections, embedded, home
from open12345.project.cluster import Cluster
from open12345.project.problems import EnvironmentProblem


def cluster() -> Cluster:
    """The embedded server of this instance; raises where the operator named a server instead."""
    if not connections.is_embedded():
        raise EnvironmentProblem(
            f"{connections.APPLICATION_URL} names a server of your own: there is no embedded one.",
            f"Use the tools of that server, or unset {connections.APPLICATION_URL}.",
        )
    return Cluster(home.home())


def setup_django() -> None:
    """Load settings and rooms; asks nothing of the database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "open12345.project.settings")
    import django  # noqa: PLC0415 - commands that need no Django do not load it

    django.setup()


@contextmanager
def database_running() -> Iterator[None]:
    """The embedded server for as long as the block lasts, or nothing to do for an external one."""
    if not connections.is_embedded():
        yield
        return
    with embedded.running(cluster()):
        yield
