"""What smart dispatch keeps: trained models, decisions and their endings, breakers, practice, facilities."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from open12345.directory.models import Staff, Unit
from open12345.orders.models import WorkOrder

if TYPE_CHECKING:  # scikit-learn is loaded when a classifier is read
    from open12345.classify import EmbeddedModel, Model


class Standing(models.TextChoices):
    """What became of a trained classifier."""

    TRIED = "tried", _("待启用")
    IN_FORCE = "in_force", _("在用")
    RETIRED = "retired", _("已停用")
    REFUSED = "refused", _("未启用")


class Learnt(models.TextChoices):
    """What a trained model tells."""

    CATEGORY = "category", _("分类")
    UNIT = "unit", _("承办单位")


class TrainedClassifier(models.Model):
    """One model as it was trained: its file, and the card that says what from and how good.

    The file stands in the database, so that every web process of every machine finds the same one.
    """

    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    pack = models.CharField(max_length=64)
    tells = models.CharField(max_length=10, choices=Learnt, default=Learnt.CATEGORY)
    card = models.JSONField()
    digest = models.CharField(max_length=64, unique=True)
    file = models.BinaryField()
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.TRIED)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        """One of each kind in force at a time."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["pack", "tells"], condition=Q(standing="in_force"), name="one_model_in_force"
            ),
            models.CheckConstraint(
                condition=Q(standing="tried", decided_at__isnull=True) | ~Q(standing="tried"),
                name="a_classifier_is_decided_on_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack} {self.pk}"

    def read(self) -> Model | EmbeddedModel:
        """Return the classifier; raises `ModelFileError` where the file is damaged."""
        from open12345.classify import load  # noqa: PLC0415 - scikit-learn is loaded when a classifier is read
        from open12345.dispatch import embedding  # noqa: PLC0415 - the same

        with tempfile.NamedTemporaryFile() as file:
            file.write(bytes(self.file))
            file.flush()
            model, _card = load(Path(file.name), embedding.service())
        return model


class Mode(models.TextChoices):
    """What the platform may do with the orders of a category."""

    OFF = "off", _("不推荐")
    SUGGEST = "suggest", _("推荐")
    AUTOMATIC = "automatic", _("自动派单")
    #: An own decision is withdrawn: what holds above holds again.
    FOLLOW = "follow", _("随上级")


class CategoryMode(models.Model):
    """What was decided for a category and those below it, by whom and on what figures; the last one holds.

    Never changed: another decision is another row, also one that withdraws the last (`follow`). `category` "" stands
    for all that nothing else is said of.
    """

    pack = models.CharField(max_length=64)
    category = models.CharField(max_length=64, blank=True, default="")
    mode = models.CharField(max_length=10, choices=Mode)
    #: Probability from which an order goes by itself (0-1); None where the mode is another one.
    threshold = models.FloatField(null=True)
    #: The accuracy that the threshold was found for (0-1).
    wanted = models.FloatField(null=True)
    #: What the replay of past months told: orders, share, accuracy, their days.
    figures = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True, default="")

    APPEND_ONLY: ClassVar[bool] = True

    class Meta:
        """The last one of a category is asked for."""

        indexes: ClassVar = [models.Index(fields=["pack", "category", "-id"], name="mode_in_force")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(mode="automatic") | Q(threshold__isnull=False), name="automatic_has_a_threshold"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.mode}"


class Decision(models.TextChoices):
    """What became of an order that the platform looked at."""

    DISPATCHED = "dispatched", _("自动派单")
    LEFT = "left", _("留给派单员")


class Ending(models.TextChoices):
    """What became of an automatic dispatch. `VOID` says nothing: withdrawn, merged or cancelled before anybody knew."""

    OPEN = "", _("办理中")
    KEPT = "kept", _("一次派准")
    VOID = "void", _("未计")
    RETURNED = "returned", _("退单")
    TAKEN_BACK = "taken_back", _("收回")
    UNDONE = "undone", _("撤销")
    REDISPATCHED = "redispatched", _("改派")


class AutomaticDispatch(models.Model):
    """One look of the platform at an order that it might dispatch by itself: everything the decision rested on.

    Written once; only `ending` and `ended_at` are filled in later, once. One that was kept at first may be lost later:
    that is noted once more (see `protection.sql`).
    """

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="automatic_dispatches")
    at = models.DateTimeField()
    #: The round that it opened; the one that a person will open, where the order was left.
    round = models.PositiveSmallIntegerField()
    decision = models.CharField(max_length=10, choices=Decision)
    #: Why an order was left (a code of `automatic.deciding.WHY`), "" for one that was dispatched.
    why = models.CharField(max_length=24, blank=True, default="")
    category = models.CharField(max_length=64, blank=True, default="")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    probability = models.FloatField(null=True)
    threshold = models.FloatField(null=True)
    classifier = models.ForeignKey(TrainedClassifier, on_delete=models.PROTECT, null=True, related_name="+")
    recommender = models.ForeignKey(TrainedClassifier, on_delete=models.PROTECT, null=True, related_name="+")
    clause = models.CharField(max_length=200, blank=True, default="")
    #: The reasons of the recommendation with their weights, the words, the features: as they were told then.
    basis = models.JSONField(default=dict)
    #: The breakers that were asked, each with its state: {"global": "closed", "category:A01": "half_open", ...}.
    breakers = models.JSONField(default=dict)
    #: Sent as a probe of a half-open breaker.
    probe = models.BooleanField(default=False)
    ending = models.CharField(max_length=12, choices=Ending, blank=True, default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Rolling windows walk the endings of a category, of a unit, and all of them."""

        indexes: ClassVar = [
            models.Index(fields=["-ended_at", "-id"], condition=~Q(ending=""), name="auto_ended"),
            models.Index(fields=["category", "-ended_at"], condition=~Q(ending=""), name="auto_ended_category"),
            models.Index(fields=["unit", "-ended_at"], condition=~Q(ending=""), name="auto_ended_unit"),
            models.Index(fields=["-at"], name="auto_at"),
            models.Index(fields=["order", "round"], condition=Q(decision="dispatched", ending=""), name="auto_open"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "round"], condition=Q(decision="dispatched"), name="dispatched_by_itself_once"
            ),
            models.CheckConstraint(
                condition=Q(decision="left") | Q(unit__isnull=False),
                name="dispatched_to_a_unit",
            ),
            models.CheckConstraint(condition=Q(ending="") | Q(ended_at__isnull=False), name="an_ending_has_its_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.decision}"


class BreakerState(models.TextChoices):
    """Whether automatic dispatch is allowed behind a breaker."""

    CLOSED = "closed", _("正常")
    OPEN = "open", _("熔断")
    HALF_OPEN = "half_open", _("试放行")


class BreakerScope(models.TextChoices):
    """What a breaker watches."""

    ALL = "global", _("全部")
    CATEGORY = "category", _("分类")
    UNIT = "unit", _("单位")
    SURGE = "surge", _("陌生事项激增")
    MASTER = "master", _("总开关")


class BreakerChange(models.Model):
    """One change of a breaker, with the figures behind it; append-only, the last row of a key is its state."""

    pack = models.CharField(max_length=64)
    scope = models.CharField(max_length=10, choices=BreakerScope)
    #: Code of the category or unit, "" for the others.
    key = models.CharField(max_length=64, blank=True, default="")
    state_from = models.CharField(max_length=10, choices=BreakerState)
    state = models.CharField(max_length=10, choices=BreakerState)
    #: tripped, pause_over, probes_kept, probe_failed, forced, released (see `automatic.breaker`).
    cause = models.CharField(max_length=16)
    #: A person's word: it holds until a person says otherwise.
    forced = models.BooleanField(default=False)
    #: Outcomes in the window, bad ones, their rate, the floor, the model's number, the last outcome's id.
    figures = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True, default="")

    APPEND_ONLY: ClassVar[bool] = True

    class Meta:
        """The last change of a key is asked for."""

        indexes: ClassVar = [
            models.Index(fields=["pack", "scope", "key", "-id"], name="breaker_now"),
            models.Index(fields=["pack", "-at"], name="breaker_history"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key} {self.state}"


class Practice(models.Model):
    """How often a unit kept, and gave back, what it was sent of a category in an area in some days (派单惯例).

    Counted from the leads of all rounds, whoever sent them; filled and refreshed by `advice.practice`. A row holds for
    its category and area and all below them, and for one day, `since`, of the last weeks, or for the older month that
    begins then. Rows with `after` tell where orders went next that `after` had given back (in `kept`).
    """

    #: "" for any.
    category = models.CharField(max_length=64, blank=True)
    #: Code of the area, "" for any.
    area = models.CharField(max_length=64, blank=True, default="")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    after = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    since = models.DateField(db_index=True)
    kept = models.PositiveIntegerField(default=0)
    back = models.PositiveIntegerField(default=0)

    class Meta:
        """One row for each."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["category", "area", "since", "unit", "after"], nulls_distinct=False, name="practice_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.area} {self.unit_id}"


class Facility(models.Model):
    """One thing in the street that somebody owns (部件): a lamp, a manhole, a bin (001 明确设施量管理权责)."""

    pack = models.CharField(max_length=64)
    #: A kind of the pack's register, e.g. `lamp`.
    kind = models.CharField(max_length=32)
    #: The number on its plate.
    code = models.CharField(max_length=64)
    title = models.CharField(max_length=100, blank=True, default="")
    owner = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=200, blank=True, default="")
    longitude = models.DecimalField(max_digits=9, decimal_places=6)
    latitude = models.DecimalField(max_digits=9, decimal_places=6)
    active = models.BooleanField(default=True)
    changed_at = models.DateTimeField()

    class Meta:
        """Found by its number, and by what stands near a point."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["pack", "kind", "code"], name="facility_once")]
        indexes: ClassVar = [
            models.Index(fields=["pack", "latitude", "longitude"], condition=Q(active=True), name="facility_near"),
            models.Index(fields=["code"], name="facility_code"),
        ]

    def __str__(self) -> str:
        return self.code


class FoundBy(models.TextChoices):
    """How it is known which facility an order is about."""

    SAID = "said", _("文中编号")
    NEAR = "near", _("距离最近")


class OrderFacility(models.Model):
    """Which facility an order is about, as far as its words and its point tell; worked out anew when they change.

    Derived, no history: nothing is kept here that the order itself does not tell. Orders whose point is coarse or
    for the centre alone are never joined by their point (`facilities.nearby`).
    """

    order = models.OneToOneField(WorkOrder, on_delete=models.CASCADE, related_name="facility")
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="orders")
    how = models.CharField(max_length=8, choices=FoundBy)
    #: Metres from the order's point, None where there is none.
    metres = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        """The orders of a facility, newest first."""

        indexes: ClassVar = [models.Index(fields=["facility", "-order"], name="orders_of_facility")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.facility_id}"


class ReplayState(models.TextChoices):
    """How far a replay is."""

    WAITING = "waiting", _("等待中")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("未完成")


class Replay(models.Model):
    """One replay of past months asked for on screen: what automatic dispatch would have done, order by order.

    `result` is what `automatic.replay` told; it is kept with the decision that rests on it (`CategoryMode.figures`).
    """

    pack = models.CharField(max_length=64)
    #: The category with all below it, "" for all.
    category = models.CharField(max_length=64, blank=True, default="")
    months = models.PositiveSmallIntegerField()
    wanted = models.FloatField()
    asked_at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=ReplayState, default=ReplayState.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True, default="")
    result = models.JSONField(default=dict)

    class Meta:
        """The last one of a category is asked for; one at a time is at work for a category."""

        indexes: ClassVar = [models.Index(fields=["pack", "category", "-id"], name="replay_last")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["pack", "category"], condition=Q(state__in=["waiting", "running"]), name="one_replay_at_work"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.state}"
