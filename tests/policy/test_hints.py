"""What a copy has kept of the pack it was copied from is told, and sound packs are left in peace."""

import json

import pytest
import typer
from typer.testing import CliRunner

from open12345.policy import find_pack, read_pack
from open12345.policy.cli import register
from open12345.policy.hints import hints
from tests.cast import pack_named
from tests.policy.breaking import Copy

app = typer.Typer()
register(app)
runner = CliRunner()

FIVE = ("baoshan", "jiuting", "pudong", "qinhuai", "shanghai")


def told(copy: Copy) -> dict[str, str]:
    """The hints by file and place."""
    return {f"{one.file} {one.where}": one.message for one in hints(copy.folder, read_pack(copy.folder))}


@pytest.mark.function("ADM-03")
@pytest.mark.parametrize("name", FIVE)
def test_the_five_packs_give_no_hint(name: str) -> None:
    folder = find_pack(name)

    assert [str(one) for one in hints(folder, pack_named(name))] == []


def test_the_old_number_is_named_wherever_it_is_told(copy: Copy) -> None:
    copy.edit("pack.yaml", 'hotline: "62112345"', 'hotline: "57654321"')

    found = told(copy)

    assert {place.split()[0] for place in found} == {
        "pack.yaml", "english.yaml", "callback.yaml", "closing.yaml", "applications.yaml", "units.csv",
        "demo/complaints.csv",
    }  # fmt: skip
    assert "57654321" in found["callback.yaml greeting"]
    assert "57654321" in found["units.csv phone"]
    assert "没有本热线的号码 57654321" in found["closing.yaml service_numbers"]


def test_a_copy_that_has_kept_the_code_is_told_so(copy: Copy) -> None:
    folder = copy.folder.rename(copy.folder.with_name("mine"))
    (one,) = hints(folder, read_pack(folder))

    assert (one.file, one.where, one.line > 0) == ("pack.yaml", "id", True)
    assert "jiuting 是另一个规则包的，这个文件夹叫 mine" in one.message


def test_the_old_number_is_known_without_the_old_pack_beside(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPEN12345_PACKS", str(copy.folder.parent))
    copy.edit("pack.yaml", 'hotline: "62112345"', 'hotline: "57654321"')

    assert "units.csv 里中心的电话" in told(copy)["applications.yaml withdrawal.reasons[0].tell"]


def test_the_old_town_is_named_once_the_pack_has_a_new_title(copy: Copy) -> None:
    copy.edit("pack.yaml", "title: 上海市松江区九亭镇便民服务专线", "title: 上海市松江区新桥镇便民服务专线")

    found = told(copy)

    assert {"callback.yaml greeting", "duty.yaml title", "units.csv name", "demo/complaints.csv body"} <= set(found)
    assert "规则包 jiuting 的九亭镇" in found["callback.yaml greeting"]


def test_the_number_with_its_area_code_is_the_same_number(copy: Copy) -> None:
    copy.edit("units.csv", "九亭镇城市运行管理中心,62112345", "九亭镇城市运行管理中心,021-62112345转0")

    assert told(copy) == {}


def test_an_office_number_that_may_be_given_to_citizens_is_meant(copy: Copy) -> None:
    copy.edit("units.csv", "九亭镇城市运行管理中心,62112345", "九亭镇城市运行管理中心,57630001")
    assert list(told(copy)) == ["units.csv phone"]

    copy.edit("closing.yaml", 'service_numbers: ["62112345"', 'service_numbers: ["57630001", "62112345"')
    assert told(copy) == {}


def test_hints_are_printed_and_the_pack_passes(copy: Copy) -> None:
    copy.edit("pack.yaml", 'hotline: "62112345"', 'hotline: "57654321"')

    shown = runner.invoke(app, ["check-pack", str(copy.folder)])
    answer = json.loads(runner.invoke(app, ["check-pack", str(copy.folder), "--json"]).stdout)

    assert shown.exit_code == 0
    assert "提示 callback.yaml:3: greeting: " in shown.stdout
    assert f"共 {len(answer['warnings'])} 条提示" in shown.stdout
    assert (answer["ok"], answer["problems"]) == (True, [])
    assert {"file": "units.csv", "line": 2, "where": "phone"}.items() <= answer["warnings"][-1].items()


def test_a_sound_pack_has_an_empty_list_of_hints() -> None:
    answer = json.loads(runner.invoke(app, ["check-pack", "jiuting", "--json"]).stdout)

    assert answer["warnings"] == []
