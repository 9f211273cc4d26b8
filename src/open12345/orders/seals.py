"""What is stored of the hourly seal over all chains, and of what still waits for it. Imported by `models`."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Anchor(models.Model):
    """The hourly seal over the heads of all chains that moved since the last one."""

    APPEND_ONLY = True

    at = models.DateTimeField()
    heads = models.PositiveIntegerField()
    prev = models.BinaryField()
    hash = models.BinaryField()


class SealedHead(models.Model):
    """One order's chain head as an anchor saw it, so that a vanished order can be named."""

    APPEND_ONLY = True

    pk = models.CompositePrimaryKey("anchor_id", "order_id")
    anchor = models.ForeignKey(Anchor, on_delete=models.DO_NOTHING, related_name="sealed", db_index=False)
    order_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    hash = models.BinaryField()

    class Meta:
        """The last seal of an order is looked up when the next is made."""

        indexes: ClassVar = [models.Index(fields=["order_id", "-seq"], name="sealed_head_order")]


class Unsealed(models.Model):
    """An event that no seal has looked at yet: noted by a trigger with the event, taken away by the seal.

    Times are told to the domain and may lie in the past; this list does not depend on them. A change that commits
    while a seal is made leaves its line for the next one.
    """

    pk = models.CompositePrimaryKey("order_id", "seq")
    order_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
