"""The explorer's pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from open12345.directory.web import needs
from open12345.facts import links, queries, store
from open12345.facts.dimensions import DIMENSIONS
from open12345.facts.links import BadQuestion
from open12345.facts.metrics import METRICS
from open12345.facts.views import EXPLORERS, read, refused
from open12345.facts.words import titled
from open12345.facts.wrong import explained
from open12345.orders import web


@needs(*EXPLORERS)
@require_GET
def explore(request: HttpRequest) -> HttpResponseBase:
    """Answer a question in a table: a metric over a period, by up to two dimensions."""
    sight = web.look(request)
    try:
        asked = read(request.GET, sight.at)
        answer = queries.ask(
            asked.metric, asked.period, person=sight.person, at=sight.at, by=asked.by[:2], where=asked.where,
            view=asked.view,
        )  # fmt: skip
    except (BadQuestion, store.NoFacts) as error:
        return refused(request, explained(error, request), "facts/explorer.html")
    lines = [(line, links.figure_url(answer.cell(line.key), view=asked.view)) for line in answer.lines]
    context = {
        "asked": asked, "answer": answer, "lines": lines, "whole_url": links.figure_url(answer, view=asked.view),
        "metrics": [(one.code, titled(one)) for one in METRICS],
        "dimensions": [(one.name, titled(one)) for one in DIMENSIONS.values()],
        "heads": [titled(DIMENSIONS[name]) for name in answer.cut.by],
    }  # fmt: skip
    return web.private(render(request, "facts/explorer.html", context))
