"""Keeps the sound part of a pack with wrong values, so that its other mistakes are named too."""

from collections.abc import Mapping, Sequence
from typing import Any, get_type_hints

from pydantic import BaseModel, TypeAdapter, ValidationError

from .problems import Loc
from .schema import Pack

_MAX_TRIES = 40


class Salvage:
    """Takes wrong values out of raw fields until the rest is valid.

    What stands at the place of a finding goes; if nothing stands there (something is missing), what
    is around it. An item taken from a list moves those behind it: `original` gives the place in the
    file back.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        """Remember the raw fields; nothing is changed in them."""
        self._raw = raw
        self._gone: set[Loc] = set()
        self._kept: dict[Loc, list[int]] = {}

    def fields(self) -> dict[str, Any]:
        """Return the fields that are valid, if need be in part."""
        hints = get_type_hints(Pack, include_extras=True)
        found = {name: self._field(name, TypeAdapter(hints[name])) for name in self._raw}
        return {name: value for name, value in found.items() if (name,) not in self._gone}

    def original(self, loc: Loc) -> Loc:
        """Turn a place in the salvaged data into the place in the file."""
        place: Loc = ()
        for part in loc:
            kept = self._kept.get(place)
            place += (kept[part] if kept is not None and isinstance(part, int) else part,)
        return place

    def _field(self, name: str, adapter: TypeAdapter[Any]) -> Any:
        for _ in range(_MAX_TRIES):
            try:
                return adapter.validate_python(self._without_gone(self._raw[name], (name,)))
            except ValidationError as error:
                for found in error.errors(include_url=False):
                    self._take_out(self.original((name, *(part for part in found["loc"] if part != "[key]"))))
            if (name,) in self._gone:
                return None
        self._gone.add((name,))
        return None

    def _take_out(self, loc: Loc) -> None:
        while len(loc) > 1 and (loc in self._gone or not self._stands(loc)):
            loc = loc[:-1]
        self._gone.add(loc)

    def _stands(self, loc: Loc) -> bool:
        here: Any = self._raw
        for part in loc:
            try:
                here = here[part]
            except (KeyError, IndexError, TypeError):
                return False
        return True

    def _without_gone(self, value: Any, loc: Loc) -> Any:
        if isinstance(value, dict):
            return {
                key: self._without_gone(item, (*loc, key))
                for key, item in value.items()
                if (*loc, key) not in self._gone
            }
        if isinstance(value, list):
            kept = [place for place in range(len(value)) if (*loc, place) not in self._gone]
            self._kept[loc] = kept
            return [self._without_gone(value[place], (*loc, place)) for place in kept]
        return value


def ghost_rows(row: type[BaseModel], raw: Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:
    """Return all rows of a tree.

    A wrong one as a ghost that still knows its code, so that references to it hold.
    """
    return tuple(_row_or_ghost(row, cells) for cells in raw)


def _row_or_ghost(row: type[BaseModel], cells: Mapping[str, Any]) -> BaseModel:
    try:
        return row.model_validate(cells)
    except ValidationError:
        blank = {name: "" for name, field in row.model_fields.items() if field.is_required()}
        known = {name: cells[name] for name in ("code", "parent") if name in cells}
        return row.model_construct(**{**blank, **known})
