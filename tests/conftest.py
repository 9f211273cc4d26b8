"""What every test may ask for.

The session's database is made and migrated by the owner's role; tests run as the application's.
"""

import gc
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.utils import translation
from hypothesis import HealthCheck, settings
from pytest_django.plugin import DjangoDbBlocker

from open12345.directory.person import Person
from open12345.project import embedded
from open12345.project.problems import EnvironmentProblem
from tests.beds import Bed
from tests.cast import Town, jiuting
from tests.databases import Cleaner, owner_connection, test_database
from tests.settings import CLUSTER

# Where the machine keeps no compiled modules, every process that a test starts would compile all libraries again:
# ten seconds of a processor, some forty times.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

settings.register_profile("default", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("nightly", settings.get_profile("default"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

_server = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Start the embedded server for the run; several runs may share it."""
    if not CLUSTER or hasattr(config, "workerinput"):
        return
    try:
        _server.enter_context(embedded.running(CLUSTER))
    except EnvironmentProblem:  # a damaged folder: nothing in it is worth keeping
        shutil.rmtree(CLUSTER.data)
        _server.enter_context(embedded.running(CLUSTER))


#: Files of long tests.
_LONG = ("tests/project/", "tests/walks/", "tests/facts/", "tests/orders/test_random_lives.py", "tests/simulate/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first: one that began last would let the other processes wait for it."""
    items.sort(key=lambda item: next((n for n, name in enumerate(_LONG) if item.nodeid.startswith(name)), len(_LONG)))


def pytest_collection_finish() -> None:
    """What all modules hold stays until the end: garbage is sought among the rest, and less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_unconfigure() -> None:
    """Stop the server when no other run uses it."""
    gc.unfreeze()
    _server.close()


@pytest.fixture(scope="session")
def django_db_setup(worker_id: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Bed]:
    """Replaces pytest-django's own: created and migrated as owner, used as the application."""
    with django_db_blocker.unblock(), test_database(worker_id) as (name, template):
        connections["default"].settings_dict["TEST"]["NAME"] = name
        bed = Bed(name, template)
        yield bed
        connections.close_all()  # the databases are dropped next
        bed.drop()


@pytest.fixture(scope="session")
def _cleaner(django_db_setup: Bed) -> Cleaner:
    return Cleaner(django_db_setup.plain)


@pytest.fixture
def committed_db(django_db_setup: Bed, _cleaner: Cleaner, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """An empty database in which commits are real, for threads and HTTP; emptied afterwards as owner."""
    _cleaner.remember()
    with django_db_blocker.unblock(), django_db_setup.aside():
        try:
            yield
        finally:
            connections.close_all()
            _cleaner.clean()


@pytest.fixture(scope="module")
def settled(django_db_setup: Bed, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Person]]:
    """The town's pack and people, there for a whole file, and who has been looked up so far.

    What a story does is rolled back; what a file commits is gone when the next begins.
    """
    with ExitStack() as town:
        with django_db_blocker.unblock():
            town.enter_context(django_db_setup.town())
        yield {}
        with django_db_blocker.unblock():
            town.close()


@pytest.fixture
def committed_town(django_db_setup: Bed, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    """The settled town, where commits are real, for threads and HTTP."""
    with django_db_blocker.unblock(), django_db_setup.town():
        yield Town(jiuting())


@pytest.fixture
def owner_cursor(django_db_setup: Bed) -> Iterator[psycopg.Cursor[tuple[object, ...]]]:
    """A cursor of the owner's role; it commits by itself and sees only what is committed."""
    name = str(connections["default"].settings_dict["NAME"])
    with owner_connection(name) as connection, connection.cursor() as cursor:
        yield cursor


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    """Each test begins in the platform's own language, whatever page an earlier one asked for in English."""
    translation.activate(django_settings.LANGUAGE_CODE)
    yield
    translation.activate(django_settings.LANGUAGE_CODE)
