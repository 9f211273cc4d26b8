"""Lists of orders as desks show them: one page by keyset, each order with its clock, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from django.core import signing
from django.db.models import Count, F, Model, Q, QuerySet

from open12345.orders.clock_faces import Face, face, most_pressing
from open12345.orders.models import Claim, Clock, WorkOrder
from open12345.orders.stages import ClockKind, Role, Stage
from open12345.policy import Pack

M = TypeVar("M", bound=Model)
SIZE: Final = 25
#: What no list shows, and what takes longest to read and to sort along.
_UNSEEN: Final = ("search", "sealed")
_SALT: Final = "orders.lists"


@dataclass
class Slice(Generic[M]):
    """One page of a list; `after` leads to the next one, "" on the last."""

    rows: list[M]
    after: str = ""
    first: bool = True


def page_of(rows: QuerySet[M], after: str, *, by: str, down: bool = False, size: int = SIZE) -> Slice[M]:
    """Return the page of `rows` behind the row that `after` names, ordered by `by` and id (missing values last).

    A keyset: as cheap on the thousandth page as on the first, and no row is shown twice when others come in.
    """
    return keyset(rows, _read(after), by=by, down=down, size=size, holes=rows.model._meta.get_field(_stored(by)).null)


def page_of_set(rows: QuerySet[M], after: str, *, by: str, few: bool, size: int = SIZE) -> Slice[M]:
    """Return a page, the newest first, of rows that all have a value of `by`, such as all that were received.

    `few`: the rows are a small part of the table, found by an index of their own and then sorted. The planner would
    rather walk the table backwards until a page is full, which on the last page never comes.
    """
    return keyset(rows, _read(after), by=by, down=True, size=size, holes=False, aside=few)


def page_of_index(rows: QuerySet[M], shown: QuerySet[M], after: str, *, by: str, size: int = SIZE) -> Slice[M]:
    """Return a page as `page_of_set` does, found in an index that holds all that `rows` asks for.

    The index is walked for ids alone, and only the page is read, as `shown` says (columns, what it is joined with).
    """
    place, order = _read(after), _order(by, down=True, holes=False)
    if place is not None:
        rows = rows.filter(_behind(by, place[0], place[1], down=True, holes=False))
    wanted = rows.order_by(*order).values("pk")[: size + 1]
    return _cut(list(shown.filter(pk__in=wanted).order_by(*order)), by, size, first=place is None)


def keyset(
    rows: QuerySet[M], place: tuple[Any, int] | None, *, by: str, down: bool, size: int, holes: bool,
    aside: bool = False,
) -> Slice[M]:  # fmt: skip
    """Return the page behind `place`; `holes`: values may be missing; `aside`: sort instead of walking an index."""
    rows = rows.order_by(*_order(by, down=down, holes=holes, aside=aside))
    if rows.model is WorkOrder:
        rows = rows.defer(*_UNSEEN)
    if place is not None:
        rows = rows.filter(_behind(by, place[0], place[1], down=down, holes=holes))
    return _cut(list(rows[: size + 1]), by, size, first=place is None)


def _cut(found: list[M], by: str, size: int, *, first: bool) -> Slice[M]:
    """Return the page of one row more than it shows."""
    page = found[:size]
    return Slice(page, _write(page[-1], by) if len(found) > size else "", first=first)


def _order(by: str, *, down: bool, holes: bool, aside: bool = False) -> list[Any]:
    if aside:  # an expression that no index holds
        return [(F(by) + timedelta(0)).desc() if down else (F(by) + timedelta(0)).asc(), "-pk" if down else "pk"]
    if holes:
        return [F(by).desc(nulls_last=True) if down else F(by).asc(nulls_last=True), "-pk" if down else "pk"]
    sign = "-" if down else ""  # without a word about missing values: only so an index gives the order
    return [f"{sign}{by}"] if by == "pk" else [f"{sign}{by}", f"{sign}pk"]


def _stored(by: str) -> str:
    return "id" if by == "pk" else by


def _behind(by: str, value: Any, pk: int, *, down: bool, holes: bool) -> Q:
    way = "lt" if down else "gt"
    if by == "pk":
        return Q(**{f"pk__{way}": pk})
    if value is None:
        return Q(**{f"{by}__isnull": True, f"pk__{way}": pk})
    if not holes:  # the bound alone starts the index scan at the right place, the rest breaks ties
        return Q(**{f"{by}__{way}e": value}) & (Q(**{f"{by}__{way}": value}) | Q(**{f"pk__{way}": pk}))
    return Q(**{f"{by}__{way}": value}) | Q(**{by: value, f"pk__{way}": pk}) | Q(**{f"{by}__isnull": True})


def _write(row: Model, by: str) -> str:
    value: Any = row
    for part in by.split("__"):
        value = getattr(value, part)
    if isinstance(value, datetime):
        value = value.isoformat()
    return signing.dumps([value, row.pk], salt=_SALT, compress=True)


def _read(after: str) -> tuple[Any, int] | None:
    """Return the place that `after` names; a broken one means the beginning."""
    try:
        value, pk = signing.loads(after, salt=_SALT) if after else (None, None)
    except (signing.BadSignature, ValueError):
        return None
    return None if pk is None else (value, pk)


def place(after: str) -> int | None:
    """Return the id that `after` names, None for the beginning."""
    found = _read(after)
    return None if found is None else found[1]


def marked(row: Model) -> str:
    """Return the place behind `row` in a list by id."""
    return _write(row, "pk")


#: The columns of a row of the table of orders, with the unit that leads and who has it open.
_SHOWN: Final = (
    "number", "title", "urgency", "confidential", "urges", "stage", "category", "kind", "accepted_at", "closed_at",
    "changed_at", "lead_unit__name", "claim__staff", "claim__staff_name", "claim__until",
)  # fmt: skip


def shown(orders: QuerySet[WorkOrder], *more: str) -> QuerySet[WorkOrder]:
    """Return the orders with the columns of a row alone, and `more` of them."""
    return orders.select_related("lead_unit", "claim").only(*_SHOWN, *more)


@dataclass(frozen=True)
class Deed:
    """What was to be done until when, and what became of it: `word` says that, `done` when; `late`: not in time."""

    title: str
    until: datetime
    word: str
    done: datetime | None = None
    late: bool = False


@dataclass(frozen=True)
class Line:
    """One order in a list; `deed`, where the list is about one, stands in place of the clock that runs."""

    order: WorkOrder
    clock: Face | None
    category: str
    path: str
    kind: str
    holder: Claim | None
    more: Any = None
    deed: Deed | None = None


def lines(orders: Sequence[WorkOrder], pack: Pack, now: datetime, *kinds: str) -> list[Line]:
    """Return the orders with the clock that matters (of `kinds` first) and who holds them, in two queries at most."""
    ids = [order.pk for order in orders]
    running: dict[int, list[Clock]] = defaultdict(list)
    of_order = Q(assignment__isnull=True) | Q(assignment__role=Role.LEAD, assignment__parent__isnull=True)
    for clock in Clock.objects.filter(of_order, order_id__in=ids, stopped_at__isnull=True):
        running[clock.order_id].append(clock)
    holders = _holders(orders, ids, now)
    return [line(order, pack, now, running[order.pk], holders.get(order.pk), *kinds) for order in orders]


def _holders(orders: Sequence[WorkOrder], ids: list[int], now: datetime) -> dict[int, Claim]:
    """Return who holds which order; no query where the list brought the claims along (`select_related`)."""
    if all("claim" in order._state.fields_cache for order in orders):
        brought = [getattr(order, "claim", None) for order in orders]
        return {c.order_id: c for c in brought if c is not None and c.until >= now}
    return {c.order_id: c for c in Claim.objects.filter(order_id__in=ids, until__gte=now)}


#: The clock that a list shows at each stage.
_BY_STAGE: Final = {
    Stage.ACCEPTED: (ClockKind.DISPATCH,), Stage.DISPATCHED: (ClockKind.SIGN,), Stage.HANDLING: (ClockKind.REPLY,),
    Stage.REVIEW: (ClockKind.REVIEW,), Stage.CALLBACK: (ClockKind.CALLBACK,), Stage.REPORTED_UP: (ClockKind.OVERALL,),
}  # fmt: skip


def line(
    order: WorkOrder, pack: Pack, now: datetime, running: Iterable[Clock] = (), holder: Claim | None = None, *kinds: str
) -> Line:
    """Return one order of a list."""
    clock = most_pressing(running, *(kinds or _BY_STAGE.get(Stage(order.stage), ())))
    entry = pack.kinds.get(order.kind)
    return Line(
        order=order, clock=face(pack, clock, now) if clock else None, holder=holder,
        category=_category(pack, order.category), path=pack.category_path(order.category) if order.category else "",
        kind=entry.title if entry else order.kind,
    )  # fmt: skip


def _category(pack: Pack, code: str) -> str:
    row = pack.category_tree.get(code)
    return row.title if row else code


def counts(orders: QuerySet[WorkOrder], now: datetime) -> dict[str, int]:
    """Return how many orders a queue holds and how many of them are late, in one query."""
    found = orders.order_by().aggregate(all=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
    return {"all": int(found["all"]), "late": int(found["late"])}
