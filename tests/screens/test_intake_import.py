"""Importing from the screen: columns chosen by a person, a dry run first, nothing twice, rejected rows to fetch."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from open12345.directory.models import AccessLog
from open12345.intake import imports, table
from open12345.intake.models import ImportRun
from open12345.orders.models import WorkOrder
from tests.cast import Town
from tests.intake.importing import HEADS, row
from tests.intake.test_import_workbook import book
from tests.screens.conftest import Browser, text_of

AtScreen = Callable[[str], Browser]


@pytest.fixture(autouse=True)
def own_home(settings: Settings, tmp_path: Path) -> None:
    settings.OPEN12345_HOME = tmp_path


def sheet(*rows: list[str], heads: list[str] | None = None, encoding: str = "gb18030") -> SimpleUploadedFile:
    text = io.StringIO()
    csv.writer(text).writerows([heads or HEADS, *rows])
    return SimpleUploadedFile("六月留言.csv", text.getvalue().encode(encoding))


def work() -> None:
    """Do what a worker would do now."""
    run = ImportRun.objects.latest("pk")
    (imports.read if run.state == "queued" else imports.carry_out)(run.pk, run.attempt)


def upload(who: Browser, file: SimpleUploadedFile) -> str:
    who.fill("/intake/import/", {"file": file})
    work()
    return f"/intake/import/{ImportRun.objects.latest('pk').pk}/"


@pytest.mark.function("INT-13")
def test_a_table_is_tried_dry_then_taken_in_and_never_twice(town: Town, at_screen: AtScreen) -> None:
    dispatcher = at_screen("dispatcher")
    url = upload(dispatcher, sheet(row(1), row(2), row(3, 联系电话="12")))
    page = dispatcher.open(url)
    assert "沪松公路 1 号门口路灯不亮" in page, "the first rows are shown"
    assert dispatcher.fields(page)["column.phone"] == ["4"], "columns are guessed by their headings"
    dispatcher.fill(url, {"dry": "1"})
    assert "正在试运行" in dispatcher.open(url)
    run = ImportRun.objects.get()
    work()
    told = dispatcher.open(url)
    assert "试运行结果" in told
    assert "联系电话" in told
    assert not WorkOrder.objects.exists()
    dispatcher.post(f"{url}again/", {})
    work()
    assert WorkOrder.objects.count() == 2
    rejected = dispatcher.client.get(f"{url}rejects/")
    body = b"".join(rejected.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "5 至 15 位" in body
    assert "N3" in body
    assert "N1" not in body
    assert AccessLog.objects.filter(act="import.rejects", object=f"import:{run.pk}").exists()
    dispatcher.post(f"{url}again/", {})
    work()
    run.refresh_from_db()
    assert (run.tally["created"], run.tally["already"], run.tally["rejected"]) == (0, 2, 1)


@pytest.mark.function("INT-13")
def test_a_workbook_is_taken_under_the_name_it_is_kept_by(town: Town, at_screen: AtScreen, tmp_path: Path) -> None:
    """Files lie under a name of ours, without an ending."""
    content = book(tmp_path / "a.xlsx", [list(row(1)), list(row(2))]).read_bytes()
    dispatcher = at_screen("dispatcher")
    url = upload(dispatcher, SimpleUploadedFile("六月.xlsx", content))
    assert "沪松公路 1 号门口路灯不亮" in dispatcher.open(url)
    dispatcher.fill(url, {})
    work()
    assert WorkOrder.objects.count() == 2


def test_columns_are_chosen_by_hand_where_headings_say_nothing(town: Town, at_screen: AtScreen) -> None:
    dispatcher = at_screen("dispatcher")
    url = upload(dispatcher, sheet(["路口路灯不亮，请来修", "13812345678"], heads=["甲", "乙"]))
    assert "请选择哪一列是诉求内容" in text_of(dispatcher.fill(url, {}, status=422))
    both = {"column.body": "0", "column.phone": "0"}
    assert "被选了两次" in text_of(dispatcher.fill(url, both, status=422))
    dispatcher.fill(url, {"column.body": "0", "column.phone": "1", "kind": "complaint_help"})
    work()
    assert WorkOrder.objects.get().body == "路口路灯不亮，请来修"
    assert not list(imports.folder().iterdir()), "a file that was taken whole is not kept"


def test_no_request_reads_the_table(town: Town, at_screen: AtScreen, monkeypatch: pytest.MonkeyPatch) -> None:
    """Uploading and looking cost the same however long the table is; the worker reads, and leaves what pages show."""
    dispatcher = at_screen("dispatcher")
    rows = table.Table.rows
    monkeypatch.setattr(table.Table, "rows", lambda one: pytest.fail("read in a request"))
    dispatcher.fill("/intake/import/", {"file": sheet(*(row(n) for n in range(1, 200)))})
    url = f"/intake/import/{ImportRun.objects.latest('pk').pk}/"
    page = dispatcher.open(url)
    assert "正在读取表格" in page
    assert "progress/?read=0&amp;state=queued" in page
    monkeypatch.setattr(table.Table, "rows", rows)
    work()
    assert dispatcher.client.get(f"{url}progress/?read=0&state=queued").headers["HX-Refresh"] == "true"
    monkeypatch.setattr(table.Table, "rows", lambda one: pytest.fail("read in a request"))
    page = dispatcher.open(url)
    assert "199" in page
    assert "沪松公路 1 号门口路灯不亮" in page
    assert "沪松公路 9 号门口" not in page


def test_what_is_no_table_is_refused_and_not_kept(town: Town, at_screen: AtScreen) -> None:
    dispatcher = at_screen("dispatcher")
    for content, said in ((b"%PDF-1.7 x", "PDF"), (b"", "空的")):
        page = text_of(dispatcher.fill("/intake/import/", {"file": SimpleUploadedFile("a.csv", content)}, status=422))
        assert said in page
    assert "请选择文件" in text_of(dispatcher.fill("/intake/import/", {}, status=422))
    assert not list(imports.folder().iterdir())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04broken", ("损坏", "重新导出")),
        ("诉求内容,电话\n路灯不亮了请来修一修".encode() + b"\xe4\xb8,1\n", ("损坏的字节", "重新导出")),
    ],
    ids=["zip", "utf-8"],
)
def test_what_turns_out_to_be_no_table_is_told_on_its_page_with_the_remedy(
    town: Town, at_screen: AtScreen, content: bytes, said: tuple[str, str]
) -> None:
    dispatcher = at_screen("dispatcher")
    page = dispatcher.open(upload(dispatcher, SimpleUploadedFile("a.csv", content)))
    assert "没有完成" in page
    assert all(word in page for word in said)
    assert "column.body" not in page
    assert not list(imports.folder().iterdir())


def test_a_reading_that_was_broken_off_is_offered_again(town: Town, at_screen: AtScreen) -> None:
    dispatcher = at_screen("dispatcher")
    dispatcher.fill("/intake/import/", {"file": sheet(row(1))})
    run = ImportRun.objects.get()
    ImportRun.objects.update(state="reading", tally={"beat": (run.at - imports.SILENT * 2).isoformat()})
    url = f"/intake/import/{run.pk}/"
    assert "重新读取" in dispatcher.open(url)
    dispatcher.post(f"{url}again/", {})
    imports.read(run.pk, run.attempt)
    assert ImportRun.objects.get().state == "queued", "the earlier attempt has lost it"
    work()
    assert "哪一列是什么" in dispatcher.open(url)


def test_the_import_of_somebody_else_does_not_exist(town: Town, at_screen: AtScreen) -> None:
    url = upload(at_screen("dispatcher"), sheet(row(1)))
    ImportRun.objects.update(by=town.person("agent").id or 0, state="done")
    imports.rejects_of(ImportRun.objects.get()).write_text("13812340001", encoding="utf-8")
    for name in ("dispatcher", "agent", "clerk.urban", "system_admin"):
        for part in ("", "progress/", "rejects/"):
            answer = at_screen(name).client.get(url + part)
            assert answer.status_code == 404, (name, part)
        assert at_screen(name).client.post(f"{url}again/").status_code == 404


def test_progress_is_told_only_when_something_has_moved(town: Town, at_screen: AtScreen) -> None:
    dispatcher = at_screen("dispatcher")
    url = upload(dispatcher, sheet(row(1), row(2)))
    dispatcher.fill(url, {"dry": "1"})
    assert dispatcher.client.get(f"{url}progress/?read=0&state=waiting").status_code == 204
    ImportRun.objects.update(tally={**ImportRun.objects.get().tally, "read": 1})
    assert "1 / 2" in dispatcher.open(f"{url}progress/?read=0")
    work()
    assert dispatcher.client.get(f"{url}progress/?read=1").headers["HX-Refresh"] == "true"


def test_files_whose_time_is_over_are_removed(town: Town, at_screen: AtScreen) -> None:
    dispatcher = at_screen("dispatcher")
    url = upload(dispatcher, sheet(row(1)))
    assert imports.sweep(town.now + timedelta(days=1)) == 0
    assert imports.sweep(town.now + timedelta(days=9)) == 2, "the table and what was kept of its first rows"
    assert "文件已经清理" in dispatcher.open(url)
