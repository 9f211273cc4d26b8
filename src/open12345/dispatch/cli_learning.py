"""What the centre learns from its own orders, on the command line: `open12345 dispatch train|promote|report`.

Exit codes as in `cli`; 1 also where a classifier is worse than the one in force, and stays out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a program.")]
_FOUND = 1
stdout = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)


def register(group: typer.Typer) -> None:
    """Add the commands to `open12345 dispatch`."""
    group.command("train")(train)
    group.command("promote")(promote)
    group.command("report")(report)


def train(
    *,
    most: Annotated[int, typer.Option(min=100, help="Read at most so many of the newest closed orders.")] = 60_000,
    as_json: Json = False,
) -> None:
    """Learn categories from the centre's own closed orders; the newest are held back to measure with."""
    from django.utils import timezone  # noqa: PLC0415 - Django is set up when a command runs

    from open12345.directory import packs  # noqa: PLC0415 - the same
    from open12345.directory.person import SYSTEM  # noqa: PLC0415 - the same
    from open12345.dispatch import learning  # noqa: PLC0415 - loads scikit-learn

    def work() -> dict[str, Any]:
        now = timezone.now()
        with stderr.status("learning …"):
            row = learning.teach(packs.pack_at(now)[1], by=SYSTEM, at=now, most=most)
        return {"classifier": row.pk, "learnt": row.card["texts"], **row.card["measures"]["held_back"]}

    answer = _done(work, as_json=as_json)
    if not as_json:
        stdout.print(f"classifier {answer['classifier']}: {answer['learnt']:,} orders learnt in ", end="")
        stdout.print(f"{answer['train_seconds']:g} s; on the newest {_told(answer)}")
        stdout.print(f"Put it in force: open12345 dispatch promote {answer['classifier']}")


def promote(
    number: Annotated[int, typer.Argument(help="As `dispatch report` lists it.")], *, as_json: Json = False
) -> None:
    """Put a classifier in force, if it is not worse than the one in force on orders that neither has learnt from."""
    from django.utils import timezone  # noqa: PLC0415 - Django is set up when a command runs

    from open12345.directory import packs  # noqa: PLC0415 - the same
    from open12345.directory.person import SYSTEM  # noqa: PLC0415 - the same
    from open12345.dispatch import learning  # noqa: PLC0415 - loads scikit-learn
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
            {"classifier": row.pk, "pack": row.pack, "made_at": row.made_at.isoformat(), "standing": row.standing,
             "decided_at": row.decided_at and row.decided_at.isoformat(), "why": row.why, "digest": row.digest,
             "card": row.card}
            for row in rows
        ]  # fmt: skip
        stdout.print_json(data={"ok": True, "classifiers": told})
        return
    if not rows:
        stdout.print("No classifier yet. Train one: open12345 dispatch train")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("no.", "pack", "learnt until", "orders", "accuracy", "macro-F1", "first 3", "standing", "why"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        held = row.card["measures"]["held_back"]
        table.add_row(
            str(row.pk), row.pack, row.card["last_day"][:10], f"{row.card['texts']:,}",
            *(f"{held[name]:.3f}" for name in ("accuracy", "macro_f1", "top3")), row.standing, row.why,
        )  # fmt: skip
    stdout.print(table)


def _told(figures: dict[str, Any]) -> str:
    return (
        f"{figures.get('texts', 0):,} orders: accuracy {figures['accuracy']:.3f}, macro-F1 {figures['macro_f1']:.3f}, "
        f"among the first 3 {figures['top3']:.3f}, first level {figures['first_level']:.3f}, "
        f"calibration error {figures['calibration_error']:.3f}"
    )


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
