"""The repeats room."""

from django.apps import AppConfig


class RepeatsConfig(AppConfig):
    """Records room: which orders are about one matter, found while they arrive."""

    name = "open12345.repeats"
    label = "repeats"
    verbose_name = "重复"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what makes, corrects and merges orders, and to the erasing of persons."""
        from open12345.repeats import listening, panels  # noqa: PLC0415 - models are ready only now

        listening.listen()
        panels.lend_all()
