"""The categories that texts can be learnt under, by code: `open12345 dispatch categories`.

Exit codes as in `cli`; 1 where nothing fits the words.
"""

from __future__ import annotations

from typing import Annotated, Final

import typer
from rich.console import Console

from open12345.dispatch import tables

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a program.")]
_FOUND = 1
#: What else helps who has a wrong code.
HOW: Final = "`open12345 dispatch categories` lists the codes"
stdout = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)


def register(group: typer.Typer) -> None:
    """Add the command to `open12345 dispatch`."""
    group.command("categories")(categories)


def categories(
    words: Annotated[str, typer.Argument(help="Only those whose code or path holds this.")] = "", *,
    as_json: Json = False,
) -> None:  # fmt: skip
    """List the narrowest categories of the pack in force with their codes."""
    from django.utils import timezone  # noqa: PLC0415 - Django is set up when a command runs

    from open12345.directory import packs  # noqa: PLC0415 - the same

    pack = packs.pack_at(timezone.now())[1]
    leaves = [(row.code, pack.category_path(row.code)) for row in pack.categories if pack.is_leaf(row.code)]
    found = [(code, path) for code, path in leaves if words.lower() in f"{code} {path}".lower()]
    if as_json:
        told = [{"code": code, "path": path} for code, path in found]
        stdout.print_json(data={"ok": bool(found), "pack": pack.id, "categories": told})
    elif found:
        tables.show(stdout, ("code", "category"), found, folds=1)
    else:
        stderr.print(f"No category of the pack {pack.id} holds {words}.", style="red", markup=False, soft_wrap=True)
    if not found:
        raise typer.Exit(_FOUND)
