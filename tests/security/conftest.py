"""A town and its people's browsers, as in the stories of the screens."""

from tests.screens.conftest import at_screen, settled, town

__all__ = ["at_screen", "settled", "town"]
