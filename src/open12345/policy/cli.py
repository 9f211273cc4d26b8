"""Commands on packs that need no database: `check-pack` and `diff-pack`.

Exit codes: 0 fine (for a diff: no difference or differences shown; a check may still have hints), 1 mistakes, 2 wrong
usage.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from .demo import demo_problems
from .diff import diff_sections
from .find import find_pack
from .hints import hints
from .loader import read_pack
from .problems import PackError, PackProblem
from .schema import Pack
from .summary import summarise, tell

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
PackName = Annotated[str, typer.Argument(help="Name of a pack in packs/, or a folder.")]

MISTAKES = 1
SHOWN = 20
"""Lines of one section that are printed unless all are asked for."""


def register(app: typer.Typer) -> None:
    """Add the commands of this room to the project's command line."""
    app.command("check-pack")(check_pack)
    app.command("diff-pack")(diff_pack)


def check_pack(pack: PackName, *, as_json: Json = False) -> None:
    """Check a policy pack; every mistake is named with file, line and remedy, and what a copy may have left over."""
    try:
        folder = find_pack(pack)
        found = _read_with_demo(folder)
    except PackError as error:
        _mistakes(error, as_json=as_json)
        raise typer.Exit(MISTAKES) from error
    warnings = hints(folder, found)
    answer = {"ok": True, **summarise(found), "problems": [], "warnings": [one.as_json() for one in warnings]}
    _say(answer, [*tell(found), *_told(warnings)], as_json=as_json)


def _read_with_demo(folder: Path) -> Pack:
    """Read a pack and look at its invented texts too, so that all mistakes are named at once."""
    try:
        pack = read_pack(folder)
    except PackError as error:
        raise PackError([*error.problems, *demo_problems(folder, None)]) from error
    problems = demo_problems(folder, pack)
    if problems:
        raise PackError(problems)
    return pack


def _told(warnings: Sequence[PackProblem]) -> list[str]:
    lines = [f"提示 {one}" for one in warnings]
    return [*lines, f"共 {len(lines)} 条提示；规则包可以使用，请看一看是否抄来未改。"] if lines else []


def diff_pack(
    before: PackName,
    after: PackName,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every line, also of long sections.")] = False,
    as_json: Json = False,
) -> None:
    """Show what would change from one pack to another, section by section."""
    try:
        old, new = read_pack(find_pack(before)), read_pack(find_pack(after))
    except PackError as error:
        _mistakes(error, as_json=as_json)
        raise typer.Exit(MISTAKES) from error
    sections = diff_sections(old, new)
    lines = [line for found in sections.values() for line in found]
    answer = {"before": old.digest, "after": new.digest, "changes": lines}
    shown = lines if every else [line for section, found in sections.items() for line in _shortened(section, found)]
    if len(lines) > SHOWN:
        parts = "，".join(f"{section} {len(found)}" for section, found in sections.items())
        shown += [f"{old.id} → {new.id}：共 {len(lines)} 处不同：{parts}"]
    _say(answer, shown or ["没有差别"], as_json=as_json)


def _shortened(section: str, lines: list[str]) -> list[str]:
    """Leave out what nobody reads to the end: six thousand communities that one pack has and the other not."""
    if len(lines) <= SHOWN:
        return lines
    return [*lines[:SHOWN], f"{section}：… 另有 {len(lines) - SHOWN} 处（--all 全部列出）"]


def _mistakes(error: PackError, *, as_json: bool) -> None:
    found = [problem.as_json() for problem in error.problems]
    lines = [*map(str, error.problems), f"共 {len(found)} 处错误；规则包未生效。"]
    _say({"ok": False, "problems": found}, lines, as_json=as_json)


def _say(answer: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else "\n".join(lines))
