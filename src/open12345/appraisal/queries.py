"""What can be asked: the scheme of a day, editions, the table of a month, and who may see what of it.

The centre's reading roles see everything. A unit's approver and clerk see what was published of the groups they stand
in, and their own unit's score card; others nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from open12345.appraisal.measuring import Ranked, ranked_units, scores
from open12345.appraisal.models import Change, Edition, State
from open12345.appraisal.months import Month, month_of
from open12345.appraisal.results import scores_of
from open12345.appraisal.scheme import Scheme, build, from_pack, presets, read
from open12345.appraisal.scoring import Score
from open12345.directory.person import Person
from open12345.policy import Pack

CENTRE: Final = frozenset({"analyst", "supervisor", "leader", "floor_supervisor"})
UNITS: Final = frozenset({"approver", "clerk"})
READERS: Final = CENTRE | UNITS


def today(pack: Pack, at: datetime) -> date:
    """Return the day in the centre's own zone."""
    return at.astimezone(pack.calendar().zone).date()


def scheme_on(pack: Pack, day: date) -> Scheme | None:
    """Return what holds on a day: the latest of the pack's sets and of the changes in force; None before the first."""
    sets = [(one.effective_from, 0) for one in pack.appraisal.weights if one.effective_from <= day]
    rows = Change.objects.filter(state=State.IN_FORCE, effective_from__lte=day)
    found = max([*sets, *rows.values_list("effective_from", "pk")], default=None)
    if found is None:
        return None
    if found[1]:
        return of_change(pack, Change.objects.get(pk=found[1]))
    return from_pack(pack, next(one for one in pack.appraisal.weights if one.effective_from == found[0]))


def of_change(pack: Pack, row: Change) -> Scheme:
    """Return the scheme that a change makes."""
    weights = {code: Decimal(points) for code, points in row.weights.items()}
    return build(
        pack, weights, name=row.reason, since=row.effective_from, preset=presets(pack).get(row.preset), change=row.pk
    )


def edition_of(month: Month, *, any_state: bool = False) -> Edition | None:
    """Return the last published edition of a month; `any_state`: the last one, published or not."""
    rows = Edition.objects.filter(month=month.first)
    if not any_state:
        rows = rows.filter(published_at__isnull=False)
    return rows.order_by("-number").first()


def published_months() -> list[Month]:
    """Return the months with a published edition, the newest first."""
    days = Edition.objects.filter(published_at__isnull=False).values_list("month", flat=True).distinct()
    return [month_of(day) for day in sorted(days, reverse=True)]


@dataclass(frozen=True)
class Table:
    """The table of a month: from an edition, or counted now (`edition` None) or as of a published day."""

    month: Month
    scheme: Scheme
    scores: Mapping[str, Score]
    adjudicated: bool
    edition: Edition | None = None
    as_of: date | None = None

    @property
    def groups(self) -> list[str]:
        """Codes of the groups that have units."""
        return list(dict.fromkeys(score.group for score in self.scores.values()))


def table_of(
    pack: Pack, month: Month, *, at: datetime, adjudicated: bool = True, edition: Edition | None = None,
    as_of: date | None = None,
) -> Table | None:  # fmt: skip
    """Return a table: an edition's frozen rows, or counted from the facts; None where no scheme holds.

    Raises `facts.store.NoFacts` where nothing was built, or nothing published on that day.
    """
    if edition is not None:
        found = scores_of(edition, adjudicated=adjudicated)
        return Table(month, read(edition.scheme), found, adjudicated, edition)
    scheme = scheme_on(pack, month.first)
    if scheme is None:
        return None
    counted = scores(pack, scheme, month.period, at=at, adjudicated=adjudicated, as_of=as_of)
    return Table(month, scheme, counted, adjudicated, None, as_of)


# -- who sees what ----------------------------------------------------------------------------------------------------


def sees_all(person: Person) -> bool:
    """Say whether a person reads everything here."""
    return person.has(*CENTRE)


def own_units(person: Person, units: Iterable[Ranked]) -> list[Ranked]:
    """Return the ranked units for which a person answers: those of their posts, and what stands below them."""
    paths = person.paths(*UNITS)
    return [one for one in units if any(one.unit.path.startswith(path) for path in paths)]


def units_seen(person: Person, pack: Pack) -> tuple[list[Ranked], frozenset[str]]:
    """Return all ranked units whose place a person may see, and codes of those whose score card they may open."""
    units = ranked_units(pack)
    if sees_all(person):
        return units, frozenset(one.unit.code for one in units)
    own = own_units(person, units)
    groups = {one.group for one in own}
    return [one for one in units if one.group in groups], frozenset(one.unit.code for one in own)


def places(units: Iterable[str], months: Iterable[Month], *, adjudicated: bool = True) -> dict[Month, dict[str, Score]]:
    """Return published scores of months, for trends and changes of place; months without an edition are left out."""
    wanted, found = set(units), {}
    for month in months:
        edition = edition_of(month)
        if edition is not None:
            rows = scores_of(edition, adjudicated=adjudicated)
            found[month] = {unit: score for unit, score in rows.items() if unit in wanted}
    return found
