"""The bell's count and panel, the list of notices, and opening one."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from open12345.directory.web import needs
from open12345.notify import queries, services, words
from open12345.notify.panels import EACH, HEARERS
from open12345.orders import lists, web
from open12345.orders.listing import Tab

READERS: Final = tuple(sorted(HEARERS))
PANEL: Final = 15
#: How many notices a page of the list is made of.
PAGE: Final = 50


@needs()
@require_GET
def count(request: HttpRequest) -> HttpResponseBase:
    """Tell how many orders have something unseen, asked every half minute.

    304 in one statement while nothing has changed. Who asks is only looked up when something has, so this door is
    guarded inside.
    """
    tag = f'"{queries.state_of(request.user.pk or 0)}.{get_language()}"'
    response = get_conditional_response(request, etag=tag) or _count(request)
    for name, value in {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Cookie"}.items():
        response.headers[name] = value
    return response


def _count(request: HttpRequest) -> HttpResponse:
    person = web.look(request).person
    if not person.has(*READERS):
        raise Http404
    found = queries.count_unseen(person)
    more = found > queries.COUNTED
    return render(request, "notify/parts/count.html", {"count": min(found, queries.COUNTED), "more": more})


@needs(*READERS)
@require_GET
def latest(request: HttpRequest) -> HttpResponseBase:
    """Draw the small panel: the last orders that something was told of, seen or not."""
    sight = web.look(request)
    seen = queries.seen_by(sight.person)
    found = queries.newest(sight.person, queries.notices_of(sight.person), PANEL * EACH)
    told = words.told(found, seen, sight.pack)[:PANEL]
    return web.private(render(request, "notify/parts/latest.html", {"told": told, "sight": sight}))


@needs(*READERS)
@require_GET
def notices(request: HttpRequest) -> HttpResponseBase:
    """List the notices order by order, newest first: the unseen ones, or all."""
    sight = web.look(request)
    seen = queries.seen_by(sight.person)
    tab = "all" if request.GET.get("tab") == "all" else "unseen"
    every = queries.notices_of(sight.person)
    found = every if tab == "all" else queries.unseen(every, seen)
    few = not sight.person.is_centre
    page = lists.page_of_set(found.select_related("order"), request.GET.get("after", ""), by="at", few=few, size=PAGE)
    before = set() if page.first else queries.earlier_told(found, page.rows)
    context = {
        "sight": sight,
        "told": words.told([n for n in page.rows if n.order_id not in before], seen, sight.pack),
        "page": page,
        "rest": f"tab={tab}",
        "tab": tab,
        "tabs": [Tab("unseen", _("未读"), tab == "unseen"), Tab("all", _("全部"), tab == "all")],
        "newest": max((n.pk for n in page.rows), default=0) if page.first else 0,
    }
    return web.private(render(request, "notify/list.html", context))


@needs(*READERS)
@require_POST
def seen_all(request: HttpRequest) -> HttpResponseBase:
    """Mark as seen what was on the page, and what is older."""
    sight = web.look(request)
    shown = request.POST.get("up_to", "")
    if shown.isascii() and shown.isdigit() and len(shown) < 19:  # noqa: PLR2004 - what a bigint holds
        services.see_all(sight.person, int(shown), at=sight.at)
    there = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    return redirect(there if safe else "notify:list")


@needs(*READERS)
@require_GET
def open_one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Open the order (or page) of a notice: all that was told of it is thereby seen. One of others does not exist."""
    person = web.look(request).person
    notice = get_object_or_404(queries.notices_of(person).select_related("order"), pk=pk)
    services.see(person, notice)
    return redirect(notice.facts["page"]) if notice.order is None else redirect("orders:page", notice.order.number)
