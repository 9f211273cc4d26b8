"""The cast of the directory's tests: one person per role, and a stranger without any."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.test import Client

from open12345.directory import packs
from open12345.directory.models import Post, Staff, Unit
from open12345.directory.person import SYSTEM, Person, person_of
from open12345.policy import Pack
from tests.cast import pack_named

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Monday 2 March 2026, 9:00 in Shanghai."""


@pytest.fixture(scope="session")
def pack() -> Pack:
    return pack_named("jiuting")


@pytest.fixture(autouse=True)
def _fresh_caches(request: pytest.FixtureRequest) -> Iterator[None]:
    packs.forget()
    yield
    if "db" in request.fixturenames:
        cache.clear()


@pytest.fixture
def loaded(db: None, pack: Pack) -> Pack:
    packs.load_pack(pack, effective_from=NOW, by=SYSTEM, at=NOW)
    return pack


@pytest.fixture
def tree(db: None) -> dict[str, Unit]:
    """A centre with two departments; one has a community with a station below it."""
    rows = [
        ("centre", None, "centre"),
        ("dept-a", "centre", "department"),
        ("dept-b", "centre", "department"),
        ("comm-1", "dept-a", "community"),
        ("station-1", "comm-1", "station"),
    ]
    units: dict[str, Unit] = {}
    for code, parent, kind in rows:
        above = units[parent] if parent else None
        path = f"{above.path if above else '/'}{code}/"
        values = {"name": code, "kind": kind, "parent": above, "path": path}
        level = path.count("/") - 1
        units[code], _ = Unit.objects.get_or_create(code=code, defaults=values | {"level": level})
    return units


Hire = Callable[..., Staff]


@pytest.fixture
def hire(tree: dict[str, Unit]) -> Hire:
    """hire("clerk", "dept-a") opens an account with that post."""

    def make(role: str | None, unit: str = "centre", username: str | None = None) -> Staff:
        staff = Staff.objects.create_user(
            username or f"{role}.{unit}", f"{role}某", "correct horse battery", unit=tree[unit]
        )
        if role:
            Post.objects.create(staff=staff, role=role, unit=tree[unit])
        return staff

    return make


@pytest.fixture
def security(hire: Hire) -> Person:
    return person_of(hire("security_admin"))


@pytest.fixture
def system(hire: Hire) -> Person:
    return person_of(hire("system_admin"))


@pytest.fixture
def stranger(hire: Hire) -> Staff:
    return hire(None, username="stranger")


@pytest.fixture
def sign_in() -> Callable[[Staff], Client]:
    def enter(staff: Staff) -> Client:
        client = Client()
        client.force_login(staff)
        return client

    return enter
