"""What of a queue is late, due today or new: counted for the home page, and listed where a figure leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from django.db.models import Count, F, Model, Q, QuerySet, Window
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.orders.listing import Tab
from open12345.ui import home

M = TypeVar("M", bound=Model)
TITLES: Final[dict[str, str | Promise]] = {"late": __("已超时"), "today": __("今天到期"), "new": __("新到")}
_FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)


def midnight(at: datetime) -> datetime:
    """Return the end of the day of `at`, by the town's clock."""
    return localtime(at).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _where(code: str, at: datetime, since: datetime, due: str, new: str) -> Q:
    wheres = {
        "late": Q(**{f"{due}__lt": at}),
        "today": Q(**{f"{due}__gte": at, f"{due}__lte": midnight(at)}),
        "new": Q(**{f"{new}__gt": since}),
    }
    return wheres[code]


# The list behind a figure


def narrowed(rows: QuerySet[M], query: QueryDict, at: datetime, *, new: str, due: str = "due_at") -> QuerySet[M]:
    """Return the rows of the tab that an address names; all of them where it names none of these."""
    code = query.get("tab", "")
    return rows.filter(_where(code, at, _since(query), due, new)) if code in TITLES else rows


def _since(query: QueryDict) -> datetime:
    text = query.get("since", "")
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else 0  # noqa: PLR2004 - until 2286
    return datetime.fromtimestamp(seconds, UTC) if seconds else _FIRST


def tabs(query: QueryDict) -> list[Tab]:
    """Return the tab of the figure that one came by: it stands only while it is open."""
    code = query.get("tab", "")
    return [Tab(code, TITLES[code], active=True)] if code in TITLES else []


def tabs_with_all(query: QueryDict) -> list[Tab]:
    """Return the same for a desk without tabs of its own: with the way back to all."""
    some = tabs(query)
    return [Tab("", _("全部")), *some] if some else []


def rest(query: QueryDict) -> str:
    """Return what the address of a next page must keep, "" where no such tab is open."""
    code = query.get("tab", "")
    if code not in TITLES:
        return ""
    kept = {"tab": code, "since": query.get("since", "")} if code == "new" else {"tab": code}
    return urlencode(kept)


# The card of a queue


def card(  # noqa: PLR0913 - a queue is told apart by all of these
    rows: QuerySet[Any], visit: home.Visit, url: str, row: Callable[[Any, str], home.Row], *,
    new: str, due: str = "due_at", empty: str | Promise = "", lists: Mapping[str, str] | None = None,
) -> home.Shown:  # fmt: skip
    """Return the figures of a queue and what is due first in it, in one query.

    `lists` names the figures and where they lead, for a desk that does not list them by these tabs.
    """
    wheres = {code: _where(code, visit.at, visit.since, due, new) for code in TITLES}
    counts = {f"n_{code}": Window(Count("pk", filter=where)) for code, where in wheres.items()}
    counted = rows.annotate(n_all=Window(Count("pk")), **counts)
    first = list(counted.order_by(F(due).asc(nulls_last=True), "pk")[: home.TOP])
    return home.Shown(
        figures=_figures(first[0], lists or _lists(visit, url)) if first else (),
        rows=[row(found, url) for found in first],
        empty=empty or _("没有到期的事"),
    )


def _lists(visit: home.Visit, url: str) -> dict[str, str]:
    since = f"&since={int(visit.since.timestamp())}"
    return {code: f"{url}?tab={code}{since if code == 'new' else ''}" for code in TITLES} | {"all": url}


def _figures(counted: Any, lists: Mapping[str, str]) -> Sequence[home.Figure]:
    titles = {**TITLES, "all": _("全部")}
    return [
        home.Figure(titles[code], getattr(counted, f"n_{code}"), url, code == "late") for code, url in lists.items()
    ]


def row_of(visit: home.Visit, order: Any, url: str, note: str = "") -> home.Row:
    """Return an order as a row that opens it at its desk."""
    late = order.due_at is not None and order.due_at < visit.at
    return home.Row(f"{url}?{urlencode({'open': order.number})}", order.title, note, due=order.due_at, late=late)
