"""The insight room."""

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """Reading room: what the orders say of places, units and matters; it never changes an order."""

    name = "open12345.insight"
    label = "insight"
    verbose_name = "研判"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lend the menu its entry, orders the way to their unit's portrait, the home page its card."""
        from open12345.insight import cards, panels  # noqa: PLC0415 - models are ready only now

        panels.lend()
        cards.lend()
