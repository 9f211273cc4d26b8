"""What the intake room keeps besides orders: appointments to call back, and imports from the screen."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _

from open12345.orders.models import WorkOrder


class Result(TextChoices):
    """What came of an appointed call."""

    REACHED = "reached", _("已回电")
    UNREACHED = "unreached", _("未接通")
    NOT_NEEDED = "not_needed", _("不再需要")


class Appointment(models.Model):
    """A moment at which a citizen wants to be called back about their order (预约回电, INT-19).

    `about` is kept masked; each change leaves a note in the order's history.
    """

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    about = models.CharField(max_length=200, blank=True, default="")
    by = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_name = models.CharField(max_length=80, blank=True, default="")
    result = models.CharField(max_length=12, choices=Result.choices, blank=True, default="")

    class Meta:
        """The desk reads what is still to be done, by its moment."""

        indexes: ClassVar = [
            models.Index("at", condition=Q(done_at__isnull=True), name="appointment_open"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, result="") | (Q(done_at__isnull=False) & ~Q(result="")),
                name="appointment_result",
            ),
        ]


class Typed(models.Model):
    """What the form of a draft holds beyond the draft itself: saved while one types, and no event of history.

    A draft is written anew, with an event, when its author parks or registers it; what is typed in between stands
    here alone. `said` is the form as it was typed, sealed under the key of the draft's requester, `title` its masked
    title for lists, `phone_index` the blind index of the phone in it, by which erasing a person finds it. `page` and
    `turn` tell a page that saves on from another window.
    """

    draft = models.OneToOneField(WorkOrder, on_delete=models.CASCADE, primary_key=True, related_name="typed")
    said = models.BinaryField()
    title = models.CharField(max_length=200, blank=True, default="")
    phone_index = models.BinaryField(null=True)
    version = models.PositiveIntegerField()
    page = models.CharField(max_length=32, blank=True, default="")
    turn = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        """Few rows, found by their draft; by phone only where a person is erased."""

        indexes: ClassVar = [
            models.Index("phone_index", condition=Q(phone_index__isnull=False), name="typed_phone"),
        ]


class ImportRun(models.Model):
    """One file brought in from the screen (INT-13): what it is, how it is read, how far it got.

    `attempt` counts how often work on it was ordered: a worker that belongs to an earlier one has lost it.
    """

    class State(TextChoices):
        """From the uploaded file to its end: a worker reads it, a person says what is what, a worker takes it in."""

        QUEUED = "queued", _("正在读取")
        READING = "reading", _("正在读取")
        UPLOADED = "uploaded", _("待核对")
        WAITING = "waiting", _("排队中")
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("没有完成")

    name = models.CharField(max_length=200)
    file = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    by = models.BigIntegerField()
    at = models.DateTimeField()
    columns = models.JSONField(default=dict)
    plan = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    attempt = models.PositiveIntegerField(default=1)
    dry = models.BooleanField(default=True)
    rows = models.PositiveIntegerField(default=0)
    tally = models.JSONField(default=dict)
    message = models.CharField(max_length=400, blank=True, default="")
    ended_at = models.DateTimeField(null=True)
