"""The notify room."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """Process room: tells people what happened to orders of theirs."""

    name = "open12345.notify"
    label = "notify"
    verbose_name = "消息"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Subscribe to the acts of which people are told; lend the bell and the card."""
        from open12345.notify import panels, telling  # noqa: PLC0415 - models are ready only now

        telling.listen()
        panels.lend()
