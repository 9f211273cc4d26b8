"""Checks of units, areas and categories: codes, parents, cycles, levels."""

from collections.abc import Iterator, Sequence

from open12345.policy.names import AREA_LEVELS
from open12345.policy.schema import Pack
from open12345.policy.trees import MAX_CATEGORY_DEPTH, Row

from .registry import Mistake, check, repeats, unknown


def _tree(field: str, rows: Sequence[Row]) -> Iterator[Mistake]:
    codes = [row.code for row in rows]
    known = set(codes)
    yield from repeats((field,), codes)
    for index, row in enumerate(rows):
        if row.parent is not None and row.parent not in known:
            yield (field, index, "parent"), unknown("上级", row.parent, codes)
    yield from _cycles(field, rows)


def _cycles(field: str, rows: Sequence[Row]) -> Iterator[Mistake]:
    """Name each ring once, at its first row in the file."""
    parents = {row.code: row.parent for row in rows}
    told: set[str] = set()
    for index, row in enumerate(rows):
        path: list[str] = []
        code: str | None = row.code
        while code in parents and code not in path and code not in told:
            path.append(code)
            code = parents[code]
        if code == row.code and path:
            ring = " → ".join([*path, row.code])
            yield (field, index, "parent"), f"上级关系成环：{ring}；请改正其中一个上级"
        told.update(path)


@check("units", tree=True)
def units_form_a_tree(pack: Pack) -> Iterator[Mistake]:
    """Each unit has a known parent."""
    yield from _tree("units", pack.units)


@check("areas", tree=True)
def areas_form_a_tree(pack: Pack) -> Iterator[Mistake]:
    """Each area has a known parent."""
    yield from _tree("areas", pack.areas)


@check("categories", tree=True)
def categories_form_a_tree(pack: Pack) -> Iterator[Mistake]:
    """Each category has a known parent and is not too deep."""
    yield from _tree("categories", pack.categories)
    for index, row in enumerate(pack.categories):
        if len(pack.category_tree.lineage(row.code)) > MAX_CATEGORY_DEPTH:
            yield ("categories", index, "parent"), f"分类至多 {MAX_CATEGORY_DEPTH} 级"


@check(intact="units")
def one_centre(pack: Pack) -> Iterator[Mistake]:
    """The tree of units has one root, the hotline centre."""
    roots = [index for index, row in enumerate(pack.units) if row.parent is None]
    for index in roots:
        if pack.units[index].kind != "centre":
            yield (
                ("units", index, "kind"),
                "没有上级的单位应是热线中心（kind 为 centre）；其他单位请填写上级",
            )
    for index in roots[1:]:
        yield (
            ("units", index, "parent"),
            f"只能有一个根；请填写上级，如 “{pack.units[roots[0]].code}”",
        )


@check("units", "areas")
def units_look_after_known_areas(pack: Pack) -> Iterator[Mistake]:
    """A unit's territory is an area of this pack, and no two units of a kind have the same."""
    taken: dict[tuple[str, str], str] = {}
    for index, unit in enumerate(pack.units):
        if unit.area is None:
            continue
        if unit.area not in pack.area_tree:
            yield (
                ("units", index, "area"),
                unknown("区域", unit.area, pack.area_tree),
            )
        first = taken.setdefault((unit.kind, unit.area), unit.code)
        if first != unit.code:
            yield (
                ("units", index, "area"),
                f"区域 “{unit.area}” 已由同类单位 “{first}” 管辖；一个区域只能有一个",
            )


@check("areas")
def areas_narrow_downwards(pack: Pack) -> Iterator[Mistake]:
    """An area is narrower than the one above it."""
    order = {level: place for place, level in enumerate(AREA_LEVELS)}
    for index, row in enumerate(pack.areas):
        above = pack.area_tree.get(row.parent) if row.parent else None
        if above is not None and order.get(above.level, -1) >= order.get(row.level, len(order)):
            message = f"层级 {row.level} 应低于上级 “{above.name}” 的 {above.level}"
            yield ("areas", index, "level"), f"{message}；顺序为 {' > '.join(AREA_LEVELS)}"


@check("categories", intact="kinds")
def categories_hint_at_known_kinds(pack: Pack) -> Iterator[Mistake]:
    """A category's usual kind exists."""
    for index, row in enumerate(pack.categories):
        hint = row.kind_hint
        if hint is not None and hint not in pack.kinds:
            yield (
                ("categories", index, "kind_hint"),
                unknown("诉求类型", hint, pack.kinds),
            )


@check("categories", intact="closing")
def categories_name_known_forms(pack: Pack) -> Iterator[Mistake]:
    """A category's extra form exists."""
    forms = pack.closing.extra_forms
    for index, row in enumerate(pack.categories):
        if row.extra_form is not None and row.extra_form not in forms:
            message = unknown("附加表（closing.yaml 的 extra_forms）", row.extra_form, forms)
            yield ("categories", index, "extra_form"), message
