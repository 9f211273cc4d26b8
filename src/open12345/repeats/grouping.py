"""Groups grow by one order at a time: it joins the group of what it matches, and groups that it bridges become one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import connection

from open12345.repeats.matters import Match, Matter
from open12345.repeats.models import Group, Kind, Member
from open12345.repeats.reading import Found


def join(found: Found) -> None:
    """Put the new order, with those it matches, into a group of each kind that holds.

    Copies and complaints need three people to begin a group; where one of them is in a group, the new order joins it.
    """
    wanted = (
        (Kind.AGAIN, found.again, bool(found.again)),
        (Kind.SENT, found.sent, found.is_sent),
        (Kind.MASS, found.mass, found.is_mass),
    )
    for kind, matches, enough in wanted:
        if matches:
            _join(kind, found.new, matches, begin=enough)


def _join(kind: Kind, new: Matter, matches: Sequence[Match], *, begin: bool) -> None:
    ids = [pk for pk in (*(one.other.order for one in matches), new.order) if pk is not None]
    there = dict(Member.objects.filter(order__in=ids, kind=kind).values_list("order", "group"))
    groups = sorted(set(there.values()))
    if not (groups or begin):
        return
    moments = [new.at, *(one.other.at for one in matches)]
    if groups:
        group = Group.objects.get(pk=groups[0])
    else:
        group = Group.objects.create(kind=kind, first_at=min(moments), last_at=max(moments), orders=0, persons=0)
    if len(groups) > 1:
        Member.objects.filter(group__in=groups[1:]).update(group=group)
        Group.objects.filter(pk__in=groups[1:]).delete()
    fresh = [pk for pk in ids if pk not in there]
    if len(groups) == 1 and fresh == [new.order]:
        _grow(group, new)
    elif fresh or len(groups) > 1:
        Member.objects.bulk_create([Member(group=group, order_id=pk, kind=kind) for pk in fresh])
        count(group.pk)


def _grow(group: Group, new: Matter) -> None:
    """Add one order to a group, as cheap at its ten-thousandth member as at its third."""
    group.persons += not _has_person(group.pk, new)
    Member.objects.create(group=group, order_id=new.order or 0, kind=group.kind)
    group.orders += 1
    group.first_at, group.last_at = min(group.first_at, new.at), max(group.last_at, new.at)
    group.save()


def _has_person(group: int, new: Matter) -> bool:
    if new.person is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_PERSON, [new.person, group])
        return cursor.fetchone() is not None


_PERSON = """
    SELECT FROM orders_requester r JOIN orders_workorder o ON o.requester_id = r.id
    JOIN repeats_member m ON m.order_id = o.id WHERE r.phone_index = %s AND m.group_id = %s LIMIT 1
"""


def leave(orders: Collection[int], kinds: Collection[Kind] = tuple(Kind)) -> int:
    """Take orders out of their groups of `kinds`; a group of one is none. Returns how many memberships went."""
    members = Member.objects.filter(order__in=orders, kind__in=kinds)
    groups = set(members.values_list("group", flat=True))
    gone, _by_table = members.delete()
    for group in groups:
        count(group)
    return gone


def count(group: int) -> None:
    """Count a group anew; it ends where fewer than two orders are left."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [group, group])
    small = Group.objects.filter(pk=group, orders__lt=2)
    Member.objects.filter(group__in=small).delete()
    small.delete()


_COUNT = """
    UPDATE repeats_group SET orders = told.orders, persons = told.persons,
           first_at = coalesce(told.first_at, repeats_group.first_at),
           last_at = coalesce(told.last_at, repeats_group.last_at)
    FROM (
        SELECT count(*) AS orders, min(e.at) AS first_at, max(e.at) AS last_at,
               count(DISTINCT coalesce(encode(r.phone_index, 'hex'), r.id::text)) AS persons
        FROM repeats_member m JOIN repeats_entry e ON e.order_id = m.order_id
        JOIN orders_workorder o ON o.id = m.order_id JOIN orders_requester r ON r.id = o.requester_id
        WHERE m.group_id = %s
    ) AS told WHERE repeats_group.id = %s
"""
