"""Commands on packs that need no database: `check-pack` and `diff-pack`.

Exit codes: 0 fine (for a diff: no difference or differences shown), 1 mistakes, 2 wrong usage.
"""

import json
from typing import Annotated, Any

import typer

from .diff import diff_packs
from .find import find_pack
from .loader import read_pack
from .problems import PackError
from .schema import Pack

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
PackName = Annotated[str, typer.Argument(help="Name of a pack in packs/, or a folder.")]

MISTAKES = 1


def register(app: typer.Typer) -> None:
    """Add the commands of this room to the project's command line."""
    app.command("check-pack")(check_pack)
    app.command("diff-pack")(diff_pack)


def check_pack(pack: PackName, *, as_json: Json = False) -> None:
    """Check a policy pack; every mistake is named with file, line and remedy."""
    try:
        found = read_pack(find_pack(pack))
    except PackError as error:
        _mistakes(error, as_json=as_json)
        raise typer.Exit(MISTAKES) from error
    summary = summarise(found)
    _say({"ok": True, **summary, "problems": []}, [_sentence(summary)], as_json=as_json)


def diff_pack(before: PackName, after: PackName, *, as_json: Json = False) -> None:
    """Show what would change from one pack to another."""
    try:
        old, new = read_pack(find_pack(before)), read_pack(find_pack(after))
    except PackError as error:
        _mistakes(error, as_json=as_json)
        raise typer.Exit(MISTAKES) from error
    lines = diff_packs(old, new)
    answer = {"before": old.digest, "after": new.digest, "changes": lines}
    _say(answer, lines or ["没有差别"], as_json=as_json)


def summarise(pack: Pack) -> dict[str, Any]:
    """Return what a pack holds, in numbers."""
    return {
        "id": pack.id,
        "title": pack.title,
        "digest": pack.digest,
        "units": len(pack.units),
        "areas": len(pack.areas),
        "categories": len(pack.categories),
        "leaves": len(pack.category_tree.leaves()),
        "duty_items": len(pack.duty.items),
        "clocks": len(pack.clocks),
        "applications": len(pack.applications),
        "synthetic": pack.synthetic,
    }


def _sentence(summary: dict[str, Any]) -> str:
    return (
        f"{summary['id']} {summary['title']}：没有错误。"
        f"单位 {summary['units']}，区域 {summary['areas']}，"
        f"分类 {summary['categories']}（末级 {summary['leaves']}），"
        f"首接事项 {summary['duty_items']}，时限 {summary['clocks']}，"
        f"申请 {summary['applications']}。"
        f"摘要 {summary['digest'][:12]}"
    )


def _mistakes(error: PackError, *, as_json: bool) -> None:
    found = [problem.as_json() for problem in error.problems]
    lines = [*map(str, error.problems), f"共 {len(found)} 处错误；规则包未生效。"]
    _say({"ok": False, "problems": found}, lines, as_json=as_json)


def _say(answer: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else "\n".join(lines))
