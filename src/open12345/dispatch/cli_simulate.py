"""What automatic dispatch would have done, on the command line: `open12345 dispatch simulate` (DIS-16).

Exit codes as in `cli`: 0 told (also that no threshold reaches what is wanted), 1 nothing to replay or no such category.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress

from open12345.dispatch import tables
from open12345.dispatch.cli_categories import HOW

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a program.")]
_FOUND = 1
_SHOWN = 40
stdout = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)


def register(group: typer.Typer) -> None:
    """Add the command to `open12345 dispatch`."""
    group.command("simulate")(simulate)


def simulate(
    *,
    months: Annotated[int, typer.Option(min=1, max=24, help="Past months of 30 days.")] = 3,
    category: Annotated[str, typer.Option(help="A category with all below it; none: all.")] = "",
    wanted: Annotated[
        float | None, typer.Option(min=0.5, max=0.999, help="Share that is to be right first time; else the pack's.")
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Measure this probability instead of seeking one.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Replay past orders: what would have gone by itself, how much of it right first time; changes nothing."""
    from django.utils import timezone  # noqa: PLC0415 - Django is set up when a command runs

    from open12345.directory import packs  # noqa: PLC0415 - the same
    from open12345.dispatch.automatic import replay  # noqa: PLC0415 - the same

    now = timezone.now()
    pack = packs.pack_at(now)[1]
    if category and category not in pack.category_tree:
        _end(f"The pack {pack.id} has no category {category}: give a code of its tree. {HOW}.", as_json)
    asked = replay.Asked(months, wanted or pack.dispatching.wanted, category, threshold)
    try:
        with Progress(console=stderr, disable=as_json, transient=True) as shown:
            bar = shown.add_task("replaying", total=None)
            result = replay.run(
                pack, asked, at=now, progress=lambda done, total: shown.update(bar, completed=done, total=total or 1)
            )
    except replay.NothingToReplay as error:
        _end(str(error), as_json)
    if as_json:
        stdout.print_json(data={"ok": True, **result})
    else:
        _tell(result)


def _tell(result: dict[str, Any]) -> None:
    for line in heads(result):
        stdout.print(line, soft_wrap=True)
    headings = ("code", "category", "orders", "threshold", "by itself", "right", "people", "there", "from")
    rows = [
        (row["category"], row["title"], f"{row['orders']:,}", *_cells(row), row["of"] or "all")
        for row in result["rows"][:_SHOWN]
    ]
    tables.show(stdout, headings, rows, folds=1)
    if len(result["rows"]) > _SHOWN:
        stdout.print(f"… and {len(result['rows']) - _SHOWN:,} more: --category, or --json for all")
    together = result["together"]
    stdout.print(
        f"together: {_share(together['share'])} by itself, {_share(together['accuracy'])} of that right first time; "
        f"people: {_share(together['people'])} of all, {_share(together['people_there'])} of the same orders",
        soft_wrap=True,
    )  # fmt: skip


def heads(result: dict[str, Any]) -> list[str]:
    """Return what was replayed, by which models, and how it was measured, one sentence a line."""
    used, lines = result["used"], []
    span = f"{result['since'][:10]} to {result['until'][:10]}"
    lines.append(f"{result['orders']:,} first dispatches, {span}, of orders that a unit handled to their end")
    if result["given"] is not None:
        lines.append(f"measured on all of them at the given threshold {result['given']:g}")
    else:
        own = result["own"]
        of = "" if own["of"] == own["category"] else f" of {own['of'] or 'all categories'}"
        lines.append(
            f"thresholds for {result['wanted']:.1%} right first time sought in the older {own['sought_on']:,}{of}, "
            f"measured on the newer {result['measured_on']:,}"
        )
    if result["cut"]:
        lines.append("the span holds more than could be replayed: only its newest part was")
    lines.append(f"recommender: {_model(used['recommender'], used['recommender_number'], used['taught_on'])}")
    if result["guessed"]:
        named = _model(used["classifier"], used["classifier_number"], 0)
        lines.append(f"{result['guessed']:,} orders came without a category; classifier: {named}")
    if result["left"]:
        told = ", ".join(f"{why} {count:,}" for why, count in sorted(result["left"].items(), key=lambda kv: -kv[1]))
        lines.append(f"left to people whatever the threshold: {told}")
    own = result["own"]
    if own["threshold"] is None:
        lines.append("no threshold reaches what is wanted" + (f" for {own['category']}" if own["category"] else ""))
    return lines


def _model(kind: str, number: int | None, taught_on: int) -> str:
    return {
        "in_force": f"no. {number}, in force; it has learnt from nothing in this span",
        "taught": "taught for this replay on what lies before the span: the one in force has learnt from these orders"
        + (f" ({taught_on:,} dispatches)" if taught_on else ""),
        "default": "weights as they stand before anything is trained",
        "none": "none: such orders are left to people",
    }[kind]


def _cells(row: dict[str, Any]) -> list[str]:
    threshold = "none" if row["threshold"] is None else f"{row['threshold']:.3f}"
    return [threshold, *(_share(row[name]) for name in ("share", "accuracy", "people", "people_there"))]


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _end(problem: str, as_json: bool) -> NoReturn:  # noqa: FBT001 - as typer hands it over
    if as_json:
        typer.echo(json.dumps({"ok": False, "problems": [problem]}, ensure_ascii=False, indent=2))
    else:
        stderr.print(problem, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(_FOUND)
