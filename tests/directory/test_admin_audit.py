"""Searching the access record, and taking it out: the audit administrator's screen."""

import ast
import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

import open12345
from open12345.directory import access, audit
from open12345.directory.models import AccessLog, Staff, Unit
from open12345.directory.person import person_of
from open12345.directory.roles import STAFF_ROLES

from .conftest import Hire

SignIn = Callable[[Staff], Client]


@pytest.fixture
def admin(hire: Hire, sign_in: SignIn) -> Client:
    return sign_in(hire("audit_admin"))


@pytest.fixture
def lines(hire: Hire) -> dict[str, Staff]:
    """Things that people did: today, three days ago, a month ago."""
    now = timezone.now()
    zhang, li = hire("agent", username="zhang"), hire("clerk", "dept-a", "li")
    for staff, act, on, reason, days, ip in [
        (zhang, "unmask", "order:6211001", "requester: 回拨核实地址", 0, "10.1.2.3"),
        (zhang, "sign_in", f"staff:{zhang.pk}", "", 3, "10.1.9.9"),
        (li, "unmask", "order:6211002", "text: 核对门牌", 3, "10.2.0.1"),
        (li, "duty.add", "unit:dept-a", "=HYPERLINK(0)", 30, None),
    ]:
        access.record(act, by=person_of(staff), at=now - timedelta(days=days), on=on, reason=reason, ip=ip)
    return {"zhang": zhang, "li": li}


def found(client: Client, **query: str) -> set[str]:
    """The reasons and objects of the lines shown."""
    page = client.get(reverse("directory:audit"), query).content.decode()
    marks = ("回拨核实地址", "10.1.9.9", "核对门牌", "HYPERLINK")
    return {mark for mark in marks if mark in page}


@pytest.mark.function("ADM-05")
@pytest.mark.parametrize("role", sorted(STAFF_ROLES - {"audit_admin"}))
def test_for_others_the_record_does_not_exist(lines: dict[str, Staff], hire: Hire, sign_in: SignIn, role: str) -> None:
    client = sign_in(hire(role))
    missing = client.get("/admin/nothing-here/")
    for query in ({}, {"export": "csv"}):
        answer = client.get(reverse("directory:audit"), query)
        assert (answer.status_code, answer.content) == (404, missing.content)
    assert not AccessLog.objects.filter(act="audit.export").exists()


@pytest.mark.function("ADM-05")
def test_the_last_seven_days_are_shown_and_everything_can_be_narrowed(admin: Client, lines: dict[str, Staff]) -> None:
    ago = f"{timezone.localdate() - timedelta(days=40):%Y-%m-%d}"
    yesterday = f"{timezone.localdate() - timedelta(days=1):%Y-%m-%d}"
    assert found(admin) == {"回拨核实地址", "10.1.9.9", "核对门牌"}
    assert found(admin, since=ago) == {"回拨核实地址", "10.1.9.9", "核对门牌", "HYPERLINK"}
    assert found(admin, until=yesterday) == {"10.1.9.9", "核对门牌"}
    assert found(admin, who="ZHA") == {"回拨核实地址", "10.1.9.9"}
    assert found(admin, act="unmask") == {"回拨核实地址", "核对门牌"}
    assert found(admin, object="order:6211002") == {"核对门牌"}
    assert found(admin, ip="10.1.0.0/16") == {"回拨核实地址", "10.1.9.9"}
    assert found(admin, ip="10.1.2.3") == {"回拨核实地址"}
    assert "没有符合的记录" in admin.get(reverse("directory:audit"), {"object": "order:9"}).content.decode()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"ip": "10.1.2"}, "ip"),
        ({"since": "gestern"}, "since"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "until"),
        ({"act": "x"}, "act"),
    ],
)
def test_a_wrong_search_is_told_at_its_field(admin: Client, query: dict[str, str], field: str) -> None:
    answer = admin.get(reverse("directory:audit"), query)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert (
        admin.get(reverse("directory:audit"), query | {"export": "csv"}).headers["Content-Type"].startswith("text/html")
    )


@pytest.mark.function("ADM-05")
def test_pages_follow_each_other_without_gap_or_double_even_within_one_moment(admin: Client, hire: Hire) -> None:
    by, now = person_of(hire("agent", username="zhang")), timezone.now()
    for n in range(120):
        access.record("unmask", by=by, at=now, on=f"order:{n:04}")
    seen: list[str] = []
    url = f"{reverse('directory:audit')}?act=unmask"
    while url:
        answer = admin.get(url)
        seen += [line.object for line, _title in answer.context["rows"]]
        following = answer.context["next"]
        url = f"{reverse('directory:audit')}?act=unmask&after={following.replace('+', '%2B')}" if following else ""
    assert seen == [f"order:{n:04}" for n in reversed(range(120))]
    for bad in ("x", "2026-01-01_1", f"{now.isoformat()}_{10**30}", "_", "2026-01-01T00:00:00+08:00_x"):
        assert admin.get(reverse("directory:audit"), {"after": bad}).status_code == 200


@pytest.mark.function("SEC-09")
def test_the_export_is_watermarked_harmless_and_itself_on_record(admin: Client, lines: dict[str, Staff]) -> None:
    ago = f"{timezone.localdate() - timedelta(days=40):%Y-%m-%d}"
    answer = admin.get(reverse("directory:audit"), {"since": ago, "who": "li", "export": "csv"})
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert "audit_admin.centre" in rows[0][0]
    assert f"{timezone.localdate():%Y-%m-%d}" in rows[0][0]
    assert "2 行" in rows[0][0]
    assert "audit_admin.centre.csv" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert [row[6] for row in rows[2:]] == ["order:6211002", "unit:dept-a"]
    assert rows[3][7] == "'=HYPERLINK(0)"
    line = AccessLog.objects.get(act="audit.export")
    assert line.staff is not None
    assert line.staff.username == "audit_admin.centre"
    assert line.ip == "127.0.0.1"
    assert "who=li" in line.reason
    assert line.reason.endswith("rows=2")
    assert "导出审计记录" in admin.get(reverse("directory:audit")).content.decode()


@pytest.mark.function("ADM-05")
def test_the_auditor_can_change_nothing(admin: Client, tree: dict[str, Unit], hire: Hire) -> None:
    other = hire("clerk", "dept-b", "victim")
    pages: list[tuple[str, list[int | str]]] = [
        ("staff", [other.pk]),
        ("unit", ["dept-a"]),
        ("unit_new", []),
        ("staff_new", []),
    ]
    for name, args in pages:
        assert admin.post(reverse(f"directory:{name}", args=args), {"name": "改"}).status_code == 404
    for act in ("appoint", "dismiss", "close", "link", "reset"):
        assert admin.post(reverse("directory:staff_do", args=[other.pk, act]), {"reason": "x"}).status_code == 404
    assert set(AccessLog.objects.values_list("act", flat=True)) <= {"sign_in"}


def test_an_export_holds_every_line_however_many(admin: Client, hire: Hire, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is sent as it is read: more than one piece, none left out, its own line not among them."""
    monkeypatch.setattr("open12345.directory.exports.CHUNK", 10)
    by, now = person_of(hire("agent")), timezone.now()
    for n in range(35):
        access.record("unmask", by=by, at=now, on=f"order:{n:04}")
    answer = admin.get(reverse("directory:audit"), {"export": "csv"})
    assert answer.streaming
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [row[6] for row in rows[2:] if row[5] == "unmask"] == [f"order:{n:04}" for n in reversed(range(35))]
    assert f"{len(rows) - 2} 行" in rows[0][0]
    assert "audit.export" not in {row[5] for row in rows[2:]}


def acts_written() -> set[str]:
    """Every act that the sources put on record: what is handed to `record` and its kin, or chosen as `act`."""
    found = {f"{sort}.{what}" for sort in ("unit", "area") for what in ("create", "change")}
    found |= {f"{name}.export" for name in ("audit", "staff", "units", "areas")} | {"import.units", "import.areas"}
    for path in Path(open12345.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and re.search(r"record|_save$", ast.unparse(node.func)) and node.args:
                found |= constants(node)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "act":
                found |= constants(node.value)
    return {act for act in found if re.fullmatch(r"(unmask|export|sign_in|sign_out|[a-z_]+\.[a-z_]+)", act)}


def constants(node: ast.AST) -> set[str]:
    return {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def test_every_act_that_is_put_on_record_has_a_title_in_both_languages() -> None:
    written = acts_written()
    assert {"import.upload", "import.rejects", "export", "draft.open", "duty.change"} <= written
    assert written <= set(audit.ACTS)
    with translation.override("en"):
        assert not [act for act, title in audit.ACTS.items() if not str(title).isascii()]
