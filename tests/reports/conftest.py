"""The town of the order tests, with a folder of facts of its own."""

from tests.facts.conftest import facts_home, town, watched

__all__ = ["facts_home", "town", "watched"]
