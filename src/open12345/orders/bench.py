"""A desk as people sit at it: its queue at the left, the opened order in the middle, help at the right.

Every desk that works through a queue of orders is drawn here; a room says which rows, in which groups, and what may
be done to several at once. The order beside the list is the order page without its frame (`views.pane_of`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode

from open12345.orders import web
from open12345.orders.clock_faces import Face
from open12345.orders.listing import Tab
from open12345.orders.lists import Line, Slice
from open12345.orders.sight import Sight


@dataclass(frozen=True)
class Row:
    """One line of a desk's list. `mark` is what a batch posts for it, "" where it cannot be part of one.

    `fits` names the batches (by code) that can do something with it, None where all can.
    """

    line: Line
    note: str = ""
    state: str = ""
    chips: tuple[str, ...] = ()
    group: str = ""
    late: bool = False  # the group is late: the one colour a heading may wear
    mark: str = ""
    fits: tuple[str, ...] | None = None
    due: datetime | None = None
    clocked: bool = True  # the order's clock stands at the row, else the row's own due moment
    query: str = ""  # what the opened page is to stand at, e.g. one of several assignments

    @property
    def number(self) -> str:
        """The order's number, by which the row is opened."""
        return self.line.order.number

    @property
    def clock(self) -> Face | None:
        """The clock that matters to this desk."""
        return self.line.clock if self.clocked else None


@dataclass(frozen=True)
class Batch:
    """What may be done to several marked rows at once. `needs` is a field that must be ticked too, `asks` says so."""

    url: str
    verb: str | Promise
    code: str = ""
    key: str = ""
    template: str = ""  # further fields, before the button
    needs: str = ""
    asks: str | Promise = ""


@dataclass
class Bench:
    """A desk with its rows."""

    desk: str
    rows: Sequence[Row]
    page: Slice[Any]
    empty: tuple[str, str]
    tabs: Sequence[Tab] = ()
    tab: str = "tab"
    rest: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    batches: Sequence[Batch] = ()
    words: str = ""
    opened: dict[str, Any] | None = None

    @property
    def named(self) -> web.Desk:
        """The desk's title and address."""
        found = web.desk_named(self.desk)
        if found is None:
            raise LookupError(self.desk)
        return found


def show(request: HttpRequest, sight: Sight, bench: Bench, template: str = "orders/bench.html") -> HttpResponse:
    """Draw the desk, with the order that `?open=` names beside the list."""
    from open12345.orders import views  # noqa: PLC0415 - the pane is the order page; it draws no bench

    number = request.GET.get("open", "")
    context: dict[str, Any] = {"bench": bench, "desk": bench.desk, "sight": sight, "open": "", "page": bench.page}
    if number:
        try:
            context |= views.pane_of(request, number, desk=bench.desk)
        except Http404:
            number = ""
    context |= {"open": number, "rest": bench.rest, "lists": sight}
    return web.private(render(request, template, context))


def next_place(request: HttpRequest, desk: web.Desk, *, stay: str = "") -> str:
    """Return where work goes on after an action: the list as it stood, with `stay` or the row behind it open."""
    came = urlsplit(request.headers.get("HX-Current-URL", ""))
    home = reverse(desk.url_name)
    asked = came.query.split("&") if came.path == home else []
    kept = [part for part in asked if part and not part.startswith("open=")]
    following = stay or request.POST.get("next", "")
    if following.isalnum() and following.isascii():
        kept.append(urlencode({"open": following}))
    return f"{home}?{'&'.join(kept)}" if kept else home
