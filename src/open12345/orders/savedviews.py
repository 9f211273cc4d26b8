"""Lists that a member of staff comes back to: filters under a name of their own (我的视图)."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models, transaction
from django.http import QueryDict

from open12345.directory.models import Staff

#: More tabs than this nobody finds again.
AT_MOST: Final = 12
NAME_LENGTH: Final = 20


class SavedView(models.Model):
    """One list under a name: the query of its address. The first one is where the list opens."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=NAME_LENGTH)
    query = models.CharField(max_length=600)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        """A name once per person."""

        app_label = "orders"
        ordering: ClassVar = ["order", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["staff", "name"], name="saved_view_name")]

    def __str__(self) -> str:
        """Return the name on the tab."""
        return self.name

    @property
    def address(self) -> str:
        """Return the query that opens the list and marks the tab."""
        query = QueryDict(self.query, mutable=True)
        query["view"] = str(self.pk)
        return query.urlencode()


def of(staff: int) -> list[SavedView]:
    """Return a person's lists in their order, in one query."""
    return list(SavedView.objects.filter(staff=staff))


def _alone(staff: int) -> None:
    """Let nobody else change a person's views until the transaction ends (they may work in two windows)."""
    Staff.objects.select_for_update(no_key=True).only("pk").get(pk=staff)


def save(staff: int, name: str, query: str) -> SavedView | None:
    """Keep a list under a name, the last of the person's; the same name again is overwritten. None where full."""
    with transaction.atomic():
        _alone(staff)
        mine = of(staff)
        same = next((view for view in mine if view.name == name), None)
        if same is None and len(mine) >= AT_MOST:
            return None
        view = same or SavedView(staff_id=staff, name=name, order=max((v.order for v in mine), default=-1) + 1)
        view.query = query
        view.save()
    return view


def rename(staff: int, pk: int, name: str) -> bool:
    """Give one's own list another name; False where there is no such list, or another one has the name."""
    with transaction.atomic():
        _alone(staff)
        if SavedView.objects.filter(staff=staff, name=name).exclude(pk=pk).exists():
            return False
        return SavedView.objects.filter(staff=staff, pk=pk).update(name=name) > 0


def put_first(staff: int, pk: int) -> bool:
    """Let the list open with this one; False where there is no such list."""
    with transaction.atomic():
        _alone(staff)
        lowest = SavedView.objects.filter(staff=staff).aggregate(low=models.Min("order"))["low"]
        if lowest is None:
            return False
        if lowest == 0:  # no place before the first: the others move
            SavedView.objects.filter(staff=staff).exclude(pk=pk).update(order=models.F("order") + 1)
        return SavedView.objects.filter(staff=staff, pk=pk).update(order=0) > 0


def delete(staff: int, pk: int) -> bool:
    """Forget one's own list; False where there is no such list."""
    return SavedView.objects.filter(staff=staff, pk=pk).delete()[0] > 0
