# ruff: noqa: PLC0415 - Django is set up first
"""A bulk run as a process of its own, to be killed: few kinds of lives, small batches."""

import os
import sys
from datetime import datetime, timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")


def main(dsn: str, database: str, orders: int) -> None:
    """Write so many lives."""
    import django

    django.setup()
    from django.db import connections

    for alias in connections:
        connections[alias].settings_dict["NAME"] = database
    from open12345.simulate.history import bulk, turns
    from open12345.simulate.shapes import Fate
    from open12345.worktime import SHANGHAI
    from tests.cast import jiuting
    from tests.simulate.made import lives

    begin = datetime(2025, 6, 16, 8, 0, tzinfo=SHANGHAI)
    until = begin + timedelta(days=20)
    bulk.CHUNK = 20  # type: ignore[misc]
    with turns.turn(dsn) as turn:
        bulk.write(
            lambda start, mine: (
                life for life in lives(
                    jiuting(), orders - start, begin=begin, until=until, start=start,
                    fates=(Fate.REFUSED, Fate.ANSWERED_AT_ONCE),
                ) if mine(life.request.caller.key)
            ),
            size=orders, turn=turn, pack=jiuting(), run=database, until=until, dsn=dsn,
        )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
