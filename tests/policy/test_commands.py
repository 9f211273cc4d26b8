"""`check-pack` and `diff-pack`: what they print, and exit codes that mean something."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from open12345.policy import PackError, find_pack, pack_names
from open12345.policy.cli import register
from tests.policy.breaking import Copy
from tests.policy.conftest import JIUTING

app = typer.Typer()
register(app)
runner = CliRunner()


def test_a_sound_pack_is_found_by_name_and_checked() -> None:
    result = runner.invoke(app, ["check-pack", "jiuting"])

    assert result.exit_code == 0
    assert "没有错误" in result.stdout


def test_a_sound_pack_is_summarised_for_programs() -> None:
    result = runner.invoke(app, ["check-pack", str(JIUTING), "--json"])
    answer = json.loads(result.stdout)

    assert result.exit_code == 0
    assert answer["ok"] is True
    assert answer["problems"] == []
    assert (answer["id"], answer["leaves"], answer["applications"]) == ("jiuting", 109, 5)


@pytest.mark.function("ADM-03")
def test_a_broken_pack_is_refused_with_each_mistake(copy: Copy) -> None:
    first = copy.edit("clocks.yaml", "by_kind: {inquiry: 3 wd}", "by_kind: {enquiry: 3 wd}")
    second = copy.edit("units.csv", "traffic,centre,department", "traffic,centre,departement")

    result = runner.invoke(app, ["check-pack", str(copy.folder)])

    assert result.exit_code == 1
    assert f"clocks.yaml:{first}: clocks[5].by_kind.enquiry: 没有诉求类型" in result.stdout
    assert f"units.csv:{second}: kind:" in result.stdout
    assert "共 2 处错误" in result.stdout


def test_mistakes_can_be_read_by_a_program(copy: Copy) -> None:
    line = copy.edit("pack.yaml", "level: town", "level: village")

    result = runner.invoke(app, ["check-pack", str(copy.folder), "--json"])
    answer = json.loads(result.stdout)

    assert result.exit_code == 1
    assert answer["ok"] is False
    [problem] = answer["problems"]
    assert (problem["file"], problem["line"], problem["where"]) == ("pack.yaml", line, "level")


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    result = runner.invoke(app, ["check-pack", "jiutin"])

    assert result.exit_code == 1
    assert "是否想写 “jiuting”" in result.stdout


def test_differences_are_shown_line_by_line(copy: Copy) -> None:
    copy.edit("pack.yaml", "review: true ", "review: false ")

    result = runner.invoke(app, ["diff-pack", "jiuting", str(copy.folder)])
    as_json = runner.invoke(app, ["diff-pack", "jiuting", str(copy.folder), "--json"])

    assert (result.exit_code, result.stdout) == (0, "审核：是 → 否\n")
    assert json.loads(as_json.stdout)["changes"] == ["审核：是 → 否"]


def test_no_difference_is_said_and_a_broken_pack_is_not_compared(copy: Copy) -> None:
    assert runner.invoke(app, ["diff-pack", "jiuting", "jiuting"]).stdout == "没有差别\n"

    copy.edit("pack.yaml", "level: town", "level: village")
    assert runner.invoke(app, ["diff-pack", "jiuting", str(copy.folder)]).exit_code == 1


def test_packs_may_lie_in_another_folder(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPEN12345_PACKS", str(copy.folder.parent))

    assert pack_names() == ["jiuting"]
    assert find_pack("jiuting") == copy.folder


def test_a_name_that_leads_nowhere_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPEN12345_PACKS", str(tmp_path))

    with pytest.raises(PackError):
        find_pack("jiuting")
