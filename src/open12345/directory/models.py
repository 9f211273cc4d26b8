"""What is stored: units, areas, staff and their posts, versions of the pack, who looked at what."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Upper
from django.utils.translation import gettext_lazy as _

from .roles import ADMINISTRATORS, STAFF_ROLES, Role

__all__ = [
    "AccessLog",
    "Area",
    "AreaOutlines",
    "DutyShift",
    "PackInForce",
    "PackVersion",
    "Post",
    "Role",
    "Staff",
    "Unit",
]


def own_code_ends_path() -> Q:
    """The condition that a path ends with the row's own code."""
    return Q(path__endswith=Concat(Value("/"), F("code"), Value("/")))


class Unit(models.Model):
    """One unit that may act (承办单位), a node of the unit tree.

    `path` holds the codes from the root down, "/centre/community/station/", so that a subtree
    is one prefix scan. `from_pack` marks what the pack brought and may switch off again; the
    rest came by import or by hand. `local` holds what was changed here against the pack (name,
    phone, active): it outlives the next version. Only `trees` writes here.
    """

    code = models.CharField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    kind = models.CharField(_("类别"), max_length=20)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级"),
    )
    path = models.CharField(max_length=400)
    level = models.PositiveSmallIntegerField(default=1)
    active = models.BooleanField(_("启用"), default=True)
    phone = models.CharField(_("电话"), max_length=120, blank=True, default="")
    synthetic = models.BooleanField(_("示意"), default=False)
    from_pack = models.BooleanField(default=False)
    local = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("承办单位")
        indexes = [models.Index(fields=["path"], name="directory_unit_path", opclasses=["varchar_pattern_ops"])]
        constraints = [
            models.CheckConstraint(condition=own_code_ends_path(), name="directory_unit_path_own"),
            models.CheckConstraint(condition=~Q(code__contains="/"), name="directory_unit_code"),
        ]

    def __str__(self) -> str:
        return self.name


class Area(models.Model):
    """One area (区域/网格), a node of the area tree; its outline is in the pack's `AreaOutlines`."""

    code = models.CharField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    level = models.CharField(_("层级"), max_length=20)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级"),
    )
    path = models.CharField(max_length=400)
    active = models.BooleanField(_("启用"), default=True)
    from_pack = models.BooleanField(default=False)
    local = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("区域")
        indexes = [models.Index(fields=["path"], name="directory_area_path", opclasses=["varchar_pattern_ops"])]
        constraints = [
            models.CheckConstraint(condition=own_code_ends_path(), name="directory_area_path_own"),
            models.CheckConstraint(condition=~Q(code__contains="/"), name="directory_area_code"),
        ]

    def __str__(self) -> str:
        return self.name


class StaffManager(BaseUserManager["Staff"]):
    """Makes accounts; there is no superuser, an account can do what its posts allow."""

    def create_user(self, username: str, name: str, password: str | None = None, **fields: Any) -> "Staff":
        """Save a new account; without a password nobody can sign in to it by password."""
        staff = self.model(username=Staff.normalize_username(username), name=name, **fields)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff


class Staff(AbstractBaseUser):
    """One account of one member of staff; rights come from its posts."""

    username = models.CharField(_("用户名"), max_length=60, unique=True)
    name = models.CharField(_("姓名"), max_length=60)
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="staff",
        verbose_name=_("所在单位"),
    )
    phone_ext = models.CharField(_("分机"), max_length=20, blank=True, default="")
    is_active = models.BooleanField(_("启用"), default=True)
    is_demo = models.BooleanField(_("演示账号"), default=False)
    password_expired = models.BooleanField(_("须修改密码"), default=False)

    objects: ClassVar[StaffManager] = StaffManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("工作人员")
        constraints = [models.UniqueConstraint(Upper("username"), name="directory_staff_username_any_case")]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """A role that a member of staff holds in a unit.

    The database itself refuses a second administrator post (三员) on one account.
    """

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="posts", verbose_name=_("人员"))
    role = models.CharField(_("角色"), max_length=20, choices=Role.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts", verbose_name=_("单位"))

    class Meta:
        verbose_name = _("岗位")
        constraints = [
            models.UniqueConstraint(fields=["staff", "role", "unit"], name="directory_post_once"),
            models.UniqueConstraint(
                fields=["staff"],
                condition=Q(role__in=sorted(ADMINISTRATORS)),
                name="directory_post_one_administrator",
                violation_error_message=_("一个账号只能担任一种管理员（三员分立）。"),
            ),
            models.CheckConstraint(condition=Q(role__in=sorted(STAFF_ROLES)), name="directory_post_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.role} {self.unit_id}"


class DutyShift(models.Model):
    """One turn of duty (值班): who answers for a unit from one moment to another, and on which phone.

    The days of a turn that passes midnight are those that it touches. Turns may overlap: a leader
    and a person on duty stand side by side.
    """

    class Kind(models.TextChoices):
        """What the person is there for."""

        LEADER = "leader", _("带班领导")
        DUTY = "duty", _("值班人员")
        STANDBY = "standby", _("备班")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="shifts", verbose_name=_("单位"))
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="shifts", verbose_name=_("人员"))
    kind = models.CharField(_("岗位"), max_length=10, choices=Kind.choices, default=Kind.DUTY)
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    phone = models.CharField(_("值班电话"), max_length=40, blank=True, default="")

    class Meta:
        verbose_name = _("值班")
        indexes = [models.Index(fields=["unit", "starts_at"], name="directory_shift_unit")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="directory_shift_ends"),
            models.UniqueConstraint(fields=["unit", "staff", "kind", "starts_at"], name="directory_shift_once"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.starts_at:%F %H:%M} {self.staff_id}"


class PackVersion(models.Model):
    """One version of the policy pack, as it was read; never changed afterwards."""

    APPEND_ONLY: ClassVar[bool] = True

    pack_id = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    content = models.JSONField()
    effective_from = models.DateTimeField()
    loaded_at = models.DateTimeField()
    loaded_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("规则包版本")
        indexes = [models.Index(fields=["effective_from", "id"], name="directory_pack_from")]

    def __str__(self) -> str:
        return f"{self.pack_id} {self.pk}"


class AreaOutlines(models.Model):
    """The outlines of a pack's areas, once for all versions that have the same.

    Apart from the areas, so that no list of orders reads a polygon, and from the versions, so that a holiday does not
    copy them. `content` is what `policy.Outlines.shapes` holds, by code of the area.
    """

    APPEND_ONLY: ClassVar[bool] = True

    digest = models.CharField(max_length=64, unique=True)
    content = models.JSONField()

    class Meta:
        verbose_name = _("区域轮廓")

    def __str__(self) -> str:
        return self.digest[:12]


class PackInForce(models.Model):
    """A moment at which a version came into force here: trees updated, subscribers told.

    Also written when the official calendar learns a year (`calendar_until`), because clocks
    must be computed anew then too.
    """

    APPEND_ONLY: ClassVar[bool] = True

    version = models.ForeignKey(PackVersion, models.PROTECT, related_name="in_force")
    at = models.DateTimeField()
    calendar_until = models.DateField()

    class Meta:
        verbose_name = _("规则包生效")

    def __str__(self) -> str:
        return f"{self.version_id} {self.at:%F %T}"


class AccessLog(models.Model):
    """Who did what with which object: sign-in, unmasking, export, rights, packs (for the auditor).

    `object` names the thing without personal data, e.g. "order:6211…", "staff:17".
    """

    APPEND_ONLY: ClassVar[bool] = True

    at = models.DateTimeField()
    staff = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    act = models.CharField(max_length=40)
    object = models.CharField(max_length=120, blank=True, default="")
    reason = models.CharField(max_length=400, blank=True, default="")
    ip = models.GenericIPAddressField(null=True)

    class Meta:
        verbose_name = _("访问记录")
        indexes = [
            models.Index(fields=["-at"], name="directory_access_at"),
            models.Index(fields=["staff", "-at"], name="directory_access_staff"),
            models.Index(fields=["object"], name="directory_access_object"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.act}"
