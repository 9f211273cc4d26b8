"""What is stored of notices: ids and codes alone; words are made when somebody looks."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from open12345.directory.models import Unit
from open12345.orders.models import WorkOrder


class Notice(models.Model):
    """One thing that happened, mostly to an order, for those whom it concerns (消息).

    It is for one member of staff, or for the holders of `roles` in `unit`, or, without a unit, in the centre.
    With an assignment, it exists for the unit only as long as that share of the order is the unit's.
    """

    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=24)
    staff = models.BigIntegerField(null=True)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    roles = ArrayField(models.CharField(max_length=20), default=list)
    #: None for what is about no order: it leads to the page that its facts name.
    order = models.ForeignKey(WorkOrder, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    seq = models.PositiveIntegerField()
    assignment = models.BigIntegerField(null=True)
    by = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)

    class Meta:
        """Read by whom it is for, newest first; old ones are found by their moment."""

        indexes: ClassVar = [
            models.Index(fields=["unit", "-id"], condition=Q(unit__isnull=False), name="notice_of_unit"),
            models.Index(fields=["staff", "-id"], condition=Q(staff__isnull=False), name="notice_of_staff"),
            models.Index(fields=["-id"], condition=Q(unit__isnull=True, staff__isnull=True), name="notice_of_centre"),
            models.Index(fields=["at"], name="notice_time"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(order__isnull=False) | Q(facts__has_key="page"), name="a_notice_leads_somewhere"
            ),
        ]


class NoticeSeen(models.Model):
    """How far a member of staff has seen: all notices up to `up_to`, and of the later ones those in `also`."""

    staff = models.BigIntegerField(primary_key=True)
    up_to = models.BigIntegerField(default=0)
    also = ArrayField(models.BigIntegerField(), default=list)
