"""The speed *live*: a city that lives beside the platform, through its HTTP doors and nothing else.

Requests come in at a set rate; what follows in each life follows after its own time, shortened by `hurry`. Whoever acts
does so as the account that the script names: with an API key of their post, or signed in at a demo. A door that is busy
(429, 503) is waited for; somebody who was faster (404, 409) ends the life, as it does for people.
"""

from __future__ import annotations

import heapq
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from open12345.directory.models import Staff
from open12345.orders.queries import database_time
from open12345.simulate.lives.playing import quoted
from open12345.simulate.lives.script import script
from open12345.simulate.lives.steps import TAKE, Step, World
from open12345.simulate.shapes import Life

_TRIES: Final = 20
_LONGEST_PAUSE: Final = 10
_BUSY: Final = frozenset({429, 503})
_LATE: Final = "late_reason"
_LINE_EVERY: Final = 60.0
_ENTER: Final = "/accounts/enter/"
_SLOW: Final = 0.8
"""Below this share of what was asked for, the instance does not keep up."""
_LONGEST_NAP: Final = 0.5


class Shut(RuntimeError):
    """No city can live there; the message says why, `remedy` what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        """Keep both sentences."""
        self.remedy = remedy
        super().__init__(message)


def reach(url: str, transport: httpx.BaseTransport | None = None) -> None:
    """Raise Shut unless a demo listens at `url`, in which anybody may enter as anybody."""
    try:
        with httpx.Client(base_url=url, timeout=10, transport=transport, follow_redirects=True) as client:
            ours = "version" in _answer(client.get("/healthz"))
            page = client.get("/accounts/login/").text if ours else ""
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Shut(f"Nothing answers at {url} ({error}).", _START) from error
    if not ours:
        raise Shut(f"What answers at {url} is no Open12345.", _START)
    if _ENTER not in page:
        raise Shut(f"{url} is no demo: nobody enters there without a password.", _START)


_START: Final = "Start one, `open12345 up --demo`, and name its address: --url http://127.0.0.1:8000"


def _answer(response: httpx.Response) -> dict[str, Any]:
    try:
        return dict(response.json())
    except (ValueError, TypeError):
        return {}


@dataclass
class Tally:
    """What happened so far."""

    orders: int = 0
    acts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    waited: float = 0.0
    numbers: dict[int, str] = field(default_factory=dict)
    people: set[int] = field(default_factory=set)

    def line(self, since: float, asked: float = 0.0) -> str:
        """Return the state in one line; `asked`: requests a minute that there should be."""
        no = "".join(f", {many}× {what}" for what, many in self.refused.most_common(3))
        minutes = max(since / 60, 1 / 60)
        return (
            f"{time.strftime('%H:%M:%S')}  {self.orders} orders ({self.orders / minutes:.1f}/min), "
            f"{sum(self.acts.values())} acts, waited {self.waited:.0f} s{no}"
            + (f"; {asked:g}/min are more than it can take" if self.orders / minutes < asked * _SLOW else "")
        )

    def sentence(self) -> str:
        """Return what was done by how many, in the order of how often."""
        acts = ", ".join(f"{act} {many}" for act, many in self.acts.most_common())
        return f"{len(self.people)} people at their desks: {acts}" if acts else "nothing was done"


@dataclass
class _Turn:
    """The next act of a life."""

    life: Life
    steps: list[Step]
    place: int
    number: str = ""


class Doors:
    """The HTTP doors of one instance, opened for each account as it is needed."""

    def __init__(self, base_url: str, keys: Mapping[str, str], transport: httpx.BaseTransport | None = None) -> None:
        self.base_url, self.keys, self.transport = base_url.rstrip("/"), dict(keys), transport
        self._open: dict[str, httpx.Client] = {}
        self._names: dict[int, str] = {}

    def of(self, step: Step, role: str, unit: str) -> httpx.Client:
        """Return a client that acts as whom the script names."""
        token = self.keys.get(f"{role}@{unit}")
        who = f"key {role}@{unit}" if token else f"staff {step.by.id}"
        if who not in self._open:
            self._open[who] = self._keyed(token) if token else self._entered(step.by.id or 0)
        return self._open[who]

    def _client(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=self.base_url, headers=headers, timeout=30, transport=self.transport)

    def _keyed(self, token: str) -> httpx.Client:
        return self._client(Authorization=f"Bearer {token}")

    def _entered(self, staff: int) -> httpx.Client:
        """Enter a demo as an account, as its sign-in page offers."""
        if not self._names:
            self._names = dict(Staff.objects.values_list("pk", "username"))
        client = self._client(Referer=self.base_url)
        client.get("/accounts/login/")
        token = next((c.value for c in client.cookies.jar if c.name.startswith("csrf")), "") or ""
        answer = client.post(_ENTER, data={"username": self._names[staff], "csrfmiddlewaretoken": token})
        if answer.status_code not in {200, 302}:
            raise Shut(
                f"{self.base_url} lets nobody enter as {self._names[staff]} ({answer.status_code}).",
                "Give this command the folder of the instance that listens there: OPEN12345_HOME=/path/to/folder",
            )
        client.headers["X-CSRFToken"] = next(c.value for c in client.cookies.jar if c.name.startswith("csrf")) or ""
        return client

    def close(self) -> None:
        """Close them all."""
        for client in self._open.values():
            client.close()


def run(  # noqa: PLR0913 - a city is told apart by all of these
    lives: Iterable[Life], base_url: str, keys: Mapping[str, str], rate: float, *, world: World, hurry: float = 60.0,
    say: Callable[[str], None] = print, transport: httpx.BaseTransport | None = None, seconds: float | None = None,
    name: str = "live",
) -> Tally:  # fmt: skip
    """Let the lives happen now: `rate` requests a minute, until none are left, `seconds` are over, or Ctrl+C.

    `keys`: "role@unit" → token; without one the demo's sign-in is used. `hurry`: how much faster than life.
    """
    city = _City(world, Doors(base_url, keys, transport), hurry, name, say)
    begun = told = time.monotonic()
    coming = iter(lives)
    following: float | None = begun
    try:
        while seconds is None or time.monotonic() - begun < seconds:
            now = time.monotonic()
            if now - told >= _LINE_EVERY:
                told = now
                say(city.tally.line(now - begun, rate))
            if following is not None and now >= following:
                life = next(coming, None)
                following = following + 60 / rate if life is not None else None
                if life is not None:
                    city.begin(life)
            if following is None and not city.waiting:
                break
            city.act(now)
            time.sleep(city.nap(following))
    except KeyboardInterrupt:
        say("stopped; what was begun stays as it stands")
    finally:
        city.doors.close()
    say(city.tally.line(time.monotonic() - begun, rate))
    say(city.tally.sentence())
    return city.tally


@dataclass
class _City:
    """Everybody's next act."""

    world: World
    doors: Doors
    hurry: float
    name: str
    say: Callable[[str], None] = print
    tally: Tally = field(default_factory=Tally)
    waiting: list[tuple[float, int, int, _Turn]] = field(default_factory=list)

    def begin(self, life: Life) -> None:
        """Let a life begin now, by the platform's own clock."""
        now = database_time().astimezone(self.world.pack.calendar().zone)
        steps = script(self.world, replace(life, request=replace(life.request, at=now)))
        self._wait(time.monotonic(), _Turn(life, steps, 0))

    def _wait(self, at: float, turn: _Turn) -> None:
        heapq.heappush(self.waiting, (at, turn.life.request.index, turn.place, turn))

    def nap(self, following: float | None) -> float:
        """Return how long nothing will happen."""
        moments = [at for at in (following, self.waiting[0][0] if self.waiting else None) if at is not None]
        return min(max(min(moments, default=0.0) - time.monotonic(), 0.0), _LONGEST_NAP)

    def act(self, now: float) -> None:
        """Do what is due."""
        while self.waiting and self.waiting[0][0] <= now:
            _at, _index, _place, turn = heapq.heappop(self.waiting)
            if self._done(turn) and turn.place + 1 < len(turn.steps):
                pause = (turn.steps[turn.place + 1].at - turn.steps[turn.place].at) / timedelta(seconds=1)
                self._wait(time.monotonic() + pause / self.hurry, replace(turn, place=turn.place + 1))

    def _done(self, turn: _Turn) -> bool:
        step = turn.steps[turn.place]
        if step.by.kind == "system" or step.act == TAKE:  # the platform's own, and what needs no door of the API
            return step.act == TAKE
        said = _now(quoted(step, turn.number))
        answer = self._sent(step, turn, said)
        if answer.status_code == 422 and _wants_reason(answer):  # noqa: PLR2004 - fields are wrong
            answer = self._sent(step, turn, {**said, _LATE: self.world.filled.late_reason}, again="-late")
        if answer.is_success:
            self.tally.acts[step.act] += 1
            self.tally.people.add(step.by.id or 0)
            if step.act == "register":
                self.tally.orders += 1
                turn.number = str(answer.json()["number"])
                self.tally.numbers[turn.life.request.index] = turn.number
            return True
        self.tally.refused[f"{step.act} {answer.status_code} {_code(answer)}"] += 1
        return False

    def _sent(self, step: Step, turn: _Turn, said: dict[str, Any], again: str = "") -> httpx.Response:
        """Send an act until the door opens; the same key each time, so that it is done once."""
        unit = step.unit or self.world.pack.centre.code
        client = self.doors.of(step, self._role(step, unit), unit)
        new = step.act == "register"
        path = "/api/v1/orders" if new else f"/api/v1/orders/{turn.number}/actions/{step.act}"
        headers = {"Idempotency-Key": f"{self.name}-{turn.life.request.index}-{turn.place}{again}"}
        for attempt in range(_TRIES):
            try:
                answer = client.post(path, json=said if new else {"data": said}, headers=headers)
            except httpx.TransportError as error:
                if attempt + 1 == _TRIES:
                    raise Shut(f"{self.doors.base_url} answers no more ({error}).", _START) from error
                if attempt == 1:
                    self.say(f"{self.doors.base_url} does not answer; trying again")
                self._pause(min(2.0**attempt, _LONGEST_PAUSE))
                continue
            if answer.status_code not in _BUSY:
                return answer
            self._pause(float(answer.headers.get("Retry-After", "1")))
        return answer

    def _pause(self, seconds: float) -> None:
        self.tally.waited += seconds
        time.sleep(seconds)

    def _role(self, step: Step, unit: str) -> str:
        return next((role for role, _id, _path in step.by.posts if f"{role}@{unit}" in self.doors.keys), "")


def _now(said: dict[str, Any]) -> dict[str, Any]:
    """Put moments that are told into the past of the platform's clock."""
    if "site_at" in said:
        moment: datetime = database_time() - timedelta(minutes=1)
        return {**said, "site_at": moment.isoformat()}
    return said


def _wants_reason(answer: httpx.Response) -> bool:
    return {error.get("field") for error in answer.json().get("errors", ())} == {_LATE}


def _code(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("code", ""))
    except ValueError:
        return ""
