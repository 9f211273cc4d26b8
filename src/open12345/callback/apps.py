"""The callback room."""

from django.apps import AppConfig


class CallbackConfig(AppConfig):
    """Process room: the centre asks the citizen whether it is solved."""

    name = "open12345.callback"
    label = "callback"
    verbose_name = "回访"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the room's actions do, how they are asked, and the room's desks."""
        from open12345.callback import acts, asked, panels, sampling  # noqa: F401, PLC0415 - importing registers

        panels.lend()
