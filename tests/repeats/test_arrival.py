"""What is found when an order arrives: the same person, copies, many at one place; and what is not."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from open12345.orders.models import WorkOrder
from open12345.repeats import queries, services
from open12345.repeats.models import Entry, Kind
from tests.cast import Town
from tests.repeats.stories import LAMP, LETTER, order_of, phone

pytestmark = [pytest.mark.django_db, pytest.mark.function("INS-01")]

HERE = "泰亭西路69弄映陵雅苑"


def findings(town: Town, order: WorkOrder, by: str = "agent") -> queries.Findings:
    return queries.on_arrival(town.order(order.number), town.person(by), town.pack)


def test_the_same_person_in_other_words_at_the_same_place_is_a_repeat(town: Town) -> None:
    first = order_of(town, body=LAMP, place=HERE, category="B03", phone=phone(1))
    town.wait(days=3)
    again = order_of(town, body="上次反映到现在没动静，门口还是一片漆黑，老人摔了一跤", place=HERE, category="B03",
                     phone=phone(1))  # fmt: skip
    found = findings(town, again).of(Kind.AGAIN)
    assert found is not None
    assert [one.order.pk for one in found.orders] == [first.pk]
    assert found.why.startswith("同一号码 3 天前，同一地点，同一分类")
    assert Entry.objects.get(pk=again.pk).repeats == first.pk


def test_the_same_person_about_another_matter_is_none(town: Town) -> None:
    order_of(town, body=LAMP, place=HERE, category="B03", phone=phone(1))
    other = order_of(town, body="咨询灵活就业人员社保怎么交，去哪里办理", place="", category="P01", phone=phone(1))
    elsewhere = order_of(town, body=LAMP.replace("泰亭西路69弄映陵雅苑", "涞泽支路593弄荣桥雅苑"),
                         place="涞泽支路593弄荣桥雅苑", category="B03", phone=phone(1))  # fmt: skip
    assert findings(town, other) == queries.NOTHING
    assert findings(town, elsewhere).of(Kind.AGAIN) is None


def test_what_was_long_ago_is_no_repeat(town: Town) -> None:
    order_of(town, body=LAMP, place=HERE, phone=phone(1))
    town.wait(days=31)
    assert findings(town, order_of(town, body=LAMP, place=HERE, phone=phone(1))) == queries.NOTHING


def test_the_same_words_from_another_phone_are_shown_as_a_repeat(town: Town) -> None:
    first = order_of(town, body=LETTER, place=HERE, phone=phone(1))
    again = order_of(town, body=LETTER + "！", place=HERE, phone=phone(2))
    found = findings(town, again).of(Kind.AGAIN)
    assert found is not None
    assert [one.order.pk for one in found.orders] == [first.pk]
    assert found.why.startswith("另一号码 当天")
    assert "文字相近 100%" in found.why
    assert Entry.objects.get(pk=again.pk).repeats is None, "two people may say the same"


@pytest.mark.parametrize(
    ("place", "area", "shown"),
    [
        (HERE, 0, True),
        ("泰亭西路99弄映陵雅苑", 0, False),  # the same estate, another house number
        ("", 0, True),  # nothing to compare but the area
        ("", 1, False),
    ],
)
def test_the_same_words_are_one_person_only_where_the_places_agree(
    town: Town, place: str, area: int, *, shown: bool
) -> None:
    text = "二房东打隔断，石膏板把客厅隔了两间，天天半夜拖箱子，楼下睡不着"
    leaves = [row.code for row in town.pack.area_tree.leaves()][:2]
    order_of(town, body=text, place=HERE, area=leaves[0], phone=phone(1))
    again = order_of(town, body=text + "。", place=place, area=leaves[area], phone=phone(2))
    assert (findings(town, again).of(Kind.AGAIN) is not None) is shown


def test_neighbours_who_complain_in_one_anothers_words_are_not_one_person(town: Town) -> None:
    others = ("家门口的路灯坏了三天没人修", "晚上一片漆黑，老人摔了一跤")
    for n, text in enumerate(others):
        order_of(town, body=text, place=HERE, category="B03", phone=phone(n))
    first = order_of(town, body=LAMP, place=HERE, category="B03", phone=phone(5))
    again = order_of(town, body=LAMP + "！", place=HERE, category="B03", phone=phone(6))
    assert findings(town, again).of(Kind.AGAIN) is None
    assert findings(town, again).of(Kind.MASS) is not None
    town.wait(days=2)
    later = order_of(town, body=LAMP, place=HERE, category="B03", phone=phone(7))
    assert findings(town, later).of(Kind.AGAIN) is None, "two others said so, and both belong to the mass complaint"
    assert findings(town, first).of(Kind.MASS) is not None


def test_one_text_from_three_people_is_sent_by_many(town: Town) -> None:
    slips = ("", "，请领导重视", "。盼复")
    orders = [order_of(town, body=LETTER + slip, place=HERE, phone=phone(n)) for n, slip in enumerate(slips)]
    found = findings(town, orders[-1]).of(Kind.SENT)
    assert found is not None
    assert found.persons == 3
    (group,) = queries.group_of(orders[0], town.person("agent"), Kind.SENT)
    assert (group.group.orders, group.group.persons, group.count) == (3, 3, 3)
    assert Entry.objects.values("wording").distinct().count() == 1, "near copies carry no bands of their own"


def test_one_person_with_three_copies_is_not_many(town: Town) -> None:
    orders = [order_of(town, body=LETTER, place=HERE, phone=phone(1)) for _ in range(3)]
    assert findings(town, orders[-1]).of(Kind.SENT) is None
    assert [one.kind for one in queries.group_of(orders[0], town.person("agent"))] == [Kind.AGAIN]


def test_one_template_at_other_places_is_not_one_matter(town: Town) -> None:
    places = ("涞泽支路593弄荣桥雅苑", "映江大道40弄丰岚花园", "永湾路599弄新澜华庭")
    text = "市民来电反映：%s门口的路灯已经三天不亮，晚上出行很不方便，老人小孩容易摔倒，请相关部门尽快派人修理"
    for n, place in enumerate(places):
        last = order_of(town, body=text % place, place=place, category="B03", phone=phone(n))
    assert findings(town, last) == queries.NOTHING
    assert not queries.group_of(last, town.person("agent"))


def test_a_few_words_alone_make_no_copy(town: Town) -> None:
    for n in range(4):
        last = order_of(town, body="路灯不亮", place="", phone=phone(n))
    assert findings(town, last) == queries.NOTHING


@pytest.mark.parametrize(("people", "level"), [(3, "yellow"), (5, "orange"), (10, "red")])
def test_several_people_about_one_matter_at_one_place_within_a_day(town: Town, people: int, level: str) -> None:
    words = ("路灯坏了", "晚上漆黑一片", "灯杆不亮没人修", "走夜路看不见", "门口没有灯光", "老人摔倒了因为没有灯")
    for n in range(people):
        last = order_of(town, body=f"{words[n % 6]}，第{n}户反映", place=HERE, category="B03", phone=phone(n))
        town.wait(hours=1)
    found = findings(town, last).of(Kind.MASS)
    assert found is not None
    assert (found.persons, found.level, found.why) == (people, level, f"同一地点 24 小时内 {people} 人")
    (group,) = queries.group_of(last, town.person("agent"), Kind.MASS)
    assert (group.group.persons, group.level) == (people, level)


def test_the_same_at_one_place_over_three_days_is_no_mass_complaint(town: Town) -> None:
    for n in range(3):
        last = order_of(town, body=f"路灯坏了，第{n}户", place=HERE, category="B03", phone=phone(n))
        town.wait(hours=25)
    assert findings(town, last).of(Kind.MASS) is None


def test_other_matters_at_one_place_are_no_mass_complaint(town: Town) -> None:
    said: list[dict[str, Any]] = [
        {"body": "路灯坏了没有人修", "category": "B03"},
        {"body": "楼上装修周末施工吵人", "category": "C0101"},
        {"body": "垃圾没有及时清运有臭味", "category": "L0301"},
    ]
    for n, one in enumerate(said):
        last = order_of(town, place=HERE, phone=phone(n), **one)
    assert findings(town, last) == queries.NOTHING


def test_parts_of_one_call_are_not_repeats_of_each_other(town: Town) -> None:
    whole = order_of(town, body=LAMP, place=HERE, phone=phone(1))
    parts = [{"title": "路灯", "body": LAMP}, {"title": "路面", "body": "门口路面坑洼"}]
    town.do("agent", whole.number, "split", {"parts": parts})
    for part in WorkOrder.objects.exclude(pk=whole.pk):
        assert services.index_order(part.pk)
        assert findings(town, part) == queries.NOTHING


def test_what_every_order_asks_is_planned_once(town: Town) -> None:
    for n in range(8):
        order = order_of(town, body=LAMP, place=HERE, category="B03", phone=phone(n))
        findings(town, order)
    with connection.cursor() as cursor:
        cursor.execute("SELECT generic_plans FROM pg_prepared_statements WHERE statement LIKE '%picked AS%'")
        assert [plans > 0 for (plans,) in cursor.fetchall()] == [True]
