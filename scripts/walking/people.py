"""The people of a walk, each with a session of their own, and what they send over HTTP."""

import json
import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

V1 = "/api/v1"
OK, CREATED = 200, 201
_REDIRECT = 302
#: One act in so many is sent twice with the same idempotency key, as a client does that lost the answer.
RETRIED = 12


class Unexpected(Exception):
    """An answer that the walk did not expect."""


@dataclass
class Log:
    """What was sent and how long it took."""

    seconds: list[float] = field(default_factory=list)
    retried: int = 0

    def note(self, seconds: float) -> None:
        """Note one request."""
        self.seconds.append(seconds)

    def share(self, part: float) -> float:
        """Return the latency (ms) that `part` of the requests stayed below."""
        ordered = sorted(self.seconds) or [0.0]
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000


class Crowd:
    """Everybody who works. People enter the demo by name, or come with an API key of `keys`."""

    def __init__(self, base: str, keys: dict[str, str], seed: int) -> None:
        self.base = base.rstrip("/")
        self.keys = keys
        self.log = Log()
        self._people: dict[str, httpx.Client] = {}
        self._lock = threading.Lock()
        self._dice = random.Random(seed)  # noqa: S311 - which acts are sent twice

    def person(self, username: str) -> httpx.Client:
        """Return the session of `username`, signed in."""
        with self._lock:
            if username not in self._people:
                self._people[username] = self._enter(username)
            return self._people[username]

    def _enter(self, username: str) -> httpx.Client:
        client = httpx.Client(base_url=self.base, timeout=60, headers={"Accept-Language": "zh-hans"})
        if key := self.keys.get(username):
            client.headers["Authorization"] = f"Bearer {key}"
            return client
        client.get("/accounts/login/").raise_for_status()
        for name in (username, username.partition(".")[0]):  # the first unit's people go by their role alone
            form = {"username": name, "csrfmiddlewaretoken": _csrf(client)}
            if client.post("/accounts/enter/", data=form).status_code == _REDIRECT:
                client.headers["X-CSRFToken"] = _csrf(client)
                return client
        raise Unexpected(f"{username} cannot enter: is this a demo?")

    def call(self, who: str, method: str, path: str, said: Any = None, *, key: str = "") -> httpx.Response:
        """Send one request as `who` and return the answer, whatever it is."""
        client, began = self.person(who), time.perf_counter()
        headers = {"Idempotency-Key": key} if key else {}
        answer = client.request(method, V1 + path, json=said, headers=headers)
        self.log.note(time.perf_counter() - began)
        return answer

    def once(self, who: str, path: str, said: Any) -> httpx.Response:
        """Post with an idempotency key; now and then send it again and see that the answer is the first one."""
        key = uuid.uuid4().hex
        answer = self.call(who, "POST", path, said, key=key)
        if answer.is_success and self._dice.randrange(RETRIED) == 0:
            again = self.call(who, "POST", path, said, key=key)
            self.log.retried += 1
            if again.text != answer.text or again.headers.get("Idempotent-Replayed") != "true":
                raise Unexpected(f"{path}: the retry was answered {again.status_code} {again.text[:300]}")
        return answer


def _csrf(client: httpx.Client) -> str:
    return next((cookie.value or "" for cookie in client.cookies.jar if cookie.name.startswith("csrf")), "")


@dataclass
class Walk:
    """One complaint on its way; every step says what answer it expects."""

    crowd: Crowd
    title: str
    body: str
    category: str
    phone: str
    area: str
    foreign: str  # its number on the platform above, new in every run
    number: str = ""
    lead: str = ""
    co_handlers: list[str] = field(default_factory=list)
    stage: str = ""
    waits: bool = False  # for another day

    def register(self, by: str = "agent", *, expect: int = CREATED, **more: Any) -> dict[str, Any]:
        """Post the complaint."""
        said = {
            "channel": "phone", "kind": "complaint_help", "category": self.category, "area": self.area,
            "title": self.title, "body": self.body, "name": "李秀兰", "phone": self.phone, **more,
        }  # fmt: skip
        answer = self._answer(self.crowd.once(by, "/orders", said), "register", expect)
        self.number = answer.get("number", self.number)
        return answer

    def act(
        self, by: str, action: str, said: dict[str, Any] | None = None, *,
        expect: int = OK, code: str = "", **aim: int,
    ) -> dict[str, Any]:  # fmt: skip
        """Do an action; with `expect` an error status, `code` is the problem (or field) that must be named."""
        path = f"/orders/{self.number}/actions/{action}"
        answer = self._answer(self.crowd.once(by, path, {"data": said or {}, **aim}), f"{by} {action}", expect)
        named = {answer.get("code"), *(error[k] for error in answer.get("errors", []) for k in ("code", "field"))}
        if code and code not in named:
            raise Unexpected(f"{self.number} {by} {action}: expected {code}, got {json.dumps(answer)[:400]}")
        more: dict[str, Any] = answer.get("more", {})
        return more

    def _answer(self, answer: httpx.Response, what: str, expect: int) -> dict[str, Any]:
        if answer.status_code != expect:
            raise Unexpected(f"{self.number} {what}: expected {expect}, got {answer.status_code} {answer.text[:600]}")
        found: dict[str, Any] = answer.json()
        self.stage = found.get("stage", self.stage)
        return found

    def read(self, by: str = "dispatcher", *, expect: int = OK) -> dict[str, Any]:
        """Read the order as `by`."""
        return self._answer(self.crowd.call(by, "GET", f"/orders/{self.number}"), f"{by} read", expect)

    def must_be(self, stage: str) -> None:
        """Check that the order has come to `stage`, also as stored."""
        found = self.read()
        if found["stage"] != stage:
            raise Unexpected(f"{self.number}: expected {stage}, is {found['stage']}")
        running = [clock["kind"] for clock in found["clocks"] if clock["stopped_at"] is None]
        if stage in {"closed", "cancelled", "archived"} and running:
            raise Unexpected(f"{self.number}: {stage}, and {running} still run")
