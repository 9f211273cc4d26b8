"""The league table, the score card of a unit, and the table as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from open12345.appraisal import queries, sheets, words
from open12345.appraisal.asking import Asked, asked_of, may, not_begun, told
from open12345.appraisal.league import League, league
from open12345.appraisal.left_out import LeftOut, left_out
from open12345.appraisal.measuring import Ranked
from open12345.appraisal.models import Edition
from open12345.appraisal.months import month_of
from open12345.appraisal.scoring import Line
from open12345.directory.web import needs
from open12345.facts import store
from open12345.facts.cuts import Cut, Part
from open12345.facts.links import figure_url
from open12345.facts.metrics import BY_CODE
from open12345.facts.queries import View, excluded_from
from open12345.facts.wrong import Wrong, explained
from open12345.orders import web
from open12345.orders.sight import Sight
from open12345.ui import charts

_READERS = sorted(queries.READERS)


def _league(request: HttpRequest, sight: Sight, asked: Asked) -> tuple[League | None, Wrong | None]:
    """Return the table, or why there is none."""
    ahead = not_begun(sight, asked.month)
    if ahead is not None:
        return None, ahead
    units, opens = queries.units_seen(sight.person, sight.pack)
    all_seen = queries.sees_all(sight.person)
    if asked.edition is None and not all_seen:
        return None, Wrong(_("这个月的结果还没有公布"), _("公布之后，您可以看到本组的名次和本单位的得分说明。"))
    own = frozenset() if all_seen else opens
    try:
        found = league(
            sight.pack, asked.month, units, opens, at=sight.at, edition=asked.edition, as_of=asked.as_of, own=own
        )
    except store.NoFacts as error:
        return None, explained(error, request)
    return found, None if found else Wrong(_("这个月没有生效的考核办法"), _("规则包的 appraisal.yaml 给出第一版权重。"))


@needs(*_READERS)
@require_GET
@told
def table(request: HttpRequest) -> HttpResponseBase:
    """The league table of a month."""
    sight = web.look(request)
    asked = asked_of(request, sight)
    shown, wrong = _league(request, sight, asked)
    this_month = month_of(queries.today(sight.pack, sight.at))
    context = {
        "sight": sight, "asked": asked, "shown": shown, "wrong": wrong, "tab": "table", **may(sight),
        "own_codes": queries.units_seen(sight.person, sight.pack)[1],
        "before": asked.month.back(), "after": asked.month.next() if asked.month < this_month else None,
        "over": asked.month < this_month, "items": "items" in request.GET,
        "item_titles": [words.spoken(sight.pack, item.code, item.title) for item in shown.adjudicated.scheme.items]
        if shown else [],
        "editions": Edition.objects.filter(month=asked.month.first, published_at__isnull=False).order_by("number"),
        "days": [day for day in reversed(store.published()) if day >= asked.month.first][:60] if shown else [],
    }  # fmt: skip
    return web.private(render(request, "appraisal/table.html", context))


@needs(*_READERS)
@require_POST
@told
def export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The table as a file."""
    if ending not in {"csv", "xlsx"}:
        raise Http404
    sight = web.look(request)
    request.GET = request.POST.copy()  # type: ignore[assignment]  # the same question, from the form
    shown, wrong = _league(request, sight, asked_of(request, sight))
    if shown is None:
        messages.error(request, wrong.title if wrong else "")
        return redirect("appraisal:table")
    return sheets.table_file(request, shown, ending, sight.at)


# -- the score card ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """One line of a score card: what happened in words, where its orders are, and which of them do not count.

    `whole`: numerator and denominator before anything was left out, where that differs.
    """

    line: Line
    title: str
    rule: str
    why: str
    points: str
    maximum: str
    lost: str
    raw: str
    url: str
    part: str
    whole: str
    out: LeftOut | None


@needs(*_READERS)
@require_GET
@told
def card(request: HttpRequest, code: str) -> HttpResponseBase:
    """The score card of a unit: each point that was lost, in words, with its orders."""
    sight = web.look(request)
    units, opens = queries.units_seen(sight.person, sight.pack)
    one = next((row for row in units if row.unit.code == code), None)
    if one is None or code not in opens:
        raise Http404
    asked = asked_of(request, sight)
    shown, wrong = _league(request, sight, asked)
    row = next((row for group in shown.groups for row in (*group.rows, *group.unranked) if row.unit.unit.code == code),
               None) if shown else None  # fmt: skip
    lines = _told(sight, shown, one) if shown and row else []
    context = {
        "sight": sight, "asked": asked, "shown": shown, "row": row, "one": one, "wrong": wrong, "lines": lines,
        "tab": "table", **may(sight), "trend": _trend(one, shown) if shown else None,
        "maximum": words.plain(row.score.maximum) if row else "",
        "lost": words.plain(sum((told.line.lost for told in lines), Decimal(0))),
        "extras": [(words.plain(extra.points), extra) for extra in row.score.extras] if row else [],
        "window": asked.edition.appeal_until if asked.edition else None,
        "open_window": bool(asked.edition and asked.edition.appeal_until and sight.at <= asked.edition.appeal_until),
    }  # fmt: skip
    return web.private(render(request, "appraisal/card.html", context))


def _told(sight: Sight, shown: League, one: Ranked) -> list[Told]:
    code = one.unit.code
    raw = {line.code: line for line in shown.raw.scores[code].lines}
    items = {item.code: item for item in shown.adjudicated.scheme.items}
    as_of = shown.edition.facts_day if shown.edition else shown.as_of
    lines = shown.adjudicated.scores[code].lines
    out = left_out(sight, one, [line.code for line in lines if not _uncounted(line)], shown.month.period, as_of)
    return [
        _line(
            line, words.spoken(sight.pack, line.code, line.title), raw[line.code], words.rule_of(items[line.code]),
            _url(sight, shown, one, line, as_of), out.get(line.code),
        )
        for line in lines
    ]  # fmt: skip


def _uncounted(line: Line) -> bool:
    return line.why in {"stub", "missing"}


def _line(line: Line, title: str, raw: Line, rule: str, url: str, out: LeftOut | None) -> Told:
    made, whole = words.made_of(line), words.made_of(raw)
    return Told(
        line, title, rule, words.lost_why(line), words.plain(line.points), words.plain(line.maximum),
        words.plain(line.lost), words.plain(raw.points), url, part_lost(line), whole if whole != made else "", out,
    )  # fmt: skip


def _url(sight: Sight, shown: League, one: Ranked, line: Line, as_of: date | None) -> str:
    """Where the orders of a line are: those that cost points, else those that it counts; "" where there are none."""
    if line.code not in BY_CODE or line.why or line.value.number is None:
        return ""
    if line.value.denominator is None and not line.value.numerator:
        return ""
    exclusions = excluded_from(BY_CODE[line.code], sight.pack)
    cut = Cut(line.code, shown.month.period, (), ((one.way, one.unit.code),), None, exclusions)
    view = View(as_of=as_of, adjudicated=True)
    return figure_url(cut, part_lost(line), view)


def part_lost(line: Line) -> Part:
    """Return which orders cost the points: those not counted above, or where less is better, those that are.

    Of a line without a loss all that it counts.
    """
    if not line.lost and line.value.denominator is not None and line.rule != "share_of_group":
        return "denominator"
    metric = BY_CODE.get(line.code)
    counted = metric is None or metric.denominator is None or metric.falling or line.rule == "deduction"
    return "numerator" if counted else "rest"


def _trend(one: Ranked, shown: League) -> charts.Chart | None:
    """Return the totals of the last year, published months alone."""
    months = [shown.month.back(n) for n in range(11, 0, -1)]
    code = one.unit.code
    found = [(month, rows[code]) for month, rows in queries.places([code], months).items() if code in rows]
    points = [charts.Point(str(month), float(score.total), f"{score.total:.2f}") for month, score in found]
    total = shown.adjudicated.scores[code].total
    points.append(charts.Point(str(shown.month), float(total), f"{total:.2f}"))
    if len(points) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    return charts.line([charts.Series(_("总分"), points)], head=_("月份"))
