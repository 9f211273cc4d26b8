"""Where the values of a life that was played come from: a moment, a person, a text, an id, another life's own word.

What cannot be traced is the same for all lives of the kind; what must be traced and cannot is a `PatternError`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final, NamedTuple

from django.db import models

from open12345.orders import chain, writing
from open12345.orders.models import Assignment, Clock, Record
from open12345.simulate.history import shadow
from open12345.simulate.history.learning import Found, PatternError
from open12345.simulate.history.shadow import Row
from open12345.simulate.lives.filling import Given
from open12345.simulate.lives.playing import put
from open12345.simulate.lives.steps import BEGINS_ROUND

Source = tuple[Any, ...]
_UNITS: Final = frozenset({"lead", "co_handlers", "unit", "to"})
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)")


class Template(NamedTuple):
    """A text with a `%s` wherever lives differ, and where each of these comes from."""

    text: str
    sources: tuple[Source, ...]


@dataclass
class Tracer:
    """Traces the values of one played life."""

    found: Found

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

    @cached_property
    def assignments(self) -> list[Row]:
        """The assignments of the life."""
        return self.rows.get(Assignment, [])

    # -- JSON ------------------------------------------------------------------------------------------------------

    def json(self, value: Any, step: int) -> tuple[str, list[Source]]:
        """Return canonical JSON with slots, and their sources."""
        if isinstance(value, dict):
            own = next((n for v in value.values() if (n := self._moment_step(v)) is not None), step)
            parts = [(f"{constant(name)}:", self._part(name, value[name], own)) for name in sorted(value)]
            inside = ",".join(head + text for head, (text, _) in parts)
            return "{" + inside + "}", [s for _, (_, sources) in parts for s in sources]
        if isinstance(value, list):
            found = [self.json(part, step) for part in value]
            return "[" + ",".join(text for text, _ in found) + "]", [s for _, sources in found for s in sources]
        if isinstance(value, bool) or value is None:
            return constant(value), []
        if isinstance(value, int):
            source = self.id_of(value)
            return ("%s", [source]) if source else (constant(value), [])
        if isinstance(value, str):
            source = self._text(value, step)
            return ('"%s"', [source]) if source else (constant(value), [])
        return constant(value), []

    def _part(self, name: str, value: Any, step: int) -> tuple[str, list[Source]]:
        """Return one member of an object; what was said under this very name comes from there."""
        if name == "same_day" and self.steps[step].act == "contact":
            return "%s", [("same_day", step, self._dispatched_before(step))]
        if self.is_fixed(name, value, step):
            return constant(value), []
        if isinstance(value, str) and value and (source := self.named(name, value, step)) is not None:
            return '"%s"', [source]
        if isinstance(told := self.said[step].get(name), Given):
            if told.value != value:
                raise PatternError(f"{name} was said as {told!r} and is {value!r}")
            return "%s", [("nested", step, name)]
        return self.json(value, step)

    def _dispatched_before(self, step: int) -> int:
        """Return the act with which the round of another began."""
        return max(n for n in range(step) if self.steps[n].act in BEGINS_ROUND)

    def named(self, name: str, value: str, step: int) -> Source | None:
        """Return what was said under this very name with the act, if it is this value."""
        name = {"process": "process_satisfied"}.get(name, name)
        told = self.masked[step].get(name) if self.steps[step].act != "register" else None
        return ("said", step, name) if told == value else None

    def is_fixed(self, name: str, value: Any, step: int) -> bool:
        """Say whether all lives of the kind say this under this name with the act, whatever else says the same."""
        return (name, value) in self.steps[step].fixed

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
        """Return who said a text, or named a unit, in other words than here; other codes mean what their names say."""
        order = [step, *(n for n in range(len(self.steps) - 1, 0, -1) if n != step)]
        for n in order:
            for name, told in self.masked[n].items():
                if self.steps[n].act == "register" or (value.isascii() and name not in _UNITS):
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

    def id_of(self, value: int) -> Source | None:
        """Return whose number of the stage an id is, None for one that was there before."""
        if value < shadow.FIRST:
            return None
        model = next(model for first, model in self.firsts if value >= first)
        return ("id", model, self.places[model, value])

    # -- history ---------------------------------------------------------------------------------------------------

    def step_of(self, at: datetime) -> int:
        """Return the act of a moment; raises `PatternError` where nobody acted."""
        found = self.at.get(at)
        if found is None:
            raise PatternError(f"something was written at {at}, when nobody acted")
        return found


def constant(value: Any) -> str:
    """Return a value that all lives of the kind share as canonical JSON, as part of a template."""
    return chain.canonical(value).decode().replace("%", "%%")
