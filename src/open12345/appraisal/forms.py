"""What people fill in here. What is right is decided by `services`; its problems are put at their fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from open12345.appraisal.measuring import ranked_units
from open12345.appraisal.months import Month, month_named
from open12345.appraisal.scheme import Scheme, presets
from open12345.appraisal.words import plain, spoken
from open12345.facts.metrics import BY_CODE
from open12345.orders.errors import DomainError, Refused
from open12345.policy import Pack

PREFIX = "w_"


def refused(form: forms.Form, work: Callable[[], Any]) -> Any:
    """Return what `work` made; None where the domain refused, each problem at its field then."""
    try:
        return work()
    except Refused as error:
        for problem in error.problems:
            form.add_error(problem.field if problem.field in form.fields else None, problem.message)
    except DomainError as error:
        form.add_error(None, error.message)
    return None


class MonthField(forms.CharField):
    """A month, 2026-10."""

    widget = forms.TextInput(attrs={"type": "month", "autocomplete": "off"})

    def clean(self, value: Any) -> Month:
        """Return the month."""
        text = str(super().clean(value))
        try:
            return month_named(text)
        except ValueError as error:
            raise forms.ValidationError(_("请写成 2026-10 这样的月份")) from error


class WeightsForm(forms.Form):
    """Other weights: one number for each indicator that can be counted, from which month, and why."""

    since = MonthField(label=_("自哪个月起"))
    reason = forms.CharField(label=_("理由"), max_length=300)
    preset = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, pack: Pack, scheme: Scheme | None, data: Any = None, *, preset: str = "") -> None:
        overlay = presets(pack).get(preset)
        first = overlay.weights if overlay and overlay.weights else (scheme.weights if scheme else {})
        initial = {"preset": preset if overlay else "", **{f"{PREFIX}{c}": plain(p) for c, p in first.items()}}
        super().__init__(data, initial=initial)
        codes = dict.fromkeys([*first, *(row.code for row in pack.appraisal.indicators if row.code in BY_CODE)])
        for code in codes:
            widget = forms.NumberInput(attrs={"step": "0.5", "inputmode": "decimal"})
            self.fields[f"{PREFIX}{code}"] = forms.DecimalField(
                label=spoken(pack, code), required=False, min_value=0, max_value=1000, max_digits=7,
                decimal_places=2, widget=widget,
            )  # fmt: skip

    @property
    def rows(self) -> list[forms.BoundField]:
        """The fields of the weights."""
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    def weights(self) -> dict[str, Decimal]:
        """What was typed, without what has no weight; wrong numbers are left out."""
        said = self.cleaned_data if hasattr(self, "cleaned_data") else {}
        return {
            name.removeprefix(PREFIX): value for name, value in said.items() if name.startswith(PREFIX) and value
        }  # fmt: skip

    @property
    def since_day(self) -> date:
        """The first day of the month."""
        found: Month = self.cleaned_data["since"]
        return found.first


class AdjustmentForm(forms.Form):
    """A bonus or a deduction."""

    unit = forms.ChoiceField(label=_("单位"))
    month = MonthField(label=_("月份"))
    points = forms.DecimalField(label=_("分值"), max_digits=5, decimal_places=2, help_text=_("加分为正，扣分为负"))
    reason = forms.CharField(label=_("理由"), max_length=300)
    evidence = forms.CharField(
        label=_("依据"), max_length=500, help_text=_("文件名称、文号、工单编号"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, pack: Pack, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        titles = {group.code: group.title for group in pack.appraisal.groups}
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in ranked_units(pack):
            groups.setdefault(titles[one.group], []).append((one.unit.code, one.unit.name))
        field: Any = self.fields["unit"]
        field.choices = [("", _("请选择")), *groups.items()]


class TalkForm(forms.Form):
    """What became of a talk."""

    held_on = forms.DateField(label=_("约谈日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    notes = forms.CharField(
        label=_("记录"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("不满意的原因、薄弱环节"),
    )  # fmt: skip
    outcome = forms.CharField(label=_("整改措施和结果"), max_length=300, required=False)


def typed(form: WeightsForm) -> Mapping[str, Decimal]:
    """Return the weights of a form in whatever state it is, for trying out."""
    form.is_valid()
    return form.weights()
