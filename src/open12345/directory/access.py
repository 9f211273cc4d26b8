"""The record of who did what (访问记录), written in the transaction of the act itself."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final

from .models import AccessLog
from .person import Person

caller: Final[ContextVar[Callable[[], str | None] | None]] = ContextVar("caller", default=None)
"""How to learn the address of the request that is being answered; None outside one (commands, jobs)."""


def record(
    act: str,
    *,
    by: Person | None,
    at: datetime,
    on: str = "",
    reason: str = "",
    ip: str | None = None,
) -> AccessLog:
    """Append one line: `act` ("unmask", "sign_in", "pack.load" …) on something ("order:6211…").

    Neither `on` nor `reason` may carry a citizen's data. Long reasons are cut, not refused:
    a record that fails would undo the act that it records. The address is the request's own
    where none is given.
    """
    ask = caller.get()
    return AccessLog.objects.create(
        at=at,
        staff_id=by.id if by and by.kind == "staff" else None,
        act=act,
        object=on[:120],
        reason=reason[:400],
        ip=ip or (ask() if ask else None),
    )


def before_after(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What changed, for `reason`: "name: 旧 → 新; phone: 1 → 2"; by column, so that it can be searched."""
    changed = [name for name in after if before.get(name) != after[name]]
    return "; ".join(f"{name}: {_plain(before.get(name))} → {_plain(after[name])}" for name in changed)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return "∅" if value in (None, "") else str(value)
