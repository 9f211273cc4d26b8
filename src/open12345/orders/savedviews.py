"""Pages that a member of staff comes back to: the query of an address under a name of their own (我的视图).

Of the list of orders, and of other pages that lend themselves to it (`page`). One's own alone, unless shown to all of
the centre.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models, transaction
from django.http import QueryDict

from open12345.directory.models import Staff

#: More tabs than this nobody finds again.
AT_MOST: Final = 12
NAME_LENGTH: Final = 20
QUERY_LENGTH: Final = 1500
ORDERS: Final = "orders"


class SavedView(models.Model):
    """One page under a name: the query of its address. The first one is where the page opens."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=16, default=ORDERS)
    name = models.CharField(max_length=NAME_LENGTH)
    query = models.CharField(max_length=QUERY_LENGTH)
    order = models.PositiveSmallIntegerField(default=0)
    shared = models.BooleanField(default=False)

    class Meta:
        """A name once per person and page."""

        app_label = "orders"
        ordering: ClassVar = ["order", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["staff", "page", "name"], name="saved_view_name")]

    def __str__(self) -> str:
        """Return the name on the tab."""
        return self.name

    @property
    def address(self) -> str:
        """Return the query that opens the list and marks the tab."""
        query = QueryDict(self.query, mutable=True)
        query["view"] = str(self.pk)
        return query.urlencode()


def of(staff: int, page: str = ORDERS) -> list[SavedView]:
    """Return a person's views of a page in their order, in one query."""
    return list(SavedView.objects.filter(staff=staff, page=page))


def shown_by_others(staff: int, page: str) -> list[SavedView]:
    """Return what others of the centre show to all of it, by name; of those who left, nothing."""
    found = SavedView.objects.filter(page=page, shared=True, staff__is_active=True).exclude(staff=staff)
    return list(found.select_related("staff").order_by("name", "id"))


def _alone(staff: int) -> None:
    """Let nobody else change a person's views until the transaction ends (they may work in two windows)."""
    Staff.objects.select_for_update(no_key=True).only("pk").get(pk=staff)


def save(staff: int, name: str, query: str, page: str = ORDERS, *, shared: bool = False) -> SavedView | None:
    """Keep a page under a name, the last of the person's; the same name again is overwritten. None where full."""
    with transaction.atomic():
        _alone(staff)
        mine = of(staff, page)
        same = next((view for view in mine if view.name == name), None)
        if same is None and len(mine) >= AT_MOST:
            return None
        view = same or SavedView(
            staff_id=staff, page=page, name=name, order=max((v.order for v in mine), default=-1) + 1
        )
        view.query, view.shared = query, shared
        view.save()
    return view


def rename(staff: int, pk: int, name: str, page: str = ORDERS) -> bool:
    """Give one's own view another name; False where there is no such view, or another one has the name."""
    with transaction.atomic():
        _alone(staff)
        if SavedView.objects.filter(staff=staff, page=page, name=name).exclude(pk=pk).exists():
            return False
        return SavedView.objects.filter(staff=staff, page=page, pk=pk).update(name=name) > 0


def put_first(staff: int, pk: int, page: str = ORDERS) -> bool:
    """Let the page open with this one; False where there is no such view."""
    with transaction.atomic():
        _alone(staff)
        lowest = SavedView.objects.filter(staff=staff, page=page).aggregate(low=models.Min("order"))["low"]
        if lowest is None:
            return False
        if lowest == 0:  # no place before the first: the others move
            SavedView.objects.filter(staff=staff, page=page).exclude(pk=pk).update(order=models.F("order") + 1)
        return SavedView.objects.filter(staff=staff, page=page, pk=pk).update(order=0) > 0


def delete(staff: int, pk: int) -> bool:
    """Forget one's own list; False where there is no such list."""
    return SavedView.objects.filter(staff=staff, pk=pk).delete()[0] > 0
