"""The town of the stories."""

from tests.orders.conftest import settled, town

__all__ = ["settled", "town"]
