"""A leader's word on an order, and who still owes the answer. What was said stands in the order's records."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from open12345.directory.models import Staff, Unit
from open12345.orders.models import WorkOrder


class Instruction(models.Model):
    """A leader's instruction (批示): to a unit of the order, or to the centre where none is named."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="instructions")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    record = models.BigIntegerField()
    by = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=64, blank=True, default="")
    at = models.DateTimeField()
    reply_by = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.BigIntegerField(null=True)
    answered_by = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        """A leader looks for their own that nobody answered."""

        indexes: ClassVar = [
            models.Index(fields=["by", "at"], condition=models.Q(answered_at__isnull=True), name="instruction_open"),
        ]


class Idiom(models.Model):
    """A standing phrase (常用语) for one field: a person's, a unit's, or, with neither, the centre's for everybody."""

    staff = models.ForeignKey(Staff, null=True, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.CASCADE, related_name="+")
    field = models.CharField(max_length=80)
    text = models.TextField()
    place = models.PositiveIntegerField(default=0)
    uses = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        """Read by field; belongs to one person or one unit, not to both."""

        indexes: ClassVar = [models.Index(fields=["field", "place", "id"], name="idiom_field")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(staff__isnull=True) | models.Q(unit__isnull=True), name="idiom_one_owner"
            ),
        ]
