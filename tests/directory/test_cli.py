"""The directory's commands, as an operator and as a program use them."""

import json
import stat
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from open12345.directory import cli, packs
from open12345.directory.models import PackVersion, Staff, Unit
from open12345.directory.person import SYSTEM
from open12345.policy import Pack, find_pack

from .conftest import NOW

pytestmark = pytest.mark.django_db


def run(*words: str) -> Result:
    app = typer.Typer()
    cli.register(app)
    return CliRunner().invoke(app, list(words))


def answer(*words: str) -> dict[str, object]:
    result = run(*words, "--json")
    found: dict[str, object] = json.loads(result.stdout)
    return found | {"code": result.exit_code}


@pytest.mark.function("ADM-03")
def test_a_pack_is_loaded_by_name_or_folder_and_twice_is_once() -> None:
    first = answer("load-pack", "jiuting")
    assert first["code"] == 0
    assert first["pack"] == "jiuting"
    again = answer("load-pack", str(find_pack("jiuting")))
    assert again["version"] == first["version"]
    assert Unit.objects.filter(active=True).exists()


def test_a_later_date_and_a_dry_run() -> None:
    run("load-pack", "jiuting")
    assert answer("load-pack", "jiuting", "--dry-run")["changes"] == []
    assert PackVersion.objects.count() == 1
    assert run("load-pack", "jiuting", "--effective-from", "tomorrow").exit_code == 2
    past = run("load-pack", "jiuting", "--effective-from", "2020-01-01")
    assert past.exit_code == 1
    assert "生效时间" in past.stderr


def test_a_dry_run_tells_what_would_change(pack: Pack) -> None:
    other = Pack.model_validate(pack.model_dump(mode="json") | {"title": "别的标题"})
    packs.load_pack(other, effective_from=None, by=SYSTEM, at=NOW)
    lines = str(answer("load-pack", "jiuting", "--dry-run")["changes"])
    assert "别的标题" in lines
    assert PackVersion.objects.count() == 1


def test_a_broken_pack_names_its_mistakes_and_leaves_the_old_one(tmp_path: Path) -> None:
    run("load-pack", "jiuting")
    (tmp_path / "pack.yaml").write_text("id: [", encoding="utf-8")
    result = run("load-pack", str(tmp_path))
    assert result.exit_code == 1
    assert "pack.yaml" in result.stdout
    assert PackVersion.objects.count() == 1


@pytest.mark.function("ADM-01")
def test_units_and_staff_come_from_files_and_bad_rows_go_to_a_file(tree: dict[str, Unit], tmp_path: Path) -> None:
    units = tmp_path / "units.csv"
    units.write_bytes("代码,名称,类别,上级\nc-1,甲社区,community,dept-a\n".encode("gb18030"))
    assert run("import-units", str(units)).exit_code == 0
    staff = tmp_path / "staff.csv"
    staff.write_text("username,name,unit,roles\na.b,甲,c-1,clerk\nb.c,乙,zz,clerk\n", encoding="utf-8")
    told = answer("import-staff", str(staff), "--passwords")
    assert (told["code"], told["created"], told["rejected"]) == (1, 1, 1)
    assert Path(str(told["rejected_file"])).read_text("utf-8-sig").count("zz") >= 2
    passwords = tmp_path / "staff.csv.passwords.csv"
    assert stat.S_IMODE(passwords.stat().st_mode) == 0o600
    name, password = passwords.read_text("utf-8-sig").splitlines()[1].split(",")
    assert Staff.objects.get(username=name).check_password(password)


def test_areas_come_from_a_file(tmp_path: Path) -> None:
    areas = tmp_path / "areas.csv"
    areas.write_text("code,name,level,parent\n9,区,district,\n", encoding="utf-8")
    assert answer("import-areas", str(areas))["created"] == 1


def test_a_dry_run_of_an_import_writes_nothing(tree: dict[str, Unit], tmp_path: Path) -> None:
    staff = tmp_path / "staff.csv"
    staff.write_text("username,name,unit,roles\na.b,甲,dept-a,clerk\n", encoding="utf-8")
    assert run("import-staff", str(staff), "--passwords", "--dry-run").exit_code == 0
    assert not Staff.objects.exists()
    assert not (tmp_path / "staff.csv.passwords.csv").exists()


def test_a_file_without_its_columns_is_refused(tree: dict[str, Unit], tmp_path: Path) -> None:
    staff = tmp_path / "staff.csv"
    staff.write_text("something,else\n1,2\n", encoding="utf-8")
    result = run("import-staff", str(staff))
    assert result.exit_code == 1
    assert "缺少列" in result.stderr
    assert run("import-staff", str(tmp_path / "missing.csv")).exit_code == 2


@pytest.mark.function("ADM-02")
def test_an_account_is_opened_with_a_link(tree: dict[str, Unit]) -> None:
    made = answer("create-staff", "boss", "老板", "--unit", "centre", "--role", "security_admin")
    assert made["code"] == 0
    assert str(made["password_link"]).startswith("/accounts/password/reset/key/")
    twice = run("create-staff", "BOSS", "老板", "--unit", "centre")
    assert twice.exit_code == 1
    assert "用户名已存在" in twice.stderr
    both = ["--role", "system_admin", "--role", "audit_admin"]
    assert run("create-staff", "two", "双", "--unit", "centre", *both).exit_code == 1
    assert not Staff.objects.filter(username="two").exists()
    assert run("create-staff", "x", "某", "--unit", "nowhere").exit_code == 1
