"""What the database keeps for the mirrors: which orders moved, and how far each mirror has read.

The facts themselves are files (`store`).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Touched(models.Model):
    """An order that a transaction moved, noted by triggers in that same transaction.

    `xid` is the transaction's own number. A mirror remembers which transactions it has seen (a snapshot, not a highest
    number), so one that commits late is read when it does, whatever its number or the times its events bear.
    """

    pk = models.CompositePrimaryKey("xid", "order_id")
    xid = models.BigIntegerField()
    order_id = models.BigIntegerField()
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[Touched]] = models.Manager()


class Mirror(models.Model):
    """One folder of facts, on one machine, and the snapshot up to which it has read; `at` when it last said so.

    What every mirror has read is forgotten. One that has not been heard of for a week is no longer waited for: it
    builds anew.
    """

    name = models.CharField(max_length=64, primary_key=True)
    snapshot = models.TextField()
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[Mirror]] = models.Manager()
