"""What the room lends to the frame: entries of the menu."""

from django.utils.translation import gettext_lazy as __

from open12345.screen.readers import READERS
from open12345.ui import navigation


def lend() -> None:
    """Register all of it; called once when the room starts."""
    hint = __("今天五句话：受理、办结、超时在谁手里、热点、紧急和预警")
    navigation.register(navigation.Entry("screen:leader", __("态势"), READERS, order=97, hint=hint))
    navigation.register(
        navigation.Entry("screen:wall", __("大屏"), READERS, order=98, hint=__("今天的受理、时限、热点和各单位，实时"))
    )
