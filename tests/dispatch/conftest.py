"""The town of the stories."""

from tests.dispatch.deciding import asked_anew
from tests.orders.conftest import town

__all__ = ["asked_anew", "town"]
