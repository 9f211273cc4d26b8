"""The register itself: kept by the system administrator, on record, filled from files with every mistake told."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import typer
from openpyxl import Workbook
from typer.testing import CliRunner

from open12345.directory.csvfile import rejected_csv
from open12345.directory.errors import DirectoryError, NotEntitled
from open12345.directory.import_report import Report
from open12345.directory.models import AccessLog, Unit
from open12345.dispatch import cli
from open12345.dispatch.facilities import register
from open12345.dispatch.facilities.importing import import_facilities_csv
from open12345.dispatch.models import Facility
from tests.cast import Town
from tests.dispatch.facilities import HERE, entered

pytestmark = pytest.mark.function("DIS-19")
HEAD = "种类,编号,名称,权属单位,位置,经度,纬度,状态\n"
GOOD = "路灯,L-0123,,greening,涞亭南路近沪亭北路,121.321234,31.127345,在用\n"


def values(**more: Any) -> dict[str, Any]:
    owner = Unit.objects.get(code="greening").pk
    longitude, latitude = (Decimal(str(degrees)) for degrees in HERE)
    return {"owner_id": owner, "place": "涞亭南路", "longitude": longitude, "latitude": latitude, **more}


def taken(town: Town, rows: str, **more: Any) -> Report:
    by = town.person("system_admin")
    return import_facilities_csv((HEAD + rows).encode(), by=by, at=town.now, **more)


def test_a_facility_is_entered_changed_and_retired_on_record(town: Town) -> None:
    by = town.person("system_admin")
    row = register.add(town.pack, "lamp", " l-0123 ", values(), by=by, at=town.now)
    assert row.code == "L-0123"
    urban = Unit.objects.get(code="urban").pk
    assert register.change(town.pack, row.pk, {"owner_id": urban}, by=by, at=town.now)
    assert not register.change(town.pack, row.pk, {"owner_id": urban}, by=by, at=town.now)
    assert register.change(town.pack, row.pk, {"active": False}, by=by, at=town.now)
    told = list(AccessLog.objects.filter(object="facility:lamp:L-0123").order_by("pk").values_list("act", "reason"))
    assert [act for act, _reason in told] == ["facility.create", "facility.change", "facility.retire"]
    assert told[1][1] == "owner: greening → urban"


@pytest.mark.parametrize("name", ["dispatcher", "agent", "clerk.urban", "security_admin"])
def test_others_may_not_keep_the_register(town: Town, name: str) -> None:
    by, row = town.person(name), entered(town)
    with pytest.raises(NotEntitled):
        register.add(town.pack, "lamp", "L-1", values(), by=by, at=town.now)
    with pytest.raises(NotEntitled):
        register.change(town.pack, row.pk, {"active": False}, by=by, at=town.now)
    with pytest.raises(NotEntitled):
        import_facilities_csv((HEAD + GOOD).encode(), by=by, at=town.now)
    assert Facility.objects.get().active


@pytest.mark.parametrize(
    ("kind", "code", "more", "field"),
    [
        ("tree", "T-1", {}, "kind"),
        ("lamp", "灯一", {}, "code"),
        ("lamp", "L-1", {"longitude": Decimal(31), "latitude": Decimal(121)}, "longitude"),
        ("lamp", "L-1", {"longitude": Decimal(2), "latitude": Decimal(48)}, "longitude"),
        ("lamp", "L-0123", {}, "code"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(town: Town, kind: str, code: str, more: dict[str, Any], field: str) -> None:
    entered(town)
    with pytest.raises(DirectoryError) as refused:
        register.add(town.pack, kind, code, values(**more), by=town.person("system_admin"), at=town.now)
    assert refused.value.field == field


def test_numbers_places_and_owners_are_searched(town: Town) -> None:
    entered(town, place="涞亭南路")
    entered(town, "L-0200", owner="urban")
    entered(town, "M-0123", kind="manhole", active=False)

    def found(**asked: Any) -> list[str]:
        return [row.code for row in register.search(town.pack, **asked)]

    assert found(text="l-01") == ["L-0123"]
    assert found(text="涞亭") == ["L-0123"]
    assert found(text="城市建设") == ["L-0200"]
    assert found(kind="manhole") == []
    assert found(kind="manhole", active="") == ["M-0123"]
    assert found(owner=Unit.objects.get(code="urban")) == ["L-0200"]


# Files


def test_a_file_is_taken_and_a_second_time_changes_nothing(town: Town) -> None:
    first, second = taken(town, GOOD), taken(town, GOOD)
    assert (first.created, second.created, second.updated, second.unchanged) == (["L-0123"], [], [], 1)
    row = Facility.objects.get()
    assert (row.kind, row.owner.code, row.place) == ("lamp", "greening", "涞亭南路近沪亭北路")
    third = taken(town, GOOD.replace("greening", "城市建设管理事务中心").replace("在用", "停用"))
    assert third.updated == ["L-0123"]
    row.refresh_from_db()
    assert (row.owner.code, row.active) == ("urban", False)


def test_columns_that_a_file_does_not_have_stay_as_they_are(town: Town) -> None:
    entered(town, place="老位置", active=False)
    raw = "编号,种类,权属单位,经度,纬度\nL-0123,lamp,urban,121.3,31.1\n".encode("gb18030")
    import_facilities_csv(raw, by=town.person("system_admin"), at=town.now)
    row = Facility.objects.get()
    assert (row.owner.code, row.place, row.active) == ("urban", "老位置", False)


def test_every_mistake_of_a_row_is_told_and_the_good_rows_stay(town: Town) -> None:
    Unit.objects.filter(code="parking").update(active=False)
    report = taken(
        town,
        GOOD
        + "树,T-1,,greening,,121.3,31.1,\n"
        + "路灯,L-2,,nobody,,东经,31.1,坏了\n"
        + "路灯,L-3,,greening,,31.1,121.3,\n"
        + "路灯,,,greening,,121.3,,\n"
        + GOOD
        + "井盖,M-1,,parking,,121.3,31.1,\n"
        + "窨井盖,M-2,,greening,,121.3,31.1,\n",
    )
    assert report.created == ["L-0123", "M-2"]
    assert [(one.row, one.field) for one in report.rejected] == [
        (3, "kind"), (4, "owner、longitude、active"), (5, "longitude"), (6, "code、latitude"), (7, "code"),
        (8, "owner、kind"),
    ]  # fmt: skip
    assert "经度和纬度写反了" in report.rejected[2].reason
    assert "没有这个单位，或它已停用：nobody" in rejected_csv(report.rejected).decode("utf-8-sig")
    assert AccessLog.objects.get(act="import.facilities").reason == "created=2 updated=0 unchanged=0 rejected=6"


def test_a_trial_changes_nothing(town: Town) -> None:
    assert taken(town, GOOD, dry_run=True).created == ["L-0123"]
    assert not Facility.objects.exists()


def test_a_missing_column_or_a_broken_workbook_is_refused_whole(town: Town) -> None:
    by = town.person("system_admin")
    with pytest.raises(DirectoryError, match="经度"):
        import_facilities_csv("种类,编号,权属单位,纬度\n".encode(), by=by, at=town.now)
    with pytest.raises(DirectoryError, match="XLSX"):
        import_facilities_csv(b"PK\x03\x04 broken", by=by, at=town.now)


def test_a_workbook_is_taken_like_a_text_file(town: Town) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEAD.strip().split(","), ["路灯", "L-0123", None, "greening", "路口", 121.321234, 31.127345, None]):
        sheet.append(row)
    file = BytesIO()
    book.save(file)
    report = import_facilities_csv(file.getvalue(), by=town.person("system_admin"), at=town.now)
    assert report.created == ["L-0123"]
    assert Facility.objects.get().longitude == Decimal("121.321234")


def test_the_command_imports_and_leaves_the_rejected_rows_beside_the_file(town: Town, tmp_path: Path) -> None:
    del town
    file = tmp_path / "lamps.csv"
    file.write_text(HEAD + GOOD + "路灯,L-2,,nobody,,121.3,31.1,\n", encoding="utf-8")
    app = typer.Typer()
    cli.register(app)
    done = CliRunner().invoke(app, ["import-facilities", str(file)])
    assert done.exit_code == 1, done.output
    assert "created: 1" in done.output
    assert "nobody" in (tmp_path / "lamps.csv.rejected.csv").read_text(encoding="utf-8-sig")
