"""The town of the stories, its orders indexed."""

from tests.orders.conftest import town

__all__ = ["town"]
