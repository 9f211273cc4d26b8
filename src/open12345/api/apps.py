"""The API: orders, their actions and files for programs."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Face for programs."""

    name = "open12345.api"
    label = "api"
    verbose_name = "接口"
    default_auto_field = "django.db.models.BigAutoField"
