"""The town of the order tests, for the simulator too; and a loader's rights, where a test writes as bulk does."""

from collections.abc import Iterator

import pytest
from django.db import connection, connections
from pytest_django.plugin import DjangoDbBlocker

from open12345.project.cluster import APPLICATION, SUPERUSER
from tests.orders.conftest import town
from tests.settings import CLUSTER

__all__ = ["town"]


@pytest.fixture(scope="module")
def loader(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The tests' own connection as the loader's, who acts as the application but where `loading` is asked for."""
    if CLUSTER is None:
        pytest.skip("needs the superuser of an embedded server")
    own = connections["default"].settings_dict
    kept = {name: own[name] for name in ("USER", "PASSWORD")}
    with django_db_blocker.unblock():
        connection.close()
        own["USER"], own["PASSWORD"] = SUPERUSER, CLUSTER.passwords()[SUPERUSER]
        options = own["OPTIONS"]["options"]
        own["OPTIONS"]["options"] = f"{options} -c role={APPLICATION}"
        yield
        connection.close()
        own.update(kept)
        own["OPTIONS"]["options"] = options
