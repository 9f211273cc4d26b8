"""What can be asked: what is like a call or an order (`on_arrival`), and which orders belong together (`groups`).

Only orders that the person may see count and are named. Beyond the centre nobody learns that a confidential order is
of the same person, or at the same place, as another one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from open12345.directory.person import Person
from open12345.orders import queries as orders
from open12345.orders import requesters, whereabouts, writing
from open12345.orders.hints import Talk
from open12345.orders.models import WorkOrder
from open12345.orders.stages import ENDED
from open12345.policy import Pack
from open12345.repeats import reading
from open12345.repeats.matters import NEAR_COPY, WINDOW, Match, Matter, days_between, level_of, may_be_one_person
from open12345.repeats.models import Entry, Group, Kind, Member
from open12345.repeats.places import Same
from open12345.repeats.reading import Found
from open12345.repeats.services import window_of

#: Orders that a finding names (it counts all), and orders of the same person that are named at all.
SHOWN, NAMED = 5, 20
_READ = (
    "number", "title", "place", "stage", "accepted_at", "category", "area", "requester", "lead_unit__name",
)  # fmt: skip
#: Fewer characters are no text yet.
_ENOUGH = 6


@dataclass(frozen=True)
class Near:
    """One order about the same matter. `why`: what a person can check; `same_person`: may be urged by this caller."""

    order: WorkOrder
    why: str
    same_person: bool

    @property
    def open(self) -> bool:
        """Whether it is still being worked on: urge or relate instead of registering once more."""
        return self.order.stage not in ENDED


@dataclass(frozen=True)
class Finding:
    """One reason to look: its kind, how many orders and people, the newest orders; `level` of a mass complaint."""

    kind: Kind
    why: str
    count: int
    persons: int
    orders: tuple[Near, ...]
    level: str = ""


@dataclass(frozen=True)
class Findings:
    """All that was found on arrival; `near`: each order that is named once, the same person's first."""

    found: tuple[Finding, ...] = ()
    near: tuple[Near, ...] = ()

    def of(self, kind: Kind) -> Finding | None:
        """Return the finding of one kind."""
        return next((one for one in self.found if one.kind == kind), None)

    @property
    def open_of_person(self) -> Near | None:
        """The newest open order of the same person and matter: offer to urge it."""
        return next((one for one in self.near if one.same_person and one.open), None)


NOTHING = Findings()


def on_arrival(new: Talk | WorkOrder | Matter, person: Person, pack: Pack | None = None) -> Findings:
    """Return what an order, or a call as far as it is typed, has in common with earlier orders that `person` sees.

    For an order: with those before it. A phone that is only typed is looked up for the centre alone: whoever else
    could try the hidden digits of a number until one hits.
    """
    if isinstance(new, Talk):
        matter, pack = matter_of_talk(new), new.sight.pack
        if len(matter.body) < _ENOUGH and not matter.place.known:
            return NOTHING
    elif isinstance(new, WorkOrder):
        matter = reading.matter_of(new)
        if new.confidential and not _all_seen(person):
            return NOTHING
    else:
        matter = new
    return _told(reading.find(matter, window=window_of(pack) if pack is not None else WINDOW), person)


def matter_of_talk(talk: Talk) -> Matter:
    """Return what a call is compared by; its text masked as it would be stored."""
    person, pack = talk.sight.person, talk.sight.pack
    mask = writing.Mask((), writing.service_numbers(pack))
    index = requesters.phone_index(talk["phone"]) if _all_seen(person) else None
    body, place = str(mask(talk["body"] or talk["title"])), str(mask(talk["place"]))
    point, area = whereabouts.point_of(talk), talk.area.pk if talk.area else None
    return Matter(body, talk.sight.at, place, point, talk.category, area, index)


def _all_seen(person: Person) -> bool:
    return person.is_centre or person.kind == "system"


def _told(found: Found, person: Person) -> Findings:
    """Put what was found into words, of what the person may see alone."""
    if not found.matches:
        return NOTHING
    found, read = _seen(found, person)
    near: dict[int | None, Near] = {
        pk: Near(read[pk], _why(found.new, one), one.again) for one in found.matches if (pk := one.other.order) in read
    }
    findings = [
        _again(found, near),
        _group(found, found.sent, Kind.SENT, near),
        _group(found, found.mass, Kind.MASS, near),
    ]
    ranked = sorted(near.values(), key=lambda one: (not one.same_person, not one.open, -one.order.pk))
    return Findings(tuple(one for one in findings if one is not None), tuple(ranked))


def _seen(found: Found, person: Person) -> tuple[Found, dict[int, WorkOrder]]:
    """Return what is left for the person, and the orders to be named; of many, only some."""
    rows = orders.visible_to(person)
    ids = [one.other.order or 0 for one in found.matches]
    if not _all_seen(person):
        found = found.only(set(rows.filter(pk__in=ids, confidential=False).values_list("pk", flat=True)))
    few = len(found.matches) <= NAMED
    named = [one.other.order or 0 for one in found.matches] if few else _named(found)
    read = rows.filter(pk__in=named).select_related("lead_unit").only(*_READ).in_bulk()
    return found.only(set(read)) if few else found, read  # of many: the centre sees all that is indexed


def _named(found: Found) -> list[int]:
    """Return which of many orders are named: the newest of each kind, and those of the same person that are open."""
    named = [*found.again[:SHOWN], *found.sent[:SHOWN], *found.mass[:SHOWN]]
    named += [one for one in found.again if one.other.stage not in ENDED][:NAMED]
    return list({one.other.order or 0 for one in named})


def _again(found: Found, near: dict[int | None, Near]) -> Finding | None:
    """The same person again; or, where nobody has it of this phone, the same words from one other phone."""
    matches = found.again or _of_another_phone(found)
    if not matches:
        return None
    shown = tuple(near[one.other.order] for one in matches[:SHOWN])
    return Finding(Kind.AGAIN, shown[0].why, len(matches), 1, shown)


def _of_another_phone(found: Found) -> list[Match]:
    """Return the copies that one person may have sent from another phone.

    None where two others sent some, and none where the matter is one of many at its place: neighbours who complain of
    one thing within a day say it alike.
    """
    if found.is_mass or len({one.other.who for one in found.sent}) != 1:
        return []
    matches = [one for one in found.sent if may_be_one_person(found.new, one)]
    orders = [pk for pk in (found.new.order, *(one.other.order for one in matches)) if pk is not None]
    if not matches or Member.objects.filter(order__in=orders, kind=Kind.MASS).exists():
        return []
    return matches


def _group(found: Found, matches: Sequence[Match], kind: Kind, near: dict[int | None, Near]) -> Finding | None:
    enough = found.is_sent if kind == Kind.SENT else found.is_mass
    if not enough:
        return None
    persons, shown = found.persons(matches), tuple(near[one.other.order] for one in matches[:SHOWN])
    if kind == Kind.SENT:
        least = min(round(100 * (one.alike or NEAR_COPY)) for one in matches)
        why = _("%(n)s 人，文字相近 %(percent)s%% 以上") % {"n": persons, "percent": least}
        return Finding(kind, why, len(matches), persons, shown)
    why = _("同一地点 24 小时内 %(n)s 人") % {"n": persons}
    return Finding(kind, why, len(matches), persons, shown, level_of(persons))


def _why(new: Matter, match: Match) -> str:
    """Return what speaks for one matter, each part to be checked by looking at the two orders."""
    when = {"when": _ago(days_between(new, match.other))}
    known = new.person is not None and match.other.person is not None
    parts = [(_("同一号码 %(when)s") if match.again else _("另一号码 %(when)s")) % when if known else when["when"]]
    if match.place is Same.YES:
        parts.append(_("同一地点"))
    if new.category and new.category == match.other.category:
        parts.append(_("同一分类"))
    if match.alike is not None and match.alike > 0:
        parts.append(_("文字相近 %(n)s%%") % {"n": round(100 * match.alike)})
    return "，".join(parts)


def _ago(days: int) -> str:
    return _("当天") if days == 0 else _("%(n)s 天前") % {"n": days}


# Groups


@dataclass(frozen=True)
class Belonging:
    """A group and what of it the person may see: `orders`, the newest first."""

    group: Group
    orders: tuple[WorkOrder, ...]
    count: int

    @property
    def kind(self) -> Kind:
        """Why the orders belong together."""
        return Kind(self.group.kind)

    @property
    def level(self) -> str:
        """How grave a mass complaint is ("yellow", "orange", "red"), "" else."""
        return level_of(self.group.persons) if self.kind == Kind.MASS else ""


def group_of(order: WorkOrder, person: Person, kind: Kind | None = None, *, most: int = SHOWN) -> list[Belonging]:
    """Return the groups in which an order is, with at most `most` of its fellows that the person may see.

    Fellows that the person may not see are not counted either; a group of which nothing else is left is not told.
    """
    if order.confidential and not _all_seen(person):
        return []
    members = Member.objects.filter(order=order.pk).select_related("group").order_by("kind")
    if kind is not None:
        members = members.filter(kind=kind)
    found = [Belonging(one.group, *_fellows(one.group, person, most, but=order.pk)) for one in members]
    return [one for one in found if one.orders]


def orders_of(group: Group, person: Person) -> QuerySet[WorkOrder]:
    """Return the orders of a group that the person may see."""
    rows = orders.visible_to(person).filter(pk__in=Member.objects.filter(group=group).values("order"))
    return rows if _all_seen(person) else rows.filter(confidential=False)


def _fellows(group: Group, person: Person, most: int, *, but: int) -> tuple[tuple[WorkOrder, ...], int]:
    rows = orders_of(group, person).exclude(pk=but)
    shown = tuple(rows.select_related("lead_unit").defer("search", "sealed").order_by("-pk")[:most])
    return shown, len(shown) + 1 if len(shown) < most else rows.count() + 1


def groups(
    kinds: Iterable[Kind] = (Kind.SENT, Kind.MASS), *, since: datetime | None = None, persons: int = 2
) -> QuerySet[Group]:
    """Return the groups with so many people, of which an order came since then; the newest first (no door).

    Whoever shows one asks `orders_of(group, person)` for its orders.
    """
    found = Group.objects.filter(kind__in=list(kinds), persons__gte=persons)
    return (found if since is None else found.filter(last_at__gte=since)).order_by("-last_at", "-pk")


def marks_of(ids: Collection[int]) -> dict[int, list[Group]]:
    """Return the groups of each of many orders, in one statement: for the rows of a list that the person sees."""
    found: dict[int, list[Group]] = defaultdict(list)
    for member in Member.objects.filter(order__in=ids).select_related("group").order_by("kind"):
        found[member.order_id].append(member.group)
    return found


def repeats_of(ids: Collection[int]) -> dict[int, int]:
    """Return which earlier order each of `ids` repeats, as known when it came (no door)."""
    rows = Entry.objects.filter(order__in=ids, repeats__isnull=False).values_list("order", "repeats")
    return {order: earlier for order, earlier in rows if earlier is not None}


def fellows_of(order: WorkOrder) -> QuerySet[Member, int]:
    """Return the ids of the orders in a mass group with one: of one text, or of one matter at one place (no door)."""
    own = Member.objects.filter(order=order.pk, kind__in=[Kind.SENT, Kind.MASS]).values("group")
    return Member.objects.filter(group__in=own).values_list("order", flat=True)
