"""The record of who did what (访问记录), written in the transaction of the act itself."""

from datetime import datetime

from .models import AccessLog
from .person import Person


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

    Neither `on` nor `reason` may carry personal data. Long reasons are cut, not refused:
    a record that fails would undo the act that it records.
    """
    return AccessLog.objects.create(
        at=at,
        staff_id=by.id if by and by.kind == "staff" else None,
        act=act,
        object=on[:120],
        reason=reason[:400],
        ip=ip,
    )
