"""The screen room."""

from django.apps import AppConfig


class ScreenConfig(AppConfig):
    """Face for leaders: the big screen and the phone view; it only asks."""

    name = "open12345.screen"
    label = "screen"
    verbose_name = "大屏"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lend the menu its entries and the home page its card."""
        from open12345.screen import cards, panels  # noqa: PLC0415 - models are ready only now

        panels.lend()
        cards.lend()
