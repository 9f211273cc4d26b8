"""What is typed on the screens for units, areas, people, duty and audit."""

import base64
import binascii
import ipaddress
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from open12345.policy.names import AREA_LEVELS, UnitKind

from . import audit
from .import_staff import USERNAME
from .import_trees import CODE
from .models import Area, DutyShift, Staff, Unit
from .roles import STAFF_ROLES, Role

UNIT_KINDS: Final = {
    "centre": _("中心"),
    "district": _("区县"),
    "department": _("部门"),
    "town": _("镇"),
    "street": _("街道"),
    "firm": _("企业"),
    "committee": _("管委会"),
    "community": _("居村委"),
    "station": _("工作站"),
}
AREA_KINDS: Final = {
    "province": _("省"),
    "city": _("市"),
    "district": _("区县"),
    "street": _("街镇"),
    "community": _("居村"),
    "grid": _("网格"),
}
OF_PACK: Final = _("由规则包定义，要改请改规则包。")
FILE_MOST: Final = 1_500_000
"""Bytes of one file: some twenty thousand rows."""


def _indented(nodes: Iterable[Unit | Area]) -> list[tuple[str, str]]:
    """A tree as the choices of a list, deeper ones further in."""
    return [(node.code, "　" * (node.path.count("/") - 2) + node.name) for node in nodes]


class NodeForm(forms.Form):
    """A unit or an area: what both have."""

    name = forms.CharField(label=_("名称"), max_length=120)
    parent = forms.ChoiceField(label=_("上级"))
    active = forms.BooleanField(label=_("启用"), required=False, initial=True)

    def __init__(self, *args: Any, nodes: Iterable[Unit | Area] = (), of_pack: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = _indented(nodes)
        parent = self.fields["parent"]
        assert isinstance(parent, forms.ChoiceField)  # noqa: S101 - for the type checker
        known = {code for code, _name in choices}
        current = str(self.initial.get("parent", ""))
        parent.choices = [*([] if current in known else [(current, current or "—")]), *choices]
        for name in {"kind", "level"} & self.fields.keys():
            sort = self.fields[name]
            if isinstance(sort, forms.ChoiceField) and not self.initial.get(name):
                sort.choices = [("", _("请选择")), *cast("list[tuple[str, str]]", sort.choices)]
        for name in ("kind", "level", "parent"):
            if of_pack and name in self.fields:
                self.fields[name].disabled = True
                self.fields[name].required = False
                self.fields[name].help_text = OF_PACK


class UnitForm(NodeForm):
    """A unit."""

    kind = forms.ChoiceField(label=_("类别"), choices=[(kind, UNIT_KINDS[kind]) for kind in get_args(UnitKind)])
    phone = forms.CharField(label=_("电话"), max_length=120, required=False)
    field_order = ["code", "name", "kind", "phone", "parent", "active"]


class AreaForm(NodeForm):
    """An area."""

    level = forms.ChoiceField(label=_("层级"), choices=[(level, AREA_KINDS[level]) for level in AREA_LEVELS])
    field_order = ["code", "name", "level", "parent", "active"]


class CodeField(forms.RegexField):
    """The code of a node: it never changes afterwards."""

    def __init__(self) -> None:
        super().__init__(
            rf"^{CODE.pattern}\Z",
            label=_("代码"),
            help_text=_("字母、数字、点、横线，不超过 40 个；建好后不能改。"),
            error_messages={"invalid": _("只用字母、数字、点、横线，不超过 40 个。")},
        )


class NewUnitForm(UnitForm):
    """A unit that is not there yet."""

    code = CodeField()


class NewAreaForm(AreaForm):
    """An area that is not there yet."""

    code = CodeField()


class ImportForm(forms.Form):
    """A CSV file, or the one that was just tried, carried along by the page itself."""

    file = forms.FileField(
        label=_("CSV 或 XLSX 文件"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,text/csv"}),
        help_text=_("CSV 用 UTF-8 或 GB18030，XLSX 读第一张表；第一行是列名。先试运行，看清结果再导入。"),
    )
    content = forms.CharField(required=False, widget=forms.HiddenInput)
    filename = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """The bytes as `raw`, from the upload or from what the page carries."""
        data = super().clean() or {}
        upload = data.get("file")
        if upload and upload.size > FILE_MOST:
            self.add_error("file", _("文件过大：请分成每个不超过 1.5 MB 的文件。"))
            return data
        try:
            data["raw"] = upload.read() if upload else base64.b64decode(data.get("content", ""), validate=True)
        except binascii.Error:
            data["raw"] = b""
        if not data["raw"] and "file" not in self.errors:
            self.add_error("file", _("请选择文件。"))
        data["filename"] = upload.name if upload else data.get("filename", "")
        return data


class StaffImportForm(ImportForm):
    """Staff: new accounts may get one-time passwords."""

    passwords = forms.BooleanField(
        label=_("为新账号生成一次性密码"),
        required=False,
        help_text=_("只在结果页显示一次；不选则之后逐个发放密码链接。"),
    )


if TYPE_CHECKING:
    _UnitChoice = forms.ModelChoiceField[Unit]
else:
    _UnitChoice = forms.ModelChoiceField


class UnitField(_UnitChoice):
    """A unit by its code; deeper ones stand further in."""

    def __init__(self, label: object, *, required: bool = True) -> None:
        super().__init__(Unit.objects.none(), label=str(label), to_field_name="code", required=required)
        self.label = label  # type: ignore[assignment] # translated for each reader

    def label_from_instance(self, obj: Unit) -> str:
        """The name, after as many spaces as there are units above."""
        return "　" * (obj.path.count("/") - 2) + obj.name


class StaffForm(forms.Form):
    """An account."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    unit = UnitField(_("所在单位"))
    phone_ext = forms.CharField(label=_("分机"), max_length=20, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _unit_choices(self.fields["unit"])


class NewStaffForm(StaffForm):
    """An account that is not there yet, with its first post."""

    username = forms.RegexField(
        rf"^{USERNAME.pattern}\Z",
        label=_("用户名"),
        max_length=60,
        help_text=_("如工号。2 到 60 个文字、数字或 . @ + - _，建好后不能改。"),
        error_messages={"invalid": _("用 2 到 60 个文字、数字或 . @ + - _。")},
    )
    role = forms.ChoiceField(label=_("岗位"), required=False, help_text=_("可以先空着，之后再授予。"))
    field_order = ["username", "name", "unit", "phone_ext", "role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _role_choices(self.fields["role"], empty=_("暂不授予"))


class PostForm(forms.Form):
    """A post to be given."""

    role = forms.ChoiceField(label=_("角色"))
    unit = UnitField(_("单位"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _role_choices(self.fields["role"], empty=_("请选择"))
        _unit_choices(self.fields["unit"])


class ReasonForm(forms.Form):
    """Why something is done that the auditor will ask about."""

    reason = forms.CharField(label=_("原因"), max_length=200, required=False)


class StaffFilter(forms.Form):
    """Which accounts are shown."""

    q = forms.CharField(label=_("姓名或用户名"), required=False, max_length=60)
    unit = UnitField(_("单位"), required=False)
    role = forms.ChoiceField(label=_("角色"), required=False)
    active = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("1", _("启用")), ("0", _("停用")), ("", _("全部"))]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _unit_choices(self.fields["unit"], active=False, empty=_("全部单位"))
        _role_choices(self.fields["role"], empty=_("全部角色"))


def _unit_choices(field: forms.Field, *, active: bool = True, empty: object = None) -> None:
    """Let a field choose among the units, in tree order."""
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
    units = Unit.objects.order_by("path")
    field.empty_label = str(empty or _("请选择"))
    field.queryset = units.filter(active=True) if active else units


def _role_choices(field: forms.Field, empty: object) -> None:
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
    field.choices = [("", str(empty)), *((r.value, r.label) for r in Role if r.value in STAFF_ROLES)]


class ShiftForm(forms.Form):
    """A turn of duty; times that end before they begin end on the next day."""

    staff = forms.ModelChoiceField(Staff.objects.none(), label=_("人员"), empty_label=_("请选择"))
    kind = forms.ChoiceField(label=_("岗位"), choices=DutyShift.Kind.choices, initial=DutyShift.Kind.DUTY)
    date = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(
        label=_("连续到"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("空着只排一天；填了每天一班。"),
    )
    starts = forms.TimeField(label=_("开始"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(
        label=_("结束"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("不晚于开始时间即为次日。"),
    )
    phone = forms.CharField(label=_("值班电话"), max_length=40, required=False)

    def __init__(self, *args: Any, staff: QuerySet[Staff], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["staff"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = staff

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first, nor more than a month after it."""
        data = super().clean() or {}
        first, last = data.get("date"), data.get("until")
        if first and last and not first <= last <= first + timedelta(days=31):
            self.add_error("until", _("在起始日期之后的 31 天以内。"))
        return data

    def spans(self) -> list[tuple[datetime, datetime]]:
        """The beginning and end of each turn."""
        data = self.cleaned_data
        first, last = data["date"], data.get("until") or data["date"]
        starts, ends = data["starts"], data["ends"]
        later = timedelta(days=1 if ends <= starts else 0)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return [(_moment(day, starts), _moment(day + later, ends)) for day in days]


def _moment(day: Any, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))


class AuditForm(forms.Form):
    """What is looked for in the access record."""

    since = forms.DateField(label=_("从"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(label=_("到"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    who = forms.CharField(label=_("人员"), required=False, max_length=60)
    act = forms.ChoiceField(label=_("行为"), required=False)
    object = forms.CharField(label=_("对象"), required=False, max_length=120)
    ip = forms.CharField(label=_("地址"), required=False, max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, example in (("who", _("姓名或用户名")), ("object", "order:…"), ("ip", "10.1.0.0/16")):
            self.fields[name].widget.attrs["placeholder"] = example
        act = self.fields["act"]
        assert isinstance(act, forms.ChoiceField)  # noqa: S101 - for the type checker
        act.choices = [("", _("全部")), *audit.ACTS.items()]

    def clean_ip(self) -> str:
        """An address, or a network."""
        text = str(self.cleaned_data["ip"]).strip()
        try:
            return str(ipaddress.ip_network(text, strict=False)) if text else ""
        except ValueError as error:
            raise forms.ValidationError(_("写一个地址，如 10.1.2.3，或网段，如 10.1.0.0/16。")) from error

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("不能早于开始日期。"))
        return data

    def wanted(self) -> audit.Wanted:
        """The search: the last day is included."""
        data = self.cleaned_data
        since, until = _moment(data["since"], time.min), _moment(data["until"] + timedelta(days=1), time.min)
        names = {name: data[name].strip() for name in ("who", "act", "object", "ip")}
        return audit.Wanted(since=since, until=until, **names)
