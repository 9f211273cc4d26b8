"""The screen of the audit administrator: who did what with which object (ADM-05, SEC-09)."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from . import audit, exports
from .admin_forms import AuditForm
from .models import AccessLog
from .roles import Role
from .web import needs

DAYS = 7


@needs(Role.AUDIT_ADMIN)
@require_GET
def audit_log(request: HttpRequest) -> HttpResponseBase:
    """The lines that fit, page by page; `export` gives them as a file."""
    form = AuditForm(_asked(request))
    context: dict[str, Any] = {"form": form, "rows": [], "narrowed": False}
    if form.is_valid():
        wanted = form.wanted()
        found = audit.search(wanted)
        if "export" in request.GET:
            return _export(request, wanted)
        place = _place(request.GET.get("after", ""))
        rows, more = audit.after(found, place)
        context |= {
            "rows": [(line, audit.ACTS.get(line.act, line.act)) for line in rows],
            "next": f"{rows[-1].at.isoformat()}_{rows[-1].pk}" if more else "",
            "later": place is not None,
            "query": _query(request),
        }
    return render(request, "directory/audit.html", context)


def _asked(request: HttpRequest) -> dict[str, Any]:
    """The search as asked; without dates, the last seven days."""
    today = timezone.localdate()
    usual = {"since": f"{today - timedelta(days=DAYS - 1):%Y-%m-%d}", "until": f"{today:%Y-%m-%d}"}
    return usual | {key: value for key, value in request.GET.items() if value or key not in usual}


def _query(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("after", None)
    query.pop("export", None)
    return query.urlencode()


def _place(text: str) -> tuple[datetime, int] | None:
    """Where the last page ended, as its link says; None for anything else."""
    moment, _mark, number = text.partition("_")
    try:
        at = datetime.fromisoformat(moment)
        return (at, int(number)) if at.tzinfo and int(number) < 2**63 else None
    except ValueError:
        return None


def _export(request: HttpRequest, wanted: audit.Wanted) -> HttpResponseBase:
    """All the lines as a file; taking it is itself a line, which is not among them."""
    at = timezone.now()
    found = audit.search(wanted).filter(at__lt=at)
    heads = [_("时间"), _("姓名"), _("用户名"), _("单位"), _("行为"), _("代码"), _("对象"), _("原因"), _("地址")]
    rows = (_cells(line) for line in found.iterator(chunk_size=exports.CHUNK))
    table = exports.Table(heads, rows, found.count())
    return exports.csv_file(request, "audit", _("审计记录"), table, at=at, what=wanted.told())


def _cells(line: AccessLog) -> list[object]:
    staff = line.staff
    who = [staff.name, staff.username, staff.unit.name if staff.unit else ""] if staff else ["", "", ""]
    at = f"{timezone.localtime(line.at):%Y-%m-%d %H:%M:%S}"
    return [at, *who, audit.ACTS.get(line.act, line.act), line.act, line.object, line.reason, line.ip or ""]
