"""Registration of the room with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    """The ui room."""

    name = "open12345.ui"
    label = "ui"
    verbose_name = _("界面")
