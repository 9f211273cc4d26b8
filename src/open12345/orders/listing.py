"""Screens that list: all orders with filters, search and saved views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from open12345.directory import exports
from open12345.directory.roles import CENTRE_ROLES, UNIT_ROLES
from open12345.directory.web import actor, needs
from open12345.orders import export, filters, finding, lists, queries, savedviews, web
from open12345.orders.models import WorkOrder
from open12345.text import normalise

READERS: Final = tuple(sorted(CENTRE_ROLES | UNIT_ROLES))
#: Orders on one page of the list.
PAGE: Final = 50


@dataclass(frozen=True)
class Tab:
    """One view of a list."""

    code: str
    title: str | Promise
    active: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Way:
    """A tab that leads to an address of its own."""

    query: str
    title: str | Promise
    active: bool


@needs(*READERS)
@require_GET
def orders(request: HttpRequest) -> HttpResponseBase:
    """List every order that the person may see, newest first, with filters that stand in the address.

    Without any, the person's first saved view opens.
    """
    sight = web.look(request)
    mine = savedviews.of(sight.person.id or 0)
    if not request.GET and mine:
        return redirect(f"{reverse('orders:list')}?{mine[0].address}")
    asked = filters.read(sight, request.GET)
    page = page_of(asked, request.GET.get("after", ""))
    view = next((v for v in mine if str(v.pk) == request.GET.get("view", "")), None)
    context = {
        "sight": sight,
        "asked": asked,
        "chosen": asked.told,
        "endings": exports.ENDINGS,
        "views": [Way(v.address, v.name, v == view) for v in mine],
        "view": view,
        "changed": view is not None and view.query != asked.rest(),
        "states": _states(asked, standing=view is None),
        "lines": lists.lines(page.rows, sight.pack, sight.at),
        "page": page,
        "rest": asked.rest(view=str(view.pk)) if view else asked.rest(),
        "most": export.AT_MOST,
    }
    return web.private(render(request, "orders/list.html", context))


def page_of(asked: filters.Filters, after: str) -> lists.Slice[WorkOrder]:
    """Return one page of the list, in one query and, for a unit, one for the units below it."""
    sight = asked.sight
    found = queries.visible_to(sight.person, sight.below).filter(asked.q())
    return lists.page_of_index(found, lists.shown(WorkOrder.objects.all()), after, by="accepted_at", size=PAGE)


def _states(asked: filters.Filters, *, standing: bool) -> list[Way]:
    """The states as tabs; the other filters stay when one goes from one to the other."""
    return [
        Way(asked.rest("stage", "late", state=code), title, standing and code == asked.state)
        for code, (title, _stages) in filters.STATES.items()
    ]


@needs(*READERS)
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponseBase:
    """Find by number, foreign number, phone or words; by POST, for a phone never stands in an address."""
    if request.method == "GET":  # a kept or shared address: what was searched for is not in it
        return redirect("orders:list")
    sight = web.look(request)
    wanted = request.POST.get("q", "").strip()
    found = finding.find(sight.person, wanted, request.POST.get("after", ""))
    if found.exact:
        return redirect("orders:page", found.rows[0].number)
    lines = lists.lines(found.rows, sight.pack, sight.at)
    context = {"sight": sight, "q": wanted, "lines": lines, "page": found, "later": bool(request.POST.get("after"))}
    return web.private(render(request, "orders/found.html", context))


# Saved views


@needs(*READERS)
@require_POST
def save_view(request: HttpRequest) -> HttpResponseBase:
    """Keep the list that is open under a name."""
    sight = web.look(request)
    asked = filters.read(sight, QueryDict(request.POST.get("query", "")[:2000]))
    name = _name(request)
    view = savedviews.save(sight.person.id or 0, name, asked.rest()) if name else None
    if view is None:
        full = _("视图最多 %(n)s 个，请先删除不用的。") % {"n": savedviews.AT_MOST}
        messages.error(request, full if name else _("请给视图起一个名字。"))
        return redirect(f"{reverse('orders:list')}?{asked.rest()}")
    messages.success(request, _("已保存视图“%(name)s”") % {"name": view.name})
    return redirect(f"{reverse('orders:list')}?{view.address}")


@needs(*READERS)
@require_POST
def change_view(request: HttpRequest, pk: int, act: str) -> HttpResponseBase:
    """Rename one's own view, put it first, or delete it; those of others do not exist."""
    staff = actor(request).id or 0
    view = next((v for v in savedviews.of(staff) if v.pk == pk), None)
    if view is None or act not in {"rename", "first", "delete"}:
        raise Http404
    name, done = _name(request), True
    if act == "rename":
        done = bool(name) and savedviews.rename(staff, pk, name)
    elif act == "first":
        savedviews.put_first(staff, pk)
    else:
        savedviews.delete(staff, pk)
        return redirect(f"{reverse('orders:list')}?{view.query}")
    if not done:
        messages.error(request, _("请起一个没有用过的名字。"))
    return redirect(f"{reverse('orders:list')}?{view.address}")


def _name(request: HttpRequest) -> str:
    return normalise(request.POST.get("name", "")).strip()[: savedviews.NAME_LENGTH]
