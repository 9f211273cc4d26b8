"""Orders live at random, legally and illegally, and nothing that must hold ever breaks."""

import os
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from open12345.orders.lifecycle import ACTIONS
from tests.cast import Town
from tests.orders.lives import Broken, Tally, live
from tests.orders.walks import change_pack

#: What a long run must have made happen at least once.
LONG_RUN = int(os.environ.get("OPEN12345_TEST_TRANSITIONS", "20000"))
LANES = 2  # side by side
FIRST_SEED = int(os.environ.get("OPEN12345_TEST_SEED", "1"))
BROKEN_AT_MOST = 5
_ONCE_IN_A_LIFE = settings(
    max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate)
)


@_ONCE_IN_A_LIFE
@given(seed=st.integers(0, 2**32))
def test_orders_live_at_random_and_nothing_breaks(town: Town, seed: int) -> None:
    live(town, Random(seed), 120, Tally(), look_every=40)


@pytest.mark.nightly
@pytest.mark.parametrize("lane", range(LANES))
def test_many_orders_live_long(town: Town, lane: int, capsys: pytest.CaptureFixture[str]) -> None:
    # half of the direct answers are called back, else a run may end before one of them is
    change_pack(town, callback=town.pack.callback.model_copy(update={"direct_share": 0.5}))
    tally, first = Tally(), FIRST_SEED + lane * 100_000
    seed = first
    broken: list[str] = []
    while sum(tally.accepted.values()) < LONG_RUN / LANES and len(broken) < BROKEN_AT_MOST:
        try:
            live(town, Random(seed), 300, tally, look_every=50)
        except Broken as error:
            broken.append(f"seed {seed}: {error}")
        seed += 1
    with capsys.disabled():  # what was covered is seen
        print(f"\n{seed - first} lives from seed {first}: {tally.told()}")  # noqa: T201 - read by people
    assert not broken, "\n\n".join(broken)
    assert set(tally.accepted) == set(ACTIONS), "some action was never done"
    assert {"archived", "closed", "cancelled", "callback", "handling"} <= set(tally.stages)
    assert max(tally.rounds) >= 4
