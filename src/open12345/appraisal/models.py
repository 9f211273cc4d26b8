"""What appraisal keeps: changes of weights, points given by people, results as published, exclusions, talks."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from open12345.directory.models import Unit
from open12345.orders.models import WorkOrder


class State(models.TextChoices):
    """Where a change of the scheme stands."""

    PROPOSED = "proposed", _("待采用")
    IN_FORCE = "in_force", _("已采用")
    DROPPED = "dropped", _("未采用")


class Change(models.Model):
    """Other weights, or another preset, from a day on (动态调整考核权重); rows are kept for good."""

    effective_from = models.DateField()
    weights = models.JSONField()
    preset = models.CharField(max_length=40, blank=True, default="")
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PROPOSED)
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField(null=True)
    made_by_name = models.CharField(max_length=64)
    decided_at = models.DateTimeField(null=True)
    decided_by_name = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "effective_from"], name="appraisal_change_day")]


class Adjustment(models.Model):
    """A bonus (above 0) or deduction (below) of one unit in one month, with reason and evidence (加减分)."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    points = models.DecimalField(max_digits=9, decimal_places=2)
    reason = models.CharField(max_length=300)
    evidence = models.CharField(max_length=500)
    made_at = models.DateTimeField()
    made_by_name = models.CharField(max_length=64)
    revoked_at = models.DateTimeField(null=True)
    revoked_by_name = models.CharField(max_length=64, blank=True, default="")
    revoked_why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["month", "unit"], name="appraisal_adjustment_month")]
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(points=0), name="appraisal_adjustment_some")]


class Edition(models.Model):
    """The results of a month as locked: by which scheme, of the facts of which day. Nothing of it changes afterwards.

    Number 1 is the first; later ones are corrections that say what changed.
    """

    month = models.DateField()
    number = models.PositiveSmallIntegerField(default=1)
    scheme = models.JSONField()
    facts_day = models.DateField()
    locked_at = models.DateTimeField()
    locked_by_name = models.CharField(max_length=64)
    published_at = models.DateTimeField(null=True)
    published_by_name = models.CharField(max_length=64, blank=True, default="")
    appeal_until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="")
    changes = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["month", "number"], name="appraisal_edition_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="appraisal_edition_month"),
        ]


class Result(models.Model):
    """What one unit has in one edition, in the raw and in the adjudicated view; append-only (a trigger holds it)."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="results")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit_name = models.CharField(max_length=120)
    adjudicated = models.BooleanField()
    group = models.CharField(max_length=40)
    orders = models.PositiveIntegerField()
    total = models.DecimalField(max_digits=9, decimal_places=2)
    maximum = models.DecimalField(max_digits=9, decimal_places=2)
    rank = models.PositiveSmallIntegerField(null=True)
    ranked = models.PositiveSmallIntegerField()
    band = models.CharField(max_length=40, blank=True, default="")
    listed = models.CharField(max_length=8, blank=True, default="")
    floors = models.JSONField(default=list)
    lines = models.JSONField()
    extras = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "unit", "adjudicated"], name="appraisal_result_once"),
        ]


class Exclusion(models.Model):
    """An order that does not count for one unit, by a decided appeal (剔除); lent to the facts until revoked."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    application = models.BigIntegerField(unique=True)
    made_at = models.DateTimeField()
    made_by_name = models.CharField(max_length=64)
    revoked_at = models.DateTimeField(null=True)
    revoked_by_name = models.CharField(max_length=64, blank=True, default="")
    revoked_why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["order"], condition=Q(revoked_at__isnull=True), name="appraisal_exclusion_order"),
        ]


class Talk(models.Model):
    """A unit that is called to a talk by results (约谈, 003): why, when it was held, what came of it."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="talks")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    reasons = models.JSONField()
    held_on = models.DateField(null=True)
    notes = models.CharField(max_length=1000, blank=True, default="")
    outcome = models.CharField(max_length=300, blank=True, default="")
    written_at = models.DateTimeField(null=True)
    written_by_name = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["edition", "unit"], name="appraisal_talk_once")]
