"""Questions that people come back to: their own, and those that one shows to all of the centre."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from open12345.directory.person import Person
from open12345.directory.web import actor, needs
from open12345.facts.explorer.asking import read
from open12345.facts.links import BadQuestion
from open12345.facts.views import EXPLORERS
from open12345.orders import savedviews
from open12345.orders.queries import database_time
from open12345.text import normalise

PAGE: Final = "facts"
_SALT: Final = "facts.views"


@dataclass(frozen=True)
class View:
    """A saved question as it stands before a reader."""

    pk: int
    name: str
    query: str
    own: bool
    shared: bool
    by: str = ""

    @property
    def address(self) -> str:
        """The query that opens it and marks its tab."""
        query = QueryDict(self.query, mutable=True)
        query["view"] = str(self.pk)
        return query.urlencode()


def of(person: Person) -> list[View]:
    """Return a person's views, then those that others show to all of the centre."""
    own = [View(row.pk, row.name, row.query, own=True, shared=row.shared) for row in savedviews.of(_id(person), PAGE)]
    if not person.is_centre:
        return own
    others = savedviews.shown_by_others(_id(person), PAGE)
    return own + [View(row.pk, row.name, row.query, own=False, shared=True, by=row.staff.name) for row in others]


def _id(person: Person) -> int:
    return person.id or 0


def _home(query: str) -> HttpResponseBase:
    return redirect(f"{reverse('facts:explorer')}?{query}")


@needs(*EXPLORERS)
@require_POST
def save(request: HttpRequest) -> HttpResponseBase:
    """Keep the question that is open under a name; only who works for the centre shows it to others."""
    person, at = actor(request), database_time()
    try:
        query = read(QueryDict(request.POST.get("query", "")[: savedviews.QUERY_LENGTH]), at).address()
    except BadQuestion as error:
        raise Http404 from error
    name, shared = _name(request), person.is_centre and bool(request.POST.get("shared"))
    view = savedviews.save(_id(person), name, query, PAGE, shared=shared) if name else None
    if view is None:
        full = _("视图最多 %(n)s 个，请先删除不用的。") % {"n": savedviews.AT_MOST}
        messages.error(request, full if name else _("请给视图起一个名字。"))
        return _home(query)
    messages.success(request, _("已保存视图“%(name)s”") % {"name": view.name})
    return _home(view.address)


@needs(*EXPLORERS)
@require_POST
def change(request: HttpRequest, pk: int, act: str) -> HttpResponseBase:
    """Rename one's own view, put it first, or delete it, which can be undone; those of others do not exist here."""
    person = actor(request)
    view = next((one for one in of(person) if one.pk == pk and one.own), None)
    if view is None or act not in {"rename", "first", "delete"}:
        raise Http404
    if act == "rename":
        name = _name(request)
        if not name or not savedviews.rename(_id(person), pk, name, PAGE):
            messages.error(request, _("请起一个没有用过的名字。"))
    elif act == "first":
        savedviews.put_first(_id(person), pk, PAGE)
    else:
        savedviews.delete(_id(person), pk)
        kept = signing.dumps([_id(person), view.name, view.query, view.shared], salt=_SALT, compress=True)
        said = _("已删除视图“%(name)s”") % {"name": view.name}
        messages.success(request, said, extra_tags=reverse("facts:restore_view", args=[kept]))
        return _home(view.query)
    return _home(view.address)


@needs(*EXPLORERS)
@require_POST
def restore(request: HttpRequest, kept: str) -> HttpResponseBase:
    """Put a view that was just deleted back."""
    person = actor(request)
    try:
        owner, name, query, shared = signing.loads(kept, salt=_SALT, max_age=3600)
    except (signing.BadSignature, ValueError) as error:
        raise Http404 from error
    if owner != _id(person):
        raise Http404
    view = savedviews.save(owner, name, query, PAGE, shared=shared)
    return _home(view.address if view else query)


def _name(request: HttpRequest) -> str:
    return normalise(request.POST.get("name", "")).strip()[: savedviews.NAME_LENGTH]
