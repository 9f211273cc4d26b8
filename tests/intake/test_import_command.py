"""`open12345 import` on the command line: what it says, what it answers a program, how it ends."""

import json
import re
import signal
from contextlib import nullcontext
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from open12345.intake import cli
from open12345.intake.importer import Import, Tally
from open12345.orders.models import Event, WorkOrder
from open12345.project import boot, commands
from tests.cast import Town
from tests.intake.importing import HEADS, row, write


def command(*words: str) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    cli.register(app)
    return CliRunner().invoke(app, ["import", *words])


@pytest.mark.function("INT-13")
def test_a_gb18030_file_is_taken_with_guessed_columns_that_are_shown(town: Town, tmp_path: Path) -> None:
    file = write(tmp_path / "诉求.csv", [row(1), row(2)], encoding="gb18030")
    done = command(str(file), "--kind", "complaint_help")
    assert done.exit_code == 0
    assert "新建 2 件，已有 0 件，退回 0 行" in done.output
    assert "gb18030" in done.stderr
    assert "按表头猜" in done.stderr


def test_a_program_gets_everything_in_json(town: Town, tmp_path: Path) -> None:
    heads = ["编号", "标题", "诉求内容", "来电人", "联系电话", "分类", "科室"]
    file = write(tmp_path / "a.csv", [[*row(1), "甲"], [*row(2, 联系电话=""), "乙"]], heads=heads)
    done = command(str(file), "--kind", "complaint_help", "--json")
    assert done.exit_code == 1
    answer = json.loads(done.stdout)
    assert (answer["created"], answer["rejected"], answer["unknown_columns"]) == (1, 1, ["科室"])
    assert answer["reasons"] == [{"field": "phone", "code": "missing", "rows": 1}]
    assert answer["first"] == WorkOrder.objects.get().number
    assert Path(answer["rejects"]).exists()


def test_the_exit_code_tells_all_good_some_rejected_or_misused(town: Town, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [row(1), row(2, 诉求内容="")])
    kind = ("--kind", "complaint_help")
    assert command(str(file), *kind).exit_code == 1
    assert command(str(write(file, [row(1)])), *kind).exit_code == 0
    for wrong in (
        ("--map", "body"),
        ("--map", "body=没有"),
        ("--default", "kind=x"),
        ("--channel", "fax"),
        ("--as", "nobody"),
        ("--as", "clerk"),
        ("--rejects", str(file)),
    ):
        done = command(str(file), "--source", "other", *wrong)
        assert done.exit_code == 2, wrong
    assert command(str(tmp_path / "none.csv")).exit_code == 2
    assert WorkOrder.objects.count() == 1
    assert file.exists()


def test_rows_are_registered_by_whom_the_command_names(town: Town, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [row(1)])
    assert command(str(file), "--kind", "complaint_help", "--as", "Agent").exit_code == 0
    assert Event.objects.get().actor == town.person("agent").id


@pytest.mark.function("INT-13")
def test_ctrl_c_finishes_the_row_at_hand_and_says_how_to_go_on(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "a.csv", [row(n) for n in range(5)])
    whole = Import._take

    def interrupted(self: Import, *words: object) -> object:
        if self.tally.rows == 1:
            signal.raise_signal(signal.SIGINT)
        return whole(self, *words)  # type: ignore[arg-type]

    monkeypatch.setattr(Import, "_take", interrupted)
    done = command(str(file), "--kind", "complaint_help")
    assert done.exit_code == 130
    assert "再运行同一条命令会接着做" in done.output
    assert WorkOrder.objects.count() == 2
    monkeypatch.undo()
    assert "新建 3 件，已有 2 件" in command(str(file), "--kind", "complaint_help").output


def test_a_dry_run_says_what_could_be_taken(town: Town, tmp_path: Path) -> None:
    done = command(str(write(tmp_path / "a.csv", [row(1)])), "--kind", "complaint_help", "--dry-run")
    assert "可以导入 1 件" in done.output
    assert WorkOrder.objects.count() == 0


def test_progress_tells_rows_rejected_so_far() -> None:
    assert cli._rejected_so_far(Tally(rejected=3)) == "退 3"


def test_as_a_command_of_the_house_it_speaks_english_and_quotes_what_is_chinese(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`project.commands` runs every room's command so; only the file's own words stay as they are."""
    monkeypatch.setattr(boot, "database_running", nullcontext)
    app = typer.Typer()
    app.callback()(lambda: None)
    cli.register(app)
    commands._run_with_database(app)
    file = write(tmp_path / "a.csv", [row(1), row(2, 联系电话="")])
    done = CliRunner().invoke(app, ["import", str(file), "--kind", "complaint_help"])
    assert done.exit_code == 1
    said = done.output
    for quoted in [*HEADS, *row(1)]:
        said = said.replace(quoted, "")
    assert not re.findall("[\u4e00-\u9fff]+", said)
    refused = CliRunner().invoke(app, ["import", str(file), "--as", "nobody"])
    assert not re.findall("[\u4e00-\u9fff]+", refused.output)
