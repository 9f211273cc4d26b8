"""The dispatch room."""

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    """Process room: an order finds its unit."""

    name = "open12345.dispatch"
    label = "dispatch"
    verbose_name = "派单"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the room's actions do, how they are asked, and the room's desks."""
        from open12345.dispatch import acts, asked, direct, panels  # noqa: F401, PLC0415 - importing registers
        from open12345.dispatch.automatic import asking, endings, erasing  # noqa: PLC0415 - models are ready only now
        from open12345.dispatch.facilities import panels as facilities  # noqa: PLC0415 - the same

        panels.lend()
        facilities.lend()
        endings.listen()
        asking.listen()
        erasing.listen()
