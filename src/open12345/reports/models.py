"""What is stored of papers: drafts and issued ones with every version, who gets which kind, and when each is made."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from open12345.directory.models import Staff


class State(models.TextChoices):
    """Where a paper stands."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待签发")
    ISSUED = "issued", _("已签发")
    DISCARDED = "discarded", _("已作废")


class Paper(models.Model):
    """One paper (报告): a draft until it is issued, then a line of the register.

    `content` is the text with its figures (`writing`); of a paper issued before the platform it is empty. `edition`
    rises with every change of the content: who saves an older one is told. `serial` counts a kind within a year.
    """

    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    period = models.CharField(max_length=40)
    first = models.DateField()
    last = models.DateField()
    matter = models.JSONField(default=dict)
    content = models.JSONField(default=dict)
    edition = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    by = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=64, blank=True, default="")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    submitted_by = models.BigIntegerField(null=True)
    submitted_name = models.CharField(max_length=64, blank=True, default="")
    submitted_at = models.DateTimeField(null=True)
    returned = models.CharField(max_length=400, blank=True, default="")
    issued_name = models.CharField(max_length=64, blank=True, default="")
    issued_at = models.DateTimeField(null=True)
    issued_on = models.DateField(null=True)
    year = models.PositiveSmallIntegerField(null=True)
    serial = models.PositiveIntegerField(null=True)
    number = models.CharField(max_length=80, blank=True, default="")
    receivers = ArrayField(models.CharField(max_length=120), default=list)
    instruction = models.CharField(max_length=1000, blank=True, default="")
    instructed_by = models.CharField(max_length=64, blank=True, default="")
    instructed_at = models.DateTimeField(null=True)
    effect = models.CharField(max_length=1000, blank=True, default="")

    objects: ClassVar[models.Manager[Paper]] = models.Manager()

    class Meta:
        """Listed by state, counted by kind and day; a serial number is given once."""

        indexes: ClassVar = [
            models.Index(fields=["state", "-changed_at"], name="paper_state"),
            models.Index(fields=["kind", "-issued_on"], condition=Q(state="issued"), name="paper_register"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "year", "serial"], name="paper_serial"),
            models.CheckConstraint(condition=~Q(state="issued") | Q(issued_on__isnull=False), name="paper_issued_on"),
        ]

    def __str__(self) -> str:
        """Return the title."""
        return self.title


class Version(models.Model):
    """A paper as it was: when it was made, before figures were refreshed, when it was handed on, when it was issued."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="versions")
    edition = models.PositiveIntegerField()
    content = models.JSONField()
    why = models.CharField(max_length=12)
    by = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=64, blank=True, default="")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[Version]] = models.Manager()

    class Meta:
        """In their order."""

        ordering: ClassVar = ["-pk"]


class Schedule(models.Model):
    """When papers of a kind are made by the worker: hour, days, and whether they go out at once or wait as drafts.

    `since`: periods that ended before it are not made up for. `failed` is what went wrong last, in words.
    """

    kind = models.CharField(max_length=40, unique=True)
    at = models.TimeField()
    working_days = models.BooleanField(default=False)
    issue = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    since = models.DateField()
    done = models.CharField(max_length=40, blank=True, default="")
    done_at = models.DateTimeField(null=True)
    failed = models.CharField(max_length=400, blank=True, default="")
    failures = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar[models.Manager[Schedule]] = models.Manager()


class Subscription(models.Model):
    """A member of staff is told when a paper of a kind is issued."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)

    objects: ClassVar[models.Manager[Subscription]] = models.Manager()

    class Meta:
        """A kind once per person."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["staff", "kind"], name="subscription_once")]
