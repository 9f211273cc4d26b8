"""Areas and units of each pack, from tables of real names and the departments that such a centre usually has."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

HERE: Final = Path(__file__).parent
LEVELS: Final = {"3": "district", "4": "street", "5": "community"}
ACCOUNTS: Final = 872
"""Accounts of the front line that Baoshan had opened (000 一（二）1)."""

#: Qinhuai has 107 communities in the table of 2021, 104 in its own report (004 一（一）); which three have gone is not
#: said. The last ones of the three streets that have most are left without a unit: their street looks after them.
WITHOUT_UNIT: Final = frozenset({"320104003017", "320104011018", "320104012011"})


class Area(NamedTuple):
    """A row of areas.csv."""

    code: str
    parent: str
    level: str
    name: str
    synthetic: str = "no"


class Unit(NamedTuple):
    """A row of units.csv."""

    code: str
    parent: str
    kind: str
    name: str
    phone: str = ""
    area: str = ""
    synthetic: str = "no"
    accounts: str = ""


class Department(NamedTuple):
    """A department or firm as a pack calls it; `same_as` where another one does its work there."""

    code: str
    kind: str
    name: str
    same_as: str
    named: bool


def read_areas(file: Path, root: str) -> list[Area]:
    """Read the rows of a table below `root` (all of them for a city), each right after those above it."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found = [Area(r["code"], r["parent"], LEVELS[r.get("level") or _level(r["code"])], r["name"]) for r in rows]
    return [area for area in found if area.code.startswith(root)]


def _level(code: str) -> str:
    return {6: "3", 9: "4", 12: "5"}[len(code)]


def departments(pack: str) -> list[Department]:
    """Read what a pack's column of departments.csv says."""
    with (HERE / "departments.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row[pack]]
    return [
        Department(
            row["code"],
            row["kind"],
            row[pack],
            row[pack].removeprefix("=") if row[pack].startswith("=") else "",
            pack in row["named_in"].split(";"),
        )
        for row in rows
    ]


def _department_units(pack: str) -> Iterator[Unit]:
    for found in departments(pack):
        if not found.same_as:
            name = found.name if found.kind == "department" else f"{found.name}（示意）"
            yield Unit(found.code, "centre", found.kind, name, synthetic="no" if found.named else "yes")


def _street(area: Area, parent: str, code: str) -> Unit:
    if area.name.endswith("街道"):
        return Unit(code, parent, "street", f"{area.name}办事处", area=area.code)
    if area.name.endswith(("镇", "乡")):
        return Unit(code, parent, "town", f"{area.name}人民政府", area=area.code)
    return Unit(code, parent, "committee", f"{area.name}管理机构（示意）", area=area.code, synthetic="yes")


def _of(areas: Iterable[Area], level: str) -> list[Area]:
    return [area for area in areas if area.level == level]


def _shares(communities: dict[str, int]) -> dict[str, int]:
    """Share the accounts that are left over one for each community among the streets, by their communities."""
    left, whole = ACCOUNTS - sum(communities.values()), sum(communities.values())
    shares = {code: left * number // whole for code, number in communities.items()}
    for code in sorted(communities, key=lambda one: -(left * communities[one] % whole))[: left - sum(shares.values())]:
        shares[code] += 1
    return shares


def baoshan_units(areas: list[Area]) -> Iterator[Unit]:
    """A district: departments, streets and towns, communities with their accounts."""
    yield Unit("centre", "", "centre", "宝山区城市运行管理中心", "12345")
    yield from _department_units("baoshan")
    streets, communities = _of(areas, "street"), _of(areas, "community")
    shares = _shares({one.code: sum(c.parent == one.code for c in communities) for one in streets})
    for one in streets:
        yield _street(one, "centre", f"s{one.code[6:]}")._replace(accounts=str(shares[one.code]))
    for one in communities:
        yield Unit(f"c{one.code[6:]}", f"s{one.parent[6:]}", "community", one.name, area=one.code, accounts="1")


def pudong_units(areas: list[Area]) -> Iterator[Unit]:
    """A district: departments, streets, towns and zones, each with its branch of the operations centre."""
    yield Unit("centre", "", "centre", "浦东新区城市运行综合管理中心", "12345")
    yield from _department_units("pudong")
    streets = _of(areas, "street")
    yield from (_street(one, "centre", f"s{one.code[6:]}") for one in streets)
    for one in streets:
        name = f"{one.name}城运分中心（示意）"
        yield Unit(f"w{one.code[6:]}", f"s{one.code[6:]}", "station", name, area=one.code, synthetic="yes")


def qinhuai_units(areas: list[Area]) -> Iterator[Unit]:
    """50 departments, 12 streets, 9 state firms, 4 committees and 104 communities (004 一（一）)."""
    yield Unit("centre", "", "centre", "秦淮区12345政务服务便民热线", "12345")
    yield from _department_units("qinhuai")
    yield from (_street(one, "centre", f"s{one.code[6:]}") for one in _of(areas, "street"))
    for one in _of(areas, "community"):
        if one.code not in WITHOUT_UNIT:
            yield Unit(f"c{one.code[6:]}", f"s{one.parent[6:]}", "community", one.name, area=one.code)


def shanghai_units(areas: list[Area]) -> Iterator[Unit]:
    """A city: departments, the sixteen districts, their streets and towns, a station at each of these."""
    yield Unit("centre", "", "centre", "上海市12345市民服务热线", "12345")
    yield from _department_units("shanghai")
    for one in _of(areas, "district"):
        yield Unit(f"d{one.code}", "centre", "district", f"{one.name}城市运行管理中心", area=one.code)
    streets = _of(areas, "street")
    yield from (_street(one, f"d{one.parent}", f"s{one.code}") for one in streets)
    for one in streets:
        name = f"{one.name}城运工作站（示意）"
        yield Unit(f"w{one.code}", f"s{one.code}", "station", name, area=one.code, synthetic="yes")
