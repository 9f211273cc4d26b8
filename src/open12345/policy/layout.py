"""Which file of a pack holds which fields, and how a CSV cell is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_origin

from pydantic import BaseModel

from .trees import AreaRow, Category, UnitRow

LIST_SEPARATOR: Final = ";"
_WIDE_SEPARATORS = "；|"
_YES_NO: Mapping[str, bool] = {"是": True, "否": False}
_STRUCTURE: Final = frozenset({"parent", "area"})
"""Without these columns every row would be a root, or no unit look after any area: one mistake told a hundred times."""


@dataclass(frozen=True, slots=True)
class RowFile:
    """A CSV file: the field of the pack that it fills, and what a row is."""

    field: str
    row: type[BaseModel]

    @property
    def columns(self) -> list[str]:
        """All columns that may stand in the header."""
        return [*self.row.model_fields]

    @property
    def required(self) -> list[str]:
        """The columns that must stand in the header: also those whose cells may be empty but that make the tree."""
        return [name for name, field in self.row.model_fields.items() if field.is_required() or name in _STRUCTURE]

    def cells(self, row: Mapping[str, str]) -> dict[str, Any]:
        """Turn cells into values: lists are split at ";", yes and no may be 是 and 否."""
        return {name: self._cell(name, text) for name, text in row.items()}

    def _cell(self, name: str, text: str) -> str | bool | list[str]:
        annotation = self.row.model_fields[name].annotation
        if annotation is bool:
            return _YES_NO.get(text, text)
        if get_origin(annotation) is tuple:
            for wide in _WIDE_SEPARATORS:
                text = text.replace(wide, LIST_SEPARATOR)
            return [part.strip() for part in text.split(LIST_SEPARATOR) if part.strip()]
        return text


ROWS: Final[Mapping[str, RowFile]] = {
    "units.csv": RowFile("units", UnitRow),
    "areas.csv": RowFile("areas", AreaRow),
    "categories.csv": RowFile("categories", Category),
}
"""The three trees."""

WHOLE: Final[Mapping[str, str]] = {
    "duty.yaml": "duty",
    "dispatching.yaml": "dispatching",
    "applications.yaml": "applications",
    "closing.yaml": "closing",
    "callback.yaml": "callback",
    "words.yaml": "words",
    "english.yaml": "english",
    "supervision.yaml": "supervision",
    "appraisal.yaml": "appraisal",
    "reports.yaml": "reports",
}
"""Files that are one field of the pack each."""

OPTIONAL: Final = frozenset({"dispatching.yaml", "english.yaml", "supervision.yaml", "appraisal.yaml", "reports.yaml"})
"""Files that a pack may do without."""

SHAPES: Final = "areas.geojson"
"""The outlines of areas, which a pack may do without."""

KEYED: Final[Mapping[str, tuple[str, ...]]] = {
    "pack.yaml": (
        "id",
        "title",
        "title_en",
        "short_title",
        "level",
        "hotline",
        "area_code",
        "synthetic",
        "synthetic_notice",
        "synthetic_notice_en",
        "sources",
        "text_not_published",
        "number",
        "work",
        "channels",
        "kinds",
        "urgencies",
        "order_types",
        "emergency",
        "refusals",
        "articles",
        "review",
        "archive_after",
        "lines",
        "frontline",
    ),
    "clocks.yaml": ("clocks", "co_handler_share", "child_reserve", "verifier_within"),
    "calendar.yaml": ("days",),
}
"""Files whose keys are fields of the pack."""

FILES: Final[Mapping[str, str]] = {
    **{spec.field: file for file, spec in ROWS.items()},
    **{name: file for file, name in WHOLE.items()},
    "outlines": SHAPES,
    **{name: file for file, names in KEYED.items() for name in names},
}
"""Field of the pack → its file."""
