"""The town of the stories, its orders indexed."""

from tests.orders.conftest import settled, town

__all__ = ["settled", "town"]
