"""The index of arrived orders, and the groups found by it. No personal data, and no key of a person.

Who asked is looked up in `orders_requester` by its blind index each time: what is erased there is found nowhere.
Everything here can be made anew from the orders (`open12345 repeats index --rebuild`).
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from open12345.orders.models import WorkOrder


class Kind(models.TextChoices):
    """Why orders belong together."""

    AGAIN = "again", _("重复")
    """One person, one matter (重复来电)."""
    SENT = "sent", _("群发")
    """One text from several people."""
    MASS = "mass", _("群诉")
    """Several people, one matter, one place, within a day."""


class Wording(models.Model):
    """A text unlike those before it, of the order `first`; its near copies join it and carry no bands of their own."""

    id = models.BigAutoField(primary_key=True)
    first = models.BigIntegerField()
    bands = ArrayField(models.IntegerField(), default=list)

    class Meta:
        """Bands are looked up as they are written: no list of pending entries that a search must read through."""

        indexes: ClassVar = [GinIndex(fields=["bands"], name="repeats_bands", fastupdate=False)]


class Entry(models.Model):
    """One arrived order; `repeats` is the earlier order of the same person and matter, as known when it came."""

    order = models.OneToOneField(WorkOrder, on_delete=models.PROTECT, primary_key=True, related_name="repeat_entry")
    at = models.DateTimeField()
    wording = models.BigIntegerField()
    fingerprint = models.BigIntegerField()
    repeats = models.BigIntegerField(null=True)

    class Meta:
        """Copies by fingerprint, near copies by wording, the newest last."""

        indexes: ClassVar = [
            models.Index(fields=["fingerprint"], include=["wording"], name="repeats_print"),
            models.Index(fields=["wording", "order"], name="repeats_copies"),
        ]


class Spot(models.Model):
    """A key of the place of an order: a name in it, or the cell of its point."""

    pk = models.CompositePrimaryKey("key", "order_id")
    key = models.BigIntegerField()
    order = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="spots")


class Group(models.Model):
    """Orders that belong together, growing; `first_at` and `last_at` are when they were accepted."""

    kind = models.CharField(max_length=8, choices=Kind.choices)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    orders = models.PositiveIntegerField()
    persons = models.PositiveIntegerField()

    class Meta:
        """The newest of a kind."""

        indexes: ClassVar = [models.Index(fields=["kind", "-last_at"], name="repeats_newest")]


class Member(models.Model):
    """An order in a group; in one of each kind at most."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="members", db_index=False)
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)

    class Meta:
        """By order, and the newest orders of a group."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["order", "kind"], name="repeats_member_once")]
        indexes: ClassVar = [models.Index(fields=["group", "-order"], name="repeats_members")]
