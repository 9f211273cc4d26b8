"""The town of the screens' stories, for the home page."""

from tests.screens.conftest import at_screen, town

__all__ = ["at_screen", "town"]
