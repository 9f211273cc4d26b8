"""A pattern as one Python function: what fills in a life of its kind, without a step that another kind needs.

Written out once per kind, so that a life costs no more than its own values: each is computed when it is first asked
for, texts are put together in one go, events are chained as they come. The function returns the lines for COPY, table
by table; `ARGUMENTS` names what it is given.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from django.db import models

from open12345.callback.services import SHIFT
from open12345.orders.chain import GENESIS
from open12345.simulate.history.opening import copied, hexed
from open12345.simulate.history.patterns import Pattern
from open12345.simulate.history.tracing import Source, Template
from open12345.worktime import SHANGHAI

Fill = Callable[..., tuple[str, ...]]
#: What the function is given: (moment, place, marks) of each act, its step, the clocks, the request's values; how a
#: dispatch is told, sayings that stay as they are, how another is written, the key of a reply; ids of units; first ids
#: by table, number, place, the facts of registering.
ARGUMENTS: Final = "acts, done, clocks, values, given, fixed, say, twin, units, first, number, spot, registered"
#: The same moment in Shanghai and, without a zone, in UTC: sums are cheaper than changing a moment's zone.
_THERE: Final = datetime(2000, 1, 1, 8, tzinfo=SHANGHAI)
_HERE: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - written without its zone
#: What stands in JSON as it is given: COPY has nothing to escape in it either.
_SAFE: Final = frozenset({"at", "local", "due_at", "due_iso", "due_local", "id", "said", "digest", "same_day", "staff"})


def utc(moment: datetime) -> str:
    """Return a moment of Shanghai as history and COPY write it: in UTC, to the microsecond."""
    if moment.microsecond:
        return (_HERE + (moment - _THERE)).isoformat() + "+00:00"
    return _whole(moment)


@lru_cache(maxsize=50_000)
def _whole(moment: datetime) -> str:
    """Return a moment without a fraction: mostly the end of a day, at which many limits run out."""
    return (_HERE + (moment - _THERE)).isoformat() + ".000000+00:00"


_KNOWN: Final[dict[str, Any]] = {
    "utc": utc, "copied": copied, "hexed": hexed, "sha256": sha256, "SHIFT": SHIFT, "GENESIS": GENESIS,
    "BEGIN": hexed(GENESIS),
}  # fmt: skip
#: Sources that are one expression; `{0}` and `{1}` are what the source names.
_PLAIN: Final[dict[str, str]] = {
    "value": "values[{0!r}]",
    "moment": "acts[{0}][0]",
    "staff": "str(done[{0}].by.id)",
    "staff_name": "done[{0}].by.name",
    "staff_unit": "units[done[{0}].unit]",
    "nested": "done[{0}].own[{1!r}].told",
    "dispatched": "given(done[{0}])",
    "due": "clocks[{0}].due",
    "limit": "clocks[{0}].limit",
    "provisional": "'t' if clocks[{0}].provisional else 'f'",
    "breach": "clocks[{0}].breached",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A pattern written out: the compiled function (as bytes, which another process can read), rows and events."""

    code: bytes
    counts: tuple[tuple[type[models.Model], int], ...]
    events: int


def written(pattern: Pattern) -> Written:
    """Write a pattern out; ids come in the order of `pattern.counts`."""
    code = compile(_Writer(pattern).written(), "<kind of life>", "exec")
    return Written(marshal.dumps(code), tuple(pattern.counts.items()), len(pattern.events))


def function(form: Written) -> Fill:
    """Return the function that fills in a life of this kind."""
    made: dict[str, Any] = dict(_KNOWN)
    exec(marshal.loads(form.code), made)  # noqa: S102, S302 - written by this module out of stored rows
    found: Fill = made["fill"]
    return found


@dataclass
class _Writer:
    pattern: Pattern
    lines: list[str] = field(default_factory=list)
    names: dict[Source, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tables = {model: n for n, model in enumerate(self.pattern.counts)}

    def written(self) -> str:
        """Return the source."""
        for n, event in enumerate(self.pattern.events):
            before = f"hash{n - 1}" if n else "GENESIS"
            self.lines.append(f"hash{n} = sha256({before} + ({self.text(event)}).encode()).digest()")
        rows = [self.text(template) for template in self.pattern.lines.values()]
        body = "\n    ".join([*self.lines, f"return ({', '.join(rows)},)"])
        return f"def fill({ARGUMENTS}):\n    {body}\n"

    def text(self, template: Template) -> str:
        """Return a filled template as an expression."""
        if not template.sources:
            return repr(template.text % ())
        slots = ", ".join(self.ref(source) for source in template.sources)
        return f"{template.text!r} % ({slots},)"  # which Python turns into an f-string, faster than it reads one

    def ref(self, source: Source) -> str:
        """Return the name of a value, computed here if it is not known yet."""
        name = self.names.get(source)
        if name is None:
            expression = self.expression(source)
            name = self.names[source] = f"v{len(self.names)}"
            self.lines.append(f"{name} = {expression}")
        return name

    def expression(self, source: Source) -> str:
        """Return how a value is computed."""
        kind, *of = source
        plain = _PLAIN.get(kind)
        if plain is not None:
            return plain.format(*of)
        found: str = getattr(self, f"_{kind}")(*of)
        return found

    # -- moments and clocks ----------------------------------------------------------------------------------------

    def _at(self, place: int) -> str:
        return f"utc({self.ref(('moment', place))})"

    def _local(self, place: int) -> str:
        return f"{self.ref(('moment', place))}.isoformat()"

    def _shift(self, place: int) -> str:
        return f"utc({self.ref(('moment', place))} + SHIFT)"

    def _same_day(self, place: int, begun: int) -> str:
        days = " == ".join(f"{self.ref(('moment', n))}.date()" for n in (place, begun))
        return f"'true' if {days} else 'false'"

    def _due_at(self, clock: int) -> str:
        return f"utc({self.ref(('due', clock))})"

    def _due_iso(self, clock: int) -> str:
        return self.ref(("due_at", clock))

    def _due_local(self, clock: int) -> str:
        return f"{self.ref(('due', clock))}.isoformat()"

    def _breached_at(self, clock: int) -> str:
        name = self.ref(("breach", clock))
        return f"'\\\\N' if {name} is None else utc({name})"

    def _queue(self) -> str:
        due = [self.ref(("due_at", clock)) for clock in self.pattern.queue]
        return f"min({', '.join(due)})" if len(due) > 1 else due[0] if due else "'\\\\N'"

    # -- people, units, words --------------------------------------------------------------------------------------

    def _id(self, model: type[models.Model], n: int) -> str:
        return f"str(first[{self.tables[model]}] + {n})"

    def _unit(self, place: int, name: str, *nth: int) -> str:
        return f"units[{self._own(place, name, *nth)}]"

    def _said(self, place: int, name: str, *nth: int) -> str:
        return f"fixed.get(said := {self._own(place, name, *nth)}) or say(said, number, spot)"

    @staticmethod
    def _own(place: int, name: str, *nth: int) -> str:
        return f"done[{place}].own[{name!r}]" + "".join(f"[{n}]" for n in nth)

    def _given(self, place: int, name: str) -> str:
        return f"{self.ref(('dispatched', place))}.column({name!r})"

    # -- what people wrote -----------------------------------------------------------------------------------------

    def _written(self, n: int) -> str:
        return self.text(self.pattern.contents[n])

    def _content(self, n: int) -> str:
        written = self.ref(("written", n))
        return written if _safe(self.pattern.contents[n]) else f"copied({written})"

    def _digest(self, n: int) -> str:
        return f"sha256({self.ref(('written', n))}.encode()).hexdigest()"

    def _digest_copied(self, n: int) -> str:
        return f"'\\\\\\\\x' + {self.ref(('digest', n))}"

    def _fingerprint_copied(self, n: int) -> str:
        place, names = self.pattern.twins[n] or (0, ())
        said = "".join(f"{self._own(place, name)}, " for name in names)
        return f"hexed(twin(({said}), number, spot))"

    def _json(self, template: Template) -> str:
        return self.text(template) if _safe(template) else f"copied({self.text(template)})"

    # -- history ---------------------------------------------------------------------------------------------------

    def _facts(self, n: int) -> str:
        template, place, act = self.pattern.facts[n]
        if template is not None:
            return self.text(template)
        return "registered" if act == "register" else f"{self.ref(('dispatched', place))}.facts"

    def _facts_copied(self, n: int) -> str:
        template, place, act = self.pattern.facts[n]
        if template is None and act != "register":
            return f"{self.ref(('dispatched', place))}.copied"
        facts = self.ref(("facts", n))
        return facts if template is not None and _safe(template) else f"copied({facts})"

    def _hash(self, n: int) -> str:
        return f"'\\\\\\\\x' + hash{n}.hex()"

    def _prev(self, n: int) -> str:
        return self.ref(("hash", n - 1)) if n else "BEGIN"


def _safe(template: Template) -> bool:
    """Say whether a text of JSON needs no escape in COPY: nothing in it can hold a backslash."""
    return "\\" not in template.text and all(
        source[0] in _SAFE or source == ("value", "number") for source in template.sources
    )
