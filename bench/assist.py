"""`make bench-assist`: how long the help of the intake desk takes while eight agents type, beside an empty answer.

An instance of its own (PostgreSQL, pack baoshan, some 20,000 simulated orders, classifiers trained and in force, and
beside them BENCH_REPEATS orders of the last year that the index of repeats holds: `repeats_fill`; kept and used again),
served as `open12345 serve` does it with two workers, on the machine that also types. Each agent has a
session and does what the page does: words committed one by one as an input method does, the page's own pause before it
asks (read from intake.js), one request with the fields of all panels, the digests of what is drawn, the draft saved
when a field is left, then phone, category and kind. A request that typing goes on over is waited for all the same: it
costs the server what it costs.

Prints p50, p95 and p99 of each kind of request, from the pause to the last piece of help, per pause, per second, and
CPU milliseconds, beside the limit and beside the same request with no panel to fill.
Options by environment: BENCH_SECONDS (60), BENCH_HOME (var/bench-assist), BENCH_AGENTS (8),
BENCH_REPEATS (100000; of other sizes another BENCH_HOME is needed).
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
HOME = Path(os.environ.get("BENCH_HOME", ROOT / "var" / "bench-assist")).resolve()
SECONDS, AGENTS = float(os.environ.get("BENCH_SECONDS", "60")), int(os.environ.get("BENCH_AGENTS", "8"))
PACK, SCALE = "baoshan", "0.21"
REPEATS = int(os.environ.get("BENCH_REPEATS", "100000"))
LIMIT: Final = 150.0  # ms, p95
#: A fast typist: characters that are committed at once, seconds between two such words.
WORD, BETWEEN = (2, 4), (0.35, 1.4)
IDLE: Final = 10.0  # seconds after which a connection is not trusted any more
os.environ["BENCH_HOME"] = os.environ["OPEN12345_HOME"] = str(HOME)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "open12345.project.settings")
sys.path.insert(0, str(ROOT))


@dataclass
class Tally:
    """Seconds per kind of request, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    bad: list[str] = field(default_factory=list)

    def note(self, kind: str, seconds: float, size: int = 0) -> None:
        """Add one."""
        self.seconds.setdefault(kind, []).append(seconds)
        self.sizes[kind] = self.sizes.get(kind, 0) + size


def main() -> None:
    """Fill what is not filled, type, print."""
    from open12345.project import boot

    HOME.mkdir(parents=True, exist_ok=True)
    fill()
    with boot.database_running():
        command("migrate")
        boot.setup_django()
        _fill_repeats()
        keys = _sessions()
        texts = list(_texts())
        from bench.intake import _web

        with _web() as (port, pid):
            _measure(port, pid, keys, texts)


def fill() -> None:
    """Simulate the orders and teach the classifier, once."""
    mark = HOME / "filled"
    if mark.exists():
        return
    began = time.monotonic()
    command("simulate", "--pack", PACK, "--scenario", "recent", "--scale", SCALE, "--mode", "history")
    from open12345.project import boot

    with boot.database_running():
        found = json.loads(command("dispatch", "train", "--json"))
        command("dispatch", "promote", str(found["classifier"]))
    mark.touch()
    print(f"filled in {time.monotonic() - began:.0f} s")


def _fill_repeats() -> None:
    """Index the simulated orders, and beside them as many as a city has."""
    mark = HOME / f"repeats-{REPEATS}"
    if mark.exists() or not REPEATS:
        return
    from bench import repeats_fill, repeats_rows

    command("repeats", "index")
    later = datetime.now(UTC) - repeats_rows.END
    repeats_fill.fill(PACK, REPEATS, repeats_fill.Beside(repeats_fill.OTHERS, later))
    command("dispatch", "practice", "--all")
    mark.touch()


def command(*words: str) -> str:
    """Run `open12345` on the bench's own instance; returns what it prints."""
    from bench.intake import _command as run

    return run(*words)


def _sessions() -> list[str]:
    """Return a cookie for each agent."""
    from django.conf import settings
    from django.test import Client

    from open12345.directory.models import Staff

    staff = list(Staff.objects.filter(posts__role="agent").distinct().order_by("pk")[:AGENTS])
    found = []
    for place in range(AGENTS):
        client = Client()
        client.force_login(staff[place % len(staff)])
        found.append(f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}")
    return found


def _texts() -> Iterator[tuple[str, str]]:
    """Yield what callers say (body, phone), of all leaves in turn."""
    from open12345.policy import find_pack, read_pack
    from open12345.simulate.speech.people import caller
    from open12345.simulate.speech.texts import World, speak

    world = World.of(read_pack(find_pack(PACK)), 4711)
    codes, areas = tuple(world.templates), [row.code for row in world.pack.area_tree.leaves()]
    at = datetime(2026, 5, 14, 15, 30, tzinfo=UTC)
    for n in range(AGENTS * 40):
        who = caller(world.seed, n)
        said = speak(
            world, n, category=codes[n * 31 % len(codes)], area=areas[n * 7 % len(areas)],
            at=at + timedelta(minutes=n), caller=who,
        )  # fmt: skip
        yield said.body, f"138{n:08d}"


# An agent


class Agent:
    """One browser: a kept-alive connection per request that may be under way at once."""

    def __init__(self, port: int, cookie: str, tally: Tally, rng: random.Random) -> None:
        self.port, self.cookie, self.tally, self.rng = port, cookie, tally, rng
        self.pool = ThreadPoolExecutor(4)
        self.local = threading.local()
        self.said: dict[str, str] = {}
        self.drawn: dict[str, str] = {}
        self._open()

    def _open(self) -> None:
        status, head, page = self._send("GET", "/intake/new/", {})
        token = re.search(r'"x-csrftoken": "(\w+)"', page)
        if status != 200 or token is None:  # noqa: PLR2004
            raise SystemExit(f"/intake/new/: {status} {page[:400]}")
        self.token = token[1]
        self.cookie += "; " + next(each.split(";")[0] for each in head.get_all("Set-Cookie") if "csrf" in each)
        self.panels = {
            each["id"]: (each.get("hx-post", ""), each["data-of"].split(), each.get("data-panel", ""))
            for each in _tags(page) if "data-of" in each
        }  # fmt: skip
        self.help = next((each["hx-post"] for each in _tags(page) if "data-help" in each), "")
        self.said = {"channel": "phone", "key": f"{self.rng.random()}", "number": "", "seq": ""}
        self.drawn = {}

    def _send(self, method: str, path: str, said: dict[str, str]) -> tuple[int, Any, str]:
        peer = getattr(self.local, "peer", None)
        if peer is None or time.monotonic() - self.local.used > IDLE:
            peer = self.local.peer = HTTPConnection("127.0.0.1", self.port, timeout=30)
        self.local.used = time.monotonic()
        head = {"Cookie": self.cookie, "HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded"}
        if method == "POST":
            head["X-CSRFToken"] = self.token
        peer.request(method, path, urlencode(said) if method == "POST" else None, head)
        answer = peer.getresponse()
        return answer.status, answer.headers, answer.read().decode()

    def post(self, kind: str, path: str, said: dict[str, str]) -> str:
        """Post a form and note how long it took."""
        begun = time.perf_counter()
        status, _head, text = self._send("POST", path, said)
        self.tally.note(kind, time.perf_counter() - begun, len(text.encode()))
        if status not in (200, 204):
            self.tally.bad.append(f"{path}: {status} {text[:300]}")
        return text

    def ask(self, *touched: str) -> None:
        """Ask for all help that these fields change."""
        stale = {name: each for name, each in self.panels.items() if not set(touched).isdisjoint(each[1])}
        begun = time.perf_counter()
        if self.help:
            self._ask_once(stale)
        else:
            list(self.pool.map(lambda one: self._ask_each(*one), stale.items()))
        self.tally.note("all help", time.perf_counter() - begun)

    def _ask_each(self, name: str, panel: tuple[str, list[str], str]) -> None:
        url, of, _name = panel
        self.post(name, url, {one: self.said.get(one, "") for one in of})

    def _ask_once(self, stale: dict[str, tuple[str, list[str], str]]) -> None:
        asked = {name: self.said.get(name, "") for _url, of, _name in self.panels.values() for name in of}
        asked["panels"] = " ".join(f"{each[2]}:{self.drawn.get(name, '')}" for name, each in stale.items())
        found = self.post("one request", self.help, asked)
        for each in _tags(found):
            if "data-digest" in each:
                self.drawn[each["id"]] = each["data-digest"]

    def keep(self) -> None:
        """Save the draft."""
        found = json.loads(self.post("save draft", "/intake/keep/", self.said))
        self.said |= {"number": found.get("number", ""), "seq": found.get("seq", "")}

    def take(self, body: str, phone: str, pause: float, until: float) -> None:
        """Take one call."""
        self._open()
        self._type("body", body, pause, until)
        self.keep()
        self._type("phone", phone, pause, until, word=(3, 4))
        self.keep()
        self.said |= {"category": "A0101", "kind": "complaint_help"}
        self.ask("category", "kind")
        time.sleep(self.rng.uniform(0.5, 1.5))

    def _type(self, name: str, text: str, pause: float, until: float, word: tuple[int, int] = WORD) -> None:
        place = 0
        while place < len(text) and time.monotonic() < until:
            place += self.rng.randint(*word)
            self.said[name] = text[:place]
            rest = self.rng.uniform(*BETWEEN)
            if rest < pause:
                time.sleep(rest)
                continue
            time.sleep(pause)
            begun = time.monotonic()
            self.ask(name)
            time.sleep(max(0.0, rest - pause - (time.monotonic() - begun)))


_TAG: Final = re.compile(r"<(?:section|aside|div)\s[^>]*>")
_ATTRIBUTE: Final = re.compile(r'([\w-]+)(?:="([^"]*)")?')


def _tags(page: str) -> Iterator[dict[str, str]]:
    for tag in _TAG.findall(page):
        yield dict(_ATTRIBUTE.findall(tag.split(None, 1)[1]))


# What it took


def _measure(port: int, pid: int, keys: list[str], texts: list[tuple[str, str]]) -> None:
    from bench.intake import _cpu
    from open12345.project import boot, embedded

    pause = _pause()
    server = embedded.status(boot.cluster()).pid or 0
    tally = Tally()
    agents = [Agent(port, key, tally, random.Random(n)) for n, key in enumerate(keys)]  # noqa: S311
    _run(agents, texts, pause, 8.0)  # the classifiers are read, plans and packs are there
    nothing = _empty(agents[0], tally)
    tally.seconds.clear()
    tally.sizes.clear()
    before, began = (_cpu(pid), _cpu(server)), time.monotonic()
    _run(agents, texts, pause, SECONDS)
    wall = time.monotonic() - began
    spent = [now - then for now, then in zip((_cpu(pid), _cpu(server)), before, strict=True)]
    if tally.bad:
        raise SystemExit(f"{len(tally.bad)} bad answers, the first: {tally.bad[0]}")
    _print(tally, wall, spent, pause, nothing)


def _run(agents: list[Agent], texts: list[tuple[str, str]], pause: float, seconds: float) -> None:
    until = time.monotonic() + seconds

    def work(place: int, agent: Agent) -> None:
        time.sleep(agent.rng.uniform(0, 1.5))
        for body, phone in texts[place :: len(agents)]:
            if time.monotonic() >= until:
                return
            agent.take(body, phone, pause, until)

    threads = [threading.Thread(target=work, args=each) for each in enumerate(agents)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _empty(agent: Agent, tally: Tally) -> list[float]:
    """Return how long the same request takes with nothing to fill (one agent, nobody else asking)."""
    post = partial(agent.post, "nothing", agent.help or "/intake/hints/none/")
    for _ in range(60):
        post({"panels": ""})
    tally.bad.clear() if not agent.help else None
    return tally.seconds["nothing"][10:]


def _pause() -> float:
    """Return how long the page waits before it asks (seconds)."""
    script = (ROOT / "src/open12345/intake/static/intake/intake.js").read_text(encoding="utf-8")
    found = re.search(r"(?:THINK = |^  }, )(\d+)(?:;|\);)", script, re.MULTILINE)
    if found is None:
        raise SystemExit("intake.js names no pause")
    return int(found[1]) / 1000


def _print(tally: Tally, wall: float, spent: list[float], pause: float, nothing: list[float]) -> None:
    requests = sum(len(each) for kind, each in tally.seconds.items() if kind != "all help")
    pauses = len(tally.seconds["all help"])
    print(f"{AGENTS} agents, {wall:.0f} s, {pauses} pauses of {pause * 1000:.0f} ms, {requests / wall:.1f} requests/s")
    print(f"{'ms':24}{'times':>8}{'p50':>8}{'p95':>8}{'p99':>8}{'most':>8}{'bytes':>9}")
    for kind, each in [*sorted(tally.seconds.items()), ("nothing to fill, alone", nothing)]:
        times = sorted(each)
        cut = [times[min(len(times) - 1, int(len(times) * share))] * 1000 for share in (0.5, 0.95, 0.99)]
        size = tally.sizes.get(kind, 0) // len(times)
        over = f"   limit {LIMIT:.0f}: {'kept' if cut[1] <= LIMIT else 'BROKEN'}" if kind == "all help" else ""
        print(f"{kind:24}{len(times):8}{''.join(f'{n:8.1f}' for n in [*cut, times[-1] * 1000])}{size:9}{over}")
    web, database = (1000 * each for each in spent)
    print(
        f"CPU per request {web / requests:.1f} ms web, {database / requests:.1f} ms PostgreSQL; per pause "
        f"{web / pauses:.1f} and {database / pauses:.1f}; both cores busy {sum(spent) / wall / 2:.0%} by the service"
    )
    print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
