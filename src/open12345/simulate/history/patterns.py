"""A pattern: all rows of one kind of life, with a slot wherever lives of the kind differ.

Made from one life that was really played (`learning`): each stored value is traced to where it came from (a moment, a
person, a text, an id, a clock), and what cannot be traced is the same for all. The rows stand ready as lines for COPY,
contents and facts as canonical JSON, events as the bytes that are hashed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from operator import itemgetter
from typing import Any, Final

from django.db import models

from open12345.callback.models import CallTask
from open12345.callback.services import SHIFT
from open12345.orders import chain, writing
from open12345.orders.models import Assignment, Clock, Event, ForeignNumber, Record, Requester, WorkOrder
from open12345.orders.stages import ClockKind, Role
from open12345.simulate.history import shadow
from open12345.simulate.history.learning import Found, PatternError
from open12345.simulate.history.opening import copied, hexed
from open12345.simulate.history.shadow import Row
from open12345.simulate.lives.playing import put
from open12345.simulate.lives.script import BEGINS_ROUND, Step

Source = tuple[Any, ...]
#: Columns that the request itself fills, by name in `opening.Opened.values`.
NAMED: Final[dict[type[models.Model], dict[str, str]]] = {
    WorkOrder: {
        "number": "number", "channel": "channel", "kind": "kind", "category": "category", "urgency": "urgency",
        "area_id": "area", "title": "title", "body": "body", "place": "place", "sealed": "sealed", "search": "search",
        "longitude": "longitude", "latitude": "latitude",
    },
    Requester: {
        "key": "key", "name": "name", "phone": "phone", "address": "address", "phone_index": "phone_index",
        "enterprise": "enterprise",
    },
    ForeignNumber: {"number": "foreign_number"},
}  # fmt: skip
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)")
_PEOPLE: Final = frozenset({"by", "actor", "created_by", "asked_by", "staff_id"})
#: The kinds of sources in the order in which `lines` fills them in: what is made of others comes after them.
KINDS: Final = (
    "value", "at", "local", "same_day", "shift", "id", "staff", "staff_name", "staff_unit", "unit", "said", "given",
    "due_at", "due_iso", "due_local", "limit", "provisional", "breached_at", "queue", "content", "digest",
    "digest_copied", "fingerprint_copied", "facts", "facts_copied", "prev", "hash", "json",
)  # fmt: skip
_GIVEN: Final = ("responsibility", "principle", "clause", "no_return")


class Template:
    """A text with slots, filled from the flat list of a life's values."""

    __slots__ = ("_pick", "_single", "slots", "text")

    def __init__(self, text: str, slots: list[int]) -> None:
        self.text, self.slots = text, slots
        self.bind(range(max(slots, default=0) + 1))
        if not slots:
            self.text = text % ()

    def bind(self, places: Sequence[int]) -> None:
        """Let slot n be found at `places[n]` of the flat list."""
        found = [places[slot] for slot in self.slots]
        self._pick: Callable[[list[str]], Any] | None = itemgetter(*found) if found else None
        self._single = len(found) == 1

    def fill(self, flat: list[str]) -> str:
        """Return the text with its slots filled."""
        if self._pick is None:
            return self.text
        found = self._pick(flat)
        return self.text % ((found,) if self._single else found)


@dataclass
class Pattern:
    """The rows of one kind of life, ready to be filled."""

    sources: list[Source]
    contents: list[Template]
    twins: list[tuple[int, tuple[str, ...]] | None]
    facts: list[tuple[Template | None, int, str]]
    events: list[Template]
    lines: dict[type[models.Model], Template]
    counts: dict[type[models.Model], int]
    queue: list[int]

    def __post_init__(self) -> None:
        self.by_kind: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for kind, *rest in self.sources:
            self.by_kind[kind].append(tuple(rest))
        self._picks: dict[str, Callable[[Any], Any]] = {
            kind: itemgetter(*(first for first, *_ in asked)) for kind, asked in self.by_kind.items() if len(asked) > 1
        }
        self.numbered = [(model, n) for model, n in self.counts.items() if model is not WorkOrder]

    def of(self, kind: str) -> Sequence[tuple[Any, ...]]:
        """Return what the slots of one kind ask for, in their order in the flat list."""
        return self.by_kind.get(kind, ())

    def pick(self, kind: str, values: Any) -> Iterable[str]:
        """Return the values that the slots of one kind ask for by place or name."""
        picks = self._picks.get(kind)
        if picks is not None:
            found: Iterable[str] = picks(values)
            return found
        return [values[place] for (place,) in self.of(kind)]


@cache
def columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Return the stored fields of a table in the order in which they are copied."""
    return [f for f in model._meta.concrete_fields if f.column]


@dataclass
class Compiler:
    """Makes the pattern of one played life."""

    found: Found
    slots: dict[Source, int] = field(default_factory=dict)
    templates: list[Template] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows = self.found.rows
        self.steps = self.found.steps
        self.at = {step.at: n for n, step in enumerate(self.steps)}
        self.said = [
            {name: put(value, self.found.number, step.spot) for name, value in step.own.items()} for step in self.steps
        ]
        self.masked = [self._masked(said) for said in self.said]
        self._told: dict[int, dict[str, int]] = {}
        self.places = {
            (model, row[key]): n
            for model, rows in self.rows.items() if (key := self._key(model)) is not None
            for n, row in enumerate(rows)
        }  # fmt: skip
        self.firsts = sorted(((shadow.first_id(m), m) for m in shadow.tables()), key=lambda pair: -pair[0])

    def _key(self, model: type[models.Model]) -> str | None:
        return model._meta.pk.attname if isinstance(model._meta.pk, models.AutoField) else None

    def _masked(self, said: dict[str, Any]) -> dict[str, Any]:
        mask = writing.Mask()
        return {name: mask(value) if isinstance(value, str) else value for name, value in said.items()}

    # -- slots -----------------------------------------------------------------------------------------------------

    def slot(self, *source: Any) -> int:
        """Return the place of a source in the flat list."""
        return self.slots.setdefault(source, len(self.slots))

    @cached_property
    def assignments(self) -> list[Row]:
        """The assignments of the life."""
        return self.rows.get(Assignment, [])

    def compile(self) -> Pattern:
        """Return the pattern."""
        contents = [self.json(row["content"], self._step_of(row["at"])) for row in self.rows.get(Record, [])]
        facts = [self._facts(row) for row in self.rows[Event]]
        events = [self._event(n, row) for n, row in enumerate(self.rows[Event])]
        lines = {model: self._lines(model, rows) for model, rows in self.rows.items()}
        twins = [self._twin(row) for row in self.rows.get(Record, [])]
        counts = {model: len(rows) for model, rows in self.rows.items()}
        made = [self._template(*content) for content in contents]
        return Pattern(self._ordered(), made, twins, facts, events, lines, counts, self._queue())

    def _template(self, text: str, sources: list[Source]) -> Template:
        made = Template(text, [self.slot(*source) for source in sources])
        self.templates.append(made)
        return made

    def _ordered(self) -> list[Source]:
        """Return all sources kind by kind, and tell the templates where theirs stand now."""
        sources = sorted(self.slots, key=lambda source: KINDS.index(source[0]))
        places = {source: place for place, source in enumerate(sources)}
        found = [places[source] for source in self.slots]
        for template in self.templates:
            template.bind(found)
        return sources

    # -- JSON ------------------------------------------------------------------------------------------------------

    def json(self, value: Any, step: int) -> tuple[str, list[Source]]:
        """Return canonical JSON with slots, and their sources."""
        if isinstance(value, dict):
            own = next((n for v in value.values() if (n := self._moment_step(v)) is not None), step)
            parts = [(f"{_constant(name)}:", self._part(name, value[name], own)) for name in sorted(value)]
            inside = ",".join(head + text for head, (text, _) in parts)
            return "{" + inside + "}", [s for _, (_, sources) in parts for s in sources]
        if isinstance(value, list):
            found = [self.json(part, step) for part in value]
            return "[" + ",".join(text for text, _ in found) + "]", [s for _, sources in found for s in sources]
        if isinstance(value, bool) or value is None:
            return _constant(value), []
        if isinstance(value, int):
            source = self._id(value)
            return ("%s", [source]) if source else (_constant(value), [])
        if isinstance(value, str):
            source = self._text(value, step)
            return ('"%s"', [source]) if source else (_constant(value), [])
        return _constant(value), []

    def _part(self, name: str, value: Any, step: int) -> tuple[str, list[Source]]:
        """Return one member of an object; what was said under this very name comes from there."""
        if name == "same_day" and self.steps[step].act == "contact":
            return "%s", [("same_day", step, self._dispatched_before(step))]
        if isinstance(value, str) and value and (source := self._named(name, value, step)) is not None:
            return '"%s"', [source]
        return self.json(value, step)

    def _dispatched_before(self, step: int) -> int:
        """Return the act with which the round of another began."""
        return max(n for n in range(step) if self.steps[n].act in BEGINS_ROUND)

    def _named(self, name: str, value: str, step: int) -> Source | None:
        name = {"process": "process_satisfied"}.get(name, name)
        told = self.masked[step].get(name) if self.steps[step].act != "register" else None
        return ("said", step, name) if told == value else None

    def _moment_step(self, value: Any) -> int | None:
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            return self.at.get(datetime.fromisoformat(value))
        return None

    def _text(self, value: str, step: int) -> Source | None:  # noqa: PLR0911 - one line for each kind of text
        """Return where a text of history comes from; None for one that all lives of the kind share."""
        if not value:
            return None
        if value == self.found.number:
            return ("value", "number")
        if _DIGEST.fullmatch(value):
            return self._digest(value, step)
        if (said := self._said(value, step)) is not None:
            return said
        if _MOMENT.fullmatch(value):
            return self._iso(value)
        if value == self.steps[step].by.name and self.steps[step].by.kind == "staff":
            return ("staff_name", step)
        return None

    def _said(self, value: str, step: int) -> Source | None:
        order = [step, *(n for n in range(len(self.steps) - 1, 0, -1) if n != step)]
        for n in order:
            for name, told in self.masked[n].items():
                if self.steps[n].act == "register":
                    continue
                if told == value:
                    return ("said", n, name)
                if isinstance(told, list) and value in told:
                    return ("said", n, name, told.index(value))
        return None

    def _digest(self, value: str, step: int) -> Source:
        """Return whose digest it is: of two records that happen to say the same, the act's own."""
        alike = [(row["at"], n) for n, row in enumerate(self.rows.get(Record, [])) if row["digest"].hex() == value]
        if not alike:
            raise PatternError(f"a digest of nothing that was written: {value}")
        return ("digest", next((n for at, n in alike if at == self.steps[step].at), alike[0][1]))

    def _iso(self, value: str) -> Source:
        moment = datetime.fromisoformat(value)
        local = not value.endswith(("+00:00", "Z"))
        if moment in self.at:
            return ("local" if local else "at", self.at[moment])
        for n, clock in enumerate(self.rows.get(Clock, [])):
            if clock["due_at"] == moment and clock["extended_by"]:
                return ("due_local" if local else "due_iso", n)
        raise PatternError(f"a moment of nothing that was done: {value}")

    def _id(self, value: int) -> Source | None:
        if value < shadow.FIRST:
            return None
        model = next(model for first, model in self.firsts if value >= first)
        return ("id", model, self.places[model, value])

    # -- history ---------------------------------------------------------------------------------------------------

    def _step_of(self, at: datetime) -> int:
        found = self.at.get(at)
        if found is None:
            raise PatternError(f"something was written at {at}, when nobody acted")
        return found

    def _facts(self, row: Row) -> tuple[Template | None, int, str]:
        """Return how an event's facts are made: by the template, or as `opening` tells them."""
        step = self._step_of(row["at"])
        if row["action"] in {"register", "dispatch"}:
            return None, step, row["action"]
        return self._template(*self.json(row["facts"], step)), step, row["action"]

    def _event(self, n: int, row: Row) -> Template:
        step = self._step_of(row["at"])
        if row["client_at"] is not None:
            raise PatternError("an act with a client's time")
        ids = {"order_id": row["order_id"], "assignment": row["assignment"]}
        parts: list[tuple[str, Source | None]] = []
        for name in chain._HASHED:
            if name == "at":
                parts.append(('"%s"', ("at", step)))
            elif name == "facts":
                parts.append(("%s", ("facts", n)))
            elif name in ids and ids[name] is not None:
                parts.append(("%s", self._id(ids[name])))
            elif name == "actor" and row["actor"] is not None:
                parts.append(("%s", ("staff", step)))
            elif name == "actor_name" and row["actor"] is not None:
                parts.append(('"%s"', ("staff_name", step)))
            elif name == "unit" and row["unit"] is not None:
                parts.append(("%s", ("staff_unit", step)))
            elif name == "pack_version":
                parts.append(("%s", ("value", "pack_version")))
            else:
                parts.append((_constant(row[name]), None))
        text = "[" + ",".join(part for part, _ in parts) + "]"
        return self._template(text, [source for _, source in parts if source])

    def _twin(self, row: Row) -> tuple[int, tuple[str, ...]] | None:
        if row["fingerprint"] is None:
            return None
        step = self._step_of(row["at"])
        names = ("text",) if "text" in self.said[step] else ("fact_explanation", "demand_explanation")
        told = tuple(name for name in names if name in self.said[step])
        if writing.twin_key("".join(self.said[step][name] for name in told)) != row["fingerprint"]:
            raise PatternError("a twin key of another text")
        return step, told

    # -- rows ------------------------------------------------------------------------------------------------------

    def _lines(self, model: type[models.Model], rows: Iterable[Row]) -> Template:
        lines, sources = [], []
        for n, row in enumerate(rows):
            parts = [self.column(model, n, row, f.attname) for f in columns(model)]
            lines.append("\t".join(text for text, _ in parts))
            sources += [source for _, source in parts if source]
        return self._template("\n".join(lines) + "\n", sources)

    def column(self, model: type[models.Model], n: int, row: Row, name: str) -> tuple[str, Source | None]:
        """Return one value of one row: its text for COPY, or a slot and where its value comes from."""
        source = self._source(model, n, row, name)
        if source is not None:
            return "%s", source
        value = row[name]
        if isinstance(value, dict | list):
            text, inner = self.json(value, self._row_step(row))
            if inner:
                return "%s", ("json", self._kept(text, inner))
            return _escaped(copied(text % ())), None
        return _escaped(_copy_constant(value)), None

    def _kept(self, text: str, sources: list[Source]) -> Template:
        return self._template(text, sources)

    def _source(self, model: type[models.Model], n: int, row: Row, name: str) -> Source | None:  # noqa: C901, PLR0911, PLR0912 - one line for each kind of value
        value = row[name]
        if (column := NAMED.get(model, {}).get(name)) is not None:
            return ("value", column)
        if name == "pack_version":
            return ("value", "pack_version")
        if model is WorkOrder and name == "due_at":
            return ("queue",)
        if model is WorkOrder and name == "head_hash":
            return ("hash", len(self.rows[Event]) - 1)
        if model is Event and name in {"facts", "hash", "prev"}:
            return (f"{name}_copied" if name == "facts" else name, n)
        if model is Record and name in {"content", "digest", "fingerprint"}:
            return None if value is None else ("content" if name == "content" else f"{name}_copied", n)
        if model is Clock and name in {"due_at", "limit", "provisional", "breached_at"}:
            return (name, n)
        if model is Assignment and name == "due_at" and value is not None:
            return ("due_at", self._reply(row))
        if model is Assignment and name in _GIVEN and self._dispatched(row) is not None:
            return ("given", self._dispatched(row), name)
        if name == "paused_seconds" and value:
            raise PatternError("a clock that ran on after a pause")
        if value is None or isinstance(value, bool | float | bytes | dict | list):
            return None
        if isinstance(value, datetime):
            return self._moment(model, name, value)
        if isinstance(value, int):
            return self._id(value) or self._person_or_unit(row, name, value)
        return self._words(row, name, value)

    def _moment(self, model: type[models.Model], name: str, value: datetime) -> Source:
        if value in self.at:
            return ("at", self.at[value])
        if model is CallTask and value - SHIFT in self.at:
            return ("shift", self.at[value - SHIFT])
        raise PatternError(f"{model.__name__}.{name} is {value}, when nobody acted")

    def _reply(self, row: Row) -> int:
        for n, clock in enumerate(self.rows.get(Clock, [])):
            if clock["assignment_id"] == row["id"] and clock["kind"] == ClockKind.REPLY:
                return n
        raise PatternError("an assignment that is due without a clock")

    def _dispatched(self, row: Row) -> int | None:
        """Return the act of dispatch that made an assignment the lead."""
        step = self.at.get(row["assigned_at"])
        lead = row["role"] == Role.LEAD and row["parent_id"] is None
        return step if step is not None and lead and self.steps[step].act == "dispatch" else None

    def _row_step(self, row: Row) -> int:
        return next(iter(self._acts_of(row).values()), 0)

    def _person_or_unit(self, row: Row, name: str, value: int) -> Source | None:
        """Return whose id a number is: of who did it, or of the unit it went to."""
        if name in {"unit_id", "lead_unit_id", "unit", "asked_unit_id"}:
            return self._unit(row, name)
        if name not in _PEOPLE:
            return None
        for step in self._acting(row, name):
            if self.steps[step].by.id == value:
                return ("staff", step)
        return None

    def _unit(self, row: Row, name: str) -> Source | None:
        steps = self._acting(row, name)
        if name == "lead_unit_id":
            steps = [n for n in range(len(self.steps) - 1, -1, -1) if self.steps[n].act == "dispatch"]
            return ("unit", steps[0], "lead") if steps else None
        if name in {"unit", "asked_unit_id"} and steps:
            return ("staff_unit", steps[0])
        return self._assigned(row)

    def _assigned(self, row: Row) -> Source | None:
        """Return which of the named units an assignment went to."""
        step = self.at[row["assigned_at"]]
        own = self.said[step]
        if self.steps[step].act in {"redispatch", "reopen_by_upper"}:
            step = max(n for n in range(step) if self.steps[n].act == "dispatch")
            return ("unit", step, "lead")
        if row["role"] == Role.CO_HANDLER:
            before = [a for a in self.assignments if a["assigned_at"] == row["assigned_at"] and a["id"] < row["id"]]
            return ("unit", step, "co_handlers", sum(a["role"] == Role.CO_HANDLER for a in before))
        return ("unit", step, "lead" if "lead" in own else "unit")

    def _acting(self, row: Row, name: str) -> list[int]:
        """Return the acts that a row tells of, the one that a column is named after first."""
        stem = name.split("_", maxsplit=1)[0]
        hints = {"by": ("at", "done_at"), "actor": ("at",), "unit": ("at",), "staff": ("at",)}.get(
            stem, (f"{stem}_at",)
        )
        known = self._acts_of(row)
        return list(dict.fromkeys([*(known[h] for h in hints if h in known), *known.values()]))

    def _acts_of(self, row: Row) -> dict[str, int]:
        """Return the acts that a row tells of, by the column that tells."""
        known = self._told.get(id(row))
        if known is None:
            moments = ((name, self.at.get(value)) for name, value in row.items() if isinstance(value, datetime))
            known = self._told[id(row)] = {name: step for name, step in moments if step is not None}
        return known

    def _words(self, row: Row, name: str, value: str) -> Source | None:  # noqa: C901, PLR0911 - name by name
        if name.endswith("_name"):
            for step in self._acting(row, name.removesuffix("_name")):
                if self.steps[step].by.name == value and self.steps[step].by.kind == "staff":
                    return ("staff_name", step)
            return None
        if not value:
            return None
        if name in {"solved", "satisfied"} and row.get("stage"):
            steps = [n for n in range(len(self.steps) - 1, 0, -1) if name in self.said[n]]
            return ("said", steps[0], name)
        for step in self._acting(row, name):
            if (source := self._named(name, value, step)) is not None:
                return source
        for step in self._acting(row, name):
            for told, said in self.masked[step].items():
                if said == value and self.steps[step].act != "register":
                    return ("said", step, told)
        return None

    def _queue(self) -> list[int]:
        """Return the clocks of which the first that is due puts the order in its queue."""
        rows = self.rows.get(Clock, [])
        found = [n for n, c in enumerate(rows) if c["alarm"] and c["stopped_at"] is None and c["paused_at"] is None]
        due = min((rows[n]["due_at"] for n in found), default=None)
        if due != self.rows[WorkOrder][0]["due_at"]:
            raise PatternError("an order that is due by no clock")
        return found


def _constant(value: Any) -> str:
    return chain.canonical(value).decode().replace("%", "%%")


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def _copy_constant(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, bytes):
        return hexed(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return copied(str(value))


def acts(steps: Iterable[Step]) -> str:
    """Return the acts in words, for messages."""
    return " ".join(step.act for step in steps)
