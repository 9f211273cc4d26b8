"""Units and areas on the screen: the tree, changing a node, taking a file in, giving one out."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from open12345.directory import nodes, packs
from open12345.directory.admin_forms import UNIT_KINDS
from open12345.directory.models import AccessLog, Area, Staff, Unit
from open12345.directory.person import SYSTEM
from open12345.directory.roles import STAFF_ROLES
from open12345.policy import Pack

from .conftest import Hire

SignIn = Callable[[Staff], Client]


@pytest.fixture
def admin(hire: Hire, sign_in: SignIn) -> Client:
    return sign_in(hire("system_admin"))


def fields(code: str, **other: object) -> dict[str, object]:
    """What the form of a unit sends, with changes."""
    said = {**nodes.values_of(Unit.objects.get(code=code)), **other}
    return {name: ("on" if value is True else value) for name, value in said.items() if value is not False}


def save(client: Client, code: str, **other: object) -> str:
    answer = client.post(reverse("directory:unit", args=[code]), fields(code, **other), follow=True)
    return answer.content.decode()


@pytest.mark.function("ADM-02")
@pytest.mark.parametrize("role", sorted(STAFF_ROLES - {"system_admin"}))
def test_for_others_units_and_areas_do_not_exist(tree: dict[str, Unit], hire: Hire, sign_in: SignIn, role: str) -> None:
    client = sign_in(hire(role))
    missing = client.get("/admin/nothing-here/")
    for name in ("units", "unit_new", "unit_import", "unit_export", "areas", "area_new", "area_import", "area_export"):
        answer = client.get(reverse(f"directory:{name}"))
        assert (answer.status_code, answer.content) == (404, missing.content), name
    there = client.get(reverse("directory:unit", args=["dept-a"]))
    not_there = client.get(reverse("directory:unit", args=["dept-z"]))
    assert there.content == not_there.content == missing.content
    client.post(reverse("directory:unit", args=["dept-a"]), fields("dept-a", name="改名"))
    assert Unit.objects.get(code="dept-a").name == "dept-a"


@pytest.mark.function("ADM-01")
def test_the_tree_shows_branches_and_people_and_finds_by_phone(
    admin: Client, tree: dict[str, Unit], hire: Hire
) -> None:
    hire("clerk", "station-1")
    Unit.objects.filter(code="comm-1").update(phone="57630012", active=False)
    page = admin.get(reverse("directory:units")).content.decode()
    assert page.index("dept-a") < page.index("comm-1") < page.index("station-1") < page.index("dept-b")
    assert "1 人" in page
    assert "停用" in page
    found = admin.get(reverse("directory:units"), {"q": "5763"}).content.decode()
    assert "comm-1" in found
    assert "dept-b" not in found
    assert "没有找到" in admin.get(reverse("directory:units"), {"q": "无此单位"}).content.decode()


def test_brothers_stand_by_kind_then_in_the_order_of_the_pack(db: None, pack: Pack, admin: Client) -> None:
    packs.load_pack(pack, effective_from=timezone.now(), by=SYSTEM, at=timezone.now())
    root = Unit.objects.get(parent=None)
    said = {"name": "自设科室", "kind": "department", "parent": root.code, "phone": "", "active": True}
    nodes.add(Unit, "aaa", said, by=SYSTEM, at=timezone.now())

    (top,) = admin.get(reverse("directory:units")).context["branches"]

    shown = [(one.node.kind, one.node.code) for one in top.below]
    ranks = [list(UNIT_KINDS).index(kind) for kind, _ in shown]
    assert ranks == sorted(ranks)
    of_pack = [row.code for row in pack.units if row.parent == root.code and row.kind == "department"]
    assert [code for kind, code in shown if kind == "department"] == [*of_pack, "aaa", "dept-a", "dept-b"]
    assert of_pack != sorted(of_pack)


def test_a_large_tree_comes_in_pieces(
    admin: Client, tree: dict[str, Unit], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for parent, start in (("comm-1", 0), ("dept-b", 200)):
        above = Unit.objects.get(code=parent)
        Unit.objects.bulk_create(
            Unit(code=f"s{n}", name=f"第{n}站", kind="station", parent=above, path=f"{above.path}s{n}/")
            for n in range(start, start + 210)
            if not (start == 200 and n < 210)
        )
    with django_assert_max_num_queries(7):  # session, account, person, pack, count, rows, which have more below
        page = admin.get(reverse("directory:units")).content.decode()
    assert "第1站" not in page
    assert "?under=dept-a" in page
    piece = admin.get(reverse("directory:units"), {"under": "comm-1"}, headers={"hx-request": "true"}).content.decode()
    assert "第1站" in piece
    assert "<html" not in piece


@pytest.mark.function("ADM-01")
def test_a_change_is_kept_and_on_record_with_before_and_after(admin: Client, tree: dict[str, Unit]) -> None:
    assert "已保存" in save(admin, "dept-a", name="城建中心", phone="57631234")
    unit = Unit.objects.get(code="dept-a")
    assert (unit.name, unit.phone) == ("城建中心", "57631234")
    line = AccessLog.objects.get(act="unit.change")
    assert line.object == "unit:dept-a"
    assert line.reason == "name: dept-a → 城建中心; phone: ∅ → 57631234"
    assert line.staff is not None
    assert line.ip == "127.0.0.1"
    assert "没有改动" in save(admin, "dept-a")
    assert AccessLog.objects.filter(act="unit.change").count() == 1


@pytest.mark.function("ADM-01")
def test_a_moved_unit_takes_its_subtree_along_and_never_below_itself(admin: Client, tree: dict[str, Unit]) -> None:
    save(admin, "comm-1", parent="dept-b")
    assert Unit.objects.get(code="station-1").path == "/centre/dept-b/comm-1/station-1/"
    answer = admin.post(reverse("directory:unit", args=["comm-1"]), fields("comm-1", parent="station-1"))
    assert "parent" in answer.context["form"].errors
    assert Unit.objects.get(code="comm-1").path == "/centre/dept-b/comm-1/"


@pytest.mark.function("ADM-01")
def test_a_unit_with_work_or_with_units_below_cannot_be_switched_off(
    admin: Client, tree: dict[str, Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = ["dept-b"]
    checks = [lambda unit: "还有 3 件未办结的承办任务。" if unit.code in busy else ""]
    monkeypatch.setattr(nodes, "_checks", checks)
    for code, word in [("dept-b", "3 件未办结"), ("dept-a", "1 个启用的下级"), ("centre", "中心不能停用")]:
        answer = admin.post(reverse("directory:unit", args=[code]), fields(code, active=False, name=f"{code}改"))
        assert word in str(answer.context["form"].errors["active"])
        assert f"{code}改" in answer.content.decode()
        unit = Unit.objects.get(code=code)
        assert (unit.active, unit.name) == (True, code)
    busy.clear()
    save(admin, "dept-b", active=False)
    assert not Unit.objects.get(code="dept-b").active
    save(admin, "dept-b", active=True)
    assert Unit.objects.get(code="dept-b").active


@pytest.mark.function("ADM-01")
def test_a_unit_is_added_below_another_and_a_taken_code_is_told_at_the_field(
    admin: Client, tree: dict[str, Unit]
) -> None:
    page = admin.get(reverse("directory:unit_new"), {"under": "comm-1"}).content.decode()
    assert '<option value="comm-1" selected>' in page
    said = {"code": "station-2", "name": "二号站", "kind": "station", "parent": "comm-1", "active": "on", "phone": ""}
    admin.post(reverse("directory:unit_new"), said)
    assert Unit.objects.get(code="station-2").path == "/centre/dept-a/comm-1/station-2/"
    assert AccessLog.objects.get(act="unit.create").object == "unit:station-2"
    again = admin.post(reverse("directory:unit_new"), said | {"name": "写好的名称"})
    assert "code" in again.context["form"].errors
    assert "写好的名称" in again.content.decode()
    bad = admin.post(reverse("directory:unit_new"), said | {"code": "a/b", "parent": "nowhere"})
    assert {"code", "parent"} <= set(bad.context["form"].errors)


@pytest.mark.function("ADM-01")
def test_what_differs_from_the_pack_outlives_its_next_version(loaded: Pack, hire: Hire, sign_in: SignIn) -> None:
    admin = sign_in(hire("system_admin"))
    save(admin, "urban", phone="57639999")
    changed = Pack.model_validate(loaded.model_dump(mode="json") | {"title": "下一版"})
    now = timezone.now()
    packs.load_pack(changed, effective_from=None, by=SYSTEM, at=now)
    unit = Unit.objects.get(code="urban")
    assert unit.phone == "57639999"
    assert "与规则包不同" in admin.get(reverse("directory:unit", args=["urban"])).content.decode()
    save(admin, "urban", phone="")
    assert Unit.objects.get(code="urban").local == {}


def test_place_and_kind_of_a_unit_of_the_pack_are_the_packs(loaded: Pack, hire: Hire, sign_in: SignIn) -> None:
    admin = sign_in(hire("system_admin"))
    save(admin, "urban", kind="station", parent="housing")
    unit = Unit.objects.select_related("parent").get(code="urban")
    assert (unit.kind, unit.parent and unit.parent.code) == ("department", "centre")


@pytest.mark.function("ADM-01")
def test_a_unit_shows_its_duty_items_and_people(loaded: Pack, hire: Hire, sign_in: SignIn) -> None:
    admin = sign_in(hire("system_admin"))
    page = admin.get(reverse("directory:unit", args=["enforcement"])).content.decode()
    assert "占道经营与无证设摊" in page
    assert "不得退单" in page
    community = admin.get(reverse("directory:unit", args=["c001"])).content.decode()
    assert "属地承办" in community


@pytest.mark.function("ADM-01")
def test_areas_are_changed_like_units(loaded: Pack, hire: Hire, sign_in: SignIn) -> None:
    admin = sign_in(hire("system_admin"))
    area = Area.objects.filter(level="community").order_by("path").first()
    assert area is not None
    said = {"code": "grid-1", "name": "第一网格", "level": "grid", "parent": area.code, "active": "on"}
    assert admin.post(reverse("directory:area_new"), said).status_code == 302
    assert Area.objects.get(code="grid-1").path == f"{area.path}grid-1/"
    admin.post(reverse("directory:area", args=["grid-1"]), said | {"name": "一号网格"})
    assert Area.objects.get(code="grid-1").name == "一号网格"
    assert AccessLog.objects.get(act="area.change").reason == "name: 第一网格 → 一号网格"


# Files

UNITS = """代码,名称,类别,上级,电话
comm-9,九社区龘,community,dept-a,2
s-3,错类别,palace,dept-a,
=cmd,坏代码,station,dept-a,
"""


def upload(client: Client, page: str, raw: bytes, do: str = "try", **other: str) -> str:
    said = {"file": SimpleUploadedFile("units.csv", raw), "do": do, **other}
    answer = client.post(reverse(f"directory:{page}"), said)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.function("ADM-01")
def test_a_file_in_gb18030_is_tried_then_imported_without_choosing_it_again(
    admin: Client, tree: dict[str, Unit]
) -> None:
    page = upload(admin, "unit_import", UNITS.encode("gb18030"))
    assert "还没有改动" in page
    assert "palace" in page
    assert not Unit.objects.filter(code="comm-9").exists()
    assert not AccessLog.objects.filter(act="import.units").exists()
    content = page.split('name="content" value="')[1].split('"')[0]
    done = admin.post(reverse("directory:unit_import"), {"content": content, "do": "import"}).content.decode()
    assert "已导入" in done
    assert Unit.objects.get(code="comm-9").name == "九社区龘"
    assert AccessLog.objects.filter(act="import.units").count() == 1


@pytest.mark.function("ADM-01")
def test_rejected_rows_come_back_as_a_file_without_formulas(admin: Client, tree: dict[str, Unit]) -> None:
    page = upload(admin, "unit_import", UNITS.encode())
    content = page.split('name="content" value="')[1].split('"')[0]
    answer = admin.post(reverse("directory:unit_import"), {"content": content, "do": "rejected"})
    text = answer.content.decode("utf-8-sig")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "palace" in text
    assert "'=cmd" in text
    assert "\n=" not in text
    assert ",=" not in text
    assert "九社区" not in text
    assert not Unit.objects.filter(code="comm-9").exists()


@pytest.mark.parametrize("raw", [b"", b"\x81\xff\xff\xff", "别的\nx\n".encode(), b"x" * 1_600_000])
def test_a_file_that_is_none_is_told_at_its_field(admin: Client, raw: bytes) -> None:
    said = {"file": SimpleUploadedFile("x.csv", raw), "do": "import"}
    answer = admin.post(reverse("directory:unit_import"), said)
    assert answer.status_code == 200
    assert "file" in answer.context["form"].errors
    assert "file" in admin.post(reverse("directory:unit_import"), {"content": "%%%"}).context["form"].errors


@pytest.mark.function("SEC-09")
def test_an_export_is_watermarked_logged_and_can_be_imported_again(admin: Client, tree: dict[str, Unit]) -> None:
    Unit.objects.filter(code="dept-b").update(name="=HYPERLINK(1)", phone="+86 21 5763")
    answer = admin.get(reverse("directory:unit_export"))
    taken = answer.getvalue()
    text = taken.decode("utf-8-sig")
    assert text.startswith(('"# 单位', "# 单位"))
    assert "system_admin某" in text.splitlines()[0]
    assert "system_admin.centre" in answer.headers["Content-Disposition"]
    assert "'=HYPERLINK(1)" in text
    assert AccessLog.objects.get(act="units.export").reason == f"rows={Unit.objects.count()}"
    back = upload(admin, "unit_import", taken, "import")
    assert "退回" in back
    assert Unit.objects.get(code="dept-b").name == "=HYPERLINK(1)"
    assert AccessLog.objects.get(act="import.units").reason.endswith(
        f"created=0 updated=0 unchanged={Unit.objects.count()} rejected=0"
    )


def test_a_new_unit_is_thought_of_its_brothers_kind_and_of_none_where_there_are_none(
    admin: Client, tree: dict[str, Unit]
) -> None:
    page = admin.get(reverse("directory:unit_new"), {"under": "comm-1"}).content.decode()
    assert '<option value="station" selected>' in page
    page = admin.get(reverse("directory:unit_new"), {"under": "dept-b"}).content.decode()
    assert '<option value="" selected>' in page
    said = {"code": "x-1", "name": "某", "kind": "", "parent": "dept-b"}
    assert "kind" in admin.post(reverse("directory:unit_new"), said).context["form"].errors
