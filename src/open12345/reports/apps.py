"""The reports room."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Reading room: papers whose every figure carries its query."""

    name = "open12345.reports"
    label = "reports"
    verbose_name = "报告"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lend the room's entry of the menu."""
        from open12345.reports import cards, panels  # noqa: PLC0415 - models are ready only now

        cards.lend()
        panels.lend()
