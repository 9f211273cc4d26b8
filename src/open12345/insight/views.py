"""Portraits on screen: whose there are, one of them (beside another), its hot spots for the map, and as a file."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from open12345.directory import access
from open12345.directory.csvfile import harmless
from open12345.directory.web import needs
from open12345.facts import store
from open12345.facts.links import BadQuestion, figure_url, period_of
from open12345.facts.periods import Period
from open12345.facts.wrong import explained
from open12345.insight import portrait, subjects, words
from open12345.insight.measures import Measure
from open12345.insight.portrait import Portrait
from open12345.insight.subjects import OWN_READERS, READERS, Subject
from open12345.orders import web
from open12345.orders.sight import Sight

WHOLE: Final = tuple(sorted(READERS))
SEERS: Final = tuple(sorted(READERS | OWN_READERS))


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator as the page shows it: printed, with links, and the same of the one beside it."""

    title: str
    value: str
    middle: str
    before: str
    url: str
    other: str = ""
    other_url: str = ""
    other_before: str = ""
    few: bool = False
    other_few: bool = False


@needs(*SEERS)
@require_GET
def units(request: HttpRequest) -> HttpResponseBase:
    """The units whose portraits one may open; who has one alone comes to it at once."""
    sight = web.look(request)
    found = subjects.units_for(sight.person)
    if len(found) == 1:
        return redirect("insight:unit", code=found[0].code)
    whole = subjects.sees_all(sight.person)
    rows = [row for row in sight.pack.areas if row.level in {"street", "community"}] if whole else []
    lowest = min((unit.level for unit in found), default=1)
    told = {"units": [(unit, unit.level - lowest) for unit in found], "areas": rows}
    return web.private(render(request, "insight/units.html", told))


@needs(*SEERS)
@require_GET
def unit(request: HttpRequest, code: str) -> HttpResponseBase:
    """The portrait of a unit."""
    sight = web.look(request)
    return _drawn(request, sight, subjects.unit_subject(sight.person, sight.pack, code))


@needs(*WHOLE)
@require_GET
def area(request: HttpRequest, code: str) -> HttpResponseBase:
    """The portrait of an area."""
    sight = web.look(request)
    return _drawn(request, sight, subjects.area_subject(sight.person, sight.pack, code))


def _drawn(request: HttpRequest, sight: Sight, subject: Subject) -> HttpResponseBase:
    try:
        other = _other(request, sight, subject)
        over = _period(request, sight)
        shown = portrait.draw(subject, over, person=sight.person, at=sight.at, pack=sight.pack)
        beside = portrait.draw(other, over, person=sight.person, at=sight.at, pack=sight.pack) if other else None
    except (store.NoFacts, BadQuestion) as error:
        wrong = explained(error, request)
        if isinstance(error, BadQuestion) and not wrong.url:
            wrong = replace(wrong, url=subject.url, label=_("近 %(n)s 天") % {"n": portrait.DAYS})
        return render(request, "insight/none.html", {"subject": subject, "wrong": wrong}, status=wrong.status)
    context: dict[str, Any] = {
        "sight": sight, "shown": shown, "beside": beside, "rows": _rows(shown, beside),
        "spans": _spans(sight, over), "asked": request.GET.get("period", ""), "peers": _peers(sight, subject),
        "trend": portrait.paired(shown, beside) if beside else shown.trend,
        "kind": f"{subject.kind}s",
        "minimum": sight.pack.appraisal.minimum, "apart": f"{words.APART:.0f}", **_addresses(subject, over),
    }  # fmt: skip
    return web.private(render(request, "insight/portrait.html", context))


def _addresses(subject: Subject, over: Period) -> dict[str, str]:
    """Where the open and the late orders are, and the dots of the map; the area that the map shows."""
    orders, where = reverse("orders:list"), urlencode({str(subject.kind): subject.code})
    spots_at = reverse("insight:spots", kwargs={"kind": f"{subject.kind}s", "code": subject.code})
    return {
        "open_url": f"{orders}?state=open&{where}", "late_url": f"{orders}?state=late&{where}",
        "spots_url": f"{spots_at}?{urlencode({'period': over.name})}",
        "area": subject.code if subject.kind == "area" else "",
    }  # fmt: skip


def _other(request: HttpRequest, sight: Sight, subject: Subject) -> Subject | None:
    code = request.GET.get("with", "")
    if not code or code == subject.code:
        return None
    made = subjects.unit_subject if subject.kind == "unit" else subjects.area_subject
    try:
        return made(sight.person, sight.pack, code)
    except Http404 as error:
        if not subjects.sees_all(sight.person):
            raise
        raise BadQuestion("with", code) from error


def _period(request: HttpRequest, sight: Sight) -> Period:
    """The span that is asked for, in days of the town's clock."""
    text, today = request.GET.get("period", ""), localtime(sight.at).date()
    return period_of(text, today) if text else portrait.last_days(today, portrait.DAYS)


def _spans(sight: Sight, over: Period) -> list[tuple[str, str, bool]]:
    """The spans that a page offers: address, words, whether it is shown."""
    today = localtime(sight.at).date()
    found = [(_("近 %(n)s 天") % {"n": days}, portrait.last_days(today, days)) for days in (30, 90, 365)]
    return [(span.name, title, (span.first, span.last) == (over.first, over.last)) for title, span in found]


def _peers(sight: Sight, subject: Subject) -> list[tuple[str, str]]:
    """Whom it can be put beside, for those who see all."""
    if not subjects.sees_all(sight.person):
        return []
    if subject.kind == "area":
        return [(code, sight.pack.area_tree[code].name) for code in subject.peers
                if code != subject.code and code in sight.pack.area_tree]  # fmt: skip
    names = {unit.code: unit.name for unit in subjects.units_for(sight.person)}
    return [(code, names[code]) for code in subject.peers if code != subject.code and code in names]


def _rows(shown: Portrait, beside: Portrait | None) -> list[Row]:
    """The indicators; beside another portrait, after how many orders each of the two rests on."""
    others = {one.metric.code: one for one in beside.measures} if beside else {}
    rows = [_row(one, others.get(one.metric.code)) for one in shown.measures]
    return [_volume(shown, beside), *rows] if beside else rows


def _volume(shown: Portrait, beside: Portrait) -> Row:
    own, other = shown.whole.whole, beside.whole.whole.figure
    before, then = (str(one.before.numerator) if one.before else "" for one in (own, beside.whole.whole))
    title, value = _("受理量"), str(own.figure.numerator)
    return Row(title, value, "", before, shown.whole_url, str(other.numerator), beside.whole_url, then)


def _row(one: Measure, other: Measure | None) -> Row:
    return Row(
        words.name(one), words.printed(one, one.figure.value), words.printed(one, one.middle),
        words.printed(one, one.before.value if one.before else None), figure_url(one.cut, one.part),
        words.printed(other, other.figure.value) if other else "", figure_url(other.cut, other.part) if other else "",
        words.printed(other, other.before.value if other.before else None) if other else "",
        few=not one.enough, other_few=other is not None and not other.enough,
    )  # fmt: skip


def _subject(sight: Sight, kind: str, code: str) -> Subject:
    made = {"units": subjects.unit_subject, "areas": subjects.area_subject}.get(kind)
    if made is None:
        raise Http404
    return made(sight.person, sight.pack, code)


@needs(*SEERS)
@require_GET
def spots(request: HttpRequest, kind: str, code: str) -> HttpResponseBase:
    """The squares with most orders, as dots of the map."""
    sight = web.look(request)
    subject = _subject(sight, kind, code)
    try:
        found = portrait.spots_of(subject, _period(request, sight), person=sight.person, at=sight.at, pack=sight.pack)
    except (store.NoFacts, BadQuestion):
        found = []
    told = [
        {"lon": one.lon, "lat": one.lat, "url": one.url, "title": _("%(n)s 件") % {"n": one.orders}} for one in found
    ]
    return web.private(JsonResponse({"dots": told}))


@needs(*SEERS)
@require_POST
def export(request: HttpRequest, kind: str, code: str) -> HttpResponseBase:
    """The figures of a portrait as a table, on record."""
    sight = web.look(request)
    subject = _subject(sight, kind, code)
    try:
        shown = portrait.draw(subject, _period(request, sight), person=sight.person, at=sight.at, pack=sight.pack)
    except (store.NoFacts, BadQuestion):
        return redirect(f"{subject.url}?{request.GET.urlencode()}")  # which says what is wrong
    access.record("portrait.export", by=sight.person, at=sight.at, on=f"{subject.kind}:{code}",
                  reason=shown.period.name)  # fmt: skip
    written = io.StringIO()
    csv.writer(written).writerows([harmless(str(cell)) for cell in row] for row in _table(shown))
    answer = HttpResponse("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="portrait-{subject.kind}-{code}.csv"'
    return web.private(answer)


def _table(shown: Portrait) -> list[list[object]]:
    rows: list[list[object]] = [[shown.subject.name, f"{shown.period.first} – {shown.period.last}"], []]
    rows.append([_("指标"), _("本期"), _("同组中位数"), _("上期"), _("分子"), _("分母")])
    for one in shown.measures:
        row = _row(one, None)
        rows.append([row.title, row.value, row.middle, row.before, one.figure.numerator, one.figure.denominator or ""])
    rows += [[], [_("分类"), _("本期"), _("上期")]]
    rows.extend([one.title, one.orders, one.before] for one in shown.matters)
    rows += [[], [_("月份"), _("受理量")]]
    rows.extend([point.said for point in line] for line in shown.trend.rows)
    return rows
