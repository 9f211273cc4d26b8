"""Where the columns of a played life come from: the request, who acted, which unit, which clock, what was said.

Columns know by their names what they may hold, which the inside of a JSON text does not.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any, Final

from django.db import models

from open12345.callback.models import CallTask
from open12345.callback.services import SHIFT
from open12345.orders.models import Assignment, Clock, Event, ForeignNumber, Record, Requester, WorkOrder
from open12345.orders.stages import ClockKind, Role
from open12345.simulate.history.learning import PatternError
from open12345.simulate.history.shadow import Row
from open12345.simulate.history.tracing import Source, Tracer

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
_PEOPLE: Final = frozenset({"by", "actor", "created_by", "asked_by", "staff_id"})
_GIVEN: Final = ("responsibility", "principle", "clause", "no_return")


@cache
def columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Return the stored fields of a table in the order in which they are copied."""
    return [f for f in model._meta.concrete_fields if f.column]


class ColumnTracer(Tracer):
    """Traces columns too."""

    def source(self, model: type[models.Model], n: int, row: Row, name: str) -> Source | None:  # noqa: C901, PLR0911, PLR0912 - one line for each kind of value
        """Return where a column of the n-th row comes from; None for what all lives of the kind share."""
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
            return self.id_of(value) or self._person_or_unit(row, name, value)
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

    def row_step(self, row: Row) -> int:
        """Return the first act that a row tells of."""
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
            if self.is_fixed(name, value, step):
                return None
            if (source := self.named(name, value, step)) is not None:
                return source
        for step in self._acting(row, name):
            for told, said in self.masked[step].items():
                if said == value and self.steps[step].act != "register":
                    return ("said", step, told)
        return None
