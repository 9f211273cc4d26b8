"""Smart dispatch on the command line: `open12345 dispatch evaluate`; what needs the database is in `cli_learning`.

Exit codes: 0 done, 1 a file that cannot be used (each mistake named by file, row and column), 2 wrong usage, 130
stopped by Ctrl-C. Nothing here needs a database.
"""

from __future__ import annotations

import csv
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from django.utils import translation
from rich.console import Console

from open12345.directory.cli import CsvFile as CsvIn
from open12345.directory.cli import DryRun, import_file
from open12345.directory.csvfile import Line, read_rows
from open12345.directory.errors import DirectoryError
from open12345.dispatch import cli_categories, cli_learning, cli_simulate

if TYPE_CHECKING:  # scikit-learn is loaded when a command runs: other commands start fast
    from open12345.classify import EmbeddedModel, Figures, Learning, Model, Text, Tree

_FOUND = 1
SHOWN = 20
_LONGEST_CELL = 131_072
_COLUMNS = ("title", "body", "category")
stdout = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)

CsvFile = Annotated[
    Path, typer.Option(exists=True, dir_okay=False, readable=True, help="CSV: id, title, body, category.")
]
TreeFile = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        help="CSV: code and parent (a pack's categories.csv), or a path per row, first level first.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a program.")]


ROOM = "Smart dispatch: learn categories and units from past orders, measure, put in force, replay."


class Unusable(Exception):
    """Files that cannot be used: one sentence per mistake, with its remedy."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(problems[0])
        self.problems = list(problems)


@dataclass(slots=True)
class Labelled:
    """Texts of one file with their categories, side by side."""

    name: str
    texts: list[Text] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    #: Line of each, and what its column `id` says.
    places: list[tuple[int, str]] = field(default_factory=list)


def register(app: typer.Typer) -> None:
    """Add the room's commands to `open12345`."""
    group = typer.Typer(no_args_is_help=True, help=ROOM)
    group.callback()(_group)
    group.command("evaluate")(evaluate)
    cli_learning.register(group)
    cli_simulate.register(group)
    cli_categories.register(group)
    app.add_typer(group, name="dispatch")
    app.command("import-facilities")(import_facilities)


def import_facilities(file: CsvIn, *, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Import facilities: kind, code, title, owner, place, longitude, latitude, active."""
    from open12345.dispatch.facilities.importing import import_facilities_csv  # noqa: PLC0415 - needs the models

    import_file(file, import_facilities_csv, dry_run=dry_run, as_json=as_json)


def _group() -> None:
    """Do nothing but hold the commands together."""


def evaluate(
    *,
    train: CsvFile,
    test: CsvFile,
    tree: TreeFile = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed and files give the same model.")] = 12345,
    embedded: Annotated[
        bool, typer.Option("--embedding", help="With the vectors of the embedding service that the settings name.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Train a classifier on one CSV, ask it about another, and print how good it is; stores nothing."""
    from open12345 import classify  # noqa: PLC0415 - loads what only this needs

    try:
        with translation.override("en"):
            known, asked = read_labelled(train), read_labelled(test)
            above = read_tree(tree, {*known.labels, *asked.labels}) if tree else classify.Tree()
        start = time.thread_time()
        with stderr.status(f"learning from {len(known.texts):,} texts …"):
            model = _trained(known, above, classify.Learning(seed=seed), embedded=embedded)
        took = time.thread_time() - start
        with stderr.status(f"asking about {len(asked.texts):,} texts …"):
            figures = classify.evaluate(model, asked.texts, asked.labels, first=above.first, train_seconds=took)
    except Unusable as error:
        end(error.problems, as_json=as_json)
    except classify.EmbeddingAway as error:
        end([str(error)], as_json=as_json)
    except classify.TrainingError as error:
        end([f"{train.name}, column category: {error} Label more texts."], as_json=as_json)
    unknown = Counter(label for label in asked.labels if label not in model.labels)
    answer = figures.as_json() | {
        "ok": True,
        "train_texts": len(known.texts),
        "train_labels": len(set(known.labels)),
        "unknown_labels": unknown.total(),
        "unknown": dict(unknown.most_common()),
        "copies_of_training": _copied(known, asked),
    }
    _tell(answer, figures, as_json=as_json)


def _trained(known: Labelled, tree: Tree, learning: Learning, *, embedded: bool) -> Model | EmbeddedModel:
    from open12345 import classify  # noqa: PLC0415 - loads what only this needs
    from open12345.dispatch import embedding  # noqa: PLC0415 - the same

    if not embedded:
        return classify.train(known.texts, known.labels, tree=tree, learning=learning)
    service = embedding.service()
    if service is None:
        raise Unusable(["No embedding service is named: set OPEN12345_EMBEDDING_URL and OPEN12345_EMBEDDING_MODEL."])
    return classify.train_embedded(known.texts, known.labels, embedder=service, tree=tree, learning=learning)


def read_labelled(file: Path) -> Labelled:
    """Read texts and categories; columns besides title, body and category are passed over. Raises `Unusable`."""
    from open12345.classify import Text  # noqa: PLC0415 - the same

    found, problems = Labelled(file.name), []
    for line in _lines(file, _COLUMNS):
        title, body, category = (line.get(name) for name in _COLUMNS)
        if not category:
            problems.append(f"{file.name}, row {line.number}, column category: empty. Name the category of the text.")
        elif not title and not body:
            problems.append(f"{file.name}, row {line.number}, columns title and body: both empty. Delete the row.")
        else:
            found.texts.append(Text(title, body))
            found.labels.append(category)
            found.places.append((line.number, line.get("id")))
    if problems:
        raise Unusable(problems)
    if not found.texts:
        raise Unusable([f"{file.name}: no row after the headings. Check how it was exported."])
    return found


def read_tree(file: Path, labels: set[str]) -> Tree:
    """Read which category stands above which; raises `Unusable`, also for a label that stands in two places."""
    from open12345.classify import Tree, TreeError  # noqa: PLC0415 - the same

    lines = list(_lines(file, ()))
    coded = bool(lines) and {"code", "parent"} <= {head.strip().lower() for head in lines[0].values}
    places: dict[str, dict[str, int]] = {}
    for line in lines:
        cells = list(dict.fromkeys(cell for cell in line.values.values() if cell))
        steps = [(line.get("code"), line.get("parent"))] if coded else list(zip(cells, ["", *cells], strict=False))
        for code, parent in steps:
            places.setdefault(code, {}).setdefault(parent, line.number)
    doubled = [
        f"{file.name}, row {max(found.values())}: {code} stands under {' and under '.join(filter(None, found))}."
        " Give them different codes."
        for code, found in places.items()
        if code in labels and len(found) > 1 and "" not in found
    ]
    if doubled:
        raise Unusable(doubled)
    parents = {code: "" if "" in found else next(iter(found)) for code, found in places.items() if code}
    try:
        return Tree(parents)
    except TreeError as error:
        raise Unusable([f"{file.name}, column parent: {error} Correct the parent."]) from error


def _lines(file: Path, required: Sequence[str]) -> list[Line]:
    found: list[Line] = []
    columns: dict[str, list[str]] = {name: [] for name in ("id", *required) if required} or {"code": [], "parent": []}
    csv.field_size_limit(_LONGEST_CELL)  # one for the whole process: another reader may have raised it
    try:
        found.extend(read_rows(file.read_bytes(), columns, required))
    except DirectoryError as error:
        remedy = f" The first row must name the columns {', '.join(required)}." if required else ""
        raise Unusable([f"{file.name}: {error}{remedy}"]) from error
    except csv.Error as error:
        after = found[-1].number if found else 1
        problem = f"{file.name}, after row {after}: {error}. A quote is not closed, most likely: close it."
        raise Unusable([problem]) from error
    return found


def _copied(known: Labelled, asked: Labelled) -> int:
    """Count the asked texts that have a near-copy among those learnt: their answers are known by heart."""
    from open12345.classify import copies  # noqa: PLC0415 - the same

    groups = copies([*known.texts, *asked.texts]).tolist()
    learnt = set(groups[: len(known.texts)])
    return sum(group in learnt for group in groups[len(known.texts) :])


# --- telling ------------------------------------------------------------------------------------------


def _tell(answer: dict[str, Any], figures: Figures, *, as_json: bool) -> None:
    if as_json:
        stdout.print_json(data=answer)
        return
    learnt = f"{answer['train_texts']:,} texts, {answer['train_labels']} categories, in {answer['train_seconds']:g} s"
    never, copied = answer["unknown_labels"], answer["copies_of_training"]
    lines = (
        f"learnt from        {learnt}",
        f"asked about        {figures.texts:,} texts, {figures.labels} categories",
        f"never learnt       {never:,} texts of categories that training has not{_named(answer['unknown'])}",
        f"near-copies        {copied:,} texts that training has almost word for word",
        f"accuracy           {figures.accuracy:.4f}",
        f"macro-F1           {figures.macro_f1:.4f}",
        f"among the first 3  {figures.top3:.4f}",
        f"first level        {figures.first_level:.4f}",
        f"calibration error  {figures.calibration_error:.4f}",
        f"texts per second   {figures.texts_per_second:,.0f} on one core",
    )
    for line in lines:
        stdout.print(line, soft_wrap=True)


def _named(unknown: dict[str, int]) -> str:
    """Return the labels that training has not, the commonest first."""
    some = [f"{label} ({n:,})" for label, n in list(unknown.items())[:SHOWN]]
    more = f" and {len(unknown) - SHOWN:,} more" if len(unknown) > SHOWN else ""
    return f": {', '.join(some)}{more}" if some else ""


def end(problems: Sequence[str], *, as_json: bool) -> NoReturn:
    """Tell what is wrong with the files, and end with 1."""
    if as_json:
        typer.echo(json.dumps({"ok": False, "problems": list(problems)}, ensure_ascii=False, indent=2))
    else:
        for problem in problems[:SHOWN]:
            stderr.print(problem, style="red", markup=False, soft_wrap=True)
        if len(problems) > SHOWN:
            stderr.print(f"… and {len(problems) - SHOWN:,} more", soft_wrap=True)
    raise typer.Exit(_FOUND)
