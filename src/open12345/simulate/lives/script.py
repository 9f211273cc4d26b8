"""How a life goes: the acts of its people one after the other, each with its moment and what is said.

The same script is played through the real services (`step`, and to learn a pattern) and stamped (`history`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from open12345.simulate.lives import sayings, wording
from open12345.simulate.lives.filling import Fixed
from open12345.simulate.lives.steps import TAKE, Actor, Step, World
from open12345.simulate.shapes import Fate, Life

UPPER_SYSTEM: Final = "upper"
_MINUTE: Final = timedelta(minutes=1)
_MIDDLING: Final = 0.6
#: With less left before a limit nobody sits down to write an application.
_TOO_LATE: Final = timedelta(minutes=5)
#: Hours between which somebody goes and looks, and between which people work and call; the urgent at any hour.
_DAWN, _DUSK = 8, 19
_OPENS, _SHUTS = 8, 21
#: When a report is due that nobody wrote at night: there is time for a visit before.
_FORENOON: Final = 10
_CHECKED: Final = (("ended", "connected"), ("heard", "yes"))
_CONNECTED: Final = (("ended", "connected"),)
_FROM_ABOVE: Final = (("origin", "upper"), ("foreign_system", UPPER_SYSTEM))


class NoSuchLife(ValueError):
    """A life that the rules of the pack do not allow; the message says which and why."""


def script(world: World, life: Life, *, drawn: bool = False) -> list[Step]:
    """Return the acts of `life` up to its end, in order; `drawn`: its direct answer was drawn for a check."""
    steps = _Script(world, life, drawn=drawn).written()
    until = life.until
    if steps[-1].at <= until:
        return steps
    if steps[0].at > until:
        raise NoSuchLife(f"request {life.request.index}: spoken at {steps[0].at}, after the run's end {until}")
    return [step for step in steps if step.at <= until]


class _Script(Actor):
    # -- the stages ------------------------------------------------------------------------------------------------

    def written(self) -> list[Step]:
        """Write the whole script."""
        self.register()
        fate = self.life.fate
        if fate is Fate.ANSWERED_AT_ONCE:
            self.answered_at_once()
        elif fate is Fate.REFUSED:
            self.wait(1, 6)
            reason = self.world.filled.refusal
            self.do("agent", "", "refuse", (("reason", reason),), told=self.text(sayings.REFUSED))
        else:
            self.dispatched()
        return self.steps

    def register(self) -> None:
        """The agent takes the request in."""
        request, caller = self.request, self.request.caller
        own: dict[str, Any] = {
            "channel": request.channel, "kind": request.kind, "category": request.category,
            "urgency": request.urgency, "area": request.area, "place": request.place, "title": request.title,
            "body": request.body, "enterprise": caller.enterprise,
        }  # fmt: skip
        if caller.anonymous:
            own["anonymous"] = True
        else:
            own |= {"name": caller.name, "phone": caller.phone}
        if self.form.address:
            own["address"] = request.place
        if request.longitude is not None and self.world.filled.takes_position:
            own |= {"longitude": request.longitude, "latitude": request.latitude}
        if self.upper:
            number = request.foreign or f"S{request.at:%Y%m%d}{request.index:07d}"
            own["foreign_number"] = number
        self.do("agent", "", "register", _FROM_ABOVE if self.upper else (), **own)

    def answered_at_once(self) -> None:
        """The agent answers and closes; one in ten is called about later."""
        if not self.pack.kinds[self.request.kind].answer_directly:
            raise NoSuchLife(f"request {self.request.index}: {self.request.kind} cannot be answered at once")
        self.wait(2, 9)
        self.do("agent", "", "answer_directly", (("method", "phone"),), text=self.text(sayings.DIRECT))
        if self.drawn:
            self.at += max(self.life.callback_after, _MINUTE)
            answers = self.answers()
            bad = self.world.filled.unhappy_check(answers)
            self.do("callback_agent", "", "check_answer", _CHECKED, shape=bad, **dict(answers))
        self.archived()

    def dispatched(self) -> None:
        """To a unit, through its hands, and back to the citizen; perhaps twice."""
        life = self.life
        self.wait(4, 70)
        if life.fate is Fate.RETURNED_THEN_SOLVED and life.wrong_unit:
            self.returned()
        self.dispatch(life.unit, life.co_handlers)
        if not self.handled(life.report_after):
            return
        if self.comes_again:
            self.again()
            if not self.handled(life.report_after / 2):
                return
        self.ended()
        self.archived()

    def dispatch(self, unit: str, co_handlers: tuple[str, ...] = ()) -> None:
        """The dispatcher gives the order to a unit; with the reason that the life is marked with."""
        reason = self.life.marks.get("reason", "")
        own: dict[str, Any] = {"reason": reason} if reason else {}
        if co_handlers:
            own["co_handlers"] = list(co_handlers)
        self.do("dispatcher", "", "dispatch", lead=unit, **own)

    def returned(self) -> None:
        """To the wrong unit first, which hands it back with its leader's and the centre's consent."""
        life, unit = self.life, self.life.wrong_unit
        self.do("dispatcher", "", "dispatch", (("no_return", False), ("reason", sayings.ADVISED)), lead=unit)
        window = self.world.filled.asked_until("return", life, self.at)
        self.at = self.by_day(min(self.at + life.sign_after, self.at + (window - self.at) * _MIDDLING), window)
        self.do("clerk", unit, "sign")
        self.at = self.by_day(min(self.at + 10 * _MINUTE, self.at + (window - self.at) * _MIDDLING), window)
        ask = self.world.filled.application("return", self.at)
        self.do("clerk", unit, "apply", ask.fixed, to=life.unit, explanation=self.text(sayings.NOT_OURS))
        self.granted(ask.steps, unit)
        self.wait(5, 60)

    def granted(self, steps: Sequence[tuple[str, str]], unit: str) -> None:
        """Each step of an application is decided by whom the pack names."""
        for role, of in steps:
            self.wait(10, 90)
            self.at = self.next_day(self.at)
            self.do(role, unit if of == "own_unit" else "", "grant", note=self.text(sayings.DECIDED))

    def handled(self, report_after: timedelta) -> bool:
        """From the signature to the report that passes; False where the life stands still before."""
        life, unit = self.life, self.life.unit
        self.at = self.next_day(self.at + life.sign_after)
        self.do("clerk", unit, "sign")
        signed = self.at
        if self.reachable:
            self.at = self.next_day(self.at + life.contact_after)
            note = wording.first_contact(self.text, self.form.sort)
            self.do("clerk", unit, "contact", (("outcome", self.world.filled.reached),), late="contact", note=note)
        if life.fate is Fate.STANDING:
            return False
        end = self.next_day(max(signed + report_after, self.at + 20 * _MINUTE), _FORENOON)
        self.worked(end)
        self.at = self.next_day(max(end, self.at + _MINUTE))
        self.told()
        fixed, codes = self.form.findings(life.fate)
        if self.form.extra:
            settled, luck = life.fate is not Fate.EXPLAINED, self.dice(1 << 20)
            filled = self.world.filled.extra_form(self.form.extra, luck, self.at.date(), settled=settled)
            codes = {**codes, "extra": filled}
        self.do("clerk", unit, "submit_report", fixed, late="reply", **codes, **self.findings())
        if self.pack.review:
            self.wait(10, 200)
            self.at = self.next_day(self.at)
            self.do("reviewer", "", "pass_review", note=self.text(sayings.PASSED))
        return True

    def worked(self, end: datetime) -> None:
        """What happens between first contact and report: helpers, stations, a request for more time, a visit."""
        life, unit, begun = self.life, self.life.unit, self.at
        for n, helper in enumerate(life.co_handlers if life.fate is Fate.CO_HANDLED else ()):
            if self.count("dispatch") > 1 or self.count("redispatch"):
                break
            self.at = self.by_day(begun + (end - begun) * (0.1 + 0.02 * n), end)
            self.do("clerk", helper, "sign")
            self.at = self.by_day(begun + (end - begun) * (0.4 + 0.04 * n), end)
            text = self.text(sayings.CO_WORK)
            self.do("clerk", helper, "submit_report", (("outcome", "solved"),), fact_explanation=text)
        if life.fate is Fate.HANDED_DOWN:
            self.by_a_station(begun, end)
        if life.fate is Fate.EXTENDED and not self.count("apply"):
            self.extended(begun, end)
        self.visited_at = None
        if self.form.on_site_for(life.fate):
            self.at = self.by_day(max(self.at, begun + (end - begun) * _MIDDLING), end, shuts=_DUSK)
            found = wording.found(self.text, self.form.sort, plain=self.plain, second=self.second)
            self.do("worker", unit, "arrive", people=self.visitors, place=sayings.SPOT, found=found)
            self.visited_at = self.at

    # -- by day ----------------------------------------------------------------------------------------------------

    def next_day(self, at: datetime, then: int = _OPENS) -> datetime:
        """Return when people are at work again, from `at` on: the hour `then`, if it is night; the urgent goes on."""
        if self.quick or _OPENS <= at.hour < _SHUTS:
            return at
        return at.replace(hour=then, minute=5 + self.dice(50)) + timedelta(days=at.hour >= _SHUTS)

    def by_day(self, at: datetime, end: datetime, shuts: int = _SHUTS) -> datetime:
        """Return when somebody works before `end`: by day, unless it is urgent or there is no day before."""
        at = max(at, self.at)
        if self.quick or _DAWN <= at.hour < shuts:
            return at
        morning = at.replace(hour=_DAWN, minute=5 + self.dice(50)) + timedelta(days=at.hour >= shuts)
        if morning < end:
            return morning
        if _DAWN <= end.hour < shuts:
            return max(self.at, end - (end - end.replace(hour=_DAWN, minute=0)) / 2)
        evening = end.replace(hour=shuts - 1, minute=5 + self.dice(50))
        evening -= timedelta(days=evening >= end)
        return evening if evening > self.at else at

    def by_a_station(self, begun: datetime, end: datetime) -> None:
        """A unit below does the work, and its parent checks it."""
        unit = self.life.unit
        stations = [s.code for s in self.pack.unit_tree.children(unit) if self.world.people.has("clerk", s.code)]
        if not stations:
            raise NoSuchLife(f"request {self.request.index}: {unit} has no unit below it to hand down to")
        station = self.dice.of(stations)
        self.at = self.by_day(begun + (end - begun) * 0.1, end)
        self.do("clerk", unit, "hand_down", unit=station, note=self.text(sayings.HANDED))
        self.at = self.by_day(begun + (end - begun) * 0.2, end)
        self.do("clerk", station, "sign")
        self.at = self.by_day(begun + (end - begun) * 0.5, end)
        text = self.text(sayings.STATION)
        self.do("clerk", station, "submit_report", (("outcome", "solved"),), fact_explanation=text)
        self.at = self.by_day(begun + (end - begun) * 0.55, end)
        self.do("clerk", unit, "check_child", (("ok", True),))

    def extended(self, begun: datetime, end: datetime) -> None:
        """More time, asked for before the limit is over; whoever has missed it cannot ask any more."""
        due = self.world.filled.asked_until("extension", self.life, self.dispatched_at)
        if due - begun < _TOO_LATE:
            return
        self.at = self.by_day(begun + (min(end, due) - begun) * 0.3, due)
        ask = self.world.filled.application("extension", self.at, self.life)
        self.do("clerk", self.life.unit, "apply", ask.fixed, explanation=sayings.MORE_TIME)
        self.granted(ask.steps, self.life.unit)

    def told(self) -> None:
        """The citizen is told shortly before the report, on the same day."""
        if not self.reachable:
            return
        report = self.at
        self.at = report - timedelta(seconds=120 + self.dice(900))
        if self.at.date() != report.date():
            self.at = report.replace(hour=0, minute=0, second=1) if report.hour or report.minute else report
        text = wording.answer(self.text, self.form.sort, plain=self.plain, second=self.second)
        self.do("clerk", self.life.unit, "answer", (("method", self.world.filled.method),), text=text)
        self.at = max(report, self.at + timedelta(seconds=5))

    def findings(self) -> dict[str, Any]:
        """Return what the closing report says."""
        sort, plain, second = self.form.sort, self.plain, self.second
        unhappy = wording.unhappy(self.life, self.pack.callback) or (self.comes_again and not second)
        said = {
            "fact_explanation": wording.facts(self.text, sort, plain=plain, second=second),
            "demand_explanation": wording.demands(self.text, sort, plain=plain, second=second),
            "citizen_said": wording.citizen(self.text, self.life, reachable=self.reachable, content=not unhappy),
            "in_charge": self.world.filled.in_charge(self.life.unit),
            "category": self.request.category,  # as the form proposes it: nobody corrects the agent
        }
        if self.form.on_site_for(self.life.fate):
            visited = self.visited_at or self.at - timedelta(minutes=20 + self.dice(60))
            visited = visited.replace(second=0, microsecond=0)
            return {**said, "site_at": visited.isoformat(), "site_people": self.visitors}
        return {**said, "no_site_reason": self.text(sayings.NO_SITE)}

    # -- the citizen's word ----------------------------------------------------------------------------------------

    @property
    def comes_again(self) -> bool:
        """Whether a second round follows: by its fate, or because the rules let nobody close with such answers."""
        if self.life.fate is Fate.UNREACHABLE or (not self.reachable and not self.upper):
            return False
        if self.pack.callback.rounds < 2:  # noqa: PLR2004 - a second round
            return False
        if self.life.fate is Fate.REDISPATCHED or self.life.fate is Fate.UNHAPPY_REOPENED:
            return True
        return not self.upper and bool(self.world.filled.unhappy(self.answers()))

    def answers(self) -> Fixed:
        """Return how the citizen rates the end."""
        return self.world.filled.answers(self.life.solved, self.life.satisfied, self.life.cause)

    def again(self) -> None:
        """The first callback finds it not solved, or badly done: a new round."""
        self.at = self.next_day(self.at + self.life.callback_after)
        self.second = True
        happy = self.life.fate is Fate.UNHAPPY_REOPENED
        reason = self.text(sayings.AGAIN_CONDUCT if happy else sayings.AGAIN)
        if self.upper:
            self.do("dispatcher", "", "reopen_by_upper", reason=reason)
            return
        self.take()
        heard = self.world.filled.bad_answers(solved=happy)
        self.do("callback_agent", "", "redispatch", (), reason=reason, **dict(self.heard(heard, truthful="partly")))

    def heard(self, answers: Fixed, truthful: str = "yes") -> Fixed:
        """Return all that is asked, as the pack's script allows."""
        return self.world.filled.heard(answers, truthful)

    def ended(self) -> None:
        """The last callback closes the order, whatever is said."""
        self.at = self.next_day(self.at + max(self.life.callback_after, 3 * _MINUTE))
        if self.upper:
            said = {"solved": self.life.solved, "satisfied": self.life.satisfied}
            told = {name: code for name, code in said.items() if code}
            self.do(
                "dispatcher",
                "",
                "close_by_upper",
                note=wording.opinion(self.text, self.life, self.pack.callback),
                **told,
            )
        elif self.life.fate is Fate.UNREACHABLE and self.reachable:
            self.never_reached()
        elif not self.reachable:
            self.anonymous_end()
        else:
            self.take()
            answers = self.answers()
            why = self.world.filled.unhappy(answers)
            self.do("callback_agent", "", "close", _CONNECTED, shape=why, **dict(self.heard(answers)))

    def anonymous_end(self) -> None:
        """Nobody can be called."""
        self.take()
        self.do("callback_agent", "", "close", (("ended", "anonymous"),))

    def never_reached(self) -> None:
        """Tries on several days, then the end without a talk."""
        rules = self.pack.callback
        tries = max(rules.attempts, rules.days)
        for n in range(tries):
            self.take()
            outcome = ("no_answer", "no_answer", "busy", "powered_off")[self.dice(4)] if n else "no_answer"
            self.do("callback_agent", "", "log_attempt", outcome=outcome)
            wait = timedelta(days=1, minutes=self.dice(50)) if n + 1 < tries else timedelta(seconds=40)
            self.at = self.next_day(self.at + wait) if n + 1 < tries else self.at + wait
        self.do("callback_agent", "", "close", (("ended", "unreachable"),))

    def take(self) -> None:
        """A callback agent takes the order from the pool, and is the one who calls."""
        self.do("callback_agent", "", TAKE)
        self.at += timedelta(0, 60 + self.dice(240))

    def archived(self) -> None:
        """Put away by the platform at night, once its time is over."""
        self.at = self.world.filled.put_away(self.at) + timedelta(seconds=self.dice(40))
        if self.at <= self.life.until:
            self.do("system", "", "archive")
