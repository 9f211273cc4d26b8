"""An order of the simulator, opened in the browser, is one like any other: beside it stands one done at the desks.

The same call is written by *history* and then taken in, dispatched, worked and closed by people at their screens, who
type the same words. What may differ is numbers, moments and ids; everything else that is shown must be equal.
"""

from __future__ import annotations

import difflib
import itertools
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from open12345.directory.models import Staff
from open12345.orders.models import WorkOrder
from open12345.simulate.lives.playing import quoted
from open12345.simulate.lives.script import script
from open12345.simulate.lives.staffing import staffing
from open12345.simulate.lives.steps import TAKE, Step, World
from open12345.simulate.shapes import Caller, Fate, Life, Request, Truth
from open12345.worktime import SHANGHAI
from tests.api.callers import person
from tests.cast import Town
from tests.screens.conftest import Browser, at_screen, town
from tests.simulate.test_bulk_truth import stamped, undone

__all__ = ["at_screen", "town"]
AtScreen = Callable[[str], Browser]

READERS = ("dispatcher", "clerk.enforcement", "supervisor")
PAGES = ("/orders/{}/", "/orders/{}/sheet/", "/orders/{}/flow/")
MOMENT = re.compile(r"(今天|昨天|前天|明天|后天|0年0月0日|0月0日|0-0-0)?[ T]?0:0(:0)?(\.0)?(\+0:0|Z)?")
RECKONED = re.compile("自0年0月0日（周.）.*")
"""How a limit was reckoned: weekends and holidays on the way."""
SPAN = re.compile(r"(0 ?(个工作日|个工作时|天|个?小时|分钟?|秒) ?)+(前|后)?|刚刚")


def call(fate: Fate, *, standing: bool = False) -> Life:
    """A complaint of some days ago, in time at every step."""
    at = (timezone.now().astimezone(SHANGHAI) - timedelta(days=12)).replace(hour=9, minute=30)
    begin = min(at, at - timedelta(days=at.weekday()))  # a Monday
    request = Request(
        1, begin, "phone", "complaint_help", "ordinary", "A0101", "310117107001", "涞亭南路", None, None,
        "路口无证设摊占道", "涞亭南路和沪亭北路路口每天傍晚有七八个无证摊贩占用人行道，老人推车过不去。",
        Caller(1, "李秀兰", "13812348000", anonymous=False, enterprise=False), Truth("A0101", "enforcement", ""),
    )  # fmt: skip
    return Life(
        request, fate, "enforcement", solved="solved", satisfied="satisfied", sign_after=timedelta(minutes=9),
        contact_after=timedelta(minutes=12), report_after=timedelta(hours=3), callback_after=timedelta(hours=2),
        until=begin + timedelta(days=1) if standing else timezone.now(),
    )  # fmt: skip


@pytest.mark.function("SIM-01")
@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize("fate", [Fate.SOLVED, Fate.REFUSED], ids=str)
def test_a_simulated_order_cannot_be_told_from_one_made_by_hand(town: Town, fate: Fate) -> None:
    life = call(fate)
    world = World(town.pack, staffing(town.pack))
    with undone():
        stamped(town, [life])
        simulated = seen(WorkOrder.objects.get().number)
    with undone():
        made = seen(by_hand(world, life))
    for what, lines in made.items():
        differ = list(difflib.unified_diff(lines, simulated.get(what, []), "by hand", "simulated", n=2, lineterm=""))
        assert not differ, f"{what}\n" + "\n".join(differ)


# -- by hand -----------------------------------------------------------------------------------------------------------


def by_hand(world: World, life: Life) -> str:
    """Let people do the acts of `life` at their desks, now; return the order's number."""
    number = ""
    for step in script(world, life):
        browser = desk_of(step)
        if step.act == "register":
            browser.fill("/intake/new/", typed(step.said))
            number = WorkOrder.objects.get().number
        elif step.act == TAKE:
            browser.post("/callback/take/", {"mark": [number]})
        else:
            alone: dict[str, Any] = {"co_handlers": []} if step.act == "dispatch" else {}  # the form may propose some
            browser.do(number, step.act, {**alone, **typed(quoted(step, number))})
    return number


def desk_of(step: Step) -> Browser:
    client = Client()
    client.force_login(Staff.objects.get(pk=step.by.id or 0))
    return Browser(client, step.act)


def typed(said: dict[str, Any], before: str = "") -> dict[str, Any]:
    """What an act says, as the fields of its form."""
    fields: dict[str, Any] = {}
    for name, value in said.items():
        if isinstance(value, dict):
            fields |= typed(value, f"{before}{name}.")
        elif isinstance(value, bool):
            fields |= {f"{before}{name}": "true"} if value else {}
        elif name == "site_at":
            fields[name] = (timezone.now().astimezone(SHANGHAI) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M")
        else:
            fields[f"{before}{name}"] = value
    return fields


# -- what is shown -----------------------------------------------------------------------------------------------------


def seen(number: str) -> dict[str, list[str]]:
    """Return everything that people and machines are shown of an order, line by line, moments and ids put aside."""
    found: dict[str, list[str]] = {}
    for name in READERS:
        caller = person(name)
        for page in PAGES:
            answer = caller.client.get(page.format(number))
            text = answer.content.decode() if answer.status_code == 200 else ""
            found[f"{name} {page} {answer.status_code}"] = Lines.of(text)
        told = caller.client.get(f"/api/v1/orders/{number}")
        found[f"{name} api {told.status_code}"] = list(leaves(told.json()))
    return found


class Lines(HTMLParser):
    """The page's own part (`main`): elements with what they are, and texts."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._inside = 0

    @classmethod
    def of(cls, page: str) -> list[str]:
        """Return the lines of a page."""
        reader = cls()
        reader.feed(page)
        return list(sorted_limits(reader.lines))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self._inside += tag == "main"
        if self._inside:
            at = {name: value or "" for name, value in attrs}
            if at.get("type") == "hidden":
                at.pop("value", "")
            told = " ".join(f"{name}={plain(value)}" for name, value in sorted(at.items()))
            self.lines.append(f"<{tag} {told}>")

    def handle_endtag(self, tag: str) -> None:
        """Note where the page's part ends."""
        self._inside -= tag == "main"
        if self._inside and tag == "dl":
            self.lines.append("</dl>")

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if self._inside and data.strip():
            self.lines.append(plain(" ".join(data.split())))


def sorted_limits(lines: list[str]) -> Iterator[str]:
    """Put the limits of a page, which stand there in the order of their moments, into that of their names."""
    rest = iter(lines)
    for line in rest:
        yield line
        if line.startswith("<dl "):
            inside = "\n".join(itertools.takewhile(lambda other: other != "</dl>", rest)).split("<dt >\n")
            limits = all(row.split("\n", 1)[0].endswith("时限") for row in inside if row)
            yield from "<dt >\n".join(sorted(inside) if limits else inside).split("\n")


def plain(text: str) -> str:
    """Put numbers, moments, lengths of time and random names aside."""
    text = re.sub(r"[0-9a-f]{8}(-?[0-9a-f]{4,}){1,}", "H", text)
    text = re.sub(r"\d+", "0", text)
    return RECKONED.sub("R", SPAN.sub("D", MOMENT.sub("T", text)))


def leaves(value: Any, path: str = "") -> Iterator[str]:
    """Yield each value of an answer with its place."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, f"{path}[]")
    else:
        yield f"{path} {plain(json.dumps(value, ensure_ascii=False))}"
