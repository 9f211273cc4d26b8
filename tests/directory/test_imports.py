"""CSV files of units, areas and staff as they really come."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from open12345.directory.csvfile import Line, decode, read_rows, write_rejected
from open12345.directory.errors import DirectoryError, NotEntitled
from open12345.directory.import_report import Report
from open12345.directory.import_staff import import_staff_csv
from open12345.directory.import_trees import import_areas_csv, import_units_csv
from open12345.directory.models import AccessLog, Area, Post, Staff, Unit
from open12345.directory.person import SYSTEM, Person, person_of

from .conftest import NOW, Hire

COLUMNS = {"code": ("代码",), "name": ("名称",)}


def rows(raw: bytes) -> list[Line]:
    return list(read_rows(raw, COLUMNS, ["code", "name"]))


# The file itself


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_usual_encoding_is_read(encoding: str) -> None:
    found = rows("代码,名称\na,龘𠮷办\n".encode(encoding))
    assert [(line.get("code"), line.get("name")) for line in found] == [("a", "龘𠮷办")]


@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_every_usual_separator_is_read(mark: str) -> None:
    assert rows(f"代码{mark}名称\r\na{mark}甲\r\n".encode())[0].get("name") == "甲"


def test_quotes_line_breaks_blank_rows_and_short_rows_are_understood() -> None:
    found = rows('Code , 名称\na,"甲\n乙"\n\n,,\nb\n'.encode())
    assert [(line.get("code"), line.get("name")) for line in found] == [("a", "甲\n乙"), ("b", "")]


def test_bytes_that_are_no_text_are_refused_with_a_remedy() -> None:
    with pytest.raises(DirectoryError, match="UTF-8"):
        decode(b"\x81\xff\xff\xff")


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DirectoryError, match="name/名称"):
        rows("代码,别的\na,b\n".encode())
    with pytest.raises(DirectoryError):
        rows(b"")


def test_nul_characters_are_dropped() -> None:
    assert rows("代码,名称\na,甲\x00乙\n".encode())[0].get("name") == "甲乙"


@given(st.text(max_size=40).filter(lambda t: "\x00" not in t))
def test_text_survives_utf8(text: str) -> None:
    assert decode(text.encode("utf-8-sig")) == text


# Units and areas

UNITS = """代码,名称,类别,上级,电话
grid-1,一号网格,station,comm-9,1
comm-9,九社区,community,dept-a,2
x/y,坏代码,station,dept-a,
s-2,没类别,,dept-a,
s-3,错类别,palace,dept-a,
s-4,,station,dept-a,
s-5,没上级,station,nowhere,
s-6,上级被拒,station,s-5,
s-7,自己,station,s-7,
comm-9,重复,community,dept-a,
"""


@pytest.mark.function("ADM-01")
def test_units_come_in_any_order_and_bad_rows_are_told(tree: dict[str, Unit], system: Person) -> None:
    report = import_units_csv(UNITS.encode("gb18030"), by=system, at=NOW)
    assert set(report.created) == {"grid-1", "comm-9"}
    assert Unit.objects.get(code="grid-1").path == "/centre/dept-a/comm-9/grid-1/"
    assert [(r.row, r.field) for r in report.rejected] == [
        (4, "code"),
        (5, "kind"),
        (6, "kind"),
        (7, "name"),
        (8, "parent"),
        (9, "parent"),
        (10, "parent"),
        (11, "code"),
    ]
    assert all(r.reason and r.remedy for r in report.rejected)
    assert AccessLog.objects.get(act="import.units").staff_id == system.id


def test_units_import_twice_changes_nothing_and_moves_follow(tree: dict[str, Unit], system: Person) -> None:
    raw = "code,name,kind,parent\nc-1,甲,community,dept-a\ns-1,乙,station,c-1\n".encode()
    import_units_csv(raw, by=system, at=NOW)
    again = import_units_csv(raw, by=system, at=NOW)
    assert (again.created, again.updated, again.unchanged) == ([], [], 2)
    moved = "code,name,kind,parent\nc-1,甲,community,dept-b\n".encode()
    assert set(import_units_csv(moved, by=system, at=NOW).updated) == {"c-1", "s-1"}
    assert Unit.objects.get(code="s-1").path == "/centre/dept-b/c-1/s-1/"


def test_a_circle_through_a_stored_unit_is_refused(tree: dict[str, Unit], system: Person) -> None:
    raw = b"code,name,kind,parent\ndept-a,A,department,station-1\n"
    report = import_units_csv(raw, by=system, at=NOW)
    assert [(r.field, r.reason) for r in report.rejected] == [("parent", "上级形成循环")]
    assert Unit.objects.get(code="dept-a").path == "/centre/dept-a/"


def test_a_unit_of_the_pack_is_changed_in_the_pack_only(tree: dict[str, Unit], system: Person) -> None:
    Unit.objects.filter(code="dept-a").update(from_pack=True)
    raw = "code,name,kind,parent\ndept-a,改名,department,centre\n".encode()
    report = import_units_csv(raw, by=system, at=NOW)
    assert [r.reason for r in report.rejected] == ["该代码由规则包定义"]
    same = b"code,name,kind,parent\ndept-a,dept-a,department,centre\n"
    assert import_units_csv(same, by=system, at=NOW).unchanged == 1


def test_a_dry_run_tells_and_changes_nothing(tree: dict[str, Unit], system: Person) -> None:
    raw = "code,name,kind,parent\nc-1,甲,community,dept-a\n".encode()
    assert import_units_csv(raw, by=system, at=NOW, dry_run=True).created == ["c-1"]
    assert not Unit.objects.filter(code="c-1").exists()
    assert not AccessLog.objects.filter(act="import.units").exists()


def test_areas_are_imported_with_their_levels(system: Person) -> None:
    raw = "代码,名称,层级,上级\n1,区,district,\n11,街,street,1\n12,坏,planet,1\n".encode()
    report = import_areas_csv(raw, by=system, at=NOW)
    assert (report.created, [r.field for r in report.rejected]) == (["1", "11"], ["level"])
    assert Area.objects.get(code="11").path == "/1/11/"


def test_trees_are_the_system_administrators_alone(tree: dict[str, Unit], hire: Hire) -> None:
    for role in ("security_admin", "clerk", "supervisor"):
        with pytest.raises(NotEntitled):
            import_units_csv(b"code,name,kind\n", by=person_of(hire(role)), at=NOW)


# Staff

STAFF = """用户名,姓名,单位,角色,分机
zhang.san,张三,dept-a,承办单位经办人、worker,8001
li.si,李四,dept-a,approver;clerk@comm-1,
wang.wu,王五,nowhere,clerk,
,无名,dept-a,clerk,
zhao liu,赵六,dept-a,clerk,
sun.qi,孙七,dept-a,总统,
zhou.ba,周八,centre,system_admin/audit_admin,
ZHANG.SAN,重复,dept-a,clerk,
wu.jiu,,dept-b,clerk,
"""


@pytest.mark.function("ADM-01", "ADM-02")
def test_staff_get_accounts_and_posts_and_bad_rows_are_told(tree: dict[str, Unit], security: Person) -> None:
    report = import_staff_csv(STAFF.encode("gb18030"), by=security, at=NOW)
    assert report.created == ["zhang.san", "li.si"]
    posts = Post.objects.filter(staff__username="li.si").order_by("id")
    assert [(p.role, p.unit.code) for p in posts] == [("approver", "dept-a"), ("clerk", "comm-1")]
    assert [(r.row, r.field) for r in report.rejected] == [
        (4, "unit"),
        (5, "username"),
        (6, "username"),
        (7, "roles"),
        (8, "roles"),
        (9, "username"),
        (10, "name"),
    ]
    assert not Staff.objects.get(username="zhang.san").has_usable_password()


def test_staff_import_twice_is_safe_and_never_takes_away(tree: dict[str, Unit], security: Person) -> None:
    first = "username,name,unit,roles,phone_ext\na.b,甲,dept-a,clerk,8001\n".encode()
    import_staff_csv(first, by=security, at=NOW)
    again = import_staff_csv(first, by=security, at=NOW)
    assert (again.created, again.updated, again.unchanged) == ([], [], 1)
    later = "username,name,unit,roles\nA.B,甲乙,dept-b,worker\n".encode()
    assert import_staff_csv(later, by=security, at=NOW).updated == ["A.B"]
    staff = Staff.objects.get(username="a.b")
    assert (staff.name, staff.unit, staff.phone_ext) == ("甲乙", tree["dept-b"], "8001")
    assert sorted(staff.posts.values_list("role", flat=True)) == ["clerk", "worker"]


def test_one_time_passwords_are_given_once_and_must_be_changed(tree: dict[str, Unit], security: Person) -> None:
    raw = "username,name,unit,roles\na.b,甲,dept-a,clerk\n".encode()
    report = import_staff_csv(raw, by=security, at=NOW, random_passwords=True)
    staff = Staff.objects.get(username="a.b")
    assert staff.check_password(report.passwords["a.b"])
    assert len(report.passwords["a.b"]) >= 16
    assert staff.password_expired
    assert import_staff_csv(raw, by=security, at=NOW, random_passwords=True).passwords == {}


def test_a_second_administrator_post_by_import_is_refused(tree: dict[str, Unit], security: Person, hire: Hire) -> None:
    hire("system_admin", username="boss")
    raw = "username,name,unit,roles\nboss,甲,centre,audit_admin\n".encode()
    report = import_staff_csv(raw, by=security, at=NOW)
    assert [(r.field, "三员" in r.reason) for r in report.rejected] == [("role", True)]
    assert Staff.objects.get(username="boss").name != "甲"


@pytest.mark.function("ADM-01", "ADM-02")
def test_a_centre_role_in_another_unit_is_a_bad_row_with_its_remedy(tree: dict[str, Unit], security: Person) -> None:
    rows = ("a.b,甲,dept-a,dispatcher", "c.d,乙,dept-a,clerk;领导", "e.f,丙,dept-a,clerk;leader@centre")
    report = import_staff_csv("\n".join(("username,name,unit,roles", *rows)).encode(), by=security, at=NOW)
    assert report.created == ["e.f"]
    assert [(r.row, r.field, r.reason[-14:]) for r in report.rejected] == [
        (2, "roles", "只能设在中心，不能设在dept-a"[-14:]),
        (3, "roles", "只能设在中心，不能设在dept-a"[-14:]),
    ]
    assert [r.remedy[:14] for r in report.rejected] == ["写成“dispatcher@"[:14], "写成“leader@中心代码”"[:14]]


def test_nobody_raises_their_own_rights_by_import(tree: dict[str, Unit], security: Person) -> None:
    me = Staff.objects.get(name=security.name)
    raw = f"username,name,unit,roles\n{me.username},甲,centre,dispatcher\n".encode()
    assert len(import_staff_csv(raw, by=security, at=NOW).rejected) == 1
    assert list(me.posts.values_list("role", flat=True)) == ["security_admin"]


def test_staff_is_the_security_administrators_alone(tree: dict[str, Unit], hire: Hire) -> None:
    for role in ("system_admin", "audit_admin", "leader"):
        with pytest.raises(NotEntitled):
            import_staff_csv(b"username,name,unit\n", by=person_of(hire(role)), at=NOW)


def test_rejected_rows_can_be_corrected_and_imported_again(
    tree: dict[str, Unit], security: Person, tmp_path: Path
) -> None:
    source = tmp_path / "staff.csv"
    source.write_bytes(STAFF.encode())
    report = import_staff_csv(source.read_bytes(), by=security, at=NOW)
    target = write_rejected(source, report.rejected)
    assert target.name == "staff.csv.rejected.csv"
    told = list(csv.DictReader(io.StringIO(target.read_text("utf-8-sig"))))
    assert told[0]["行号"] == "4"
    assert told[0]["单位"] == "nowhere"
    corrected = target.read_text("utf-8-sig").replace("nowhere", "dept-b").encode()
    assert import_staff_csv(corrected, by=SYSTEM, at=NOW).created == ["wang.wu"]
    assert not write_rejected(source, Report().rejected).exists()
