"""Who calls whom: orders given to one agent, and direct answers drawn for a check. History itself is the orders'."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from open12345.directory.models import Staff
from open12345.orders.models import WorkOrder


class Ended(models.TextChoices):
    """How a task ended."""

    DONE = "done", _("已回访")
    RELEASED = "released", _("已释放")
    LAPSED = "lapsed", _("已过期")


class DirectCheck(models.Model):
    """An order answered at once that was drawn for a check (直接答复抽查), and what the call found."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="direct_checks")
    drawn_at = models.DateTimeField()
    share = models.FloatField()
    done_at = models.DateTimeField(null=True)
    by = models.BigIntegerField(null=True)
    connected = models.BooleanField(null=True)
    heard = models.CharField(max_length=10, blank=True, default="")
    solved = models.CharField(max_length=32, blank=True, default="")
    satisfied = models.CharField(max_length=32, blank=True, default="")
    unhappy = models.BooleanField(default=False)

    class Meta:
        """One open check per order."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order"], condition=Q(done_at__isnull=True), name="one_open_direct_check"),
        ]


class CallTask(models.Model):
    """An order that one agent is to call about (回访任务): theirs until done, released, or the shift is over."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="call_tasks")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.BigIntegerField(null=True)
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=10, choices=Ended.choices, blank=True, default="")

    class Meta:
        """Whoever races: one open task per order."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order"], condition=Q(ended_at__isnull=True), name="one_open_call_task"),
        ]
