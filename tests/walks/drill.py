"""The breaker drill in pictures: `make drill` plays it in a real instance and writes docs/drill.md (DIS-06).

Not part of the suite: `tests/dispatch/test_breaker_drill.py` proves the same without a browser. Real services on a real
PostgreSQL, real pages in Chromium; only the time is the story's, for the pages too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import pytest
from django.db.models import DateTimeField, Value
from playwright.sync_api import Page, ViewportSize, expect

from open12345.dispatch.advice import practice
from open12345.dispatch.automatic import breakers, modes
from open12345.dispatch.automatic.breaker import State
from open12345.dispatch.models import AutomaticDispatch, BreakerChange, BreakerScope, Decision, Ending, Mode
from open12345.orders import queries
from open12345.worktime import SHANGHAI
from tests.cast import Town, open_town
from tests.dispatch.deciding import asked_anew
from tests.dispatch.drilling import MATTER, NEW, OLD, Day
from tests.orders.walks import flaws
from tests.walks.conftest import PHONE

__all__ = ["asked_anew"]

BEGIN: Final = datetime(2025, 7, 7, 9, 0, tzinfo=SHANGHAI)
SIZE: Final = ViewportSize(width=1280, height=800)
ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "docs" / "pictures" / "drill"
#: With a usual threshold the recommender, which sees each return at once, changes its mind before the breaker trips.
LOW: Final = 0.01
CHART: Final = "[data-chart] canvas"
#: What sticks to the top of the page would lie over a part that is scrolled to.
UNSTUCK: Final = """() => document.querySelectorAll("body *").forEach(
    (one) => getComputedStyle(one).position === "sticky" && (one.style.position = "static"))"""
OF, BREAKERS = f"/dispatch/automatic/{MATTER}/", "/dispatch/breakers/"
#: A second folder for pictures on a phone and in the dark, to be looked at and not kept.
MORE: Final = os.environ.get("OPEN12345_PICTURES", "")
INTRODUCTION: Final = """\
Two units swap duties overnight and nobody tells the platform. Played by `make drill` in a real instance (PostgreSQL,
services, pages in Chromium; the time is the story's) and proved without a browser by
`tests/dispatch/test_breaker_drill.py`. How it works: [breaker.md](breaker.md).

The threshold is set very low here, and few orders went before. With a usual threshold, or more orders before, the
recommender, which sees each return at once, changes its mind after the second one and the breaker need not trip."""
#: Others wait on the desk too.
OTHERS: Final = (
    ("B03", "涞寅路路灯不亮", "涞寅路一带路灯连着三盏不亮，晚上看不见路。"),
    ("C0101", "工地夜里施工", "九杜路工地夜里十一点以后还在打桩，吵得睡不着。"),
    ("A06", "公厕漏水", "九亭大街公共厕所水管漏水，地上全是水。"),
)


@pytest.fixture
def town(committed_db: None) -> Town:
    """A town two weeks before the two units swap duties."""
    return open_town(at=BEGIN)


@dataclass
class Recorder:
    """Takes the pictures, each at the story's time, and writes the page that shows them."""

    town: Town
    enter: Callable[..., Page]
    monkeypatch: pytest.MonkeyPatch
    told: list[tuple[str, str, str, str]] = field(default_factory=list)

    def take(self, name: str, who: str, path: str, title: str, text: str, **how: str) -> None:
        """Take one picture of a page as `who` sees it now.

        `part` shows one element, `wait` is waited for, `opened` is opened before.
        """
        self._clock()
        page = self._page(who, SIZE, path, how)
        file = FOLDER / f"{len(self.told) + 1:02d}-{name}.png"
        part = how.get("part")
        if part:
            page.evaluate(UNSTUCK)
            page.locator(part).first.screenshot(path=file)
        else:
            page.screenshot(path=file)
        page.context.close()
        self.told.append((file.name, f"{self.town.now.astimezone(SHANGHAI):%a %d %b, %H:%M}", title, text))
        if MORE and name in {"before", "red", "probe", "closed"}:
            for light in ("light", "dark"):
                page = self._page(who, PHONE, path, how, light)
                page.screenshot(path=Path(MORE) / f"{name}-phone-{light}.png", full_page=True)
                page.context.close()

    def _page(self, who: str, size: ViewportSize, path: str, how: Mapping[str, str], light: str = "light") -> Page:
        page = self.enter(who, size)
        page.emulate_media(color_scheme="dark" if light == "dark" else "light")
        page.goto(path)
        page.wait_for_load_state("networkidle")
        if how.get("wait"):
            expect(page.locator(how["wait"]).first).to_be_visible()
        if how.get("opened"):
            page.locator(how["opened"]).first.evaluate("box => box.open = true")
        return page

    def _clock(self) -> None:
        """Let the pages, too, ask the story for the time, as they ask the database else."""
        now = self.town.now
        self.monkeypatch.setattr(queries, "database_time", lambda: now)
        self.monkeypatch.setattr(queries, "_NOW", Value(now, output_field=DateTimeField()))

    def write(self, figures: str) -> None:
        """Write the page."""
        parts = [
            "# The breaker drill in pictures",
            INTRODUCTION,
            figures,
            *(
                f"## {n}. {title}\n\n{when}. {text}\n\n![{title}](pictures/drill/{name})"
                for n, (name, when, title, text) in enumerate(self.told, start=1)
            ),
        ]
        (ROOT / "docs" / "drill.md").write_text("\n\n".join(parts) + "\n")


def morning(town: Town, hour: int = 9) -> None:
    """The next working morning."""
    town.wait(days=1)
    while town.now.astimezone(SHANGHAI).weekday() > 4:
        town.wait(days=1)
    town.now = town.now.astimezone(SHANGHAI).replace(hour=hour, minute=0)


def others(town: Town) -> list[str]:
    """What else comes in, for people to dispatch."""
    made = []
    for n, (category, title, body) in enumerate(OTHERS):
        town.wait(minutes=3)
        phone = f"137{town.now.toordinal():06d}{n:02d}"
        made.append(town.register(category=category, title=title, body=body, phone=phone))
    return made


def sent_on(town: Town, numbers: list[str]) -> None:
    """People dispatch the others."""
    for number in numbers:
        lead = town.pack.duty.find(town.order(number).category)[0].lead
        town.do("dispatcher", number, "dispatch", {"lead": lead})


def machine() -> int:
    """Orders that went by themselves so far."""
    return AutomaticDispatch.objects.filter(decision=Decision.DISPATCHED).count()


class Drill:
    """The story, scene by scene."""

    def __init__(self, town: Town, film: Recorder) -> None:
        self.town, self.film, self.day = town, film, Day(town)
        self.rule = town.pack.dispatching.breaker
        self.after = self.probes = self.blind = 0

    def all_is_well(self) -> None:
        """Four days, three orders a day, each right first time."""
        for _ in range(4):
            for _ in range(3):
                assert self.day.order().ending == Ending.KEPT
                self.town.wait(hours=1)
            morning(self.town)
        waiting = others(self.town)
        self.film.take(
            "green", "dispatcher", "/dispatch/", "The lamp is green",
            "Orders of one matter (毁绿占绿) go by themselves; the desk holds what people dispatch.",
        )  # fmt: skip
        self.film.take(
            "before", "supervisor", OF, "What was decided for the matter, and how it does",
            f"{machine()} orders went by themselves, each was right first time.",
        )  # fmt: skip
        sent_on(self.town, waiting)
        morning(self.town)

    def duties_are_swapped(self) -> None:
        """Neither list nor practice knows of it; returns come, and it trips."""
        self.day.right = NEW
        self.day.order()
        self.after += 1
        assert self.day.lamp == "green"
        self.film.take(
            "falling", "supervisor", BREAKERS, "Duties are swapped, the first return comes",
            f"Of {machine()} orders one came back. Still green: the floor is {self.rule.floor:.0%} of the last"
            f" {self.rule.window}.", wait=CHART,
        )  # fmt: skip
        while self.day.lamp == "green":
            self.day.order()
            self.after += 1
            assert self.after <= self.rule.least
        self.blind = machine()

    def people_go_on(self) -> None:
        """Nothing goes by itself: the queue holds it with a suggestion."""
        waiting = others(self.town)
        held = [self.day.come() for _ in range(3)]
        assert all((row.decision, row.why) == (Decision.LEFT, "held") for _number, row in held)
        self.film.take(
            "red", "dispatcher", "/dispatch/", f"The lamp is red after {self.after} orders",
            "Nothing goes by itself any more. What comes in waits in the queue with a suggestion for people.",
        )  # fmt: skip
        self.film.take(
            "bell", "dispatcher", "/notices/", "Those who look after dispatching hear of it",
            "By the bell of dispatchers and floor supervisors, at once.",
        )  # fmt: skip
        figures = BreakerChange.objects.filter(scope="global", state="open").latest("pk").figures
        self.film.take(
            "history", "supervisor", BREAKERS, "The figures stand with the change",
            f"{figures['outcomes']} outcomes, {figures['bad']} wrong, {figures['rate']:.1%} right; each breaker behind"
            " these orders has a row of its own.", part=".breaker-history",
        )  # fmt: skip
        sent_on(self.town, waiting)
        for number, row in held:
            self.day.work(number, row)

    def practice_is_learnt(self) -> None:
        """What people did counts; still nothing goes."""
        practice.refresh(self.town.pack, at=self.town.now)
        number, row = self.day.come()
        assert (row.decision, row.probe) == (Decision.LEFT, False)
        self.film.take(
            "learnt", "dispatcher", f"/orders/{number}/?do=dispatch", "Practice is counted anew",
            "What people did in the meantime speaks for the other unit now, against the duty list. Still nothing goes.",
        )  # fmt: skip
        self.day.work(number, row)
        assert machine() == self.blind

    def probes_prove_it(self) -> None:
        """After the pause a sample goes, and is kept."""
        for _ in range(40):
            if self.day.closed:
                break
            morning(self.town)
            breakers.watch(self.town.pack, self.town.now)
            row = self.day.order()
            assert row.probe or row.decision == Decision.LEFT
            self.probes += row.probe
            if self.probes == 2 and row.probe:
                self._half_open(row)
        assert self.day.closed
        assert machine() - self.blind == self.probes

    def _half_open(self, row: AutomaticDispatch) -> None:
        self.film.take(
            "amber", "supervisor", BREAKERS, "Half open: a sample goes as probes",
            f"At most {self.rule.probes} after the pause; two were kept, all else is left to people.", wait=CHART,
        )  # fmt: skip
        self.film.take(
            "probe", "dispatcher", f"/orders/{row.order.number}/", "Every decision can be read back",
            "On the order: probability and threshold, reasons with weights, features, models, how each breaker stood.",
            part=".decisions", opened=".decisions details",
        )  # fmt: skip

    def closed_again(self) -> None:
        """A person releases the unit that lost the duty; orders go as before, to the other one."""
        by = self.town.person("supervisor")
        for state in (State.CLOSED, None):
            breakers.force(
                self.town.pack, BreakerScope.UNIT, OLD, state, by=by, at=self.town.now, reason="职责已调整，按新分工"
            )
        for _ in range(2):
            assert self.day.order(draw=0.99).ending == Ending.KEPT
            self.town.wait(hours=1)
        assert self.day.lamp == "green"
        self.film.take(
            "closed", "supervisor", BREAKERS, "Closed again",
            "Probes were kept; a supervisor released the unit that lost the duty, with a reason. The chart shows all.",
            wait=CHART,
        )  # fmt: skip


def test_the_drill_is_recorded(town: Town, enter: Callable[..., Page], monkeypatch: pytest.MonkeyPatch) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    figures = {"orders": 120, "share": 1.0, "accuracy": 0.97, "people": 0.93}
    choice = modes.Choice(Mode.AUTOMATIC, "演练：门槛故意放得很低", LOW, 0.95, figures)
    modes.decide(town.pack, MATTER, choice, by=town.person("supervisor"), at=town.now)
    drill = Drill(town, Recorder(town, enter, monkeypatch))
    drill.all_is_well()
    drill.duties_are_swapped()
    drill.people_go_on()
    drill.practice_is_learnt()
    drill.probes_prove_it()
    drill.closed_again()
    assert flaws() == []
    left = AutomaticDispatch.objects.filter(why="held").count()
    drill.film.write(
        f"| | |\n| --- | --- |\n| Orders after the swap until the lamp tripped | {drill.after} |\n"
        f"| Went by themselves while it was open | 0 |\n| Left to people by the breakers | {left} |\n"
        f"| Probes, all kept | {drill.probes} |"
    )
