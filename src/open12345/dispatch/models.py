"""Classifiers that were trained here, each with its card; one of them is in force."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from open12345.directory.models import Staff

if TYPE_CHECKING:  # scikit-learn is loaded when a classifier is read
    from open12345.classify import Model


class Standing(models.TextChoices):
    """What became of a trained classifier."""

    TRIED = "tried", _("待启用")
    IN_FORCE = "in_force", _("在用")
    RETIRED = "retired", _("已停用")
    REFUSED = "refused", _("未启用")


class TrainedClassifier(models.Model):
    """One classifier of categories as it was trained: its file, and the card that says what from and how good.

    The file stands in the database, so that every web process of every machine finds the same one.
    """

    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    pack = models.CharField(max_length=64)
    card = models.JSONField()
    digest = models.CharField(max_length=64, unique=True)
    file = models.BinaryField()
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.TRIED)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        """One in force at a time."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pack"], condition=Q(standing="in_force"), name="one_classifier_in_force"),
            models.CheckConstraint(
                condition=Q(standing="tried", decided_at__isnull=True) | ~Q(standing="tried"),
                name="a_classifier_is_decided_on_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack} {self.pk}"

    def read(self) -> Model:
        """Return the classifier; raises `ModelFileError` where the file is damaged."""
        from open12345.classify import load  # noqa: PLC0415 - scikit-learn is loaded when a classifier is read

        with tempfile.NamedTemporaryFile() as file:
            file.write(bytes(self.file))
            file.flush()
            model, _card = load(Path(file.name))
        return model
