"""What is typed on the administrator's screens."""

import re
from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from open12345.policy import pack_heads

from . import packs

KINDS = (("rest", _("休息")), ("work", _("上班")), ("half", _("半天上班")))


class SignInForm(LoginForm):  # type: ignore[misc] # allauth has no types
    """User name and password; a forgotten one is set anew through the security administrator."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class PackLoadForm(forms.Form):
    """Which pack on this server, and from when."""

    name = forms.ChoiceField(label=_("规则包"))
    effective_from = forms.DateTimeField(
        label=_("生效时间"),
        required=False,
        help_text=_("空着表示立即生效。"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    note = forms.CharField(label=_("说明"), max_length=200, required=False)

    def __init__(self, *args: Any, own: str = "", **kwargs: Any) -> None:
        """`own`: the pack in force, of which a new version may be loaded; another city's is compared, not offered."""
        super().__init__(*args, **kwargs)
        field = self.fields["name"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        heads = pack_heads()
        titles = {name: packs.by_language(head.title, head.title_en) for name, head in heads.items()}
        field.choices = [(name, f"{name} {titles[name]}".strip()) for name in heads]
        others = [name for name, head in heads.items() if own and head.id not in {"", own}]
        if others:
            field.widget.choices = [choice for choice in field.choices if choice[0] not in others]
            said = _("一个实例只用一个规则包。服务器上另有 %(others)s，不能在这里装载。")
            field.help_text = said % {"others": gettext("、").join(others)}


class DayForm(forms.Form):
    """A day that differs from the official calendar."""

    date = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(label=_("安排"), choices=KINDS)
    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("时限说明里会写出，如“台风停工”。"))
    hours = forms.CharField(
        label=_("工作时段"),
        required=False,
        help_text=_("半天必填，如 09:00-11:30；上班日空着按平日时段。"),
    )
    effective_from = forms.DateTimeField(
        label=_("何时起按此计算"),
        required=False,
        help_text=_("空着表示立即。"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    reason = forms.CharField(label=_("依据或原因"), max_length=180, help_text=_("文号或通知，记入审计。"))

    def rule(self) -> dict[str, Any]:
        """The values of a `DayRule`."""
        data = self.cleaned_data
        hours = [part for part in re.split(r"[,，;；、\s]+", data["hours"]) if part]
        return {"date": data["date"], "kind": data["kind"], "name": data["name"], "hours": hours}
