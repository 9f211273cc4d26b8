"""Short ways to the places where stories begin."""

# ruff: noqa: S608 - names of tables come from the models
from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from open12345.directory import packs
from open12345.directory.demo import ensure_demo_staff
from open12345.directory.person import SYSTEM
from open12345.orders import history, invariants
from open12345.orders.errors import Refused
from open12345.orders.models import Application, Assignment, Clock, WorkOrder
from open12345.policy import Pack
from open12345.worktime import SHANGHAI
from tests.cast import ANSWER, CONTACT, HEARD, REPORT, Town

#: The unit of most stories: on no duty list for the ordinary complaint, so that it may return.
UNIT = "urban"
UNHAPPY = {**HEARD, "solved": "not_solved", "satisfied": "dissatisfied", "cause": "perfunctory"}
RETURN = {
    "kind": "return",
    "reason": "not_our_duty",
    "evidence": {"clauses": [{"document": "镇职责分工", "number": "九府〔2025〕1号", "clause": "摊贩归执法队"}]},
    "to": "enforcement",
}
EXTENSION = {
    "kind": "extension",
    "reason": "works",
    "evidence": {"plan": "路面修复已下单，三天后材料到场。"},
    "limit": "3 wd",
}
APPEAL = {
    "kind": "appraisal_appeal",
    "reason": "against_law",
    "evidence": {"document": "市容环境卫生管理条例", "clause": "第二十条 不得占道"},
}
WITHDRAWAL = {
    "kind": "withdrawal",
    "reason": "citizen_gave_up",
    "evidence": {"called_on": "2025-06-26", "said": "问题已经没有了，不用办了"},
}
RETURN_UP = {
    "kind": "return_up",
    "reason": "not_town_duty",
    "evidence": {"clauses": [{"document": "区职责分工", "clause": "由区级部门管理"}]},
}
UPPER = {
    "channel": "upper",
    "origin": "upper",
    "foreign_system": "district",
    "foreign_number": "QX20250626001",
    "upper_due_at": "2025-07-04T17:30:00+08:00",
}


def clerk(unit: str = UNIT) -> str:
    """The user name of a unit's clerk."""
    return f"clerk.{unit}"


def approver(unit: str = UNIT) -> str:
    """The user name of a unit's leader."""
    return f"approver.{unit}"


def dispatched(town: Town, lead: str = UNIT, co_handlers: Iterable[str] = (), **said: Any) -> str:
    """An order that waits for its lead's signature."""
    number = town.register(**said)
    town.do("dispatcher", number, "dispatch", {"lead": lead, "co_handlers": list(co_handlers)})
    return number


def signed(town: Town, lead: str = UNIT, co_handlers: Iterable[str] = (), **said: Any) -> str:
    """An order in its lead's hands."""
    number = dispatched(town, lead, co_handlers, **said)
    town.do(clerk(lead), number, "sign")
    return number


def answered(town: Town, lead: str = UNIT, co_handlers: Iterable[str] = (), **said: Any) -> str:
    """An order whose citizen was contacted and answered."""
    number = signed(town, lead, co_handlers, **said)
    town.do(clerk(lead), number, "contact", CONTACT)
    town.do(clerk(lead), number, "answer", ANSWER)
    return number


def reported(town: Town, lead: str = UNIT, co_handlers: Iterable[str] = (), **said: Any) -> str:
    """An order in review."""
    number = answered(town, lead, co_handlers, **said)
    town.do(clerk(lead), number, "submit_report", REPORT)
    return number


def to_callback(town: Town, lead: str = UNIT, **said: Any) -> str:
    """An order that waits for its callback."""
    number = reported(town, lead, **said)
    town.do("reviewer", number, "pass_review")
    return number


def closed(town: Town, lead: str = UNIT, **said: Any) -> str:
    """An order closed with a content citizen."""
    number = to_callback(town, lead, **said)
    town.do("callback_agent", number, "close", HEARD)
    return number


def redo(town: Town, number: str, lead: str = UNIT) -> None:
    """Walk another round of the order from dispatched to callback."""
    town.do(clerk(lead), number, "sign")
    town.do(clerk(lead), number, "contact", CONTACT)
    town.do(clerk(lead), number, "answer", ANSWER)
    town.do(clerk(lead), number, "submit_report", REPORT)
    town.do("reviewer", number, "pass_review")


def granted(town: Town, number: str, said: Mapping[str, Any], unit: str = UNIT) -> None:
    """Ask for something, with the consent of the unit's leader and of the centre."""
    town.do(clerk(unit), number, "apply", said)
    town.do(approver(unit), number, "grant")
    town.do("dispatcher", number, "grant")


def assignment(town: Town, number: str, unit: str) -> Assignment:
    """What a unit was given last of the order."""
    found = town.order(number).assignments.filter(unit__code=unit).select_related("unit").last()
    assert found is not None
    return found


def clock(town: Town, number: str, kind: str, unit: str | None = None) -> Clock:
    """The newest clock of a kind, of a unit where named."""
    clocks = town.order(number).clocks.filter(kind=kind)
    found = (clocks.filter(assignment__unit__code=unit) if unit else clocks).last()
    assert found is not None, f"no {kind} clock"
    return found


def running(town: Town, number: str) -> set[str]:
    """The kinds of clocks that run on the order."""
    return set(town.order(number).clocks.filter(stopped_at=None).values_list("kind", flat=True))


def application(town: Town, number: str) -> Application:
    """The newest application on the order."""
    found = town.order(number).applications.last()
    assert found is not None
    return found


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of 2025 in Shanghai."""
    return datetime(2025, month, day, hour, minute, tzinfo=SHANGHAI)


def change_pack(town: Town, **changes: Any) -> None:
    """Bring another version of the town's pack into force now."""
    town.pack = Pack.model_validate(town.pack.model_dump(mode="json") | changes)
    packs.load_pack(town.pack, effective_from=town.now, by=SYSTEM, at=town.now)
    ensure_demo_staff(town.pack, town.now)


def snapshot() -> str:
    """A digest of everything stored of all orders: equal before and after what was refused."""
    tables = [model._meta.db_table for model in apps.get_app_config("orders").get_models()]
    parts = (f"SELECT '{t}' AS t, string_agg(r::text, '|' ORDER BY r::text) AS rows FROM {t} r" for t in tables)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT md5(string_agg(t || coalesce(rows, ''), '/' ORDER BY t)) FROM ({' UNION ALL '.join(parts)})"
        )
        return str(cursor.fetchone()[0])


def refused(town: Town, by: str, number: str, action: str, said: Mapping[str, Any], **aim: Any) -> set[tuple[str, str]]:
    """Try something that breaks rules; return (field, code) of each problem."""
    before = snapshot()
    with pytest.raises(Refused) as caught:
        town.do(by, number, action, said, **aim)
    assert snapshot() == before
    return {(p.field, p.code) for p in caught.value.problems}


def flaws() -> list[str]:
    """Everything fsck would complain of."""
    found = [*invariants.check_all(), *history.verify(WorkOrder.objects.all()), *history.verify_anchors()]
    return [f"{flaw.code}: {flaw.order} {flaw.message}" for flaw in found]
