"""What can be done with notices: they are seen, one or all, and swept away when they are old."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from open12345.directory.person import Person
from open12345.notify import queries
from open12345.notify.models import Notice, NoticeSeen

KEPT: Final = timedelta(days=30)
"""How long notices are kept: history itself is the order's; this is only the telling."""
_SETTLED: Final = timedelta(minutes=1)
_AT_ONCE: Final = 10_000


def see(person: Person, notice: Notice) -> None:
    """Mark a notice as seen, and with it all that the person was told of the same order until then."""
    with transaction.atomic():
        row = _row(person)
        if row is None:
            return
        told = {notice.pk}
        if notice.order_id is not None:
            same = queries.notices_of(person).filter(order=notice.order_id, pk__gt=row.up_to)
            told |= set(same.filter(at__lte=notice.at).values_list("pk", flat=True))
        if not told <= set(row.also):
            _keep(row, row.up_to, [*row.also, *told])


def see_all(person: Person, shown: int, *, at: datetime) -> None:
    """Mark everything up to the notice `shown` as seen; what came after the page was drawn stays unseen.

    Numbers are drawn before they are committed: a lower one may still come to light. So the mark itself moves only
    over notices a minute old, and the younger ones are noted one by one.
    """
    with transaction.atomic():
        row = _row(person)
        if row is None or shown <= row.up_to:
            return
        mine = queries.notices_of(person).filter(pk__lte=shown, pk__gt=row.up_to)
        settled = mine.filter(at__lt=at - _SETTLED).order_by("-pk").values_list("pk", flat=True).first()
        young = list(mine.filter(at__gte=at - _SETTLED).values_list("pk", flat=True))
        _keep(row, settled or row.up_to, [*row.also, *young])


def _row(person: Person) -> NoticeSeen | None:
    """Return the person's mark under lock, made where there is none; None for who is no staff."""
    if person.kind != "staff" or person.id is None:
        return None
    NoticeSeen.objects.bulk_create([NoticeSeen(staff=person.id)], ignore_conflicts=True)
    return NoticeSeen.objects.select_for_update().get(pk=person.id)


def _keep(row: NoticeSeen, up_to: int, also: list[int]) -> None:
    row.up_to, row.also = up_to, sorted({pk for pk in also if pk > up_to})
    row.save(update_fields=["up_to", "also"])


def sweep(at: datetime) -> int:
    """Remove notices older than `KEPT` and the single marks that point at them; return how many."""
    gone = 0
    while True:
        old = list(Notice.objects.filter(at__lt=at - KEPT).order_by("at").values_list("pk", flat=True)[:_AT_ONCE])
        Notice.objects.filter(pk__in=old).delete()
        gone += len(old)
        if len(old) < _AT_ONCE:
            break
    if gone:
        with connection.cursor() as cursor:
            cursor.execute(_FORGET)
    return gone


_FORGET: Final = """
    UPDATE notify_noticeseen s SET also = ARRAY(SELECT n FROM unnest(s.also) n WHERE n >= oldest.id ORDER BY n)
    FROM (SELECT coalesce(min(id), 0) AS id FROM notify_notice) oldest
    WHERE EXISTS (SELECT 1 FROM unnest(s.also) n WHERE n < oldest.id)
"""
