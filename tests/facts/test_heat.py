"""The map of heat (INS-13): no confidential order on it, no cell that a few orders stand for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from open12345.facts import queries, services
from open12345.facts.explorer.heat import LEAST, heat_of
from open12345.facts.periods import period
from open12345.facts.queries import Figure, Line
from tests.cast import Town
from tests.facts.looking import look, text

JUNE = period("2025-06")
HERE = {"longitude": "121.318000", "latitude": "31.121000"}


@pytest.mark.function("INS-13")
def test_small_cells_and_orders_without_a_place_are_counted_but_not_drawn(watched: Town) -> None:
    services.refresh(watched.now)
    asked = queries.ask("orders", JUNE, person=watched.person("analyst"), at=watched.now, by=("cell_x", "cell_y"))
    keys = {(24263, 6224): LEAST, (24264, 6224): LEAST - 1, (None, None): 7}
    lines = tuple(Line(key, ("", ""), Figure(count, None, count)) for key, count in keys.items())
    found = heat_of(replace(asked, lines=lines))
    assert (found.shown, found.hidden, found.nowhere) == (LEAST, LEAST - 1, 7)
    ((x, y, point),) = found.squares
    assert (x, y) == (24263 / 200, 6224 / 200)
    assert "cell_x=24263&cell_y=6224" in point.url


@pytest.mark.function("INS-13")
def test_confidential_orders_are_not_on_the_map(watched: Town) -> None:
    for _ in range(LEAST):
        watched.register(**HERE)
    secret = watched.register(**HERE, confidential=True)
    services.refresh(watched.now)
    page = text(look(watched, "analyst", "/facts/heat/?metric=orders&period=2025-06"))
    assert f"图上 {LEAST} 件" in page
    assert "区域界线为示意" in page
    assert "confidential=0" in page
    url = "/facts/orders/?metric=orders&period=2025-06&confidential=0"
    assert secret not in text(look(watched, "analyst", url))
    alone = text(look(watched, "analyst", "/facts/heat/?metric=orders&period=2025-06&at=3"))
    assert "没有可以画的网格" in alone
