"""The cast of every story: one town, its pack, its people, and how they do things.

Names say who they are: agent, dispatcher, clerk (of a department), station worker, reviewer, callback agent,
supervisor, auditor, and a stranger from a unit that has nothing to do with the order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from open12345.directory import packs
from open12345.directory.demo import ensure_demo_staff
from open12345.directory.models import Staff
from open12345.directory.person import SYSTEM, Person, person_of
from open12345.orders import services
from open12345.orders.models import WorkOrder
from open12345.orders.services import Aim, Outcome
from open12345.policy import Pack, find_pack, read_pack
from open12345.worktime import SHANGHAI

JIUTING = Path(__file__).parents[1] / "packs" / "jiuting"
#: A Thursday morning without holidays near.
MORNING = datetime(2025, 6, 26, 9, 0, tzinfo=SHANGHAI)


@cache
def pack_named(name: str) -> Pack:
    """Return a pack, read once."""
    return read_pack(find_pack(name))


def jiuting() -> Pack:
    """Return the town's pack."""
    return pack_named(JIUTING.name)


@dataclass
class Town:
    """A town at work: its clock is moved by the story, never read."""

    pack: Pack
    now: datetime = MORNING
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, name: str) -> Person:
        """Return who holds a role of the centre ("dispatcher") or of a unit ("clerk.urban")."""
        if name not in self.people:
            role, _, unit = name.partition(".")
            found = Staff.objects.filter(posts__role=role, posts__unit__code=unit) if unit else Staff.objects
            self.people[name] = person_of(found.get() if unit else found.get(username=name))
        return self.people[name]

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def register(self, by: str = "agent", *, key: str = "", **said: Any) -> str:
        """Take an order in; return its number."""
        return self.create("register", complaint(**said), by=by, key=key).number

    def create(self, action: str, said: Mapping[str, Any], *, by: str = "agent", key: str = "") -> Outcome:
        """Do a creating action."""
        return services.create(action, said, by=self.person(by), at=self.now, key=key)

    def do(self, by: str, number: str, action: str, said: Mapping[str, Any] | None = None, **aim: Any) -> Outcome:
        """Let somebody do an action now; a minute passes before it."""
        self.wait(minutes=1)
        key = aim.pop("key", "")
        person = SYSTEM if by == "system" else self.person(by)
        return services.perform(number, action, said or {}, by=person, at=self.now, key=key, aim=Aim(**aim))

    def order(self, number: str) -> WorkOrder:
        """Return the order as stored now."""
        return WorkOrder.objects.select_related("requester", "lead_unit").get(number=number)


def open_town(pack: Pack | None = None, *, at: datetime = MORNING) -> Town:
    """Return a town with its pack loaded and its people appointed."""
    pack = pack or jiuting()
    packs.load_pack(pack, effective_from=at - timedelta(days=400), by=SYSTEM, at=at - timedelta(days=400))
    ensure_demo_staff(pack, at)
    return Town(pack, at)


def complaint(**said: Any) -> dict[str, Any]:
    """Return what an agent types for an ordinary complaint; `said` changes it."""
    return {
        "channel": "phone",
        "kind": "complaint_help",
        "category": "A0101",
        "title": "路口无证设摊占道",
        "body": "涞亭南路和沪亭北路路口每天傍晚有七八个无证摊贩占用人行道，老人推车过不去，请来管一管。",
        "name": "李秀兰",
        "phone": "13812348000",
        **said,
    }


CONTACT = {"outcome": "reached", "note": "已了解摊贩出摊时间和位置"}
ANSWER = {"method": "phone", "text": "已到场劝离并安排傍晚时段值守，请您留意路口情况。"}
REPORT = {
    "outcome": "solved",
    "fact": "true_fact",
    "fact_explanation": "六月二十六日傍晚到场，路口有摊贩七处，已全部劝离。",
    "demand": "reasonable",
    "demand_explanation": "人行道应当畅通，已排定傍晚值守两周。",
    "on_site": True,
    "site_at": "2025-06-26T09:00:00+08:00",
    "site_people": "队员两名",
    "citizen_said": "表示认可",
    "in_charge": "分管副队长",
}
HEARD = {"contacted": "yes", "truthful": "yes", "solved": "solved", "satisfied": "satisfied"}
