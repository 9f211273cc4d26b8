"""A demo has a published half-year, so that its tables show a trend; old talks were held, the last are not."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from open12345.appraisal import queries
from open12345.appraisal.league import TREND, league
from open12345.appraisal.models import Talk
from open12345.appraisal.months import month_of
from open12345.facts import services as mirror
from open12345.project.demo import appraised
from tests.cast import HEARD, Town
from tests.facts.conftest import facts_home
from tests.orders.walks import to_callback
from tests.screens.conftest import town

__all__ = ["facts_home", "town"]


def test_a_demo_has_half_a_year_of_tables(town: Town, facts_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now, this = town.now, month_of(queries.today(town.pack, town.now))
    for back in (2, 1):
        town.now = now.replace(year=this.back(back).first.year, month=this.back(back).first.month, day=9, hour=1)
        number = to_callback(town, "market")
        town.do("callback_agent", number, "close", {**HEARD, "satisfied": "dissatisfied", "cause": "policy"})
    town.now = now
    mirror.refresh(now)
    assert appraised.MONTHS >= TREND
    monkeypatch.setattr(appraised, "MONTHS", 2)  # each takes its time
    monkeypatch.setattr(appraised, "connection", SimpleNamespace(close=lambda: None))
    assert appraised.fill(Console(quiet=True)) == 2
    last = this.back()
    units, opens = queries.units_seen(town.person("supervisor"), town.pack)
    shown = league(town.pack, last, units, opens, at=now, edition=queries.edition_of(last))
    assert shown is not None
    rows = [row for group in shown.groups for row in (*group.rows, *group.unranked)]
    assert {len(row.trend) for row in rows} == {2}
    held = {month_of(talk.edition.month): talk.held_on for talk in Talk.objects.select_related("edition")}
    assert held[last] is None
    assert held[this.back(2)] is not None
    assert appraised.fill(Console(quiet=True)) == 0
