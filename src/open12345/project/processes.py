"""The two processes of an instance, web and worker, as they run in this very process."""

import ctypes
import os
import signal
import socket
import sys
from typing import cast

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server import Server

from open12345.project import boot
from open12345.project.problems import EnvironmentProblem

SUPERVISED = "OPEN12345_SUPERVISED"
_PR_SET_PDEATHSIG = 1


def serve(host: str, port: int, *, workers: int, threads: int) -> None:
    """Answer requests until told to stop; `threads` requests at a time in each of `workers`."""
    end_with_supervisor()
    require_free_port(host, port)
    if not supervised():  # `up` has done it: this process itself needs no Django, its workers do
        boot.setup_django()
        from open12345.project import database, static  # noqa: PLC0415 - needs Django set up

        database.require_migrated()
        static.collect()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "open12345.project.settings")
    Server(
        "open12345.project.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        http1_settings=HTTP1Settings(header_read_timeout=30_000),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()


def work(concurrency: int) -> None:
    """Do jobs until told to stop; a job at hand is finished first."""
    end_with_supervisor()
    boot.setup_django()
    from procrastinate.contrib.django import app  # noqa: PLC0415 - needs Django set up
    from procrastinate.contrib.django.django_connector import DjangoConnector  # noqa: PLC0415 - the same

    from open12345.project import database  # noqa: PLC0415 - the same

    database.require_migrated()

    connector = cast("DjangoConnector", app.connector).get_worker_connector()
    with app.replace_connector(connector) as ready:
        ready.run_worker(
            name=f"{socket.gethostname()}-{os.getpid()}",
            concurrency=concurrency,
            shutdown_graceful_timeout=20,
            delete_jobs="successful",
        )


def require_free_port(host: str, port: int) -> None:
    """Raise when somebody else listens there, before anything else is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise EnvironmentProblem(
                f"Port {port} of {host} cannot be used: {error.strerror}.",
                f"Choose another one: PORT={port + 1} make demo, or --port {port + 1}",
            ) from error


def supervised() -> bool:
    """Whether `open12345 up` started this process."""
    return bool(os.environ.get(SUPERVISED))


def end_with_supervisor() -> None:
    """Let the kernel end this process when `open12345 up` dies without stopping it (Linux)."""
    if supervised() and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
