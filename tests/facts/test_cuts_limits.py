"""Questions at the edges: the first year that may be asked for, and more cells than anybody reads."""

from __future__ import annotations

import pytest

from open12345.facts import cuts, queries, services
from open12345.facts.periods import period
from tests.cast import Town
from tests.facts.looking import look, text


@pytest.mark.parametrize("name", ["1990", "1990-01", "1990-W01", "1990-H1..1990-03-01", "1990-01-01..2100-12-31"])
def test_the_first_year_has_a_year_before_it(name: str) -> None:
    asked = period(name)
    assert asked.before().last < asked.first
    assert asked.year_before().first < asked.first


def test_a_cut_into_more_cells_than_anybody_reads_says_so(watched: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    for category in ("A0101", "A0102", "L0101"):
        watched.register(category=category)
    services.refresh(watched.now)
    address = "/facts/?metric=orders&period=2025-06&by=category"
    cuts._cut_text.cache_clear()
    for module in (cuts, queries):
        monkeypatch.setattr(module, "MOST_CELLS", 2)
    assert "这样切分超过 2 格" in text(look(watched, "analyst", address))
    cuts._cut_text.cache_clear()
    for module in (cuts, queries):
        monkeypatch.setattr(module, "MOST_CELLS", 3)
    assert "这样切分超过" not in text(look(watched, "analyst", address))
    cuts._cut_text.cache_clear()
