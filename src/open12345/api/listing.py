"""Lists of orders: filters and a cursor that stays right while orders come in and change."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

from open12345.api.shapes import Moment, sane
from open12345.directory.models import Unit
from open12345.directory.person import Person
from open12345.orders import queries
from open12345.orders.errors import refuse
from open12345.orders.models import WorkOrder
from open12345.orders.stages import Stage, Urgency
from open12345.policy import Pack

MOST = 200

Code = Annotated[str, Field(max_length=64, pattern=r"^[^\x00-\x1f]*$")]


class Sort(StrEnum):
    """Newest first, or by the moment of the last change for whoever keeps a copy."""

    NEWEST = "newest"
    CHANGED = "changed"


class Filters(BaseModel):
    """What a list is narrowed to; everything given must hold."""

    model_config = ConfigDict(extra="forbid")

    stage: Stage | None = None
    unit: Code | None = Field(default=None, description="Code of the lead unit; units below it count too.")
    category: Code | None = Field(default=None, description="Code of a category; those below it count too.")
    urgency: Urgency | None = None
    changed_since: Moment | None = None
    accepted_from: Moment | None = None
    accepted_to: Moment | None = Field(default=None, description="Before this moment.")
    sort: Sort = Sort.NEWEST
    cursor: str | None = Field(default=None, max_length=200, description="`next` of the page before.")
    limit: int = Field(default=50, ge=1, le=MOST)


@dataclass(frozen=True, slots=True)
class Cursor:
    """After which order a page begins: its place in the sort, and its id."""

    sort: Sort
    changed: datetime | None
    pk: int

    def __str__(self) -> str:
        parts = [self.sort.value, self.changed.isoformat() if self.changed else None, self.pk]
        return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")

    @classmethod
    def after(cls, order: WorkOrder, sort: Sort) -> Self:
        """Return the cursor behind `order`."""
        return cls(sort, order.changed_at if sort is Sort.CHANGED else None, order.pk)

    @classmethod
    def read(cls, text: str, sort: Sort) -> Self:
        """Return the cursor that `text` writes; raises `Refused` for another sort's or a broken one."""
        try:
            raw = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
            named, changed, pk = raw
            found = cls(Sort(named), _moment(changed) if changed else None, int(pk))
        except (ValueError, TypeError, binascii.Error, RecursionError) as error:
            raise _broken() from error
        if found.sort is not sort or (sort is Sort.CHANGED) != (found.changed is not None) or not 0 < found.pk < 2**63:
            raise _broken()
        return found


def _moment(text: str) -> datetime:
    """Return the moment of a cursor; raises ValueError for one that we never wrote."""
    moment = sane(datetime.fromisoformat(text))
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def _broken() -> Exception:
    return refuse("cursor", "invalid", _("游标无效，请从第一页重新读取"))


def page(person: Person, said: Filters, pack: Pack) -> tuple[list[WorkOrder], str | None]:
    """Return one page of the orders that exist for `person`, and the cursor of the next; raises `Refused`."""
    orders = _filtered(queries.visible_to(person), said, pack)
    orders = orders.select_related("lead_unit", "area").defer("body", "sealed", "search", "head_hash")
    if said.cursor:
        orders = orders.filter(_behind(Cursor.read(said.cursor, said.sort)))
    order_by = ("changed_at", "pk") if said.sort is Sort.CHANGED else ("-pk",)
    found = list(orders.order_by(*order_by)[: said.limit + 1])
    more = len(found) > said.limit
    found = found[: said.limit]
    return found, str(Cursor.after(found[-1], said.sort)) if more else None


def _behind(cursor: Cursor) -> Q:
    if cursor.changed is None:
        return Q(pk__lt=cursor.pk)
    return Q(changed_at__gt=cursor.changed) | Q(changed_at=cursor.changed, pk__gt=cursor.pk)


def _filtered(orders: QuerySet[WorkOrder], said: Filters, pack: Pack) -> QuerySet[WorkOrder]:
    wanted: dict[str, Any] = {
        "stage": said.stage, "urgency": said.urgency, "changed_at__gte": said.changed_since,
        "accepted_at__gte": said.accepted_from, "accepted_at__lt": said.accepted_to,
    }  # fmt: skip
    orders = orders.filter(**{name: value for name, value in wanted.items() if value is not None})
    if said.unit is not None:
        orders = orders.filter(lead_unit__path__startswith=_path(said.unit))
    if said.category is not None:
        below = [row.code for row in pack.category_tree.subtree(said.category)]
        if not below:
            raise refuse("category", "unknown", _("没有这个分类"))
        orders = orders.filter(category__in=below)
    return orders


def _path(unit: str) -> str:
    path = Unit.objects.filter(code=unit).values_list("path", flat=True).first()
    if path is None:
        raise refuse("unit", "unknown", _("没有这个单位"))
    return path
