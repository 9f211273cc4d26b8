"""Checks of the duty list.

Codes, known units and categories, a lead for every leaf, a unit for every territory.
"""

from collections.abc import Iterator

from open12345.policy.duty import DutyItem
from open12345.policy.names import TERRITORY
from open12345.policy.problems import Loc
from open12345.policy.schema import Pack

from .registry import Mistake, check, repeats, unknown


def _items(pack: Pack) -> Iterator[tuple[Loc, DutyItem]]:
    for place, group in enumerate(pack.duty.classes):
        for index, item in enumerate(group.items):
            yield ("duty", "classes", place, "items", index), item


@check("duty")
def duty_codes_are_single(pack: Pack) -> Iterator[Mistake]:
    """Principles, classes and items each have their own code."""
    yield from repeats(("duty", "principles"), (found.code for found in pack.duty.principles))
    yield from repeats(("duty", "classes"), (found.code for found in pack.duty.classes))
    seen: set[str] = set()
    for loc, item in _items(pack):
        if item.code in seen:
            yield (*loc, "code"), f"事项代码 “{item.code}” 重复；请换一个"
        seen.add(item.code)


@check("duty")
def duty_items_agree_with_themselves(pack: Pack) -> Iterator[Mistake]:
    """The lead is no co-handler too, nobody helps twice, and the principle that is shown exists."""
    principles = [principle.code for principle in pack.duty.principles]
    for loc, item in _items(pack):
        for index, helper in enumerate(item.co_handlers):
            if helper == item.lead:
                yield (*loc, "co_handlers", index), f"“{helper}” 已是主办，不能又是协办"
        yield from repeats((*loc, "co_handlers"), item.co_handlers, "协办", ())
        yield from repeats((*loc, "categories"), item.categories, "分类", ())
        if item.principle is not None and item.principle not in principles:
            yield (
                (*loc, "principle"),
                unknown("派单原则", item.principle, principles),
            )


@check("duty", "units")
def duty_units_exist(pack: Pack) -> Iterator[Mistake]:
    """Lead and co-handlers are units of this pack that can take orders, or the territory."""
    known = [TERRITORY, *pack.unit_tree]
    for loc, item in _items(pack):
        named = [((*loc, "lead"), item.lead)]
        named += [((*loc, "co_handlers", index), code) for index, code in enumerate(item.co_handlers)]
        for place, code in named:
            if code not in known:
                yield place, unknown("单位", code, known)
            elif code != TERRITORY and pack.unit_tree[code].parent is None and pack.unit_tree[code].kind == "centre":
                yield place, f"“{code}” 是热线中心，不能自己承办；请填承办单位"


@check("duty", "categories")
def duty_categories_exist(pack: Pack) -> Iterator[Mistake]:
    """Items speak of categories of this pack."""
    for loc, item in _items(pack):
        for index, code in enumerate(item.categories):
            if code not in pack.category_tree:
                yield (
                    (*loc, "categories", index),
                    unknown("分类", code, pack.category_tree),
                )


@check(intact="duty categories")
def every_leaf_has_a_lead(pack: Pack) -> Iterator[Mistake]:
    """Each category that may stand on an order has a first-responsible unit (003 art. 8)."""
    covered = {code for _, item in _items(pack) for code in item.categories}
    for index, row in enumerate(pack.categories):
        if pack.is_leaf(row.code) and covered.isdisjoint(found.code for found in pack.category_tree.lineage(row.code)):
            yield (
                ("categories", index, "code"),
                f"“{row.title}” 没有首接负责单位；请在 duty.yaml 给它或它的上级配一条事项",
            )


@check(intact="duty units areas")
def every_area_has_a_territory_unit(pack: Pack) -> Iterator[Mistake]:
    """Where an item falls to the territory, each lowest area is looked after by a unit."""
    if not any(TERRITORY in {item.lead, *item.co_handlers} for _, item in _items(pack)):
        return
    kinds = "、".join(pack.duty.territory_kinds)
    for index, row in enumerate(pack.areas):
        if pack.area_tree.is_leaf(row.code) and pack.territory_unit(row.code) is None:
            remedy = f"请在 units.csv 给一个 {kinds} 的 area 填 “{row.code}” 或它的上级"
            yield ("areas", index, "code"), f"“{row.name}” 没有属地单位；{remedy}"
