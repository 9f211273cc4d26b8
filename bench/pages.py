"""`make bench-pages`: how long the pages of a desk take at 100,000 orders, beside 1,000, and how many SQL they ask.

Two databases in one embedded server, filled alike (`bench/crowd.py`), asked by one process in turns: the whole Django
handler with every middleware, a session, rendering, through the test client (no network). Prints p50 and p95 of each
page at both sizes, their ratio (of the medians), the computing time of the page without that of the database (its
median, which other work on the machine disturbs least), and the SQL statements, session and person included.
Options by environment: BENCH_ROUNDS (6), BENCH_PAGES_HOME (var/bench-pages, reused when filled), BENCH_ONLY (a pattern
of names).
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from django.test import Client

ROOT = Path(__file__).resolve().parents[1]
HOME = Path(os.environ.get("BENCH_PAGES_HOME", ROOT / "var" / "bench-pages")).resolve()
ROUNDS, TIMES = int(os.environ.get("BENCH_ROUNDS", "6")), 10
ONLY = os.environ.get("BENCH_ONLY", "")
SIZES: Final = {"small": 1_000, "large": 100_000}
NAMES: Final = {"small": "bench_small", "large": "open12345"}
DEEP = 500  # pages behind the first
PAGE_LIMIT, SEARCH_LIMIT, SQL_LIMIT = 80.0, 50.0, 10
os.environ["OPEN12345_HOME"] = str(HOME)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "open12345.project.settings")
sys.path.insert(0, str(ROOT))


@dataclass
class Page:
    """One kind of request and what it took, per size."""

    name: str
    who: str
    url: str
    said: dict[str, str] | None = None
    seconds: dict[str, list[float]] = field(default_factory=lambda: {"small": [], "large": []})
    computing: list[float] = field(default_factory=list)
    statements: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def limit(self) -> float:
        """The longest p95 (ms) that is allowed."""
        return SEARCH_LIMIT if self.said is not None else PAGE_LIMIT


def main() -> None:
    """Fill what is not filled, measure, print."""
    from open12345.project import boot

    HOME.mkdir(parents=True, exist_ok=True)
    with boot.database_running():
        boot.setup_django()
        from open12345.project import static

        static.collect()
        _filled()
        pages = {size: list(_at(size, _pages)) for size in SIZES}
        before = os.getloadavg()[0]
        for _ in range(ROUNDS):
            for size in SIZES:
                _at(size, partial(_measure, pages[size], size))
        _print(pages, before)


# The two databases


def _filled() -> None:
    """Make both databases unless they are there."""
    from open12345.project.cluster import OWNER

    mark = HOME / "filled.json"
    known = json.loads(mark.read_text()) if mark.exists() else {}
    if known.get("sizes") == SIZES:
        if known["migrations"] != _migrations():
            _bring_up_to_date()
            mark.write_text(json.dumps({"sizes": SIZES, "migrations": _migrations()}))
        return
    started = time.monotonic()
    _command("migrate")
    _live()
    _superuser("postgres").execute(f"DROP DATABASE IF EXISTS {NAMES['small']}")
    _disconnect()
    _superuser("postgres").execute(f"CREATE DATABASE {NAMES['small']} TEMPLATE {NAMES['large']} OWNER {OWNER}")
    for size, many in SIZES.items():
        _at(size, partial(_crowd, size, many))
    mark.write_text(json.dumps({"sizes": SIZES, "migrations": _migrations()}))
    print(f"filled in {time.monotonic() - started:.0f} s")


def _migrations() -> list[str]:
    return sorted(path.name for path in (ROOT / "src" / "open12345").glob("*/migrations/0*.py"))


def _live() -> None:
    from django.utils import timezone
    from rich.console import Console

    from open12345.directory import packs
    from open12345.directory.demo import ensure_demo_staff
    from open12345.directory.person import SYSTEM
    from open12345.policy import find_pack, read_pack
    from open12345.project import demo

    pack = read_pack(find_pack("jiuting"))
    packs.ensure_pack(pack, by=SYSTEM, at=timezone.now())
    ensure_demo_staff(pack, timezone.now())
    demo.fill(Console())
    from open12345.orders import watch
    from open12345.orders.models import WorkOrder

    for pk in WorkOrder.objects.values_list("pk", flat=True):
        watch.index_words(pk)


def _crowd(size: str, many: int) -> None:
    from bench import crowd

    crowd.fill(_superuser(NAMES[size]), many)


def _bring_up_to_date() -> None:
    """Migrate both: a new index is measured on the orders that are there."""
    for size in SIZES:
        _command("migrate", name=NAMES[size])
        _superuser(NAMES[size]).execute("ANALYZE")


def _superuser(name: str) -> Any:
    import psycopg

    from open12345.project import boot
    from open12345.project.cluster import SUPERUSER

    return psycopg.connect(boot.cluster().url(SUPERUSER, name), autocommit=True)


def _command(*words: str, name: str = "open12345") -> None:
    from open12345.project import boot
    from open12345.project.cluster import APPLICATION, OWNER

    cluster = boot.cluster()
    urls = {"DATABASE_URL": cluster.url(APPLICATION, name), "DATABASE_OWNER_URL": cluster.url(OWNER, name)}
    command = [str(Path(sys.executable).parent / "open12345"), *words]
    done = subprocess.run(command, env={**os.environ, **urls}, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"open12345 {' '.join(words)}: {done.stdout}{done.stderr}")


def _disconnect() -> None:
    from django.db import connections
    from django.db.backends.postgresql.base import DatabaseWrapper

    connections.close_all()
    for alias in connections:
        connection = connections[alias]
        if isinstance(connection, DatabaseWrapper):
            connection.close_pool()


def _at(size: str, act: Callable[[], Any]) -> Any:
    """Do something while this process is connected to the database of a size."""
    from django.db import connections

    from open12345.directory import packs

    _disconnect()
    for alias in connections:
        connections[alias].settings_dict["NAME"] = NAMES[size]
    packs.forget()
    found = act()
    return list(found) if isinstance(found, Iterator) else found


# What is asked


def _pages() -> Iterator[Page]:
    """The pages of the database at hand."""
    from bench import crowd
    from open12345.orders.models import WorkOrder

    order = WorkOrder.objects.filter(stage="handling", lead_unit__isnull=False).order_by("-pk")[0]
    over = WorkOrder.objects.filter(stage="archived").order_by("pk")[0]
    clerk = _busy_clerk()
    every = "/orders/?state=all"
    yield Page("list, open, first page", "dispatcher", "/orders/")
    yield Page("list, open, last page", "dispatcher", _deep("dispatcher", "/orders/"))
    yield Page("list, all, first page", "dispatcher", every)
    yield Page("list, all, deep page", "dispatcher", _deep("dispatcher", every))
    yield Page("list, late", "dispatcher", "/orders/?state=late")
    yield Page("list, one category", "dispatcher", f"{every}&category=D0202&kind=complaint_help")
    yield Page("list, one unit", "dispatcher", f"{every}&unit={clerk.partition('.')[2]}")
    yield Page("list, an old month", "dispatcher", f"{every}&{_old_month()}")
    yield Page("list, a filter that fits none", "dispatcher", f"{every}&channel=email&urgency=urgent")
    yield Page("unit's list, open", clerk, "/orders/")
    yield Page("unit's list, all", clerk, every)
    yield Page("unit's list, all, deep", clerk, _deep(clerk, every))
    yield Page("small unit's list, all", "clerk.urban", every)
    yield Page("order page", "dispatcher", f"/orders/{order.number}/")
    yield Page("order page, archived", "dispatcher", f"/orders/{over.number}/")
    yield Page("dispatch desk", "dispatcher", "/dispatch/")
    yield Page("unit desk", clerk, "/handling/")
    yield Page("review desk", "reviewer", "/handling/review/")
    yield Page("callback desk", "callback_agent", "/callback/")
    yield Page("search, foreign number", "agent", "/orders/search/", {"q": "QX20250626001"})
    yield Page("search, phone", "agent", "/orders/search/", {"q": crowd.phone(19)})
    for name, words in {
        "two characters, common": "处理", "two characters, in every 40th": "地铁", "two characters, rare": "树洞",
        "four characters, common": "尽快处理", "four characters, rare": "蜂巢树洞", "two common, apart": "物业 电话",
        "two common, never together": "物业照片", "none": "鹦鹉螺",
    }.items():  # fmt: skip
        yield Page(f"search, {name}", "agent", "/orders/search/", {"q": words})
    yield Page("unit's search, common", clerk, "/orders/search/", {"q": "处理"})
    yield Page("small unit's search, common", "clerk.urban", "/orders/search/", {"q": "处理"})


def _old_month() -> str:
    from datetime import timedelta

    from django.utils import timezone

    old = (timezone.now() - timedelta(days=500)).date()
    return f"from={old}&to={old + timedelta(days=30)}"


def _busy_clerk() -> str:
    from django.db.models import Count

    from open12345.orders.models import Assignment

    busy = Assignment.objects.values_list("unit__code").annotate(n=Count("pk")).order_by("-n")[0]
    return f"clerk.{busy[0]}"


def _client(who: str) -> Client:
    from django.test import Client

    from open12345.directory.models import Staff

    role, _, unit = who.partition(".")
    found = (
        Staff.objects.filter(posts__role=role, posts__unit__code=unit) if unit else Staff.objects.filter(username=who)
    )
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(found.order_by("pk")[0])
    return client


def _deep(who: str, url: str) -> str:
    """Return the address of the page DEEP pages further (or of the last one), by following "next"."""
    from django.db import connection

    kept = HOME / "deep.json"
    known = json.loads(kept.read_text()) if kept.exists() else {}
    key = f"{connection.settings_dict['NAME']} {who} {url}"
    if key not in known:
        known[key] = _followed(_client(who), url)
        kept.write_text(json.dumps(known))
    return str(known[key])


def _followed(client: Client, url: str) -> str:
    found = url
    for _ in range(DEEP):
        follow = re.search(r'rel="next"[^>]*?href="([^"]+)"', client.get(found, secure=True).content.decode())
        if follow is None:
            break
        found = "/orders/" + follow[1].replace("&amp;", "&")
    return found


def _measure(pages: list[Page], size: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    clients: dict[str, Client] = {}
    for page in pages:
        if not re.search(ONLY, page.name):
            continue
        client = clients.get(page.who) or clients.setdefault(page.who, _client(page.who))
        _ask(client, page)
        if size not in page.statements:
            with CaptureQueriesContext(connection) as captured:
                answer = _ask(client, page)
            page.statements[size] = len(captured)
            page.rows[size] = answer.count('class="number"') or answer.count("data-row")
        for _ in range(TIMES):
            started, busy = time.perf_counter(), time.thread_time()
            _ask(client, page)
            page.seconds[size].append(time.perf_counter() - started)
            page.computing.append(time.thread_time() - busy)


def _ask(client: Client, page: Page) -> str:
    ask = partial(client.get, page.url) if page.said is None else partial(client.post, page.url, page.said)
    answer = ask(secure=True)
    if answer.status_code != 200:  # noqa: PLR2004
        raise SystemExit(f"{page.name}: {answer.status_code} for {page.url}")
    return str(answer.content.decode())


def _print(pages: dict[str, list[Page]], before: float) -> None:
    print(f"{'':34}{'1,000':>24}{'100,000':>26}{'ratio of':>14}")
    print(f"{'ms':34}{'least p50 p95':>24}{'least p50 p95':>26}{'least':>8}{'p50':>6}{'CPU':>7}{'SQL':>5}{'rows':>6}")
    for small, large in zip(pages["small"], pages["large"], strict=True):
        one, many = sorted(small.seconds["small"]), sorted(large.seconds["large"])
        if not one or not many:
            continue
        low, high = statistics.median(one) * 1000, statistics.median(many) * 1000
        slow, slowest = (some[int(len(some) * 0.95)] * 1000 for some in (one, many))
        over = slowest > large.limit or large.statements["large"] > SQL_LIMIT
        least, most = one[0] * 1000, many[0] * 1000
        busy = statistics.median(large.computing) * 1000
        print(
            f"{large.name:34}{least:10.1f}{low:7.1f}{slow:7.1f}{most:12.1f}{high:7.1f}{slowest:7.1f}"
            f"{most / least:8.2f}{high / low:6.2f}{busy:7.1f}{large.statements['large']:5}{large.rows['large']:6}"
            f"{'  over the limit' if over else ''}"
        )
    print(f"{ROUNDS * TIMES} requests each; load average {before:.1f} before, {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
