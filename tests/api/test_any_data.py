"""Whatever stands in an action's data, at whatever stage: an answer, never a stumble (nightly)."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from open12345.orders import acts
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.queries import database_time
from open12345.orders.stages import Stage
from open12345.policy import Pack
from tests.api.callers import Caller, machine
from tests.api.test_orders import handed_out, taken
from tests.cast import ANSWER, CONTACT, HEARD, REPORT, Town

pytestmark = [pytest.mark.nightly, pytest.mark.function("API-01")]

#: Stages to be tried, with the stage that the order has then.
STAGES = {
    "accepted": Stage.ACCEPTED, "dispatched": Stage.DISPATCHED, "handling": Stage.HANDLING,
    "pending": Stage.HANDLING, "review": Stage.REVIEW, "callback": Stage.CALLBACK, "closed": Stage.CLOSED,
}  # fmt: skip
EXTENSION = {
    "kind": "extension", "reason": "cross_unit", "limit": "2 wd", "evidence": {"plan": "联合整治，周五前完成"},
}  # fmt: skip


def bring(caller: Caller, stage: str) -> str:
    """Return an order at `stage`."""
    if stage == "accepted":
        return taken(caller)
    number = handed_out(caller)
    report = {**REPORT, "site_at": database_time().isoformat()}
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("handling", "sign", {}), ("pending", "apply", EXTENSION), ("", "contact", CONTACT), ("", "answer", ANSWER),
        ("review", "submit_report", report), ("callback", "pass_review", {}), ("closed", "close", HEARD),
    ]  # fmt: skip
    for reached, action, data in steps:
        if stage == "dispatched":
            break
        if reached != "pending" or stage == "pending":
            answer = caller.act(number, action, data)
            assert answer.status_code == 200, answer.content.decode()
        if reached == stage:
            break
    return number


def values(pack: Pack) -> st.SearchStrategy[Any]:
    """Draw what might stand in a field: a code of the pack more often than not, else anything that JSON can say."""
    closing, callback = pack.closing, pack.callback
    codes = [
        *pack.applications, *(r.code for rule in pack.applications.values() for r in rule.all_reasons),
        *(unit.code for unit in pack.units[:20]), *(o.code for o in closing.fact_options + closing.demand_options),
        *(o.code for o in closing.outcomes), *(o.code for o in closing.contact_outcomes),
        *(level.code for level in callback.scale), *(o.code for o in callback.solved_options),
        *(r.code for r in pack.refusals), "A0101", "yes", "no", "phone", "1 wd", "999999999 wd", "0.0000001 h", "-1 d",
        "2026-11-21T10:00:00+08:00", "2000-01-01T00:00:00Z", "2099-12-31T00:00:00Z",
    ]  # fmt: skip
    simple = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    anything = st.recursive(
        simple | st.text(max_size=30),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=6,
    )
    code = st.sampled_from(codes)
    evidence = st.dictionaries(st.sampled_from(["plan", "rows", "clause", "at", "people", "orders"]), anything | code)
    return st.one_of(code, code, anything, st.lists(code, max_size=4), evidence)


@pytest.mark.parametrize("action", [a.name for a in ACTIONS.values() if a.offered and not a.creates])
def test_no_data_makes_an_action_stumble(town: Town, action: str) -> None:
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    caller = machine(
        "agent@centre", "dispatcher@centre", "reviewer@centre", "callback_agent@centre", "supervisor@centre",
        "clerk@enforcement", "clerk@market", "approver@enforcement",
    )  # fmt: skip
    numbers = [bring(caller, name) for name, stage in STAGES.items() if stage in ACTIONS[action].moves]
    fields = acts.act_of(action).input.model_json_schema().get("properties", {})
    drawn = values(town.pack)
    data = st.fixed_dictionaries({}, optional=dict.fromkeys(fields, drawn)) if fields else st.just({})

    @settings(
        max_examples=100, deadline=None, phases=[Phase.generate], database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(data)
    def run(said: dict[str, Any]) -> None:
        for number in numbers:
            with transaction.atomic():
                answer = caller.act(number, action, said)
                transaction.set_rollback(True)
            told = answer.json()
            assert answer.status_code < 500, (number, said, told)
            assert told.get("code") != "unstorable", (number, said, told)

    run()
