"""The town of the screens' stories: its clock is today's."""

from tests.screens.conftest import at_screen, town

__all__ = ["at_screen", "town"]
