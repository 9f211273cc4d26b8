"""`python bench/facilities.py`: how long the register takes to say whose a lamp is, at 500,000 facilities.

Needs the database of an instance with a pack in force; what is written is rolled back. Options by environment:
FACILITIES (500000), ORDERS (300).
"""

from __future__ import annotations

import os
import time
from random import Random
from statistics import median

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "open12345.project.settings")

from open12345.project import boot

boot.setup_django()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from open12345.directory import packs  # noqa: E402
from open12345.directory.models import Unit  # noqa: E402
from open12345.dispatch.facilities import register  # noqa: E402
from open12345.dispatch.facilities.nearby import Asked, find, find_all  # noqa: E402

MANY, ORDERS = int(os.environ.get("FACILITIES", "500000")), int(os.environ.get("ORDERS", "300"))
WEST, SOUTH, WIDE = 121.3, 31.1, 0.35


def fill(pack: str, kinds: list[str], units: list[int]) -> None:
    """Write the register over some 1,300 km²."""
    columns = "pack, kind, code, title, owner_id, place, longitude, latitude, active, changed_at"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO dispatch_facility ({columns}) "
            "SELECT %s, (%s::text[])[1 + n %% %s], 'X-' || n, '', (%s::bigint[])[1 + n %% %s], '', "
            "%s + random() * %s, %s + random() * %s, true, now() FROM generate_series(1, %s) AS n",
            [pack, kinds, len(kinds), units, len(units), WEST, WIDE, SOUTH, WIDE, MANY],
        )
        cursor.execute("ANALYZE dispatch_facility")


def told(name: str, took: list[float]) -> None:
    """Print a median and a 95th percentile in milliseconds."""
    took.sort()
    print(f"{name:<42} {1000 * median(took):8.2f} ms  p95 {1000 * took[int(0.95 * len(took))]:8.2f} ms")


def timed(name: str, work: list[object]) -> None:
    """Run each piece once and print how long it took."""
    took = []
    for piece in work:
        begun = time.perf_counter()
        piece()  # type: ignore[operator]
        took.append(time.perf_counter() - begun)
    told(name, took)


def main() -> None:
    """Fill, measure, roll back."""
    pack = packs.pack_at(timezone.now())[1]
    kinds = pack.dispatching.facilities
    dice = Random(12345)  # noqa: S311 - a bench's dice
    with transaction.atomic():
        fill(pack.id, [kind.code for kind in kinds], list(Unit.objects.values_list("pk", flat=True)[:20]))
        print(f"{MANY} facilities, {len(kinds)} kinds, pack {pack.id}")
        here = [(WEST + dice.random() * WIDE, SOUTH + dice.random() * WIDE) for _ in range(ORDERS)]
        category = kinds[0].categories[0]
        near = [Asked(category, "门口的坏了三天", spot) for spot in here]
        said = [Asked(category, f"编号 X-{dice.randrange(MANY)} 坏了三天", spot) for spot in here]
        timed("nearest of the kind, one order", [lambda one=one: find(pack, one) for one in near])
        timed("by the number in the words, one order", [lambda one=one: find(pack, one) for one in said])
        pages = [(near[n : n + 13] + said[n : n + 12]) for n in range(0, ORDERS - 25, 25)]
        timed("a page of 25 orders", [lambda page=page: find_all(pack, page) for page in pages])
        found = sum(match is not None for match in find_all(pack, near))
        print(f"{found} of {ORDERS} points have one within {kinds[0].within} m")
        searches = [lambda text=text: list(register.search(pack, text=text)[:50]) for text in ("X-4321", "不在", "X-1")]
        timed("the list, searched", searches * 3)
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
