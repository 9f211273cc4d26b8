"""The pydantic input of an action, taken apart into what a screen asks: questions, sheets and tables of them.

A path is the name in the HTML form: "lead", "evidence.visit.at", "parts.0.body". `read` turns what was posted into
what the action's input expects; what was left empty is left out, so that the input's own default holds.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias, Union, get_args, get_origin

from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from open12345.orders.acts import act_of
from open12345.orders.asking import PLAIN, Asking, Choices, Way, in_order, made_for, way_of
from open12345.policy.applications import EvidenceField

#: What was not filled in.
NOTHING: Final = object()
_LONG = 1000
_BETWEEN: Final = re.compile(r"[\s,，;；、]+")
_ROWS_AT_MOST = 5


class Shape(StrEnum):
    """What kind of value a question has."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"
    MARK = "mark"  # a box to tick
    YES_NO = "yes_no"
    CHOICE = "choice"
    MANY = "many"
    ORDERS = "orders"  # several order numbers in one line


@dataclass
class Question:
    """One thing asked."""

    path: str
    title: str
    shape: Shape
    needed: bool = False
    choices: Choices = field(default_factory=list)
    first: Any = None
    hint: str = ""
    way: Way = PLAIN
    when: str = ""
    forbids_nothing: bool = False  # the input itself demands a value

    @property
    def key(self) -> str:
        """The name under its parent."""
        return self.path.rsplit(".", 1)[-1]

    def read(self, said: Mapping[str, Any]) -> Any:
        """Return the value typed, NOTHING where there is none."""
        raw = said.get(self.path, "")
        if self.shape is Shape.MARK:
            return raw in {"on", "true", True}
        if self.shape in {Shape.MANY, Shape.ORDERS}:
            return _several(raw) or NOTHING
        if isinstance(raw, str) and not raw.strip():
            return "" if self.forbids_nothing else NOTHING
        return _moment(raw) if self.shape is Shape.MOMENT else raw


@dataclass
class Sheet:
    """Several questions that make one value: an on-site view, the evidence of a reason, an extra form."""

    path: str
    title: str
    parts: list[Part]
    hint: str = ""
    keep_empty: bool = False
    when: str = ""

    @property
    def key(self) -> str:
        """The name under its parent."""
        return self.path.rsplit(".", 1)[-1]

    def read(self, said: Mapping[str, Any]) -> Any:
        """Return the filled parts by name, NOTHING where none is."""
        found = read_all(self.parts, said)
        filled = any(value not in ("", False) for value in found.values())
        return found if filled or self.keep_empty else NOTHING


@dataclass
class Table:
    """The same questions row by row; empty rows are dropped."""

    path: str
    title: str
    rows: list[list[Part]]
    needed: bool = False
    hint: str = ""

    @property
    def key(self) -> str:
        """The name under its parent."""
        return self.path.rsplit(".", 1)[-1]

    def read(self, said: Mapping[str, Any]) -> Any:
        """Return the filled rows, NOTHING where there is none."""
        rows = [Sheet("", "", parts).read(said) for parts in self.rows]
        return [row for row in rows if row is not NOTHING] or NOTHING


Part: TypeAlias = Question | Sheet | Table


def questions(asking: Asking) -> list[Part]:
    """Return what an action asks of this person on this order, given what was typed so far."""
    fields = act_of(asking.action.name).input.model_fields
    return [part for name in in_order(asking.action.name, list(fields)) for part in _asked(asking, name, fields[name])]


def _asked(asking: Asking, name: str, info: FieldInfo) -> Iterator[Part]:
    way = way_of(asking.action.name, name)
    if way.shown is not None and not (way.shown(asking) or asking.said.get(name) or asking.wrong(name)):
        return
    shape, inner = shape_of(info)
    if shape is None:
        sheet = sheet_of(asking, name)
        if sheet is not None:
            yield sheet
    elif inner is not None:
        yield _table_of_model(asking, name, info, inner)
    else:
        yield _question(asking, name, name, info, shape, way)


def _question(asking: Asking, path: str, name: str, info: FieldInfo, shape: Shape, way: Way) -> Question:
    choices = made_for(asking, way.choices) or _literals(info)
    if choices and shape in {Shape.LINE, Shape.TEXT, Shape.NUMBER}:
        shape = Shape.CHOICE
    demanded = info.is_required()
    return Question(
        path=path, title=str(made_for(asking, way.title)) or _(info.title or name), shape=shape, choices=choices,
        hint=str(made_for(asking, way.hint)), when=str(made_for(asking, way.when)), way=way,
        needed=demanded or made_for(asking, way.needed), forbids_nothing=demanded,
        first=(None if demanded else info.default) if way.first is None else made_for(asking, way.first),
    )  # fmt: skip


def _table_of_model(asking: Asking, name: str, info: FieldInfo, model: type[BaseModel]) -> Table:
    def row(place: int) -> list[Part]:
        return [
            _question(asking, f"{name}.{place}.{sub}", sub, sub_info, shape, way_of(asking.action.name, sub))
            for sub, sub_info in model.model_fields.items()
            for shape in [shape_of(sub_info)[0] or Shape.LINE]
        ]

    return Table(name, _(info.title or name), [row(n) for n in range(_ROWS_AT_MOST)], needed=info.is_required())


def shape_of(info: FieldInfo) -> tuple[Shape | None, type[BaseModel] | None]:
    """Return the shape of a field, None for a sheet that the pack describes; with the model of a table's rows."""
    return _shape_of(info.annotation, _longest(info.metadata))


def _shape_of(annotation: Any, longest: int | None) -> tuple[Shape | None, type[BaseModel] | None]:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in {Union, types.UnionType}:
        inner, _none = args
        return (Shape.YES_NO, None) if inner is bool else _shape_of(inner, longest)
    if origin is tuple:
        model = args[0] if isinstance(args[0], type) and issubclass(args[0], BaseModel) else None
        return Shape.MANY, model
    if origin is dict:
        return None, None
    if origin is Literal:
        return Shape.CHOICE, None
    if hasattr(annotation, "__metadata__"):
        return _shape_of(annotation.__origin__, _longest(annotation.__metadata__))
    simple = {bool: Shape.MARK, int: Shape.NUMBER, AwareDatetime: Shape.MOMENT}
    long = Shape.TEXT if longest is None or longest >= _LONG else Shape.LINE
    return simple.get(annotation, long), None


def _longest(metadata: Iterable[Any]) -> int | None:
    return next((m.max_length for m in metadata if getattr(m, "max_length", None)), None)


def _literals(info: FieldInfo) -> Choices:
    return [(str(value), str(value)) for value in get_args(info.annotation) if get_origin(info.annotation) is Literal]


# Sheets that the pack describes

SheetSource: TypeAlias = "Sequence[EvidenceField]"
_sheets: dict[tuple[str, str], Any] = {}


def sheet_from(name: str, *actions: str, title: Any, fields: Any) -> None:
    """Say that the field `name` of `actions` is a form of the pack: `fields(asking)` returns its lines."""
    for action in actions:
        _sheets[action, name] = (title, fields)


def lines_of_sheet(action: str, name: str, asking: Asking) -> Sequence[EvidenceField]:
    """Return the pack's lines behind a sheet; none where the pack asks nothing."""
    found = _sheets.get((action, name))
    lines: Sequence[EvidenceField] = found[1](asking) if found else ()
    return lines


def sheet_of(asking: Asking, name: str) -> Sheet | None:
    """Return the sheet of a field that the pack describes, None where it asks nothing now."""
    lines = lines_of_sheet(asking.action.name, name, asking)
    if not lines:
        return None
    title = _sheets[asking.action.name, name][0]
    return Sheet(name, str(title(asking) if callable(title) else title), [evidence(asking, name, x) for x in lines])


def evidence(asking: Asking, prefix: str, line: EvidenceField) -> Part:
    """Return the question for one line of a pack's form."""
    path = f"{prefix}.{line.code}"
    if line.type == "rows":
        count = min(int(line.max or _ROWS_AT_MOST), _ROWS_AT_MOST)
        rows = [[evidence(asking, f"{path}.{n}", sub) for sub in line.fields] for n in range(count)]
        return Table(path, line.title, rows, needed=line.required, hint=line.hint)
    if line.type == "site_visit":
        return Sheet(path, line.title, _site_visit(path, needed=line.required), hint=line.hint)
    return Question(
        path=path, title=f"{line.title}（{line.unit}）" if line.unit else line.title, hint=line.hint,
        shape=_evidence_shape(line), needed=line.required, choices=_evidence_choices(asking, line),
    )  # fmt: skip


#: Longer texts get room.
_TEXT_FROM = 200
_EVIDENCE: Final[Mapping[str, Shape]] = {
    "number": Shape.NUMBER, "orders": Shape.ORDERS, "attachment": Shape.MANY, "choice": Shape.CHOICE,
    "date": Shape.DATE,
}  # fmt: skip


def _evidence_shape(line: EvidenceField) -> Shape:
    if line.type == "text":
        return Shape.TEXT if line.max is None or line.max >= _TEXT_FROM else Shape.LINE
    return _EVIDENCE[line.type]


def _evidence_choices(asking: Asking, line: EvidenceField) -> Choices:
    if line.type == "choice":
        return [(option.code, option.title) for option in line.options]
    return file_choices(asking) if line.type == "attachment" else []


def file_choices(asking: Asking) -> Choices:
    """Return the order's files as choices."""
    return [(str(file.pk), f"{file.filename}（{file.by_name}）") for file in asking.sight.files]


def _site_visit(path: str, *, needed: bool) -> list[Part]:
    return [
        Question(f"{path}.at", _("查看时间"), Shape.MOMENT, needed=needed),
        Question(f"{path}.people", _("查看人员"), Shape.LINE, needed=needed),
        Question(f"{path}.found", _("现场情况"), Shape.TEXT, needed=needed),
    ]


# Reading


def close_ranks(parts: Iterable[Part], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed with the filled rows of each table moved up, so that mistakes stand at their row."""
    found = dict(said)
    for part in parts:
        if isinstance(part, Sheet):
            found |= close_ranks(part.parts, said)
        elif isinstance(part, Table):
            names = [[leaf.path for leaf in leaves(row)] for row in part.rows]
            filled = [[said.get(name, "") for name in row] for row in names if any(said.get(name) for name in row)]
            blank = [["" for _ in row] for row in names[len(filled) :]]
            for row, values in zip(names, filled + blank, strict=True):
                found.update(zip(row, values, strict=True))
    return found


def read_all(parts: Iterable[Part], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was filled in, by name."""
    found = {part.key: part.read(said) for part in parts}
    return {key: value for key, value in found.items() if value is not NOTHING}


def _several(raw: Any) -> list[str]:
    values = [raw] if isinstance(raw, str) else list(raw)
    return [part for value in values for part in _BETWEEN.split(str(value)) if part]


def _moment(raw: Any) -> Any:
    """Return the moment of a `datetime-local` field, in the zone of the platform; what is no moment as it is."""
    try:
        moment = datetime.fromisoformat(str(raw).strip())
    except ValueError:
        return raw
    return (make_aware(moment) if is_naive(moment) else moment).isoformat()


def leaves(parts: Iterable[Part]) -> Iterator[Question]:
    """Yield every single question, sheets and tables taken apart."""
    for part in parts:
        if isinstance(part, Question):
            yield part
        elif isinstance(part, Sheet):
            yield from leaves(part.parts)
        else:
            for row in part.rows:
                yield from leaves(row)


@lru_cache(maxsize=128)
def field_titles(action: str) -> dict[str, str]:
    """Return name → title of an action's fields, as written in the code (Chinese)."""
    return {name: info.title or name for name, info in act_of(action).input.model_fields.items()}
