"""A town and its people's browsers, as in the stories of the screens."""

from tests.screens.conftest import at_screen, town

__all__ = ["at_screen", "town"]
