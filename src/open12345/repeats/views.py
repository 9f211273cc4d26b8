"""The groups on screen: what was sent by many, what many complain of, and the orders of one group."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from open12345.directory.roles import CENTRE_ROLES
from open12345.directory.web import needs
from open12345.orders import lists, web
from open12345.orders.listing import PAGE, READERS, Tab
from open12345.repeats import offers, queries
from open12345.repeats.models import Group, Kind

#: Groups on the page, and how far back their last order may lie.
_SHOWN = 100
_RECENT = timedelta(days=30)


@needs(*sorted(CENTRE_ROLES))
@require_GET
def groups(request: HttpRequest) -> HttpResponseBase:
    """List what was sent by many and what several people complain of, of the last 30 days, the newest first."""
    sight = web.look(request)
    asked = request.GET.get("kind", "")
    kinds = [Kind(asked)] if asked in Kind.values else [Kind.SENT, Kind.MASS]
    found = list(queries.groups(kinds, since=sight.at - _RECENT)[:_SHOWN])
    tabs = [Tab("", _("全部"), not asked or asked not in Kind.values)]
    tabs += [Tab(kind.value, kind.label, asked == kind.value) for kind in (Kind.SENT, Kind.MASS)]
    newest = {group.pk: queries.orders_of(group, sight.person).order_by("-pk").first() for group in found}
    shown = [(queries.Belonging(group, (), group.orders), newest[group.pk]) for group in found if newest[group.pk]]
    return web.private(
        render(request, "repeats/groups.html", {"sight": sight, "groups": shown, "tabs": tabs, "name": "kind"})
    )


@needs(*READERS)
@require_GET
def group(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show the orders of a group that the person may see; a group without any does not exist for them."""
    sight = web.look(request)
    found = Group.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    rows = queries.orders_of(found, sight.person)
    count = rows.count()
    if not count:
        raise Http404
    page = lists.page_of(lists.shown(rows), request.GET.get("after", ""), by="pk", down=True, size=PAGE)
    context = {
        "sight": sight, "group": queries.Belonging(found, (), count), "whole": sight.is_centre, "page": page,
        "offers": offers.offers_of(found, sight.person),
        "lines": lists.lines(page.rows, sight.pack, sight.at),
    }  # fmt: skip
    return web.private(render(request, "repeats/group.html", context))
