"""Forms of the register: what is looked for, and one facility."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from open12345.directory.admin_forms import UnitField
from open12345.directory.models import Unit
from open12345.policy import Pack


class Filter(forms.Form):
    """Which facilities are shown."""

    q = forms.CharField(label=_("编号、位置或权属单位"), required=False, max_length=60)
    kind = forms.ChoiceField(label=_("种类"), required=False)
    owner = UnitField(_("权属单位"), required=False)
    active = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("1", _("在用")), ("0", _("停用")), ("", _("全部"))]
    )

    def __init__(self, *args: Any, pack: Pack, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _kinds(self.fields["kind"], pack, _("全部种类"))
        owner = self.fields["owner"]
        assert isinstance(owner, UnitField)  # noqa: S101 - for the type checker
        owner.queryset = Unit.objects.filter(parent__isnull=False).order_by("path")
        owner.empty_label = str(_("全部单位"))


class FacilityForm(forms.Form):
    """A facility."""

    kind = forms.ChoiceField(label=_("种类"))
    code = forms.CharField(label=_("编号"), max_length=64, help_text=_("照牌子上的写，如 L-0123；建好后不能改。"))
    owner = UnitField(_("权属单位"))
    title = forms.CharField(label=_("名称"), max_length=100, required=False)
    place = forms.CharField(label=_("位置"), max_length=200, required=False, help_text=_("哪条路，近哪里"))
    longitude = forms.DecimalField(label=_("经度"), max_digits=9, decimal_places=6)
    latitude = forms.DecimalField(label=_("纬度"), max_digits=9, decimal_places=6)

    def __init__(self, *args: Any, pack: Pack, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _kinds(self.fields["kind"], pack, _("请选择"))
        for name in ("kind", "code"):
            self.fields[name].disabled = fixed
        if fixed:
            self.fields["code"].help_text = ""
        owner = self.fields["owner"]
        assert isinstance(owner, UnitField)  # noqa: S101 - for the type checker
        owner.queryset = Unit.objects.filter(active=True, parent__isnull=False).order_by("path")
        owner.empty_label = str(_("请选择"))

    def values(self) -> dict[str, Any]:
        """Return what was typed as the register keeps it."""
        said = self.cleaned_data
        named = {name: said[name] for name in ("title", "place", "longitude", "latitude")}
        return named | {"owner_id": said["owner"].pk}


def _kinds(field: forms.Field, pack: Pack, empty: object) -> None:
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
    field.choices = [("", str(empty)), *((kind.code, kind.title) for kind in pack.dispatching.facilities)]
