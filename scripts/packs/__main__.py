"""`python -m scripts.packs --shanghai FILE --qinhuai FILE`: write (or `--check`) the tables of the larger packs.

The two files are tables of the statistical division codes (`code,parent,level,name`), from the source that
`packs/LICENSE.areas` names. Without them the areas and units that the packs hold stay as they are.
"""

import argparse
import csv
import io
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from scripts.packs import demo, places
from scripts.packs.duty import duty_yaml
from scripts.packs.places import Area, Unit
from scripts.packs.tree import Type, read_tree

PACKS: Final = Path(__file__).resolve().parents[2] / "packs"
HEADS: Final = Path(__file__).parent / "heads"


class Plan(NamedTuple):
    """A pack: where its areas are, what stands above them, its units, which principle is shown for which lead."""

    table: str
    root: str
    above: tuple[Area, ...]
    units: Callable[[list[Area]], Iterator[Unit]]
    principles: dict[str, str]


COMMON: Final = {"*": "in_charge", "territory": "territory", "discipline": "discipline"}
PLANS: Final = {
    "baoshan": Plan("shanghai", "310113", (), places.baoshan_units, COMMON),
    "pudong": Plan("shanghai", "310115", (), places.pudong_units, {"*": "first_asked", "territory": "fallback"}),
    "qinhuai": Plan(
        "qinhuai", "320104", (Area("320104", "", "district", "秦淮区"),), places.qinhuai_units, {"*": "first_duty"}
    ),
    "shanghai": Plan("shanghai", "310", (Area("310000", "", "city", "上海市"),), places.shanghai_units, COMMON),
}


def files(pack: str, types: list[Type], tables: dict[str, Path]) -> Iterator[tuple[str, str]]:
    """Yield name and content of each table of a pack."""
    plan = PLANS[pack]
    yield "categories.csv", _csv(_COLUMNS, _categories(types))
    head = (HEADS / f"{pack}.yaml").read_text(encoding="utf-8")
    yield "duty.yaml", duty_yaml(pack, types, head, plan.principles)
    if plan.table in tables:
        found = places.read_areas(tables[plan.table], plan.root)
        areas = [*plan.above, *(area for area in found if area.code not in {one.code for one in plan.above})]
        if plan.above and plan.above[0].level == "city":
            areas = [a._replace(parent=plan.above[0].code) if a.level == "district" else a for a in areas]
        # a city sends to districts and streets: their communities are theirs
        kept = [a for a in areas if pack != "shanghai" or a.level != "community"]
        yield "areas.csv", _csv(Area._fields, kept)
        yield "units.csv", _csv(Unit._fields, plan.units(areas))
        yield from demo.files(types, areas, {a.code for a in kept}, PACKS / "jiuting" / "demo")


_COLUMNS: Final = (
    "code", "parent", "title", "kind_hint", "on_site_required", "extra_form", "urgent_words", "required_fields",
    "limit", "source",
)  # fmt: skip


def _categories(types: list[Type]) -> Iterator[tuple[str, ...]]:
    for one in types:
        yield (one.code, "", one.title, *[""] * 7)
        for group in one.groups:
            yield (group.code, one.code, group.title, *[""] * 7)
            for item in group.items:
                yield (
                    item.code, group.code, item.title, item.kind, "yes" if item.on_site else "", item.form,
                    ";".join(item.words), "place" if item.place else "", "", "",
                )  # fmt: skip


def _csv(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def main() -> None:
    """Write the tables, or name those that differ."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--shanghai", type=Path)
    asked.add_argument("--qinhuai", type=Path)
    asked.add_argument("--check", action="store_true", help="change nothing; exit code 1 where a table differs")
    said = asked.parse_args()
    tables = {name: path for name in ("shanghai", "qinhuai") if (path := getattr(said, name))}
    types, differ = read_tree(), []
    for pack in PLANS:
        for name, text in files(pack, types, tables):
            path = PACKS / pack / name
            if path.is_file() and path.read_text(encoding="utf-8") == text:
                continue
            differ.append(f"{pack}/{name}")
            if not said.check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    sys.stdout.write("".join(f"{'differs' if said.check else 'written'}  {name}\n" for name in differ))
    sys.exit(1 if said.check and differ else 0)


if __name__ == "__main__":
    main()
