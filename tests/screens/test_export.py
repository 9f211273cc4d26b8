"""The list as a file: what one may see and no more, no caller, no formula, marked and on record (SEC-09)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from openpyxl import load_workbook

from open12345.directory.models import AccessLog, Staff
from open12345.orders import export
from tests.cast import Town
from tests.orders.walks import dispatched
from tests.screens.conftest import Browser

AtScreen = Callable[[str], Browser]
SECRET_CALLER = {"name": "欧阳秀兰", "phone": "13812348765"}


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def csv_of(browser: Browser, query: str = "state=all") -> list[list[str]]:
    answer = browser.client.post("/orders/export/csv/", {"query": query})
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(body_of(answer).decode("utf-8-sig"))))


@pytest.mark.function("SEC-09")
def test_a_file_is_marked_and_on_record_with_filters_and_count(town: Town, at_screen: AtScreen) -> None:
    number = town.register(kind="inquiry")
    town.register()
    rows = csv_of(at_screen("dispatcher"), "state=all&kind=inquiry&after=x")
    who = town.person("dispatcher")
    for part in (who.name, "dispatcher", "1 件", "咨询", "内部资料"):
        assert part in rows[0][0]
    assert [row[0] for row in rows[2:]] == [number]
    log = AccessLog.objects.filter(act="export").get()
    assert (log.staff_id, log.object, log.reason) == (who.id, "orders.csv", "1 · state=all&kind=inquiry")
    assert log.ip


@pytest.mark.function("SEC-09")
def test_a_workbook_carries_its_mark_on_every_printed_page(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    answer = at_screen("dispatcher").client.post("/orders/export/xlsx/", {"query": "state=all"})
    assert 'filename="orders-dispatcher-' in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store, private"
    book = load_workbook(io.BytesIO(body_of(answer)))
    sheet = book.worksheets[0]
    assert "dispatcher" in str(sheet["A1"].value)
    assert sheet["A3"].value == number
    for edge in (sheet.oddHeader, sheet.oddFooter):
        assert edge is not None
        assert "dispatcher" in str(edge.left.text)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_account_of_chinese_characters_stands_in_the_name_of_the_file(
    town: Town, at_screen: AtScreen, ending: str
) -> None:
    Staff.objects.filter(pk=town.person("dispatcher").id or 0).update(username="派单员一")
    answer = at_screen("dispatcher").client.post(f"/orders/export/{ending}/", {"query": "state=all"})
    said = answer.headers["Content-Disposition"]
    assert said.startswith("attachment; filename")
    assert f"orders-{quote('派单员一')}-" in said


@pytest.mark.function("SEC-09")
def test_a_unit_exports_its_own_orders_and_nobody_exports_a_caller(town: Town, at_screen: AtScreen) -> None:
    mine = dispatched(town, confidential=True, body="请打13912345678找我，我叫张三丰。", **SECRET_CALLER)
    other = dispatched(town, lead="c001", title="别家单位的事")
    for name, seen in (("clerk.urban", {mine}), ("clerk.market", set()), ("dispatcher", {mine, other})):
        rows = csv_of(at_screen(name))
        assert {row[0] for row in rows[2:]} == seen, name
        text = "\n".join(",".join(row) for row in rows)
        for leak in ("欧阳", "13812348765", "138****8765", "13912345678", "张三丰"):
            assert leak not in text, (name, leak)
        if name != "dispatcher":
            assert "别家单位" not in text


@pytest.mark.function("SEC-09")
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_no_cell_is_a_formula(town: Town, at_screen: AtScreen, ending: str) -> None:
    town.register(title='=HYPERLINK("http://evil","点我")', body="@SUM(1+1) " + "路灯不亮" * 5)
    answer = at_screen("dispatcher").client.post(f"/orders/export/{ending}/", {"query": "state=all"})
    if ending == "csv":
        row = list(csv.reader(io.StringIO(body_of(answer).decode("utf-8-sig"))))[2]
        assert row[1].startswith("'=")
        assert row[2].startswith("'@")
        return
    sheet = load_workbook(io.BytesIO(body_of(answer))).worksheets[0]
    assert sheet["B3"].data_type == sheet["C3"].data_type == "s"
    assert sheet["B3"].hyperlink is None


def test_a_long_list_is_cut_and_says_so(town: Town, at_screen: AtScreen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "AT_MOST", 3)
    numbers = [town.register() for _ in range(5)]
    rows = csv_of(at_screen("dispatcher"))
    assert [row[0] for row in rows[2:]] == numbers[:1:-1]
    assert "只含最近的 3 件" in rows[0][0]


@pytest.mark.parametrize("name", ["watcher", "system_admin", "security_admin", "audit_admin"])
def test_who_may_not_list_may_not_export(town: Town, at_screen: AtScreen, name: str) -> None:
    town.register()
    assert at_screen(name).client.post("/orders/export/csv/", {"query": ""}).status_code == 404
    assert not AccessLog.objects.filter(act="export").exists()


def test_a_file_is_only_sent_when_it_is_asked_for_by_post(town: Town, at_screen: AtScreen) -> None:
    assert at_screen("dispatcher").client.get("/orders/export/csv/").status_code == 405
    assert at_screen("dispatcher").client.post("/orders/export/pdf/").status_code == 404
