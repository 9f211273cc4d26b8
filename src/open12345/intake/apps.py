"""The intake room."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Process room: a citizen's words become an order."""

    name = "open12345.intake"
    label = "intake"
    verbose_name = "受理"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the room's actions do, how they are asked, and the room's desks."""
        from open12345.intake import acts, asked, keeping, panels  # noqa: F401, PLC0415 - importing registers

        panels.lend()
        keeping.listen()
