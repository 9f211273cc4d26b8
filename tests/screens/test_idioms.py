"""Standing phrases per field: one's own, the unit's, the centre's; never with a person in them (HAN-21)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from open12345.handling import idioms
from open12345.handling.models import Idiom
from open12345.orders.errors import NotAllowed, NotFound, Refused
from tests.cast import Town
from tests.orders.walks import signed
from tests.screens.conftest import Browser, text_of

pytestmark = pytest.mark.function("HAN-21")
AtScreen = Callable[[str], Browser]
FIELD, TEXT = "answer.text", "已到场劝离，并安排傍晚值守，请您留意。"


def keep(town: Town, by: str, scope: str, text: str = TEXT, field: str = FIELD) -> Idiom:
    return idioms.save(field, text, scope, by=town.person(by), at=town.now, pack=town.pack)


def texts(town: Town, by: str, field: str = FIELD) -> list[str]:
    return [idiom.text for idiom in idioms.for_field(town.person(by), field)]


def test_each_phrase_reaches_those_it_is_for(town: Town) -> None:
    keep(town, "clerk.urban", "own", "我自己的")
    keep(town, "clerk.urban", "unit", "本单位的")
    keep(town, "supervisor", "centre", "全部人的")
    assert texts(town, "clerk.urban") == ["我自己的", "本单位的", "全部人的"], "one's own first"
    assert texts(town, "worker.urban") == ["本单位的", "全部人的"]
    assert texts(town, "clerk.market") == ["全部人的"]
    assert texts(town, "clerk.urban", "contact.note") == [], "each field has its own"


@pytest.mark.parametrize(
    ("by", "scope"), [("worker.urban", "unit"), ("clerk.urban", "centre"), ("agent", "centre"), ("agent", "unit")]
)
def test_only_heads_keep_phrases_for_others(town: Town, by: str, scope: str) -> None:
    with pytest.raises(NotAllowed):
        keep(town, by, scope)
    assert not Idiom.objects.exists()


@pytest.mark.parametrize(
    "text",
    ["请拨打13912345678", "联系人：李四，已说明", "已向李秀兰女士说明", "身份证310117199003074518", "", "长" * 1001],
)
def test_no_person_stands_in_a_phrase(town: Town, text: str) -> None:
    with pytest.raises(Refused):
        keep(town, "clerk.urban", "own", text)
    assert keep(town, "clerk.urban", "own", "如需帮助请拨打62112345").pk, "the line's own number is no person's"
    assert keep(town, "clerk.urban", "own", "王女士您好").pk, "a surname alone names nobody"


@pytest.mark.parametrize("field", ["", "answer", "answer.nothing", "nothing.text"])
def test_a_field_that_is_none_keeps_nothing(town: Town, at_screen: AtScreen, field: str) -> None:
    with pytest.raises(Refused):
        keep(town, "clerk.urban", "own", field=field)
    at_screen("clerk.urban").open(f"/handling/idioms/?field={field}", 404)


def test_the_same_phrase_is_kept_once_and_no_more_than_fifty(town: Town) -> None:
    assert keep(town, "clerk.urban", "own").pk == keep(town, "clerk.urban", "own").pk
    for n in range(idioms.AT_MOST - 1):
        keep(town, "clerk.urban", "own", f"第{n}条")
    with pytest.raises(Refused):
        keep(town, "clerk.urban", "own", "再来一条")


def test_nobody_changes_what_is_another_s(town: Town, at_screen: AtScreen) -> None:
    own, units = keep(town, "clerk.urban", "own", "我自己的"), keep(town, "clerk.urban", "unit", "本单位的")
    with pytest.raises(NotFound):
        idioms.remove(own.pk, by=town.person("worker.urban"))
    with pytest.raises(NotAllowed):
        idioms.remove(units.pk, by=town.person("worker.urban"))
    at_screen("clerk.market").post(f"/handling/idioms/{units.pk}/remove/", {}, 404)
    at_screen("clerk.market").post(f"/handling/idioms/{units.pk}/used/", {}, 204)
    assert list(Idiom.objects.order_by("pk").values_list("pk", "uses")) == [(own.pk, 0), (units.pk, 0)]


def test_phrases_are_put_in_order(town: Town, at_screen: AtScreen) -> None:
    made = [keep(town, "clerk.urban", "own", text) for text in ("一", "二", "三")]
    clerk = at_screen("clerk.urban")
    clerk.post(f"/handling/idioms/{made[2].pk}/up/", {})
    assert texts(town, "clerk.urban") == ["一", "三", "二"]
    clerk.post(f"/handling/idioms/{made[0].pk}/up/", {})
    assert texts(town, "clerk.urban") == ["一", "三", "二"], "the first stays the first"
    clerk.post(f"/handling/idioms/{made[0].pk}/remove/", {})
    assert texts(town, "clerk.urban") == ["三", "二"]
    page = clerk.open("/handling/idioms/all/")
    assert "答复市民 · 答复内容" in page
    assert page.index("三") < page.index("二</")


def test_long_fields_name_themselves_and_their_phrases_are_listed_and_kept(town: Town, at_screen: AtScreen) -> None:
    number, clerk = signed(town), at_screen("clerk.urban")
    page = clerk.open(f"/orders/{number}/?do=answer")
    assert 'data-idioms="answer.text"' in page
    told = text_of(clerk.post("/handling/idioms/", {"field": FIELD, "text": TEXT, "scope": "own"}, 200))
    assert f'data-text="{TEXT}"' in told
    wrong = text_of(clerk.post("/handling/idioms/", {"field": FIELD, "text": "打13912345678", "scope": "own"}, 422))
    assert "不能有姓名" in wrong
    (pk,) = re.findall(r'data-idiom="(\d+)"', clerk.open(f"/handling/idioms/?field={FIELD}"))
    clerk.post(f"/handling/idioms/{pk}/used/", {}, 204)
    assert Idiom.objects.get().uses == 1
    at_screen("system_admin").open(f"/handling/idioms/?field={FIELD}", 404)
