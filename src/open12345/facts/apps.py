"""The facts room."""

from django.apps import AppConfig


class FactsConfig(AppConfig):
    """Reading room: it never changes an order."""

    name = "open12345.facts"
    label = "facts"
    verbose_name = "数据"
    default_auto_field = "django.db.models.BigAutoField"
