"""The town of the stories."""

from tests.orders.conftest import town

__all__ = ["town"]
