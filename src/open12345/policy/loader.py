"""Reads a pack from its folder and names every mistake of every file (`read_pack`)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from .checks import Draft, run_checks
from .layout import FILES, KEYED, OPTIONAL, ROWS, SHAPES, WHOLE
from .outlines import read_outlines
from .problems import VALUES, Loc, PackError, PackProblem, closest, explain, show
from .salvage import Salvage, ghost_rows
from .schema import Pack
from .sources import Source, read_csv, read_yaml


def read_pack(folder: Path) -> Pack:
    """Read the pack in `folder`.

    Raises PackError with all mistakes: unreadable files, wrong keys and values, references that
    lead nowhere. A folder with a mistake gives no pack at all, so that the version in force stays.
    """
    if not folder.is_dir():
        raise PackError([PackProblem(folder.name, 0, "", f"没有这个规则包文件夹：{folder}")])
    reading = _Reading(folder)
    pack = reading.read()
    if pack is None or reading.problems:
        raise PackError(reading.problems)
    return pack


class _Reading:
    """One attempt at reading a folder."""

    def __init__(self, folder: Path) -> None:
        self.sources = {source.file: source for source in _read_files(folder)}
        self.problems = [*_stray_files(folder)]
        self.raw: dict[str, Any] = {}
        self.damaged: set[str] = set()
        for source in self.sources.values():
            self._take(source)

    def read(self) -> Pack | None:
        """Validate as a whole, then check what the records say about each other."""
        try:
            pack = Pack.model_validate(self.raw)
        except ValidationError as error:
            for found in _telling(error.errors(include_url=False)):
                self._note(found)
            self._check_salvaged()
            return None
        self._check(Draft(pack, frozenset(Pack.model_fields), frozenset(self.damaged)))
        return pack

    # files to fields

    def _take(self, source: Source) -> None:
        """Put a file's data under the fields of the pack that it holds."""
        self.problems += source.problems
        fields = _fields_of(source.file)
        if source.problems:
            self.damaged.update(fields)
        if source.data is None:
            return
        if source.file in KEYED:
            self.raw.update({key: value for key, value in source.data.items() if key in fields})
            self.problems += _unknown_keys(source, fields)
        elif source.file in ROWS:
            self.raw[fields[0]] = [ROWS[source.file].cells(row) for row in source.data]
        else:
            self.raw[fields[0]] = source.data

    # findings to problems

    def _note(self, found: ErrorDetails) -> None:
        loc = _clean(found["loc"])
        name = str(loc[0])
        source = self.sources[FILES[name]]
        if found["type"] != "extra_forbidden":
            self.damaged.add(name)
        if name in self.raw and len(loc) > 1 and source.file in ROWS and loc[1] in source.bad_rows:
            return
        if name in self.raw or source.data is not None:
            self._problem(loc, explain(found, Pack))

    def _problem(self, loc: Loc, message: str, rank: int = VALUES) -> None:
        source = self.sources[FILES[str(loc[0])]]
        local = loc if source.file in KEYED else loc[1:]
        where = local[1:] if source.file in ROWS else local
        self.problems.append(PackProblem(source.file, source.line(local), show(where), message, rank))

    # checks

    def _check_salvaged(self) -> None:
        """Check what is left of a pack without its wrong values, so that all is named at once."""
        rows = {spec.field for spec in ROWS.values()}
        salvage = Salvage({name: value for name, value in self.raw.items() if name not in rows})
        fields = salvage.fields() | {
            spec.field: ghost_rows(spec.row, self.raw[spec.field]) for spec in ROWS.values() if spec.field in self.raw
        }
        draft = Draft(Pack.model_construct(**fields), frozenset(fields), frozenset(self.damaged))
        self._check(draft, salvage)

    def _check(self, draft: Draft, salvage: Salvage | None = None) -> None:
        for (loc, message), rank in run_checks(draft):
            self._problem(salvage.original(loc) if salvage else loc, message, rank)


def _read_files(folder: Path) -> Iterator[Source]:
    for file, spec in ROWS.items():
        yield read_csv(folder / file, spec.columns, spec.required)
    for file in (*KEYED, *WHOLE):
        if file not in OPTIONAL or (folder / file).exists():
            yield read_yaml(folder / file)
    if (folder / SHAPES).exists():
        yield read_outlines(folder / SHAPES)


def _fields_of(file: str) -> tuple[str, ...]:
    return tuple(name for name, home in FILES.items() if home == file)


def _unknown_keys(source: Source, known: tuple[str, ...]) -> Iterator[PackProblem]:
    for key in source.data:
        if key not in known:
            advice = f"应写在 {FILES[key]}" if key in FILES else closest(key, known)
            yield PackProblem(source.file, source.line((key,)), key, f"不认识的键 “{key}”；{advice}")


def _stray_files(folder: Path) -> Iterator[PackProblem]:
    """Name data files that nothing reads: a misspelt file name would silently be without effect."""
    known = sorted({*FILES.values()})
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in {".yaml", ".yml", ".csv", ".json", ".geojson"} and path.name not in known:
            yield PackProblem(path.name, 0, "", f"规则包里没有这个文件；{closest(path.name, known)}")


def _clean(loc: tuple[str | int, ...]) -> Loc:
    """Drop pydantic's mark of a wrong dictionary key."""
    return tuple(part for part in loc if part != "[key]")


def _telling(errors: Sequence[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Leave out that a list is too short where that is so only because its items are wrong."""
    places = {found["loc"][:length] for found in errors for length in range(len(found["loc"]))}
    for found in errors:
        if not (found["type"] == "too_short" and found["loc"] in places):
            yield found
