"""Who may use the API: keys, what each may do (scopes), and as whom (posts)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from open12345.directory.models import Staff, Unit
from open12345.directory.roles import CENTRE_ROLES, UNIT_ROLES, Role

#: Requests a minute that a key may make when nothing else is said; 0 is without limit.
PER_MINUTE = 1200
#: Roles a key may act in: those of the centre's desks and of units, never an administrator's.
KEY_ROLES = frozenset(CENTRE_ROLES | UNIT_ROLES)


class Scope(models.TextChoices):
    """What a key may be used for at all; within it the rights of its posts decide."""

    ORDERS_READ = "orders:read", _("查看工单")
    ORDERS_WRITE = "orders:write", _("登记工单")
    ORDERS_ACT = "orders:act", _("办理工单")
    ORDERS_UNMASK = "orders:unmask", _("查看隐私信息")
    ATTACHMENTS_WRITE = "attachments:write", _("上传附件")


class ApiKey(models.Model):
    """A key of one outside system. Only the digest of its secret is kept; `prefix` finds the row."""

    prefix = models.CharField(max_length=16, unique=True)
    digest = models.BinaryField()
    name = models.CharField(_("名称"), max_length=60)
    scopes = models.JSONField(_("范围"))
    per_minute = models.PositiveIntegerField(_("每分钟请求数"), default=PER_MINUTE)
    active = models.BooleanField(_("启用"), default=True)
    expires_at = models.DateTimeField(_("到期时间"), null=True)
    last_used_at = models.DateTimeField(_("最近使用"), null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("接口密钥")

    def __str__(self) -> str:
        return f"{self.name} {self.prefix}"


class ApiPost(models.Model):
    """A role that a key acts in, for a unit."""

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="posts")
    role = models.CharField(_("角色"), max_length=20, choices=Role.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("单位"))

    class Meta:
        verbose_name = _("密钥岗位")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "role", "unit"], name="api_post_once"),
            models.CheckConstraint(condition=Q(role__in=sorted(KEY_ROLES)), name="api_post_role"),
        ]
