"""Where scenarios lie, and reading one with every mistake named by file and line, as packs are read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from open12345.policy import Pack, PackError, find_pack
from open12345.policy.problems import Loc, PackProblem, closest, explain, show
from open12345.policy.sources import Source, read_yaml
from open12345.simulate.scenarios import mistakes
from open12345.simulate.scenarios.scenario import Scenario

FOLDER = "scenarios"


def scenario_names(pack_folder: Path) -> list[str]:
    """Return the scenarios of a pack."""
    return sorted(path.stem for path in (pack_folder / FOLDER).glob("*.yaml"))


def read_scenario(pack: Pack, name: str, *, folder: Path | None = None) -> Scenario:
    """Read a scenario of `pack` from its folder.

    Raises PackError that names the scenarios there are, or every mistake of the file.
    """
    home = folder or find_pack(pack.id)
    path = home / FOLDER / f"{name}.yaml"
    if not path.is_file():
        known = scenario_names(home)
        advice = closest(name, known) or "这个规则包还没有方案"
        raise PackError([PackProblem(f"{FOLDER}/{name}.yaml", 0, "", f"没有这个方案 “{name}”；{advice}")])
    source = read_yaml(path)
    source.file = f"{FOLDER}/{path.name}"
    if source.data is None or source.problems:
        raise PackError([_renamed(problem, source.file) for problem in source.problems])
    scenario = _validated(source, {**source.data, "pack": pack.id, "name": name})
    _refuse(source, [*mistakes.of(scenario), *mistakes.with_pack(scenario, pack)])
    return scenario


def at_fault(pack: Pack, name: str, error: Exception) -> PackError:
    """Return what showed only while planning (a rate that cannot be reached) as a mistake of the file."""
    return PackError([PackProblem(f"{FOLDER}/{name}.yaml", 0, pack.id, str(error))])


def _validated(source: Source, data: dict[str, Any]) -> Scenario:
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        named = [(tuple(part for part in one["loc"] if part != "[key]"), explain(one, Scenario)) for one in found]
        _refuse(source, named)
        raise


def _refuse(source: Source, found: Iterable[tuple[Loc, str]]) -> None:
    problems = [PackProblem(source.file, source.line(loc), show(loc), message) for loc, message in found]
    if problems:
        raise PackError(problems)


def _renamed(problem: PackProblem, file: str) -> PackProblem:
    return PackProblem(file, problem.line, problem.where, problem.message)
