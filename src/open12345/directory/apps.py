"""Registration of the room with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    """The directory room."""

    name = "open12345.directory"
    label = "directory"
    verbose_name = _("机构与人员")
    default_auto_field = "django.db.models.BigAutoField"
