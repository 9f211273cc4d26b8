"""The city beside the platform: through HTTP doors only, patient where they are busy."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

from open12345.api.services import create_key
from open12345.directory.person import SYSTEM
from open12345.orders import history, queries
from open12345.orders.models import WorkOrder
from open12345.simulate.lives import live
from open12345.simulate.lives.staffing import staffing
from open12345.simulate.lives.steps import World
from open12345.simulate.shapes import Fate, Life
from tests.cast import Town
from tests.simulate.made import lives

SCOPES = ("orders:read", "orders:write", "orders:act")


class Doors(httpx.BaseTransport):
    """The platform itself behind httpx, without a network; the first answers may be "come back later"."""

    def __init__(self, busy: int = 0) -> None:
        self.client, self.busy = Client(HTTP_HOST="127.0.0.1"), busy

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.busy:
            self.busy -= 1
            return httpx.Response(429 if self.busy % 2 else 503, headers={"Retry-After": "0.01"})
        known = {name: value for name, value in request.headers.items() if name not in {"host", "content-length"}}
        answer = self.client.generic(
            request.method, request.url.path, request.read(), content_type="application/json", headers=known
        )
        return httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)


def keys(town: Town, world: World, some: list[Life]) -> dict[str, str]:
    now, units = queries.database_time(), {life.unit for life in some}
    wanted = [post for post in world.people.posts if post[0] in {"agent", "dispatcher", "reviewer", "callback_agent"}]
    wanted += [post for post in world.people.posts if post[0] in {"clerk", "worker"} and post[1] in units]
    return {
        f"{role}@{unit}": str(create_key(f"{role} {unit}", SCOPES, [(role, unit)], by=SYSTEM, at=now, per_minute=0)[1])
        for role, unit in wanted
    }  # fmt: skip


@pytest.mark.function("SIM-03")
def test_orders_live_through_the_api_and_wait_where_it_is_busy(town: Town) -> None:
    world = World(town.pack, staffing(town.pack))
    now = queries.database_time()
    some = list(lives(town.pack, 3, begin=now, until=now + timedelta(days=99), fates=(Fate.SOLVED, Fate.REFUSED)))
    said: list[str] = []
    tally = live.run(some, "http://127.0.0.1", keys(town, world, some), 60_000, world=world, hurry=1e9, say=said.append,
                     transport=Doors(busy=3), seconds=60)  # fmt: skip
    assert tally.orders == 3
    assert tally.waited > 0
    assert not tally.refused
    assert set(WorkOrder.objects.values_list("stage", flat=True)) <= {"closed", "cancelled"}
    assert list(history.verify(WorkOrder.objects.all())) == []
    assert "3 orders" in said[-2]


@pytest.mark.function("SIM-03")
def test_ctrl_c_stops_between_two_acts(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(town.pack, staffing(town.pack))
    now = queries.database_time()
    said: list[str] = []

    naps: list[float] = []

    def interrupted(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) > 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("open12345.simulate.lives.live.time.sleep", interrupted)
    some = list(lives(town.pack, 3, begin=now, until=now + timedelta(days=99), fates=(Fate.REFUSED,)))
    tally = live.run(
        some, "http://127.0.0.1", keys(town, world, some), 1, world=world, say=said.append, transport=Doors()
    )
    assert tally.orders == 1
    assert "stopped" in said[0]


class Site(httpx.BaseTransport):
    """The platform as a browser meets it: forms, cookies, signing in."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        known = {name: value for name, value in request.headers.items() if name not in {"host", "content-length"}}
        kind = known.pop("content-type", "")
        client = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1")
        answer = client.generic(request.method, request.url.path, request.read(), content_type=kind, headers=known)
        cookies = [("set-cookie", cookie.OutputString()) for cookie in answer.cookies.values()]
        return httpx.Response(
            answer.status_code, headers=[*answer.headers.items(), *cookies], content=answer.content, request=request
        )


@pytest.fixture
def demo(settings: Settings) -> None:
    settings.DEMO = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False


@pytest.mark.function("SIM-03")
@pytest.mark.usefixtures("demo")
def test_the_people_of_a_demo_enter_it_and_work(town: Town) -> None:
    live.reach("http://127.0.0.1", Site())
    world = World(town.pack, staffing(town.pack))
    now = queries.database_time()
    some = list(lives(town.pack, 1, begin=now, until=now + timedelta(days=99), fates=(Fate.REFUSED,)))
    said: list[str] = []
    tally = live.run(some, "http://127.0.0.1", {}, 60_000, world=world, hurry=1e9, say=said.append, transport=Site())
    assert (tally.orders, tally.acts["refuse"]) == (1, 1), tally.refused
    assert said[-1] == "1 people at their desks: register 1, refuse 1"


@pytest.mark.usefixtures("town")
def test_what_is_no_demo_is_told_before_anything_begins(demo: None, settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(live.Shut, match="no demo"):
        live.reach("http://127.0.0.1", Site())
    elsewhere = httpx.MockTransport(lambda request: httpx.Response(200, text="hello"))
    with pytest.raises(live.Shut, match="no Open12345"):
        live.reach("http://127.0.0.1", elsewhere)
    with pytest.raises(live.Shut, match=r"Nothing answers at http://127\.0\.0\.1:9"):
        live.reach("http://127.0.0.1:9")
