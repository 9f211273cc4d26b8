"""What can be asked of the facts: a metric, cut and compared; the orders behind it; how fresh all that is.

What one may not see is not counted: the centre counts all, a unit's people the rows of their subtree, nobody else any
(`orders.queries.visible_to` lets the same people see the same orders).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from open12345.directory import packs
from open12345.directory.person import Person
from open12345.directory.roles import CENTRE_ROLES, UNIT_ROLES
from open12345.facts import answers, engines, store, touched
from open12345.facts.cuts import MOST_CELLS, Cut, Dialect, Part, count_sql, cut_sql, one_sql, orders_sql, several_sql
from open12345.facts.dimensions import dimension, key_text, moved
from open12345.facts.metrics import Basis, Metric, metric
from open12345.facts.periods import Period
from open12345.facts.reference import reference
from open12345.facts.words import known, labels
from open12345.policy import Pack

Key = tuple[Any, ...]
MOST_ORDERS: Final = 100_000
#: Dimensions that follow from the date by which a metric counts, besides those that move with the period.
_DATED: Final = frozenset({"weekday", "hour"})


@dataclass(frozen=True, slots=True)
class Figure:
    """Σ numerator, Σ denominator (None for volumes), and the value; None where nothing counts."""

    numerator: int
    denominator: int | None
    value: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One cell of a cut: its key, the key in words, the figure, and the same of the period before and of last year."""

    key: Key
    words: tuple[str, ...]
    figure: Figure
    before: Figure | None = None
    year_before: Figure | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """All cells of a cut by key, and the whole. `cut` with `where` set to a key leads to the orders behind a cell."""

    metric: Metric
    cut: Cut
    lines: tuple[Line, ...]
    whole: Line
    facts: str
    before: Period | None = None
    year_before: Period | None = None

    def cell(self, key: Key) -> Cut:
        """Return the cut that holds the orders of one cell alone."""
        kept = (pair for pair in self.cut.where if pair[0] not in self.cut.by)
        return replace(self.cut, by=(), where=(*kept, *zip(self.cut.by, key, strict=True)))


@dataclass(frozen=True, slots=True)
class View:
    """How to ask: of which engine, of the facts as published on which day, with what is excluded or without.

    `basis`: by another date than the metric's own, such as what became of the orders *accepted* in a period. `within`:
    facts that were the present ones so many seconds ago will do.
    """

    engine: Dialect = "duckdb"
    as_of: date | None = None
    adjudicated: bool = False
    compared: bool = True
    basis: Basis | None = None
    within: float = 0.0


AS_IT_IS: Final = View()


def ask(
    code: str, period: Period, *, person: Person, at: datetime, by: tuple[str, ...] = (),
    where: Mapping[str, Any] | None = None, view: View = View(),
) -> Answer:  # fmt: skip
    """Return a metric over a period, by up to any number of dimensions, beside the last period and last year.

    A tuple in `where` means any of its values.

    Raises KeyError for an unknown metric or dimension, `store.NoFacts` where nothing was built or published, or the
    answer has more cells than anybody reads.
    """
    asked, pack = metric(code), packs.shown_at(at)
    cut = cut_of(code, period, person=person, at=at, by=by, where=where, view=view)
    source = _Source.of(view, at)
    before, year_before = (period.before(), period.year_before()) if view.compared else (None, None)
    now = source.figures(asked, cut)
    then = [_shifted(source.figures(asked, replace(cut, period=other)), cut, other) if other else None
            for other in (before, year_before)]  # fmt: skip
    lines = _lines(now, then, by, pack)
    whole = Line((), (), _total(asked, now), *(None if some is None else _total(asked, some) for some in then))
    return Answer(asked, cut, lines, whole, source.name, before, year_before)


def ask_several(
    codes: Iterable[str], periods: Iterable[Period], *, person: Person, at: datetime, by: tuple[str, ...] = (),
    where: Mapping[str, Any] | None = None, view: View = View(),
) -> dict[tuple[str, Period], Mapping[Key, Figure]]:  # fmt: skip
    """Return several metrics over several periods, by the same dimensions: the rows are read once for all of them.

    A cell in which nothing counts has figures of nothing. Raises KeyError for a dimension that depends on a metric's
    date, and what `ask` raises.
    """
    if any(dimension(name).step or name in _DATED for name in (*by, *(where or ()))):
        raise KeyError(f"each metric has its own date: no cut by {by} or where {where}")
    asked = [(code, period) for code in codes for period in periods]
    cuts = [cut_of(code, period, person=person, at=at, by=by, where=where, view=view) for code, period in asked]
    found = _Source.of(view, at).several(cuts)
    return dict(zip(asked, found, strict=True))


def cut_of(
    code: str, period: Period, *, person: Person, at: datetime, by: tuple[str, ...] = (),
    where: Mapping[str, Any] | None = None, view: View = View(),
) -> Cut:  # fmt: skip
    """Return a question as `person` may put it; raises KeyError for an unknown metric or dimension."""
    asked = metric(code)
    for name in (*by, *(where or ())):
        dimension(name)
    exclusions = excluded_from(asked, packs.pack_at(at)[1]) if view.adjudicated else ()
    return Cut(code, period, by, tuple((where or {}).items()), paths_of(person), exclusions, view.basis)


def orders_of(
    cut: Cut, part: Part, *, at: datetime, view: View = View(), most: int = MOST_ORDERS, after: int = 0
) -> list[str]:
    """Return the numbers of the orders behind a figure, the newest first, the first `after` of them left out.

    `part`: those in its numerator, in its denominator, in the rest.

    "rest": counted below and not, or not fully, above; "excluded": would count but for a reason not to.
    """
    source = _Source.of(view, at)
    rows = source.ask(orders_sql(cut, part, view.engine, most, after))
    return [str(row[0]) for row in rows]


def still_running(cut: Cut, *, at: datetime, view: View = View()) -> tuple[Cut, int] | None:
    """Return how many rows count neither above nor below, because their limit still runs, and the cut that holds them.

    None where the metric has no limit that can run; exclusions do not apply to what is not counted yet.
    """
    code = metric(cut.metric).running
    if not code:
        return None
    running = replace(cut, metric=code, by=(), exclusions=())
    found = _Source.of(view, at).figures(metric(code), running)
    return running, sum(figure.numerator for figure in found.values())


def count_orders(cut: Cut, part: Part, *, at: datetime, view: View = View()) -> int:
    """Return how many orders stand behind a figure."""
    return int(_Source.of(view, at).ask(count_sql(cut, part, view.engine))[0][0])


def today(at: datetime) -> date:
    """Return the day it is where the pack is in force."""
    return at.astimezone(packs.pack_at(at)[1].calendar().zone).date()


def unheard(where: Mapping[str, Any], *, at: datetime, view: View = View()) -> tuple[str, str] | None:
    """Return the first condition, as name and key, that no row can meet: the key means nothing, and no row has it.

    What packs have forgotten and rows still bear is heard of. Raises `store.NoFacts`.
    """
    pack = packs.shown_at(at)
    for name, value in where.items():
        keys = value if isinstance(value, tuple) else (value,)
        strange = [key for key in keys if isinstance(key, str) and key]
        strange = [key for key in strange if key not in known(name, strange, pack)]
        for key in strange:
            if not _Source.of(view, at).ask(one_sql(name, key, view.engine)):
                return name, key
    return None


def paths_of(person: Person) -> tuple[str, ...] | None:
    """Return the subtrees of units of whose rows a person's figures are made; None for all."""
    if person.kind == "system" or not person.roles.isdisjoint(CENTRE_ROLES):
        return None
    return tuple(sorted(set(person.paths(*UNIT_ROLES))))


def excluded_from(asked: Metric, pack: Pack) -> tuple[str, ...]:
    """Return the reasons for which an order does not count for a metric, by the pack."""
    rows = pack.appraisal.exclusions
    return tuple(sorted(row.code for row in rows if not row.indicators or asked.code in row.indicators))


@dataclass(frozen=True, slots=True)
class Status:
    """How the mirror stands. `waiting`: orders that moved and are not in it yet; `lag`: how long the first has (s)."""

    built_at: str
    refreshed_at: str
    looked_at: float
    rows: int
    files: int
    hot: int
    waiting: int
    lag: float
    current_rules: bool
    published: int


def status(at: datetime) -> Status:
    """Return how fresh the facts are; raises `store.NoFacts`."""
    now = store.required()
    waiting, lag = touched.waiting(now.snapshot)
    return Status(
        now.built_at, now.refreshed_at, time.time() - (store.looked_at() or 0), sum(part.rows for part in now.parts),
        len(now.parts), now.hot.rows if now.hot else 0, waiting, lag, now.digest == reference(at).digest,
        len(store.published()),
    )  # fmt: skip


# -- reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Source:
    """One state of the facts, for all parts of a question."""

    dialect: Dialect
    manifest: store.Manifest | None
    at: datetime

    @classmethod
    def of(cls, view: View, at: datetime) -> _Source:
        if view.engine == "postgres":
            return cls(view.engine, None, at)
        manifest = store.lately(view.within) if view.as_of is None else store.as_of(view.as_of)
        return cls(view.engine, manifest, at)

    @property
    def name(self) -> str:
        return self.manifest.refreshed_at if self.manifest else self.at.isoformat()

    def ask(self, sql: str) -> engines.Answers:
        told = reference(self.at) if self.manifest is None else None
        return engines.ask(sql, self.dialect, manifest=self.manifest, told=told)

    def figures(self, asked: Metric, cut: Cut) -> Mapping[Key, Figure]:
        return self._kept((cut,), lambda: [self._figures(asked, cut)])[0]

    def _figures(self, asked: Metric, cut: Cut) -> dict[Key, Figure]:
        found = {}
        for row in self._cells(cut_sql(cut, self.dialect)):
            key, sums = row[: len(cut.by)], row[len(cut.by) :]
            found[key] = _figure(asked, int(sums[0]), int(sums[1]) if asked.denominator is not None else None)
        return found

    def several(self, cuts: Sequence[Cut]) -> Sequence[Mapping[Key, Figure]]:
        return self._kept(tuple(cuts), lambda: self._several(cuts))

    def _several(self, cuts: Sequence[Cut]) -> list[dict[Key, Figure]]:
        found: list[dict[Key, Figure]] = [{} for _cut in cuts]
        for row in self._cells(several_sql(cuts, self.dialect)):
            key, sums = row[: len(cuts[0].by)], row[len(cuts[0].by) :]
            for place, cut in enumerate(cuts):
                asked = metric(cut.metric)
                above, below = int(sums[2 * place]), int(sums[2 * place + 1])
                found[place][key] = _figure(asked, above, below if asked.denominator is not None else None)
        return found

    def _cells(self, sql: str) -> engines.Answers:
        rows = self.ask(sql)
        if len(rows) > MOST_CELLS:
            raise store.TooManyCells(MOST_CELLS)
        return rows

    def _kept(
        self, cuts: tuple[Cut, ...], count: Callable[[], Sequence[Mapping[Key, Figure]]]
    ) -> Sequence[Mapping[Key, Figure]]:
        """What files say does not change: what was asked of this state of the facts is told again."""
        if self.manifest is None:
            return count()
        return answers.kept((str(store.folder()), self.manifest.key, cuts), count)


def _figure(asked: Metric, numerator: int, denominator: int | None) -> Figure:
    return Figure(numerator, denominator, asked.value(numerator, denominator))


def _total(asked: Metric, figures: Mapping[Key, Figure]) -> Figure:
    """Add up: the cells of a cut are a partition."""
    below = sum(one.denominator or 0 for one in figures.values()) if asked.denominator is not None else None
    return _figure(asked, sum(one.numerator for one in figures.values()), below)


def _shifted(figures: Mapping[Key, Figure], cut: Cut, then: Period) -> dict[Key, Figure]:
    """Put the keys of another period where they answer to those of this one."""
    steps = [dimension(name).step for name in cut.by]
    return {
        tuple(moved(key, step, cut.period.first, then.first) for key, step in zip(keys, steps, strict=True)): figure
        for keys, figure in figures.items()
    }


def _lines(
    now: Mapping[Key, Figure], then: Iterable[Mapping[Key, Figure] | None], by: tuple[str, ...], pack: Pack
) -> tuple[Line, ...]:
    others = list(then)
    every = [now, *others]
    keys = sorted(
        {*now, *(key for some in others if some for key in some)}, key=lambda key: [_sortable(k) for k in key]
    )
    words = [labels(name, {key[place] for key in keys}, pack) for place, name in enumerate(by)]
    return tuple(
        Line(
            key, tuple(words[place].get(value, "") for place, value in enumerate(key)), _of(now, key, every),
            *(None if some is None else _of(some, key, every) for some in others),
        )
        for key in keys
    )  # fmt: skip


def _of(figures: Mapping[Key, Figure], key: Key, every: Iterable[Mapping[Key, Figure] | None]) -> Figure:
    """Return the figure of a key; where there is none, nothing counted, as in the period of `every` that has it."""
    if key in figures:
        return figures[key]
    example = next(some[key] for some in every if some and key in some)
    return Figure(0, None if example.denominator is None else 0, 0 if example.denominator is None else None)


def _sortable(value: Any) -> tuple[bool, str, float]:
    if isinstance(value, int | float):
        return (value is None, "", float(value))
    return (value is None, key_text(value), 0.0)
