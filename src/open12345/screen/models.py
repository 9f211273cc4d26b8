"""What is stored: how the modules of the display were arranged, by whom and when."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from open12345.directory.models import Staff


class Arrangement(models.Model):
    """One arrangement of the modules; the last one is in force, the earlier ones tell what was."""

    APPEND_ONLY: ClassVar[bool] = True

    modules = ArrayField(models.CharField(max_length=20))
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        """Return the codes in their order."""
        return " ".join(self.modules)
