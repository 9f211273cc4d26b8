"""The insight room."""

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """Reading room: what the orders say of places, units and matters; it never changes an order."""

    name = "open12345.insight"
    label = "insight"
    verbose_name = "研判"
    default_auto_field = "django.db.models.BigAutoField"
