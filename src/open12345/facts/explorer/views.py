"""The explorer's page: a question in the address, its answer as a figure, a chart and a table; and as a file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from open12345.directory import exports
from open12345.directory.web import needs
from open12345.facts import links, queries, store, views
from open12345.facts.dimensions import dimension, key_text
from open12345.facts.explorer import choices, drawing, saved, sheets, table
from open12345.facts.explorer.asking import SORTS, Asked, read
from open12345.facts.explorer.fresh import fresh
from open12345.facts.links import BadQuestion
from open12345.facts.queries import Answer
from open12345.facts.views import EXPLORERS
from open12345.facts.words import rest_word, span, titled
from open12345.facts.wrong import explained
from open12345.orders import web
from open12345.orders.sight import Sight

_LONGEST: Final = 4000
_DAYS: Final = 62
_WEEKS: Final = 200


@needs(*EXPLORERS)
@require_GET
def explore(request: HttpRequest) -> HttpResponseBase:
    """Answer a question: a metric over a period, by up to two dimensions; without one, the reader's first view."""
    sight = web.look(request)
    mine = saved.of(sight.person)
    if not request.GET and mine and mine[0].own:
        return redirect(f"{request.path}?{mine[0].address}")
    try:
        asked = read(request.GET, sight.at)
        if "from" in request.GET:
            return redirect(f"{request.path}?{asked.address(period=_span(request.GET))}")
        context = _context(sight, asked)
    except (BadQuestion, store.NoFacts) as error:
        return views.refused(request, explained(error, request), "facts/explorer.html")
    view = next((one for one in mine if str(one.pk) == request.GET.get("view", "")), None)
    context |= {"saved": mine, "view": view, "changed": view is not None and view.query != asked.address()}
    return web.private(render(request, "facts/explorer.html", context))


def _span(query: QueryDict) -> str:
    """Return the span of days of the two fields; what was chosen before where one of them is empty."""
    first, last = query.get("from", ""), query.get("to", "")
    return f"{first}..{last or first}" if first else query.get("period", "")


def _ask(sight: Sight, asked: Asked, **more: Any) -> Answer:
    question = asked.question
    told = {"by": question.by, "view": question.view, **more}
    return queries.ask(
        question.metric, question.period, person=sight.person, at=sight.at, where=question.where, **told
    )  # fmt: skip


def _context(sight: Sight, asked: Asked) -> dict[str, Any]:
    answer = _ask(sight, asked)
    shown = table.shown(answer, asked)
    kinds = drawing.kinds(asked)
    chart = _chart(sight, asked, answer, shown)
    return {
        "sight": sight, "asked": asked, "answer": answer, "metric": answer.metric, "title": titled(answer.metric),
        "shown": shown, "chart": chart, "undrawn": drawing.undrawn(chart, answer, asked),
        "kind": drawing.chosen(asked),
        "kinds": [(kind, drawing.KINDS[kind], asked.address(chart=kind)) for kind in kinds] if len(kinds) > 1 else [],
        "heads": _heads(asked, answer), "wide": table.of_orders(answer.metric), "chips": choices.chips(asked, sight),
        "rest": rest_word(answer.metric.falling), "running": _running(sight, asked, answer),
        "metrics": choices.metrics(), "dimensions": choices.dimensions(), "narrowing": choices.narrowing(),
        "periods": choices.PERIODS.items(), "published": choices.published(), "sorts": _sorts(asked),
        "period": asked.over or asked.question.period.name, "fresh": fresh(sight.at, asked.question.view.as_of),
        "by": [*asked.question.by, "", ""][:2], "where": links.where_pairs(asked.question.where.items()),
        "as_of": key_text(asked.question.view.as_of), "endings": exports.ENDINGS,
        "free": asked.over not in choices.PERIODS, "address": asked.address(),
        "bare": asked.address(least=None, **dict.fromkeys(asked.question.where)),
        "more": asked.address(top=table.more(asked)) if shown.cut else "",
    }  # fmt: skip


def _running(sight: Sight, asked: Asked, answer: Answer) -> dict[str, Any] | None:
    """Return how many are not counted yet, because their limit still runs, and where they are listed."""
    view = asked.question.view
    found = queries.still_running(answer.cut, at=sight.at, view=view)
    if found is None or not found[1]:
        return None
    return {"count": found[1], "url": links.figure_url(found[0], view=replace(view, adjudicated=False))}


def _chart(sight: Sight, asked: Asked, answer: Answer, shown: table.Shown) -> Any:
    """Return the chart; of a figure alone, how it went over the period."""
    if asked.question.by:
        whole = table.shown(answer, replace(asked, top=table.EVERY)) if shown.cut else shown  # lines must not end early
        return drawing.drawn(answer, whole, asked, sight.pack)
    days = asked.question.period.days
    step = "day" if days <= _DAYS else "week" if days <= _WEEKS else "month"
    over = Asked(links.Question(asked.question.metric, asked.question.period, (step,), asked.question.where,
                                asked.question.view), "key", table.EVERY, 0, asked.chart)  # fmt: skip
    if days == 1:
        return None
    trend = _ask(sight, over)
    return drawing.drawn(trend, table.shown(trend, over), over, sight.pack)


def _heads(asked: Asked, answer: Answer) -> list[dict[str, Any]]:
    """The heads of the table: what they are called, and the address that sorts by them."""
    found: list[dict[str, Any]] = [
        {"title": titled(dimension(name)), "sort": "key" if place == 0 else "", "key": True}
        for place, name in enumerate(answer.cut.by)
    ]
    rate = answer.metric.denominator is not None
    found.append({"title": titled(answer.metric), "sort": "low" if asked.sort == "high" else "high"})
    found += [{"title": _("分子")}, {"title": rest_word(answer.metric.falling)}, {"title": _("分母")}] if rate else []
    for other, title in ((answer.before, _("上期")), (answer.year_before, _("去年同期"))):
        if other is not None:
            found.append({"title": title, "hint": span(other)})
            sort = "" if other is not answer.before else _turned(asked, answer)
            found.append({"title": _("变化"), "hint": span(other), "sort": sort})
    for head in found:
        head["url"] = asked.address(sort=head["sort"]) if head.get("sort") and asked.question.by else ""
    return found


def _turned(asked: Asked, answer: Answer) -> str:
    if answer.metric.falling is None:
        return "down" if asked.sort == "up" else "up"
    return "better" if asked.sort == "worse" else "worse"


def _sorts(asked: Asked) -> list[tuple[str, str]]:
    """The orders of rows that mean something for this metric."""
    said = {
        "key": _("按名称或时间"), "high": _("从高到低"), "low": _("从低到高"), "worse": _("变差的在前"),
        "better": _("变好的在前"), "up": _("增加的在前"), "down": _("减少的在前"),
    }  # fmt: skip
    none = {"worse", "better"} if asked.metric.falling is None else {"up", "down"}
    return [(one, said[one]) for one in SORTS if one not in none]


@needs(*EXPLORERS)
@require_GET
def values(request: HttpRequest) -> HttpResponseBase:
    """A piece of the page: the values of a dimension to narrow the question down to."""
    sight = web.look(request)
    name, wanted = request.GET.get("dimension", ""), request.GET.get("q", "")[:40]
    try:
        asked = read(QueryDict(request.GET.get("query", "")[:_LONGEST]), sight.at)
        found = list(choices.values(asked, name, wanted, sight)) if name else []
    except (BadQuestion, KeyError, store.NoFacts) as error:
        raise Http404 from error
    return web.private(render(request, "facts/parts/values.html", {"values": found, "name": name}))


@needs(*EXPLORERS)
@require_POST
def export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """Send the table, all of it, as XLSX or CSV; on record."""
    sight = web.look(request)
    query = QueryDict(request.POST.get("query", "")[:_LONGEST])
    try:
        asked = read(query, sight.at)
        answer = _ask(sight, asked)
    except (BadQuestion, store.NoFacts) as error:
        return views.refused(request, explained(error, request), "facts/explorer.html")
    whole = Asked(asked.question, asked.sort, table.EVERY, asked.least)
    lines = [row.line for row in table.shown(answer, whole).rows]
    rows = [*(sheets.cells(answer, line) for line in lines if line.key), sheets.cells(answer, answer.whole)]
    heads = sheets.heads(answer)
    made = exports.Table([head.title for head in heads], rows, len(rows), titled(answer.metric),
                         [head.decimals for head in heads])  # fmt: skip
    title = views.in_words(asked.question, answer.cut, sight)
    return exports.table_file(request, ending, "figures", title, made, at=sight.at, what=asked.address())
