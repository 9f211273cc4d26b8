"""One run of a scenario in one instance: what is asked for, whether it may be, and what is remembered of it.

The run's sheet (`simulate/run.json` in the instance's home) tells a resumed run that it is the same, and
`check-scenario` at which scale and up to which day to compare. It is no part of the platform's tables.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.utils import timezone

from open12345.directory import packs
from open12345.directory.demo import ensure_demo_staff
from open12345.directory.person import SYSTEM
from open12345.orders.models import WorkOrder
from open12345.policy import Pack, find_pack, packs_folder, read_pack
from open12345.simulate.planning.arrivals import first_and_last, midnight, per_day
from open12345.simulate.planning.fates import Untold
from open12345.simulate.planning.plan import Plan
from open12345.simulate.planning.sorting import Unreachable
from open12345.simulate.planning.voice import Townspeople
from open12345.simulate.scenarios.files import at_fault, read_scenario
from open12345.simulate.scenarios.scenario import Scenario
from open12345.worktime import SHANGHAI

SHEET: Final = "run.json"
LIVE: Final = "live"
_DAY: Final = timedelta(days=1)


class Refused(Exception):
    """A run that may not be; the message says why, `remedy` what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        """Keep both sentences."""
        self.message, self.remedy = message, remedy
        super().__init__(f"{message} {remedy}")


@dataclass(frozen=True, slots=True)
class Run:
    """What was asked for, and how far it came."""

    pack: str
    scenario: str
    seed: int
    scale: float
    until: str
    """The run's "now", ISO 8601."""
    size: int
    finished: bool = False
    mode: str = "history"
    rules: str = ""
    """Digest of the pack and scenario that it was begun with ("": begun before that was noted)."""
    source: str = ""
    """The folder of its pack, where that was given by a path."""

    @property
    def now(self) -> datetime:
        """The run's "now"."""
        return datetime.fromisoformat(self.until).astimezone(SHANGHAI)

    @property
    def title(self) -> str:
        """Under which name it is kept."""
        return f"{self.pack}-{self.scenario}"

    def same(self, other: Run) -> bool:
        """Say whether the other would write the same orders."""
        return replace(self, **_BESIDE) == replace(other, **_BESIDE)

    def under(self, pack: Pack, scenario: Scenario) -> bool:
        """Say whether it may go on with these: half a history under other rules would be told under none.

        Of a run that was begun before scenarios counted, the pack alone is known.
        """
        return self.finished or self.rules in {"", pack.digest, _rules(pack, scenario)}


def _rules(pack: Pack, scenario: Scenario) -> str:
    """Return a digest of all that lives hang on but the seed: not of what is only counted in the end."""
    told = scenario.model_dump_json(exclude={"seed", "title", "source", "figures"})
    return hashlib.sha256(f"{pack.digest} {told}".encode()).hexdigest()


#: What of a run says nothing of its orders.
_BESIDE: Final[dict[str, Any]] = {"finished": False, "rules": "", "source": ""}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that may begin, or go on."""

    run: Run
    pack: Pack
    scenario: Scenario
    plan: Plan
    voice: Townspeople
    goes_on: bool


def folder() -> Path:
    """Return where the run's sheet and its ground truth lie."""
    return Path(settings.OPEN12345_HOME) / "simulate"


def sheet() -> Run | None:
    """Return the instance's run, if one was begun."""
    try:
        return Run(**json.loads((folder() / SHEET).read_text(encoding="utf-8")))
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return None


def note(run: Run) -> None:
    """Write the run's sheet; a reader sees the old one or the new, never half."""
    folder().mkdir(parents=True, exist_ok=True)
    draft = folder() / f".{SHEET}"
    draft.write_text(json.dumps(asdict(run), ensure_ascii=False, indent=2), encoding="utf-8")
    draft.replace(folder() / SHEET)


def prepare(
    pack_name: str,
    name: str,
    *,
    scale: float | None = None,
    seed: int | None = None,
    until: date | None = None,
    mode: str = "history",
) -> Prepared:
    """Read, load and plan a run; one that is live may go on beside orders that are there already.

    Loads the pack and its invented staff where the instance is empty. Who is to write looks while it is his turn
    (`history.turns`): what stands here must not change meanwhile. Raises PackError for mistakes of pack or
    scenario, Refused where the instance holds another pack, orders of its own, or another run.
    """
    folder_of_pack = find_pack(pack_name)
    pack = read_pack(folder_of_pack)
    scenario = read_scenario(pack, name, folder=folder_of_pack)
    if seed is not None:
        scenario = scenario.model_copy(update={"seed": seed})
    _refuse_other_pack(pack, live=mode == LIVE)
    there = WorkOrder.objects.exists() and mode != LIVE
    begun = sheet() if there else None
    moment = _until(scenario, until, begun)
    _refuse_before(scenario, moment)
    plan = planned(scenario, pack, moment, scale)
    rules = _rules(pack, scenario)
    named = folder_of_pack == packs_folder() / pack.id
    run = Run(
        pack.id, name, scenario.seed, plan.scale, moment.isoformat(), plan.size, mode=mode, rules=rules,
        source="" if named else str(folder_of_pack.resolve()),
    )  # fmt: skip
    _refuse_changed(begun, pack, scenario)
    if begun is not None and not begun.same(run):
        asked = f"{begun.pack} {begun.scenario}, scale {begun.scale:g}, seed {begun.seed}, until {begun.until}"
        raise Refused(f"This instance holds another run: {asked} ({begun.mode}).", ELSEWHERE)
    if begun is None and there:
        raise Refused(f"This instance holds {WorkOrder.objects.count()} orders already.", ELSEWHERE)
    if begun is None or not begun.finished:  # one that is whole is only told of
        packs.ensure_pack(pack, by=SYSTEM, at=timezone.now())
    ensure_demo_staff(pack, timezone.now())
    return Prepared(begun or run, pack, scenario, plan, Townspeople(pack, scenario), begun is not None)


def behind(pack_name: str, name: str, *, orders: int) -> Prepared:
    """Read and plan the history behind a demo: so much of a scenario that about `orders` come out.

    The instance may hold orders already (the demo's own). Raises PackError for mistakes, Refused where the pack or its
    scenario has changed since an earlier start began.
    """
    folder_of_pack = find_pack(pack_name)
    pack = read_pack(folder_of_pack)
    scenario, begun = read_scenario(pack, name, folder=folder_of_pack), sheet()
    _refuse_changed(begun, pack, scenario)
    end = _until(scenario, None, begun)
    first, last = first_and_last(scenario.totals, end.date())
    whole = int(per_day(scenario.totals, np.ones((last - first).days + 1), first, end.date()).sum())
    plan = planned(scenario, pack, end, begun.scale if begun else min(1.0, orders / whole))
    run = Run(pack.id, name, scenario.seed, plan.scale, end.isoformat(), plan.size, rules=_rules(pack, scenario))
    return Prepared(run, pack, scenario, plan, Townspeople(pack, scenario), begun is not None)


def planned(scenario: Scenario, pack: Pack, until: datetime, scale: float | None = None) -> Plan:
    """Plan, telling of a contradiction as a mistake of the scenario's file (PackError)."""
    try:
        return Plan(scenario, pack, until=until, scale=scale)
    except (Unreachable, Untold) as error:
        raise at_fault(pack, scenario.name, error) from error


def pack_in_force() -> Pack:
    """Return the pack that rules here now; raises Refused where there is none."""
    try:
        return packs.pack_at(timezone.now())[1]
    except packs.NoPack as error:
        raise Refused("No pack is loaded here.", "Run `open12345 simulate` first.") from error


def _refuse_before(scenario: Scenario, moment: datetime) -> None:
    first, _last = first_and_last(scenario.totals, moment.date())
    if moment.date() < first:
        raise Refused(
            f"{scenario.name} begins on {first}, after {moment.date()}.", f"Name a later day: --until {first}"
        )


def _refuse_changed(begun: Run | None, pack: Pack, scenario: Scenario) -> None:
    if begun is not None and begun.scenario == scenario.name and not begun.under(pack, scenario):
        raise Refused(f"The pack {pack.id} or its scenario has changed since this run was begun.", CHANGED)


def _refuse_other_pack(pack: Pack, *, live: bool) -> None:
    try:
        ruling = packs.pack_at(timezone.now())[1]
    except packs.NoPack as error:
        if live:
            raise Refused(
                f"There is no instance in {settings.OPEN12345_HOME}.",
                "Give this command the folder of the one that runs: OPEN12345_HOME=/path/to/folder",
            ) from error
        return
    if ruling.id != pack.id:
        remedy = f"Name its own: --pack {ruling.id}" if live else ELSEWHERE
        raise Refused(f"This instance serves the pack {ruling.id}, not {pack.id}.", remedy)


def _until(scenario: Scenario, asked: date | None, begun: Run | None) -> datetime:
    """Return the run's "now": the end of a day, or this moment for a scenario counted back from today."""
    if asked is not None or scenario.until is not None:
        day = asked or scenario.until or timezone.localdate()
        return midnight(day + _DAY) - timedelta(seconds=1)
    if begun is not None and begun.scenario == scenario.name:
        return begun.now
    return timezone.now().astimezone(SHANGHAI).replace(microsecond=0)


CHANGED: Final = (
    "Put its files back as they were, or begin anew in an instance of its own: OPEN12345_HOME=/path/to/folder"
)
ELSEWHERE: Final = "Give it an instance of its own: OPEN12345_HOME=/path/to/folder open12345 simulate …"
