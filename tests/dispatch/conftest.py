"""The town of the stories."""

from tests.dispatch.deciding import asked_anew
from tests.orders.conftest import settled, town

__all__ = ["asked_anew", "settled", "town"]
