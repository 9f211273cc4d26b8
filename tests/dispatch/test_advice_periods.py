"""What was kept and given back is added up once a day, and comes to what all days together would."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from random import Random

import pytest

from open12345.dispatch.advice.evidence import DAYS, SLOW, last_kept, period_of, single_from, tally
from open12345.dispatch.advice.periods import Periods

FIRST = date(2024, 1, 1)


@pytest.mark.function("DIS-08")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_days_that_join_their_month_count_as_if_all_were_added_up_anew(seed: int) -> None:
    dice, periods = Random(seed), Periods()
    counted: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    today = FIRST
    while today < FIRST + timedelta(days=800):
        for _ in range(dice.randint(0, 3)):
            day, kept = today - timedelta(days=dice.randint(0, 60)), dice.random() < 0.7
            counted[day][0 if kept else 1] += 1
            periods.add(day, kept=kept)
        rows = as_the_table_counts(counted, today)
        last = last_kept(rows)
        assert periods.tally(today) == pytest.approx(tally(rows))
        assert periods.last_kept(today) == last
        since = sum(kept * 0.5 ** (age / SLOW) for age, kept, _back in rows if 0 <= age < min(last + 5, DAYS))
        assert periods.kept_since(today, min(last + 5, DAYS)) == pytest.approx(since)
        today += timedelta(days=dice.randint(0, 4))


def as_the_table_counts(counted: dict[date, list[int]], today: date) -> list[tuple[int, int, int]]:
    """(age in days, kept, back): days and months."""
    rows: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for day, (kept, back) in counted.items():
        rows[period_of(day, single_from(today))][0] += kept
        rows[period_of(day, single_from(today))][1] += back
    return [((today - since).days, kept, back) for since, (kept, back) in rows.items()]
