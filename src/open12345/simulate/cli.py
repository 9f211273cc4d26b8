"""Simulating on the command line: `open12345 simulate`, `open12345 check-scenario`.

Exit codes: 0 done (all figures the same), 1 refused, mistakes or a difference, 2 wrong usage, 3 the machine's fault,
130 stopped by Ctrl-C (a history goes on where it stopped when the command is given again).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from open12345.policy import Pack, PackError, find_pack, read_pack
from open12345.simulate import progress

if TYPE_CHECKING:  # numpy and the texts are loaded when a command runs: other commands start fast
    import psycopg

    from open12345.simulate.check import Checked
    from open12345.simulate.runs import Prepared, Run

FOUND = 1
_WIDE = 160
"""Columns of a table that goes to a file or another program."""
MACHINE = 3
stdout = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)


class Mode(StrEnum):
    """How a run is played."""

    HISTORY = "history"
    STEP = "step"
    LIVE = "live"


PackName = Annotated[str, typer.Option("--pack", envvar="PACK", help="Pack whose scenario is played.")]
ScenarioName = Annotated[str, typer.Option("--scenario", help="Scenario, of packs/PACK/scenarios/.")]
Scale = Annotated[
    float | None, typer.Option(min=0.00001, max=1, help="Share of all orders; default: what the scenario says.")
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a program.")]
Day = Annotated[
    datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="The run's last day; default: the scenario's.")
]


def register(app: typer.Typer) -> None:
    """Add the room's commands to `open12345`."""
    app.command("simulate")(simulate)
    app.command("check-scenario")(check_scenario)


def simulate(  # noqa: PLR0913 - the options of a command
    *,
    pack: PackName = "jiuting",
    scenario: ScenarioName = "",
    mode: Annotated[Mode, typer.Option(help="history: written at once; step: by a virtual clock; live: at RATE.")]
    = Mode.HISTORY,
    scale: Scale = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Other dice than the scenario's.")] = None,
    until: Day = None,
    rate: Annotated[float, typer.Option(min=0.01, help="live: requests a minute.")] = 30.0,
    hurry: Annotated[float, typer.Option(min=1, help="live: how much faster than life a case goes on.")] = 60.0,
    url: Annotated[str, typer.Option(help="live: where the instance listens.")] = "http://127.0.0.1:8000",
    processes: Annotated[int, typer.Option(min=1, max=64, help="history: processes that write.")] = 2,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Play a scenario in this instance: a city's orders with complete histories, to the figures of its text."""
    from open12345.simulate import players, runs  # noqa: PLC0415 - loads what only this needs

    with _explained(as_json=as_json):
        name = scenario or _only(pack)
        if mode is Mode.LIVE:
            url = url if "://" in url else f"http://{url}"
            _reach(url)
        day = until.date() if until else None
        with _turn(mode) as turn:
            with stderr.status("planning …"):
                prepared = runs.prepare(pack, name, scale=scale, seed=seed, until=day, mode=mode.value)
            if not as_json:
                at = f"{rate:g} requests a minute for {url}; Ctrl-C stops"
                _say(at if mode is Mode.LIVE else _announced(prepared))
            options = players.Options(rate=rate, url=url, processes=processes, hurry=hurry, say=_say, turn=turn)
            with _told(prepared, mode, as_json=as_json) as tell:
                played = players.PLAYERS[mode.value](prepared, options, tell)
    if as_json:
        stdout.print_json(data=played.as_json())
    else:
        stdout.print(played.sentence())


def check_scenario(
    *, pack: PackName = "", scenario: ScenarioName = "", scale: Scale = None, as_json: Json = False
) -> None:
    """Print each figure of the scenario's text beside the one counted from the database; 1 where any differs."""
    from open12345.simulate import check, runs  # noqa: PLC0415 - the same
    from open12345.simulate.scenarios.files import read_scenario  # noqa: PLC0415

    with _explained(as_json=as_json):
        run = runs.sheet()
        ruling = runs.pack_in_force()
        folder = _folder(pack, run, ruling)
        name = scenario or (run.scenario if run else _only(str(folder)))
        found = read_scenario(ruling, name, folder=folder)
        own = run if run is not None and run.scenario == name else None
        end = own.now.date() if own else found.until or datetime.now().astimezone().date()
        share = scale if scale is not None else own.scale if own else found.scale
        lines = check.figures(found, ruling, end=end, scale=share)
    wrong = [line for line in lines if line.same is False]
    whole = own is None or own.finished
    if as_json:
        answer = {"ok": not wrong, "whole": whole, "pack": ruling.id, "scenario": name, "scale": share}
        figures = [line.as_json() for line in lines]
        stdout.print_json(data={**answer, "until": end.isoformat(), "figures": figures})
    else:
        for hint in _hints(run, name, share):
            _say(hint)
        _show(lines, f"{found.title}（{found.source}）", share)
    raise typer.Exit(FOUND if wrong else 0)


def _hints(run: Run | None, name: str, scale: float) -> Iterator[str]:
    """Yield why the figures cannot be the text's, where the run's own sheet tells."""
    if run is None:
        return
    if (run.scenario, run.scale) != (name, scale):
        yield f"This instance holds {run.scenario} at scale {run.scale:g}, not {name} at {scale:g}."
    if not run.finished:
        yield "Its run was stopped before the end: give `open12345 simulate` again, it goes on from there."


def _folder(pack: str, run: Run | None, ruling: Pack) -> Path:
    """Return where the scenarios of this instance's pack lie: of the folder given, else as its run was begun."""
    from open12345.simulate import runs  # noqa: PLC0415 - the same

    if pack in {"", ruling.id}:
        return find_pack(run.source if run is not None and run.source else ruling.id)
    folder = find_pack(pack)
    if (given := read_pack(folder).id) != ruling.id:
        raise runs.Refused(f"This instance serves the pack {ruling.id}, not {given}.", "Name its own pack.")
    return folder


# --- telling ------------------------------------------------------------------------------------------


def _show(lines: list[Checked], title: str, scale: float) -> None:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for heading, justify in (
        ("", "left"),
        ("figure", "left"),
        ("text", "left"),
        ("expected", "right"),
        ("counted", "right"),
        ("", "left"),
    ):
        table.add_column(heading, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for line in lines:
        table.add_row(*_cells(line))
    if not stdout.is_terminal:
        stdout.width = _WIDE
    stdout.print(table)
    later = sum(line.same is None for line in lines)
    wrong = sum(line.same is False for line in lines)
    small = f" at scale {scale:g}" if scale != 1 else ""
    rooms = f"; {later} wait for rooms that come later" if later else ""
    declared = sum(line.how == "declared" for line in lines)
    beside = f", {declared} declared in the pack" if declared else ""
    counted = len(lines) - later - declared
    stdout.print(f"{counted} figures counted from the database{small}{beside}; {wrong} differ{rooms}.")


def _cells(line: Checked) -> tuple[Text | str, ...]:
    mark = {True: Text("✓", "green"), False: Text("✗", "bold red"), None: Text("later", "dim")}[line.same]
    quote = line.sentence if line.seed == "ours" else f"“{line.sentence}”（{line.seed}）"
    beside = line.room if line.same is None else " ".join(part for part in (line.of, _HOW.get(line.how, "")) if part)
    return mark, line.title, quote, line.expected, line.counted, beside


_HOW = {"truncated": "truncated by the text", "declared": "declared in the pack"}


def _announced(prepared: Prepared) -> str:
    run = prepared.run
    goes = "goes on: " if prepared.goes_on else ""
    goes = "is here already: " if run.finished else goes
    return f"{goes}{run.pack} {run.scenario}  {run.size:,} orders until {run.now:%Y-%m-%d}  scale {run.scale:g}"


def _reach(url: str) -> None:
    """Raise Refused unless a city can live at `url`."""
    from open12345.simulate import runs  # noqa: PLC0415 - the same
    from open12345.simulate.lives import live  # noqa: PLC0415 - the same

    try:
        live.reach(url)
    except live.Shut as error:
        raise runs.Refused(str(error), error.remedy) from error


def _say(line: str) -> None:
    """Tell something beside the answer."""
    stderr.print(line, markup=False, soft_wrap=True)


@contextmanager
def _turn(mode: Mode) -> Iterator[psycopg.Connection[Any] | None]:
    """Have the instance to oneself, unless citizens only come to live in it."""
    from open12345.simulate.history import turns  # noqa: PLC0415 - the same

    if mode is Mode.LIVE:
        yield None
        return
    with turns.turn(say=_say) as turn:
        yield turn


@contextmanager
def _told(prepared: Prepared, mode: Mode, *, as_json: bool) -> Iterator[progress.Tell]:
    """Show how far it is; who lives says so in lines of their own, and has no end."""
    if as_json or mode is Mode.LIVE:
        yield progress.silent
        return
    with progress.shown(stderr, prepared.run.size) as tell:
        yield tell


@contextmanager
def _explained(*, as_json: bool) -> Iterator[None]:
    """Turn what may not be into a sentence, a remedy and the exit code 1."""
    import psycopg  # noqa: PLC0415 - the same

    from open12345.simulate import runs  # noqa: PLC0415 - the same
    from open12345.simulate.history import resume, turns, writers  # noqa: PLC0415 - the same

    logging.getLogger("psycopg").setLevel(logging.ERROR)  # that the database is away is said once, below
    try:
        yield
    except PackError as error:
        _end([str(problem) for problem in error.problems], as_json=as_json)
    except runs.Refused as error:
        _end([error.message, error.remedy], as_json=as_json)
    except resume.OtherRun as error:
        _end([f"This instance holds another run: {error}.", runs.ELSEWHERE], as_json=as_json)
    except turns.Busy as error:
        _end([str(error), "Wait until it has ended, then give this command again."], as_json=as_json)
    except writers.BulkError as error:
        stderr.print(error.detail, style="dim", markup=False, soft_wrap=True, end="")
        _end([str(error), _AGAIN], as_json=as_json, code=MACHINE)
    except KeyboardInterrupt:
        _say("Stopped. " + _AGAIN)
        raise
    except psycopg.OperationalError as error:
        _end([f"The database went away: {str(error).strip()}", _AGAIN], as_json=as_json, code=MACHINE)


_AGAIN: Final = "What was written stays. Give the same command again: it goes on from there."


def _end(lines: list[str], *, as_json: bool, code: int = FOUND) -> NoReturn:
    if as_json:
        told: dict[str, Any] = {"ok": False, "problems": lines}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for line in lines:
            stderr.print(line, style="red" if line == lines[0] else "", markup=False, soft_wrap=True)
    raise typer.Exit(code)


def _only(pack: str) -> str:
    """Return the pack's only scenario; raises Refused that names them where there are several."""
    from open12345.simulate import runs  # noqa: PLC0415 - the same
    from open12345.simulate.scenarios.files import scenario_names  # noqa: PLC0415

    names = scenario_names(find_pack(pack))
    if len(names) == 1:
        return names[0]
    known = ", ".join(names) or "none"
    raise runs.Refused(f"Which scenario of {pack}? There are: {known}.", "Name one: --scenario NAME")
