"""The page of the breakers (熔断): lamps, figures, chart, history; and a person's word to hold one open or closed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.views.decorators.http import require_GET, require_POST

from open12345.directory.models import Staff
from open12345.directory.web import needs
from open12345.dispatch.automatic import breakers, figures, keys, lamps, modes, surge
from open12345.dispatch.automatic.breaker import Cause, State
from open12345.dispatch.automatic.keys import ALL, MASTER, SURGE, Key, Known
from open12345.dispatch.models import AutomaticDispatch, BreakerChange, BreakerScope
from open12345.orders import web
from open12345.orders.asked import KINDS_OF_UNIT
from open12345.orders.errors import DomainError, Refused
from open12345.orders.sight import Sight
from open12345.policy import Pack
from open12345.ui import charts
from open12345.ui.charts import Chart, Point, Series

READERS: Final = ("dispatcher", *breakers.FORCERS)
#: Changes on one page.
PAGE: Final = 25
CAUSES: Final[Mapping[str, str | Promise]] = {
    Cause.TRIPPED: __("低于下限"), Cause.PAUSE_OVER: __("暂停期满"), Cause.PROBES_KEPT: __("试放行都派准"),
    Cause.PROBE_FAILED: __("试放行派错"), Cause.FORCED: __("人工强制"), Cause.RELEASED: __("解除强制"),
    Cause.ORDINARY: __("恢复平常"),
}  # fmt: skip


class ForceForm(forms.Form):
    """Which breaker a person holds, how, and why."""

    breaker = forms.ChoiceField(label=__("对象"))
    state = forms.ChoiceField(
        label=__("怎么做"),
        choices=[
            ("open", __("停止自动派单")),
            ("closed", __("放行自动派单")),
            ("release", __("解除强制，恢复自动判断")),
        ],
    )
    reason = forms.CharField(label=__("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, pack: Pack, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["breaker"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [
            (_("全部"), [(key.name, figures.title_of(pack, key)) for key in (MASTER, ALL, SURGE)]),
            *_categories(pack), *_units(pack),
        ]  # fmt: skip


Groups = list[tuple[str, list[tuple[str, str]]]]


def _categories(pack: Pack) -> Groups:
    """Return the categories by their first level."""
    tree, found = pack.category_tree, dict[str, list[tuple[str, str]]]()
    for row in tree.top_down():
        key = Key(BreakerScope.CATEGORY, row.code)
        found.setdefault(tree.lineage(row.code)[-1].title, []).append((key.name, figures.title_of(pack, key)))
    return [(_("分类：%(title)s") % {"title": title}, some) for title, some in found.items()]


def _units(pack: Pack) -> Groups:
    """Return the units by their kind, as wherever a unit is chosen."""
    found: dict[str, list[tuple[str, str]]] = {kind: [] for kind in KINDS_OF_UNIT}
    for row in pack.unit_tree.top_down():
        found.setdefault(row.kind, []).append((Key(BreakerScope.UNIT, row.code).name, row.name))
    return [
        (_("单位：%(title)s") % {"title": KINDS_OF_UNIT.get(kind, kind)}, some)
        for kind, some in found.items() if some and kind != "centre"
    ]  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One change in words."""

    change: BreakerChange
    title: str
    lamp: lamps.Lamp
    cause: str
    figures: str
    by: str


@needs(*READERS)
@require_GET
def page(request: HttpRequest) -> HttpResponseBase:
    """Draw the page."""
    sight = web.look(request)
    first = {"breaker": request.GET.get("for", MASTER.name)}
    form = ForceForm(sight.pack, initial=first) if sight.person.has(*breakers.FORCERS) else None
    return _drawn(request, sight, form)


@needs(*READERS)
@require_GET
def lamp(request: HttpRequest) -> HttpResponseBase:
    """Draw the lamp alone, asked every half minute; 304 while nothing has changed."""
    found = lamps.lamp(web.look(request).pack)
    shown = repr((get_language(), found.colour, found.text))
    tag = f'"{hashlib.sha256(shown.encode()).hexdigest()[:24]}"'
    unchanged = get_conditional_response(request, etag=tag)
    response = unchanged or render(request, "dispatch/parts/lamp.html", {"lamp": found})
    for name, value in {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Cookie"}.items():
        response.headers[name] = value
    return response


@needs(*breakers.FORCERS)
@require_POST
def force(request: HttpRequest) -> HttpResponseBase:
    """Hold a breaker open or closed, or release it; back to the page, with what is wrong at its field."""
    sight = web.look(request)
    form = ForceForm(sight.pack, request.POST)
    if form.is_valid():
        scope, _colon, code = form.cleaned_data["breaker"].partition(":")
        asked = form.cleaned_data["state"]
        state = None if asked == "release" else State(asked)
        try:
            breakers.force(
                sight.pack, BreakerScope(scope), code, state, by=sight.person, at=sight.at,
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except Refused as refusal:
            for problem in refusal.problems:
                form.add_error(problem.field if problem.field in form.fields else None, problem.message)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已记录：%(what)s") % {"what": dict(form.fields["state"].choices)[asked]})  # type: ignore[attr-defined]
            return redirect("dispatch:breakers")
    return _drawn(request, sight, form, status=422)


def _drawn(request: HttpRequest, sight: Sight, form: ForceForm | None, status: int = 200) -> HttpResponseBase:
    known = keys.all_known(sight.pack)
    changes, more = _history(sight.pack, request.GET.get("before", ""))
    days = figures.days(sight.pack, sight.at)
    look = surge.look(sight.pack)
    context = {
        "sight": sight,
        "form": form,
        "lamp": lamps.lamp(sight.pack),
        "tops": _tops(sight.pack, known),
        "tables": [
            (_("按分类"), figures.lines(sight.pack, sight.at, known, BreakerScope.CATEGORY)),
            (_("按单位"), figures.lines(sight.pack, sight.at, known, BreakerScope.UNIT)),
        ],
        "changes": changes,
        "more": more,
        "days": [day for day in days if day.told],
        "chart": _chart(sight.pack, days),
        "rule": sight.pack.dispatching.breaker,
        "look": look,
        "floods": surge.floods(sight.pack, sight.at),
        "any": bool(known) or AutomaticDispatch.objects.exists(),
    }
    return web.private(render(request, "dispatch/breakers.html", context, status=status))


def _tops(pack: Pack, known: Mapping[Key, Known]) -> list[figures.Line]:
    """Return the switches of all; where no category is automatic a closed one lets nothing go, and is grey."""
    lines = [figures.one_line(pack, key, known) for key in (MASTER, ALL, SURGE)]
    if modes.anything_automatic(pack):
        return lines
    return [line if line.known.standing.forced else replace(line, lamp=lamps.unused()) for line in lines]


def _chart(pack: Pack, days: list[figures.Day]) -> Chart:
    """Return both rates by day, the floor across them, and pins above the days on which something was stopped."""
    rates = [Point(f"{day.day.month}-{day.day.day}", day.rate, _per_cent(day.rate)) for day in days]
    shares = [Point(f"{day.day.month}-{day.day.day}", day.share, _per_cent(day.share)) for day in days]
    chart = charts.line([Series(_("一次派准率"), rates), Series(_("自动派单占比"), shares)], unit="%")
    floor = round(100 * pack.dispatching.breaker.floor, 1)
    for one in chart.option["series"]:
        one["connectNulls"] = True
    first = chart.option["series"][0]
    first["markLine"] = {
        "symbol": "none", "silent": True, "lineStyle": {"color": "--muted", "type": "dashed"},
        "label": {"color": "--muted", "formatter": "{b}", "position": "insideStartTop"},
        "data": [{"yAxis": floor, "name": f"{_('下限')} {floor}%"}],
    }  # fmt: skip
    first["markPoint"] = {
        "symbol": "rect", "symbolSize": 10, "symbolOffset": [0, -14], "itemStyle": {"color": "--red"},
        "label": {"formatter": "{b}", "fontSize": 12, "color": "--ink", "position": "top"},
        "data": [
            {"coord": [point.label, floor if point.value is None else point.value], "name": day.stopped,
             "said": point.label, "itemStyle": {"color": "--red" if day.trips else "--muted"}}
            for point, day in zip(rates, days, strict=True) if day.stopped
        ],
    }  # fmt: skip
    return chart


def _per_cent(value: float | None) -> str:
    return "" if value is None else f"{value}%"


def _history(pack: Pack, before: str) -> tuple[list[Told], int | None]:
    """Return one page of changes, the newest first, and the place of the next page."""
    rows = BreakerChange.objects.filter(pack=pack.id).select_related("by").order_by("-pk")
    if before.isascii() and before.isdigit() and len(before) < 19:  # noqa: PLR2004 - what a bigint holds
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    return [_told(pack, row) for row in found[:PAGE]], found[PAGE - 1].pk if len(found) > PAGE else None


def _told(pack: Pack, row: BreakerChange) -> Told:
    by: Staff | None = row.by
    return Told(
        row, figures.title_of(pack, Key(BreakerScope(row.scope), row.key)), _lamp(row),
        str(CAUSES.get(row.cause, row.cause)), _figures(row.figures), by.name if by else _("系统"),
    )  # fmt: skip


def _lamp(row: BreakerChange) -> lamps.Lamp:
    return lamps.of_state(Key(BreakerScope(row.scope), row.key), State(row.state))


def _figures(told: Mapping[str, Any]) -> str:
    """Return the figures behind a change in one line."""
    parts = []
    if told.get("outcomes") and "usual" in told:
        numbers = {"n": told["outcomes"], "bad": told["bad"], "usual": round(100 * told["usual"])}
        parts.append(_("%(n)s 件中 %(bad)s 件陌生，平常占 %(usual)s%%") % numbers)
    elif told.get("outcomes"):
        numbers = {
            "n": told["outcomes"], "bad": told["bad"], "rate": round(100 * told["rate"], 1),
            "floor": round(100 * told["floor"]),
        }  # fmt: skip
        parts.append(_("%(n)s 件中 %(bad)s 件派错，一次派准 %(rate)s%%，下限 %(floor)s%%") % numbers)
    if told.get("pause_minutes"):
        parts.append(_("暂停 %(n)s 分钟") % {"n": told["pause_minutes"]})
    if told.get("classifier"):
        parts.append(_("模型 %(n)s 号") % {"n": told["classifier"]})
    return "；".join(parts)
