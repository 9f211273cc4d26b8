"""The handling room."""

from django.apps import AppConfig


class HandlingConfig(AppConfig):
    """Process room: units sign, contact, go there, answer and report."""

    name = "open12345.handling"
    label = "handling"
    verbose_name = "办理"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the room's actions do, how they are asked, and the room's desks."""
        from open12345.handling import acts, asked, instructed, instructions, panels  # noqa: F401, PLC0415 - importing registers

        panels.lend()
        instructed.lend()
