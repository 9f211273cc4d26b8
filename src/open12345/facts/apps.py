"""The facts room."""

from django.apps import AppConfig


class FactsConfig(AppConfig):
    """Reading room: it never changes an order."""

    name = "open12345.facts"
    label = "facts"
    verbose_name = "数据"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lend the room's pages to the frame."""
        from open12345.facts import panels  # noqa: PLC0415 - models are ready only now

        panels.lend()
