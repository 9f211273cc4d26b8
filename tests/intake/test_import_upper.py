"""Orders that the platform above dispatches to us arrive by import, with its number and its date (INT-14)."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from open12345.orders import queries
from open12345.orders.models import WorkOrder
from open12345.worktime import SHANGHAI
from tests.cast import Town
from tests.intake.importing import Result, take, write

HEADS = ["市工单号", "标题", "诉求内容", "联系电话", "分类", "要求办结时间"]
DEFAULTS = {"channel": "upper", "kind": "complaint_help", "foreign_system": "songjiang12345"}


def upper(number: str, due: str = "2025-07-04 17:00", phone: str = "13812348000") -> list[str]:
    return [number, "垃圾清运", "涞寅路 300 弄门口垃圾三天没有清运，气味很大。", phone, "A0202", due]


def bring(town: Town, path: Path, *rows: list[str], dry_run: bool = False) -> Result:
    return take(town, write(path, list(rows), heads=HEADS), defaults=DEFAULTS, dry_run=dry_run)


@pytest.mark.function("INT-14")
def test_an_order_from_above_keeps_its_number_and_is_due_before_the_date_above(town: Town, tmp_path: Path) -> None:
    assert bring(town, tmp_path / "a.csv", upper("SH20250626001")).counts == (1, 0, 0)
    order = queries.by_any_number(town.person("dispatcher"), "SH20250626001").get()
    assert order.origin == "upper"
    assert order.channel == "upper"
    wanted = datetime(2025, 7, 4, 17, 0, tzinfo=SHANGHAI)
    assert order.upper_due_at == wanted
    overall = order.clocks.get(kind="overall")
    assert overall.due_at <= wanted - timedelta(hours=4)


@pytest.mark.function("INT-14")
def test_the_same_number_from_above_is_never_taken_in_twice(town: Town, tmp_path: Path) -> None:
    town.register(
        channel="upper",
        origin="upper",
        foreign_system="songjiang12345",
        foreign_number="SH1",
        category="A0202",
    )
    first = bring(town, tmp_path / "a.csv", upper("SH1"), upper("SH2"))
    assert first.counts == (1, 1, 0)
    assert bring(town, tmp_path / "b.csv", upper("SH2"), upper("SH3")).counts == (1, 1, 0)
    assert WorkOrder.objects.count() == 3


def test_a_dry_run_also_sees_a_number_that_stands_twice_in_the_file(town: Town, tmp_path: Path) -> None:
    result = bring(town, tmp_path / "a.csv", upper("SH1"), upper("SH1", phone="13812348009"), dry_run=True)
    assert result.counts == (1, 0, 1)


@pytest.mark.parametrize("dry_run", [True, False])
def test_two_rows_of_a_file_with_one_number_from_above_are_one_order(town: Town, tmp_path: Path, dry_run: bool) -> None:
    file = write(tmp_path / "a.csv", [["1", *upper("SH1")], ["2", *upper("SH1")]], heads=["编号", *HEADS])
    assert take(town, file, defaults=DEFAULTS, dry_run=dry_run).counts == (1, 1, 0)


@pytest.mark.function("INT-14")
def test_an_order_from_above_without_number_or_with_a_date_gone_by_is_told(town: Town, tmp_path: Path) -> None:
    result = bring(town, tmp_path / "a.csv", upper(""), upper("SH2", due="2025-06-25"), upper("SH3", due="下周"))
    assert result.counts == (0, 0, 3)
    assert [bad["出错字段"] for bad in result.rejected()] == ["来源平台编号", "上级要求办结时间", "上级要求办结时间"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2025-07-04", (17, 30)),
        ("2025/7/4", (17, 30)),
        ("2025年7月4日", (17, 30)),
        ("2025.7.4 9:05", (9, 5)),
        ("2025-07-04T12:00:00", (12, 0)),
        ("2025-07-04T04:00:00+00:00", (12, 0)),
        ("２０２５年７月４日１２时", (12, 0)),
    ],
)
def test_dates_are_read_as_people_write_them(town: Town, tmp_path: Path, written: str, meant: tuple[int, int]) -> None:
    assert bring(town, tmp_path / "a.csv", upper("SH1", due=written)).counts == (1, 0, 0)
    assert WorkOrder.objects.get().upper_due_at == datetime(2025, 7, 4, *meant, tzinfo=SHANGHAI)
