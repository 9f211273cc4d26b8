"""What people fill in: which paper, about what; a line of the register; when papers are made."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from open12345.facts.periods import period
from open12345.policy import Pack
from open12345.policy.reports import ReportKind
from open12345.reports import spans
from open12345.reports.composing import Matter
from open12345.reports.services import Entry, Wanted

_PERIODS = _(
    "不填就写这一种最近结束的一期；写别的一期，如年 2026、半年 2026-H1、季 2026-Q3、月 2026-10、周 2026-W46、"
    "日 2026-11-21；专题还可写 2026-11-01..2026-11-15"
)


class PaperForm(forms.Form):
    """Which kind, which period; of a special brief, about what."""

    kind = forms.ChoiceField(label=_("种类"))
    period = forms.CharField(label=_("时段"), max_length=40, required=False, help_text=_PERIODS)
    category = forms.ChoiceField(label=_("诉求分类"), required=False)
    area = forms.ChoiceField(label=_("区域"), required=False)
    name = forms.CharField(label=_("专题名称"), max_length=40, required=False)

    def __init__(self, pack: Pack, *args: Any, special: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        self.pack = pack
        kinds = special_kinds(pack) if special else pack.reports.kinds
        self._choices("kind", [(kind.code, kind.title) for kind in kinds])
        if special:
            tree = pack.category_tree
            found = [(row.code, f"{'　' * (len(tree.lineage(row.code)) - 1)}{row.title}") for row in pack.categories]
            self._choices("category", [("", _("不限")), *found])
            areas = [(row.code, row.name) for row in pack.areas if row.level in {"district", "street"}]
            self._choices("area", [("", _("不限")), *areas])
        else:
            for name in ("category", "area", "name"):
                del self.fields[name]

    def _choices(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = choices

    def clean_period(self) -> str:
        """A period is written as the facts read it; "" is the last one of the kind."""
        text = str(self.cleaned_data["period"]).strip()
        try:
            return period(text).name if text else ""
        except ValueError as error:
            raise forms.ValidationError(_("看不懂这个时段，请按下面的写法填写。")) from error

    def clean(self) -> dict[str, Any]:
        """A special brief is about something."""
        said = super().clean() or {}
        if "category" in self.fields and not (said.get("category") or said.get("area")):
            self.add_error("category", _("请选分类或者区域。"))
        return said

    def wanted(self, at: datetime) -> Wanted:
        """Return what is wanted, asked for at a moment."""
        said = self.cleaned_data
        matter = Matter(
            str(said.get("name") or "").strip(), (said["category"],) if said.get("category") else (),
            (said["area"],) if said.get("area") else ()
        )  # fmt: skip
        return Wanted(said["kind"], said["period"] or usual_period(self.pack, said["kind"], at), matter)


class EntryForm(forms.Form):
    """A paper that was issued elsewhere, as a line of the register."""

    kind = forms.ChoiceField(label=_("种类"))
    title = forms.CharField(label=_("标题"), max_length=200)
    number = forms.CharField(label=_("文号或期号"), max_length=80, required=False)
    issued_on = forms.DateField(label=_("印发日期"), widget=forms.DateInput(attrs={"type": "date"}))
    receivers = forms.CharField(
        label=_("报送对象"), max_length=400, required=False, help_text=_("用顿号分开；不填则按规则包")
    )
    instruction = forms.CharField(label=_("领导批示"), max_length=1000, required=False)
    effect = forms.CharField(label=_("成效"), max_length=1000, required=False)

    def __init__(self, pack: Pack, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(kind.code, kind.title) for kind in pack.reports.kinds]

    def entry(self) -> Entry:
        """Return the line."""
        said = self.cleaned_data
        receivers = tuple(one.strip() for one in said["receivers"].split("、") if one.strip())
        return Entry(said["kind"], said["title"], said["issued_on"], said["number"], receivers, said["instruction"],
                     said["effect"])  # fmt: skip


class PlanForm(forms.Form):
    """When papers of a kind are made."""

    hour = forms.TimeField(label=_("时刻"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    working_days = forms.BooleanField(label=_("遇休息日顺延"), required=False)
    issue = forms.BooleanField(label=_("直接签发"), required=False)
    active = forms.BooleanField(label=_("启用"), required=False)


def special_kinds(pack: Pack) -> list[ReportKind]:
    """Return the kinds that are written when a matter asks for them, not when a period ends."""
    return [kind for kind in pack.reports.kinds if kind.period is None]


def usual_period(pack: Pack, kind: str, at: datetime) -> str:
    """Return the period that a paper of a kind made now is about: the last one that ended; last week where none."""
    found = pack.reports.kind(kind)
    day = at.astimezone(pack.calendar().zone).date()
    return spans.ended_before((found.period if found else None) or "week", day).name
