"""What is stored of a work order. No behaviour: `services.perform` is the only writer.

`Event`, `Anchor` and `SealedHead` are append-only and `StageRule` is read-only for the
application's own database user; triggers in the first migration hold that for every user.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from open12345.directory.models import Area, Unit
from open12345.orders.savedviews import SavedView
from open12345.orders.seals import Anchor, SealedHead, Unsealed
from open12345.orders.stages import (
    LIVING,
    OPEN_STATES,
    ApplicationState,
    ClockKind,
    LinkKind,
    Origin,
    RecordKind,
    Role,
    Stage,
    State,
    Urgency,
)
from open12345.policy.outlines import BOUNDS

__all__ = [
    "Anchor", "Application", "Assignment", "Attachment", "Claim", "Clock", "Event", "ForeignNumber", "IdempotencyKey",
    "Link", "Record", "Requester", "SavedView", "SealedHead", "StageRule", "Unsealed", "WorkOrder",
]  # fmt: skip


class Requester(models.Model):
    """Who asked (诉求人). Every field that names a person is sealed under the row's own key.

    Destroying `key` erases the person and leaves the order, its history and its figures.
    One row per call: the same person again is found by `phone_index`.
    """

    key = models.BinaryField(null=True)
    name = models.BinaryField(null=True)
    phone = models.BinaryField(null=True)
    id_number = models.BinaryField(null=True)
    address = models.BinaryField(null=True)
    phone_index = models.BinaryField(null=True)
    id_index = models.BinaryField(null=True)
    anonymous = models.BooleanField(default=False)
    enterprise = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        """Blind indexes only where there is something to find."""

        indexes: ClassVar = [
            models.Index("phone_index", condition=Q(phone_index__isnull=False), name="requester_phone"),
            models.Index("id_index", condition=Q(id_index__isnull=False), name="requester_id_number"),
        ]
        constraints: ClassVar = [  # whoever still had the row in hand when the person was erased writes nothing back
            models.CheckConstraint(
                condition=Q(key__isnull=False) | Q(phone_index__isnull=True, id_index__isnull=True),
                name="requester_erased",
            ),
        ]


#: What the list of orders may be filtered by, and what tells whether an order is seen at all.
_FILTERED = ("stage", "kind", "category", "urgency", "channel", "area", "lead_unit", "due_at", "created_by")


#: A point has both coordinates or none, and lies in the box of China (`policy.within_bounds`).
POINT = Q(longitude__isnull=True, latitude__isnull=True) | Q(
    longitude__isnull=False, latitude__isnull=False, longitude__range=BOUNDS[::2], latitude__range=BOUNDS[1::2]
)


class WorkOrder(models.Model):
    """One citizen request that the hotline must see to its end (工单): what is true now."""

    number = models.CharField(max_length=40, unique=True)
    origin = models.CharField(max_length=8, choices=Origin.choices, default=Origin.OWN)
    channel = models.CharField(max_length=32)
    kind = models.CharField(max_length=32)
    order_type = models.CharField(max_length=32, default="ordinary")
    category = models.CharField(max_length=64, blank=True, default="")
    urgency = models.CharField(max_length=12, choices=Urgency.choices, default=Urgency.ORDINARY)
    area = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    requester = models.ForeignKey(Requester, on_delete=models.PROTECT, related_name="orders")
    confidential = models.BooleanField(default=False)

    # Stored masked; `sealed` holds what was really said, where masking took something away.
    title = models.CharField(max_length=200)
    body = models.TextField()
    place = models.CharField(max_length=200, blank=True, default="")
    sealed = models.BinaryField(null=True)
    # Where the matter is (degrees, in the datum of the pack's outlines); coarse where `place` was masked.
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    search = SearchVectorField(null=True)

    stage = models.CharField(max_length=12, choices=Stage.choices)
    round = models.PositiveSmallIntegerField(default=0)
    lead_unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    locked_by = models.BigIntegerField(null=True)
    call_ref = models.CharField(max_length=64, blank=True, default="")
    upper_due_at = models.DateTimeField(null=True)

    # Moments and counters that lists, rules and later figures ask for.
    accepted_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    contacted_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=32, blank=True, default="")
    solved = models.CharField(max_length=32, blank=True, default="")
    satisfied = models.CharField(max_length=32, blank=True, default="")
    returns_asked = models.PositiveSmallIntegerField(default=0)
    returns_granted = models.PositiveSmallIntegerField(default=0)
    extensions = models.PositiveSmallIntegerField(default=0)
    upper_returns = models.PositiveSmallIntegerField(default=0)
    callbacks = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    urges = models.PositiveSmallIntegerField(default=0)
    reopened = models.PositiveSmallIntegerField(default=0)
    twice_unhappy = models.BooleanField(default=False)

    created_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    pack_version = models.BigIntegerField()
    head_seq = models.PositiveIntegerField()
    head_hash = models.BinaryField()

    class Meta:
        """Queues read by stage and clock; people read by requester and number, and lists by what they filter.

        The list of all orders walks `order_recent`, which holds every column that is filtered: where few orders fit,
        the index alone is read to its end (100,000 orders in a few ms) instead of the whole table. Open orders are a
        thirtieth and have an index of their own; so have the filters whose values are rare.
        """

        indexes: ClassVar = [
            models.Index(fields=["stage", "due_at", "id"], name="order_queue"),
            models.Index(fields=["-accepted_at", "-id"], include=_FILTERED, name="order_recent"),
            models.Index(
                fields=["-accepted_at", "-id"], include=["due_at"], condition=Q(stage__in=LIVING), name="order_open"
            ),
            models.Index(fields=["category", "-accepted_at", "-id"], name="order_category"),
            models.Index(fields=["channel", "-accepted_at", "-id"], name="order_channel"),
            models.Index(fields=["lead_unit", "-accepted_at", "-id"], name="order_lead"),
            models.Index(fields=["changed_at"], name="order_changed"),
            GinIndex(fields=["search"], name="order_search", fastupdate=True),
        ]
        constraints: ClassVar = [models.CheckConstraint(condition=POINT, name="order_point")]

    def __str__(self) -> str:
        """Return the number people quote."""
        return self.number


class ForeignNumber(models.Model):
    """The number another platform gave the same order; kept, searchable, never taken in twice."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="foreign_numbers")
    system = models.CharField(max_length=32)
    number = models.CharField(max_length=64, db_index=True)

    class Meta:
        """One platform uses a number once."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["system", "number"], name="foreign_number_once")]


class Link(models.Model):
    """Two orders that belong together; each is answered and counted by itself."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="links")
    other = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="linked_from")
    kind = models.CharField(max_length=16, choices=LinkKind.choices)

    class Meta:
        """A link is drawn once."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["order", "other", "kind"], name="link_once")]


class Assignment(models.Model):
    """One unit's share of an order; hangs under another assignment when handed down (逐级转派)."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="assignments")
    round = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=12, choices=Role.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    responsibility = models.CharField(max_length=16, blank=True, default="")
    principle = models.CharField(max_length=64, blank=True, default="")
    clause = models.CharField(max_length=200, blank=True, default="")
    no_return = models.BooleanField(default=False)
    question = models.TextField(blank=True, default="")
    assigned_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    contacted_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """One open top-level lead per order, whoever races."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(role=Role.LEAD, parent__isnull=True, state__in=[*OPEN_STATES, State.REPORTED]),
                name="one_open_lead",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["unit", "state", "due_at"], name="assignment_unit_queue"),
            models.Index(fields=["unit", "order"], name="assignment_unit_orders"),
        ]

    @property
    def part(self) -> str:
        """What the unit is on the order, in words: one lead, and below it whom the lead has handed it down to."""
        if self.role == Role.LEAD and self.parent_id is not None:
            return _("下级承办")
        return str(Role(self.role).label)


class Clock(models.Model):
    """One running limit. Late is `due_at` passed while neither stopped nor paused."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="clocks")
    assignment = models.ForeignKey(
        Assignment, null=True, on_delete=models.PROTECT, related_name="clocks", db_index=False
    )
    application = models.BigIntegerField(null=True)
    round = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=ClockKind.choices)
    limit = models.CharField(max_length=60)
    alarm = models.BooleanField(default=True)
    provisional = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    extended_by = models.CharField(max_length=16, blank=True, default="")
    paused_at = models.DateTimeField(null=True)
    paused_seconds = models.PositiveIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)

    class Meta:
        """The overdue watch is one scan over what is due and not stopped."""

        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                condition=Q(stopped_at__isnull=True, paused_at__isnull=True),
                name="clock_watch",
            ),
        ]


class Record(models.Model):
    """What a person wrote while working: masked for reading, sealed as written.

    Its digest is part of the event that brought it, so that a later edit shows.
    """

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="records")
    assignment = models.ForeignKey(
        Assignment, null=True, on_delete=models.PROTECT, related_name="records", db_index=False
    )
    round = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=RecordKind.choices)
    at = models.DateTimeField()
    by = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=64, blank=True, default="")
    content = models.JSONField()
    sealed = models.BinaryField(null=True)
    fingerprint = models.BinaryField(null=True)
    digest = models.BinaryField()

    class Meta:
        """Twins of a reply are found by fingerprint."""

        indexes: ClassVar = [
            models.Index("fingerprint", condition=Q(fingerprint__isnull=False), name="record_fingerprint"),
        ]


class Application(models.Model):
    """A unit asks for something that must be decided (申请): one engine for every kind."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="applications")
    assignment = models.ForeignKey(Assignment, null=True, on_delete=models.PROTECT, related_name="applications")
    round = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=32)
    state = models.CharField(max_length=12, choices=ApplicationState.choices, default=ApplicationState.PENDING)
    step = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=32)
    sub_reason = models.CharField(max_length=32, blank=True, default="")
    explanation = models.TextField(blank=True, default="")
    evidence = models.JSONField(default=dict)
    wanted = models.JSONField(default=dict)
    asked_by = models.BigIntegerField(null=True)
    asked_by_name = models.CharField(max_length=64, blank=True, default="")
    asked_unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decisions = models.JSONField(default=list)

    class Meta:
        """One open application of a kind per order."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "kind", "assignment"],
                condition=Q(state=ApplicationState.PENDING),
                nulls_distinct=False,
                name="one_open_application",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["asked_at"], condition=Q(state="pending"), name="application_inbox"),
        ]


class Attachment(models.Model):
    """A file that belongs to an order; stored outside the web root under a name of our own."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="attachments")
    record = models.ForeignKey(Record, null=True, on_delete=models.PROTECT, related_name="attachments")
    token = models.UUIDField(unique=True)
    purpose = models.CharField(max_length=32)
    filename = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.BinaryField()
    by = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=64, blank=True, default="")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Event(models.Model):
    """One line of an order's append-only, hash-chained history (流转记录): ids and facts, no persons' data."""

    APPEND_ONLY = True

    pk = models.CompositePrimaryKey("order_id", "seq")
    order = models.ForeignKey(WorkOrder, on_delete=models.DO_NOTHING, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    action = models.CharField(max_length=32)
    stage_from = models.CharField(max_length=12)
    stage_to = models.CharField(max_length=12)
    round = models.PositiveSmallIntegerField()
    assignment = models.BigIntegerField(null=True)
    actor_kind = models.CharField(max_length=8)
    actor = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=64)
    unit = models.BigIntegerField(null=True)
    pack_version = models.BigIntegerField()
    facts = models.JSONField()
    client_at = models.DateTimeField(null=True)
    prev = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        """Read by order, or by time for the figures."""

        indexes: ClassVar = [models.Index(fields=["at"], name="event_time")]


class StageRule(models.Model):
    """The superset of stage changes that the database allows, whoever writes (made from `lifecycle`)."""

    READ_ONLY = True

    pk = models.CompositePrimaryKey("stage_from", "stage_to")
    stage_from = models.CharField(max_length=12)
    stage_to = models.CharField(max_length=12)


class IdempotencyKey(models.Model):
    """A retry with the same key is answered with the first result."""

    owner = models.CharField(max_length=64)
    key = models.CharField(max_length=80)
    request = models.BinaryField()
    outcome = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        """The unique index is what serialises two tries."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "key"], name="idempotency_once")]


class Claim(models.Model):
    """Who has the order open at a desk (占有); let go on idle, never part of history."""

    order = models.OneToOneField(WorkOrder, on_delete=models.CASCADE, primary_key=True, related_name="claim")
    staff = models.BigIntegerField()
    staff_name = models.CharField(max_length=64)
    until = models.DateTimeField()
