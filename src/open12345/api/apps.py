"""The API: orders, their actions and files for programs."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from open12345.ui import context


class ApiConfig(AppConfig):
    """Face for programs."""

    name = "open12345.api"
    label = "api"
    verbose_name = "接口"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lend the page about the API to the help."""
        context.lend_page("api:docs", _("接口文档"))
