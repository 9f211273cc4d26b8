"""The intake room."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Process room: a citizen's words become an order."""

    name = "open12345.intake"
    label = "intake"
    verbose_name = "受理"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the room's actions do."""
        from open12345.intake import acts  # noqa: F401, PLC0415 - importing registers
