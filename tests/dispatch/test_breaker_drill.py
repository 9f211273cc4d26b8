"""The drill: two units swap duties, the lamp trips, people dispatch, practice is learnt, probes close it (DIS-06).

Everything goes through the doors that the platform and its people use; the clock is the story's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from open12345.dispatch import learnt
from open12345.dispatch.advice import practice
from open12345.dispatch.automatic import breakers, keys, lamps, modes
from open12345.dispatch.automatic.breaker import State
from open12345.dispatch.models import AutomaticDispatch, BreakerChange, BreakerScope, Decision, Ending
from tests.cast import ANSWER, CONTACT, REPORT, Town
from tests.dispatch.deciding import decided, switch
from tests.orders.walks import RETURN, clerk, flaws, granted

pytestmark = pytest.mark.function("DIS-06")
#: Whom the list names for it, who may return it; and who has taken it over.
MATTER, OLD, NEW = "A0402", "enforcement", "urban"


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    modes.forget()
    learnt.forget()
    yield
    modes.forget()
    learnt.forget()


@dataclass
class Day:
    """What happens to the orders of one matter while `right` is who deals with it."""

    town: Town
    right: str = OLD
    sent: list[AutomaticDispatch] = field(default_factory=list)
    said: int = 0

    def order(self, draw: float = 0.0) -> AutomaticDispatch:
        """An order comes in; the platform looks at it; a wrong unit gives it back, and people send it on."""
        self.said += 1
        body = f"第{self.said}号绿地里有人拆了护栏种菜，草皮挖掉约{self.said}平方米，请来看看。"
        phone = f"138{self.said:08d}"
        number = self.town.register(category=MATTER, title=f"绿地被占{self.said}", body=body, phone=phone)
        row = decided(self.town, number, draw=draw)
        self.town.wait(minutes=2)
        went = row.unit.code if row.unit and row.decision == Decision.DISPATCHED else ""
        if went:
            self.sent.append(row)
        if went and went != self.right:
            self.town.do(clerk(went), number, "sign")
            granted(self.town, number, {**RETURN, "to": self.right}, went)
        if went != self.right:
            self.town.do("dispatcher", number, "dispatch", {"lead": self.right})
        self._handle(number)
        row.refresh_from_db()
        return row

    def _handle(self, number: str) -> None:
        """The right unit and its helpers work the order to callback."""
        lead = clerk(self.right)
        self.town.do(lead, number, "sign")
        for share in self.town.order(number).assignments.filter(role="co_handler", state="waiting"):
            helper = clerk(share.unit.code)
            self.town.do(helper, number, "sign")
            self.town.do(helper, number, "submit_report", {"outcome": "solved", "fact_explanation": "已配合处理完毕"})
        for action, said in (("contact", CONTACT), ("answer", ANSWER), ("submit_report", REPORT)):
            self.town.do(lead, number, action, said)
        self.town.do("reviewer", number, "pass_review")

    @property
    def closed(self) -> bool:
        """Whether everything goes again that goes to who deals with it now."""
        found = keys.known(self.town.pack, keys.keys_of(self.town.pack, MATTER, NEW))
        return all(one.standing.state is State.CLOSED for one in found.values())

    @property
    def lamp(self) -> str:
        """The lamp on the dispatch desk."""
        return lamps.lamp(self.town.pack).colour


def test_a_reorganisation_trips_the_lamp_and_nothing_goes_blindly_until_probes_prove_it(town: Town) -> None:
    switch(town, category=MATTER)
    rule = town.pack.dispatching.breaker
    day = Day(town)

    for _ in range(rule.least):  # all is well
        row = day.order()
        assert (row.decision, row.ending) == (Decision.DISPATCHED, Ending.KEPT)
    assert day.lamp == "green"

    day.right = NEW  # the two units swap duties; neither list nor practice knows of it
    after = 0
    while day.lamp == "green":
        row = day.order()
        assert row.ending in {Ending.RETURNED, Ending.KEPT}
        after += 1
        assert after <= rule.least, "the lamp did not trip in time"
    assert day.lamp == "red"
    tripped = BreakerChange.objects.filter(scope="global").latest("pk")
    assert tripped.cause == "tripped"
    assert tripped.figures["rate"] < rule.floor

    for _ in range(4):  # the desk has fallen back: people dispatch, the platform only suggests
        row = day.order()
        assert (row.decision, row.why, row.probe) == (Decision.LEFT, "held", False)
    assert day.lamp == "red"

    practice.refresh(town.pack, at=town.now)  # what people did is learnt
    blind = AutomaticDispatch.objects.filter(decision=Decision.DISPATCHED).count()
    opened = 0
    for _ in range(60):
        if day.closed:
            break
        town.wait(minutes=rule.pause_minutes)
        breakers.watch(town.pack, town.now)
        opened += day.lamp == "amber"
        row = day.order()
        assert row.probe or row.decision == Decision.LEFT
    assert day.closed
    assert opened > 0
    assert day.lamp == "amber"  # nobody has proved the old unit right again: a person clears it
    by = town.person("supervisor")
    for state in (State.CLOSED, None):
        breakers.force(town.pack, BreakerScope.UNIT, OLD, state, by=by, at=town.now, reason="职责已调整")
    assert day.lamp == "green"
    closed = BreakerChange.objects.filter(scope="global").latest("pk")
    assert (closed.cause, closed.figures["bad"]) == ("probes_kept", 0)
    since = AutomaticDispatch.objects.filter(decision=Decision.DISPATCHED).count() - blind
    assert since == sum(1 for row in day.sent if row.probe)
    last = day.order(draw=0.99)
    assert (last.decision, last.probe, last.ending) == (Decision.DISPATCHED, False, Ending.KEPT)
    assert last.unit is not None
    assert last.unit.code == NEW
    assert flaws() == []
