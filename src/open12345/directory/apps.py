"""Registration of the room with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    """The directory room."""

    name = "open12345.directory"
    label = "directory"
    verbose_name = _("机构与人员")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Subscribe to sign-ins, tell the frame the centre's name, lend the menu its entries."""
        from . import cards, panels, signin  # noqa: PLC0415 - models are ready only now

        signin.connect()
        panels.lend()
        cards.lend()
