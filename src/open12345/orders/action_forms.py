"""One form for every action: made from the action's input, filled in by a person, posted to `services`.

Checking is the domain's: the form only shows what `Refused` says, each problem at its field, with everything typed
kept. It knows nothing of any single action; how fields are asked stands in the rooms' `asked.py`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from open12345.orders.asking import Asking, Choices
from open12345.orders.errors import Problem
from open12345.orders.questions import Part, Question, Shape, Sheet, Table, close_ranks, leaves, questions, read_all
from open12345.orders.widgets import Choose, OneOf, SeveralOf

#: What the form carries besides the questions.
CARRIED: Final = ("csrfmiddlewaretoken", "seq", "key", "assignment", "application", "refresh", "desk", "next", "post")
_TICKED: Final = (Shape.MANY, Shape.MARK)


def typed(data: QueryDict) -> dict[str, Any]:
    """Return what was typed, by path; several values of one name as a list."""
    found = {name: data.getlist(name) for name in data if name not in CARRIED}
    return {name: values if len(values) > 1 else "".join(values) for name, values in found.items()}


@dataclass
class Entry:
    """One thing on the form: a field, or a group of entries under a title, or rows of them."""

    kind: str  # field, sheet, table
    bound: forms.BoundField | None = None
    title: str = ""
    hint: str = ""
    when: str = ""
    errors: list[str] = field(default_factory=list)
    parts: list[Entry] = field(default_factory=list)
    rows: list[list[Entry]] = field(default_factory=list)
    spare: list[list[Entry]] = field(default_factory=list)  # rows that are folded away until wanted


class ActionForm(forms.Form):
    """The questions of an action as a Django form; what the domain found wrong stands at its field."""

    use_required_attribute = False  # a rule says in words what is missing; a browser's balloon does not

    def __init__(self, asking: Asking, parts: list[Part]) -> None:
        self.asking = asking
        self.parts = parts
        self.key = secrets.token_urlsafe(16)
        asked = list(leaves(self.parts))
        super().__init__(initial={q.path: self._value(q) for q in asked})
        for question in asked:
            self.fields[question.path] = _field(question, asking)

    def _value(self, question: Question) -> Any:
        raw = self.asking.said.get(question.path)
        if question.shape in _TICKED:
            if self.asking.posted or raw is not None:
                return [raw] if isinstance(raw, str) and question.shape is Shape.MANY else raw
        elif raw or (raw is not None and not self.asking.refresh):
            return raw
        return _shown(question.first, question.shape)

    @property
    def said(self) -> dict[str, Any]:
        """What was filled in, as the action's input expects it."""
        return read_all(self.parts, self.asking.said)

    def full_clean(self) -> None:
        """Put the domain's problems at their fields; a problem of no field stands above the form."""
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}
        for problem in self.asking.problems:
            place = self._place(problem.field)
            self._errors.setdefault(place, self.error_class()).append(problem.message)

    def _place(self, path: str) -> str:
        """The field a problem belongs to: the longest part of its path that is asked here."""
        known = set(self.fields) | {part.path for part in self.parts} | {p.path for p in _groups(self.parts)}
        while path and path not in known:
            path = path.rpartition(".")[0]
        return path or NON_FIELD_ERRORS

    def entries(self) -> list[Entry]:
        """Return the form as a template lays it out."""
        return [self._entry(part) for part in self.parts]

    def _entry(self, part: Part) -> Entry:
        if isinstance(part, Question):
            return Entry("field", bound=self[part.path], when=part.when)
        errors = [str(e) for e in self.errors.get(part.path, [])]
        if isinstance(part, Sheet):
            return Entry("sheet", title=part.title, hint=part.hint, errors=errors, parts=self._row(part.parts))
        rows = [self._row(row) for row in part.rows]
        used = 1 + max((n for n, row in enumerate(rows) if any(_filled(e) for e in row)), default=0)
        return Entry("table", title=part.title, hint=part.hint, errors=errors, rows=rows[:used], spare=rows[used:])

    def _row(self, parts: list[Part]) -> list[Entry]:
        return [self._entry(part) for part in parts]


def _groups(parts: Iterable[Part]) -> Iterator[Part]:
    for part in parts:
        if isinstance(part, Sheet):
            yield part
            yield from _groups(part.parts)
        elif isinstance(part, Table):
            yield part


def _filled(entry: Entry) -> bool:
    return entry.bound is not None and entry.bound.value() not in (None, "", [], False)


def form_for(asking: Asking, problems: Iterable[Problem] = ()) -> ActionForm:
    """Return the form of an action as it stands: empty, or with what was typed and what is wrong with it."""
    asking.problems = tuple(problems)
    parts = questions(asking)
    if asking.posted:
        asking.said = close_ranks(parts, asking.said)
    return ActionForm(asking, parts)


# Fields


def _field(question: Question, asking: Asking) -> forms.Field:
    widget = _widget(question, asking)
    if question.way.hidden or _settled(question, asking):
        widget = forms.HiddenInput()
    made = forms.Field(label=question.title, widget=widget, help_text=question.hint, required=question.needed)
    made.show_hidden_initial = False
    return made


def _settled(question: Question, asking: Asking) -> bool:
    """Say whether the only kind there is stands chosen already: the heading of the form names it."""
    if question.path != "kind" or any(problem.field == "kind" for problem in asking.problems):
        return False
    return [str(value) for value, _title in question.choices] == [str(asking.said.get("kind", ""))]


def _widget(question: Question, asking: Asking) -> forms.Widget:
    attrs = _attrs(question, asking)
    if question.shape is Shape.CHOICE:
        return _one_of(question, attrs)
    if question.shape is Shape.MANY:
        return SeveralOf(attrs, choices=question.choices)
    if question.shape is Shape.YES_NO:
        return OneOf(attrs, choices=[("true", _("是")), ("false", _("否"))])
    if question.shape is Shape.TEXT:
        return forms.Textarea({**attrs, **_idioms(question, asking), "rows": question.way.lines})
    kinds = {Shape.NUMBER: "number", Shape.DATE: "date", Shape.MOMENT: "datetime-local", Shape.MARK: "checkbox"}
    if question.shape is Shape.MARK:
        return forms.CheckboxInput(attrs)
    found = forms.TextInput(attrs)
    found.input_type = kinds.get(question.shape, "text")
    return found


def _one_of(question: Question, attrs: dict[str, Any]) -> forms.Widget:
    if question.way.radios:
        return OneOf(attrs, choices=question.choices)
    values = {str(value) for value, _title in question.choices}
    blank: Choices = [] if "" in values else [("", str(question.way.blank) or _("请选择"))]
    demanded = question.first not in (None, "") and question.needed
    return Choose(attrs, choices=question.choices if demanded else blank + question.choices)


def _attrs(question: Question, asking: Asking) -> dict[str, Any]:
    attrs: dict[str, Any] = {"autocomplete": "off"}
    if question.shape is Shape.NUMBER:
        attrs["step"] = "any"
    if question.way.again and asking.url:
        attrs |= {"hx-post": asking.url, "hx-vals": '{"refresh": "1"}', "hx-target": "#act", "hx-trigger": "change"}
        attrs["hx-disabled-elt"] = "unset"  # the form's own is sought within what asks: in a field there is no button
    return attrs


def _idioms(question: Question, asking: Asking) -> dict[str, Any]:
    """Name the field for its standing phrases; what the centre does for a unit shares those of the unit's own act."""
    field_code = f"{asking.action.name.removesuffix('_for')}.{question.path}"
    return {"data-idioms": field_code, "data-idioms-label": _("常用语")}


def _shown(first: Any, shape: Shape) -> Any:
    """Return a first value as a field holds it."""
    if isinstance(first, datetime):
        return localtime(first).strftime("%Y-%m-%dT%H:%M")
    if shape is Shape.YES_NO:
        return {True: "true", False: "false"}.get(first)
    return list(first) if isinstance(first, tuple) else first
