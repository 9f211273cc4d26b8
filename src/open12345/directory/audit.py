"""Searching the access record (访问记录): for the audit administrator alone (ADM-05)."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import AccessLog, Staff

PAGE: Final = 50

ACTS: Final[Mapping[str, str | Promise]] = {
    "sign_in": _("登录"),
    "sign_out": _("退出"),
    "sign_in.failed": _("登录失败"),
    "sign_in.blocked": _("登录被暂停"),
    "sign_in.refused": _("登录被拒"),
    "password.changed": _("修改密码"),
    "second_factor.added": _("设置两步验证"),
    "second_factor.removed": _("撤销两步验证"),
    "second_factor.failed": _("两步验证失败"),
    "second_factor.reset": _("重置两步验证"),
    "unmask": _("查看隐私信息"),
    "draft.open": _("打开草稿"),
    "person.erase": _("抹除个人信息"),
    "export": _("导出工单"),
    "import.upload": _("上传导入表格"),
    "import.rejects": _("下载退回的行"),
    "audit.export": _("导出审计记录"),
    "units.export": _("导出单位"),
    "areas.export": _("导出区域"),
    "staff.export": _("导出人员"),
    "staff.create": _("新建账号"),
    "staff.change": _("修改账号"),
    "staff.deactivate": _("停用账号"),
    "staff.reactivate": _("启用账号"),
    "staff.password_link": _("发放密码链接"),
    "post.appoint": _("授予岗位"),
    "post.dismiss": _("撤销岗位"),
    "unit.create": _("新增单位"),
    "unit.change": _("修改单位"),
    "area.create": _("新增区域"),
    "area.change": _("修改区域"),
    "import.units": _("导入单位"),
    "import.areas": _("导入区域"),
    "import.staff": _("导入人员"),
    "import.facilities": _("导入设施"),
    "facilities.export": _("导出设施"),
    "facility.create": _("登记设施"),
    "facility.change": _("修改设施"),
    "facility.retire": _("停用设施"),
    "facility.restore": _("恢复设施"),
    "figures.export": _("导出数据"),
    "duty.add": _("排班"),
    "duty.change": _("调整排班"),
    "duty.remove": _("撤销排班"),
    "duty.copy": _("复制排班"),
    "pack.load": _("装载规则包"),
    "pack.in_force": _("规则包生效"),
    "job.retry": _("重试任务"),
    "api_key.create": _("发放接口密钥"),
    "api_key.revoke": _("吊销接口密钥"),
    "classifier.train": _("训练分类模型"),
    "classifier.in_force": _("启用分类模型"),
    "classifier.retired": _("停用分类模型"),
    "classifier.refused": _("未启用分类模型"),
    "appraisal.change": _("改变考核权重"),
    "appraisal.adopt": _("采用考核办法"),
    "appraisal.drop": _("不采用考核办法"),
    "appraisal.adjust": _("考核加减分"),
    "appraisal.unadjust": _("撤销考核加减分"),
    "appraisal.lock": _("锁定考核结果"),
    "appraisal.publish": _("公布考核结果"),
    "appraisal.reissue": _("更正考核结果"),
    "appraisal.talk": _("登记约谈"),
    "appraisal.include": _("撤销剔除"),
    "appraisal.export": _("导出考核排名"),
    "breaker.force": _("强制自动派单熔断或放行"),
    "dispatch.mode": _("改变派单方式"),
    "portrait.export": _("导出画像"),
    "screen.arrange": _("编排大屏"),
    "report.make": _("起草报告"),
    "report.refresh": _("刷新报告数字"),
    "report.submit": _("提交报告"),
    "report.return": _("退回报告"),
    "report.discard": _("作废报告草稿"),
    "report.issue": _("签发报告"),
    "report.register": _("登记报告"),
    "report.note": _("记录报告批示和成效"),
    "report.file": _("下载报告"),
    "report.schedule": _("设定定时报告"),
    "report.subscribe": _("订阅报告"),
}
"""What an act is called; one that is not in the list is shown by its code."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; moments are aware, `until` is excluded, `ip` an address or a network ("10.1.0.0/16")."""

    since: datetime
    until: datetime
    who: str = ""
    act: str = ""
    object: str = ""
    ip: str = ""

    def told(self) -> str:
        """The search as the access record keeps it."""
        named = {"who": self.who, "act": self.act, "object": self.object, "ip": self.ip}
        parts = [f"{self.since:%Y-%m-%d}–{self.until:%Y-%m-%d}", *(f"{k}={v}" for k, v in named.items() if v)]
        return " ".join(parts)


def search(wanted: Wanted) -> QuerySet[AccessLog]:
    """The lines that fit, the latest first."""
    found = AccessLog.objects.filter(at__gte=wanted.since, at__lt=wanted.until).select_related("staff__unit")
    if wanted.who:
        named = Staff.objects.filter(Q(name__icontains=wanted.who) | Q(username__icontains=wanted.who))
        found = found.filter(staff__in=named.values("pk"))
    if wanted.act:
        found = found.filter(act=wanted.act)
    if wanted.object:
        found = found.filter(object__startswith=wanted.object)
    if wanted.ip:
        net = ipaddress.ip_network(wanted.ip, strict=False)
        found = found.filter(ip__gte=str(net[0]), ip__lte=str(net[-1]))
    return found.order_by("-at", "-id")


def after(found: QuerySet[AccessLog], place: tuple[datetime, int] | None) -> tuple[list[AccessLog], bool]:
    """One page of the lines that come after `place` (moment and id of the last one seen), and whether more follow.

    A page deep down costs what the first does: there is no counting and no skipping.
    """
    if place:
        at, pk = place
        found = found.filter(at__lte=at).filter(Q(at__lt=at) | Q(id__lt=pk))
    rows = list(found[: PAGE + 1])
    return rows[:PAGE], len(rows) > PAGE
