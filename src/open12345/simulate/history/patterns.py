"""A pattern: all rows of one kind of life, with a slot wherever lives of the kind differ.

Made from one life that was really played (`learning`): each stored value is traced to where it came from (`tracing`,
`columns`). The rows become lines for COPY, contents and facts canonical JSON, events the bytes that are hashed; `code`
makes of it all one function that fills them in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import models

from open12345.orders import chain, writing
from open12345.orders.models import Clock, Event, Record, WorkOrder
from open12345.simulate.history.columns import ColumnTracer, columns
from open12345.simulate.history.learning import PatternError
from open12345.simulate.history.opening import copied, hexed
from open12345.simulate.history.shadow import Row
from open12345.simulate.history.tracing import Source, Template, constant

#: Act and names of what was said whose joined texts are a reply's twin key.
Twin = tuple[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Pattern:
    """The rows of one kind of life as templates; `counts`: how many of each table."""

    contents: list[Template]
    twins: list[Twin | None]
    facts: list[tuple[Template | None, int, str]]
    events: list[Template]
    lines: dict[type[models.Model], Template]
    counts: dict[type[models.Model], int]
    queue: list[int]


class Compiler(ColumnTracer):
    """Makes the pattern of one played life."""

    def compile(self) -> Pattern:
        """Return the pattern."""
        records, events = self.rows.get(Record, []), self.rows[Event]
        return Pattern(
            contents=[_template(*self.json(row["content"], self.step_of(row["at"]))) for row in records],
            twins=[self._twin(row) for row in records],
            facts=[self._facts(row) for row in events],
            events=[self._event(n, row) for n, row in enumerate(events)],
            lines={model: self._lines(model, rows) for model, rows in self.rows.items()},
            counts={model: len(rows) for model, rows in self.rows.items()},
            queue=self._queue(),
        )

    # -- history ---------------------------------------------------------------------------------------------------

    def _facts(self, row: Row) -> tuple[Template | None, int, str]:
        """Return how an event's facts are made: by the template, or as `opening` tells them."""
        step = self.step_of(row["at"])
        if row["action"] in {"register", "dispatch"}:
            return None, step, row["action"]
        return _template(*self.json(row["facts"], step)), step, row["action"]

    def _event(self, n: int, row: Row) -> Template:
        step = self.step_of(row["at"])
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
                parts.append(("%s", self.id_of(ids[name])))
            elif name == "actor" and row["actor"] is not None:
                parts.append(("%s", ("staff", step)))
            elif name == "actor_name" and row["actor"] is not None:
                parts.append(('"%s"', ("staff_name", step)))
            elif name == "unit" and row["unit"] is not None:
                parts.append(("%s", ("staff_unit", step)))
            elif name == "pack_version":
                parts.append(("%s", ("value", "pack_version")))
            else:
                parts.append((constant(row[name]), None))
        text = "[" + ",".join(part for part, _ in parts) + "]"
        return _template(text, [source for _, source in parts if source])

    def _twin(self, row: Row) -> Twin | None:
        if row["fingerprint"] is None:
            return None
        step = self.step_of(row["at"])
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
        return _template("\n".join(lines) + "\n", sources)

    def column(self, model: type[models.Model], n: int, row: Row, name: str) -> tuple[str, Source | None]:
        """Return one value of one row: its text for COPY, or a slot and where its value comes from."""
        source = self.source(model, n, row, name)
        if source is not None:
            return "%s", source
        value = row[name]
        if isinstance(value, dict | list):
            text, inner = self.json(value, self.row_step(row))
            if inner:
                return "%s", ("json", _template(text, inner))
            return _escaped(copied(text % ())), None
        return _escaped(_copy_constant(value)), None

    def _queue(self) -> list[int]:
        """Return the clocks of which the first that is due puts the order in its queue."""
        rows = self.rows.get(Clock, [])
        found = [n for n, c in enumerate(rows) if c["alarm"] and c["stopped_at"] is None and c["paused_at"] is None]
        due = min((rows[n]["due_at"] for n in found), default=None)
        if due != self.rows[WorkOrder][0]["due_at"]:
            raise PatternError("an order that is due by no clock")
        return found


def _template(text: str, sources: Iterable[Source]) -> Template:
    return Template(text, tuple(sources))


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
