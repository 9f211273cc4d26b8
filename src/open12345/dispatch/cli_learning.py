"""What the centre learns from its own orders, on the command line: `open12345 dispatch train|promote|report|practice`.

Exit codes as in `cli`; 1 also where a classifier is worse than the one in force, and stays out.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from open12345.dispatch import cli_categories, tables

if TYPE_CHECKING:  # loads scikit-learn
    from open12345.dispatch.labelled import Row
    from open12345.policy import Pack

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a program.")]
_FOUND = 1
stdout = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)


def register(group: typer.Typer) -> None:
    """Add the commands to `open12345 dispatch`."""
    group.command("train")(train)
    group.command("promote")(promote)
    group.command("report")(report)
    group.command("practice")(practice)
    group.command("evaluate-units")(evaluate_units)


def train(
    *,
    most: Annotated[int, typer.Option(min=100, help="Read at most so many of the newest closed orders.")] = 60_000,
    unit: Annotated[bool, typer.Option("--unit", help="Learn how units are recommended, not categories.")] = False,
    file: Annotated[
        Path | None,
        typer.Option(
            "--csv",
            exists=True,
            dir_okay=False,
            readable=True,
            help="Learn from a labelled CSV instead: id, title, body, category.",
        ),
    ] = None,
    embedded: Annotated[
        bool, typer.Option("--embedding", help="With the vectors of the embedding service that the settings name.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Learn from the centre's own closed orders, or from a file; some are held back to measure with."""
    if unit and embedded:
        raise typer.BadParameter("an embedding tells categories, not units", param_hint="--embedding")
    if unit and file is not None:
        raise typer.BadParameter("a file tells categories, not units: leave out --unit or --csv", param_hint="--csv")
    from django.utils import timezone  # noqa: PLC0415 - Django is set up when a command runs

    from open12345.directory import packs  # noqa: PLC0415 - the same
    from open12345.directory.person import SYSTEM  # noqa: PLC0415 - the same
    from open12345.dispatch import learning  # noqa: PLC0415 - loads scikit-learn

    def work() -> dict[str, Any]:
        now = timezone.now()
        pack = packs.pack_at(now)[1]
        rows = _labelled(file, pack, as_json=as_json) if file is not None else []
        with stderr.status("learning …"):
            if file is not None:
                from open12345.dispatch import labelled  # noqa: PLC0415 - the same

                row = labelled.teach(pack, rows, file.name, by=SYSTEM, at=now, embedded=embedded)
            elif unit:
                from open12345.dispatch.advice import teaching  # noqa: PLC0415 - the same

                row = teaching.teach(pack, by=SYSTEM, at=now, most=most)
            else:
                row = learning.teach(pack, by=SYSTEM, at=now, most=most, embedded=embedded)
        return {"classifier": row.pk, "learnt": row.card["texts"], **row.card["measures"]["held_back"]}

    answer = _done(work, as_json=as_json)
    if not as_json:
        what, held = ("orders", "newest") if file is None else ("texts", "held back")
        stdout.print(f"classifier {answer['classifier']}: {answer['learnt']:,} {what} learnt in ", end="")
        stdout.print(f"{answer['train_seconds']:g} s; on the {held} {_told(answer)}")
        stdout.print(f"Put it in force: open12345 dispatch promote {answer['classifier']}")


def _labelled(file: Path, pack: Pack, *, as_json: bool) -> list[Row]:
    """Read the rows of a labelled file; ends with 1 where it cannot be used, each mistake named by its row."""
    from django.utils import translation  # noqa: PLC0415 - Django is set up when a command runs

    from open12345.dispatch import cli, labelled  # noqa: PLC0415 - the same

    try:
        with translation.override("en"):
            found = cli.read_labelled(file)
    except cli.Unusable as error:
        cli.end(error.problems, as_json=as_json)
    rows = [
        labelled.Row(line, number, text, label)
        for (line, number), text, label in zip(found.places, found.texts, found.labels, strict=True)
    ]
    if wrong := labelled.strangers(pack, rows):
        remedy = f"The column takes the codes of the pack's narrowest categories: {cli_categories.HOW}."
        cli.end([*(f"{file.name}, {one}" for one in wrong[: cli.SHOWN - 2]), *_more(wrong), remedy], as_json=as_json)
    return rows


def _more(wrong: list[str]) -> list[str]:
    from open12345.dispatch import cli  # noqa: PLC0415 - Django is set up when a command runs

    left = len(wrong) - (cli.SHOWN - 2)
    return [f"… and {left:,} more labels"] if left > 0 else []


def promote(
    number: Annotated[int, typer.Argument(help="As `dispatch report` lists it.")], *, as_json: Json = False
) -> None:
    """Put a classifier in force, if it is not worse than the one in force on orders that neither has learnt from."""
    from django.utils import timezone  # noqa: PLC0415 - Django is set up when a command runs

    from open12345.directory import packs  # noqa: PLC0415 - the same
    from open12345.directory.person import SYSTEM  # noqa: PLC0415 - the same
    from open12345.dispatch import learning  # noqa: PLC0415 - loads scikit-learn
    from open12345.dispatch.advice import teaching  # noqa: F401, PLC0415 - says how recommenders are compared
    from open12345.dispatch.models import Standing, TrainedClassifier  # noqa: PLC0415 - the same

    def work() -> dict[str, Any]:
        now = timezone.now()
        with stderr.status("asking both about the newest orders …"):
            own, other = learning.promote(packs.pack_at(now)[1], number, by=SYSTEM, at=now)
        row = TrainedClassifier.objects.defer("file").get(pk=number)
        return {
            "classifier": number, "standing": row.standing, "why": row.why, "own": own.as_json(),
            "in_force_before": other.as_json() if other else None,
            "ok": row.standing == Standing.IN_FORCE,
        }  # fmt: skip

    answer = _done(work, as_json=as_json)
    if not as_json:
        stdout.print(f"classifier {number}: on {_told(answer['own'])}")
        if answer["in_force_before"]:
            stdout.print(f"in force before: on {_told(answer['in_force_before'])}")
        stdout.print("In force from now on." if answer["ok"] else f"Not put in force, it is worse: {answer['why']}.")
    if not answer["ok"]:
        raise typer.Exit(_FOUND)


def report(*, as_json: Json = False) -> None:
    """List the classifiers with their figures, newest first."""
    from open12345.dispatch.models import TrainedClassifier  # noqa: PLC0415 - Django is set up when a command runs

    rows = list(TrainedClassifier.objects.defer("file").order_by("-pk"))
    if as_json:
        told = [
            {"classifier": row.pk, "tells": row.tells, "pack": row.pack, "made_at": row.made_at.isoformat(),
             "standing": row.standing, "decided_at": row.decided_at and row.decided_at.isoformat(), "why": row.why,
             "digest": row.digest,
             "card": row.card}
            for row in rows
        ]  # fmt: skip
        stdout.print_json(data={"ok": True, "classifiers": told})
        return
    if not rows:
        stdout.print("No classifier yet. Train one: open12345 dispatch train")
        return
    headings = ("no.", "tells", "pack", "learnt until", "orders", "accuracy", "macro-F1", "first 3", "standing", "why")
    lines = []
    for row in rows:
        held = row.card["measures"]["held_back"]
        lines.append((
            str(row.pk), row.tells, row.pack, row.card["last_day"][:10] or "–", f"{row.card['texts']:,}",
            *(f"{held[name]:.3f}" if name in held else "–" for name in ("accuracy", "macro_f1", "top3")), row.standing,
            row.why,
        ))  # fmt: skip
    tables.show(stdout, headings, lines, folds=len(headings) - 1)


def evaluate_units(
    *,
    days: Annotated[int, typer.Option(min=1, help="Dispatches of so many past days are asked about.")] = 30,
    as_json: Json = False,
) -> None:
    """Measure how units are recommended on the newest past dispatches; stores nothing.

    The weights in force, the default ones and the duty list, each asked with what was known at the moment. Where the
    weights in force have learnt from these dispatches, the figures flatter them: `learnt_until` says so.
    """
    from django.utils import timezone  # noqa: PLC0415 - Django is set up when a command runs

    from open12345.directory import packs  # noqa: PLC0415 - the same
    from open12345.dispatch import learnt  # noqa: PLC0415 - the same
    from open12345.dispatch.advice import teaching, weights  # noqa: PLC0415 - the same
    from open12345.dispatch.models import Learnt  # noqa: PLC0415 - the same

    def work() -> dict[str, Any]:
        now = timezone.now()
        pack = packs.pack_at(now)[1]
        row = learnt.row_in_force(pack.id, Learnt.UNIT)
        with stderr.status("asking about past dispatches …"):
            sent = teaching.held_since(pack, now - timedelta(days=days), now)
            own = teaching.measured(weights.in_force(pack.id), sent).as_json()
            plain = teaching.measured(weights.DEFAULT, sent).as_json()
        return {
            "in_force": own, "default_weights": plain, "recommender": row and row.pk,
            "learnt_until": row and row.card["last_day"],
        }  # fmt: skip

    answer = _done(work, as_json=as_json)
    if not as_json:
        stdout.print(f"in force: {_told(answer['in_force'])}")
        stdout.print(f"default weights: {_told(answer['default_weights'])}")


def practice(
    *,
    whole: Annotated[bool, typer.Option("--all", help="Count everything stored, not the last months alone.")] = False,
    as_json: Json = False,
) -> None:
    """Count anew what units kept and gave back; runs by itself every ten minutes for the last months."""
    from django.utils import timezone  # noqa: PLC0415 - Django is set up when a command runs

    from open12345.directory import packs  # noqa: PLC0415 - the same
    from open12345.dispatch.advice import practice as counting  # noqa: PLC0415 - the same

    def work() -> dict[str, Any]:
        now, begun = timezone.now(), time.monotonic()
        rows = counting.refresh(packs.pack_at(now)[1], at=now, whole=whole)
        return {"rows": rows, "seconds": round(time.monotonic() - begun, 2)}

    answer = _done(work, as_json=as_json)
    if not as_json:
        stdout.print(f"{answer['rows']:,} rows counted in {answer['seconds']:g} s")


def _told(figures: dict[str, Any]) -> str:
    """Return figures in words: of a classifier of categories, or (with those of the list) of a recommender of units."""
    own = f"accuracy {figures['accuracy']:.3f}, among the first 3 {figures['top3']:.3f}, "
    if "list_accuracy" in figures:
        own = f"{figures['orders']:,.0f} dispatches: {own}the duty list's first {figures['list_accuracy']:.3f}, "
    else:
        own = (
            f"{figures.get('texts', 0):,} orders: {own}macro-F1 {figures['macro_f1']:.3f}, "
            f"first level {figures['first_level']:.3f}, "
        )
    return f"{own}calibration error {figures['calibration_error']:.3f}"


def _done(work: Callable[[], dict[str, Any]], *, as_json: bool) -> dict[str, Any]:
    """Return the answer, told already where a program asked; ends with 1 where there is nothing to learn."""
    from open12345.dispatch.learning import NotLearnt  # noqa: PLC0415 - Django is set up when a command runs

    try:
        answer = {"ok": True, **work()}
    except NotLearnt as error:
        if as_json:
            typer.echo(json.dumps({"ok": False, "problems": [str(error)]}, ensure_ascii=False, indent=2))
        else:
            stderr.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(_FOUND) from error
    if as_json:
        stdout.print_json(data=answer)
    return answer
