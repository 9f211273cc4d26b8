"""Whose a lamp is: by the number on its plate, else the nearest of its kind; told to the dispatcher as a reason."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from open12345.directory.models import Unit
from open12345.dispatch.advice import recommend
from open12345.dispatch.facilities import used
from open12345.dispatch.facilities.nearby import Asked, find_all, metres
from open12345.dispatch.models import Facility, FoundBy, OrderFacility
from open12345.orders import privacy
from tests.cast import Town
from tests.dispatch.facilities import HERE, LAMP, about, beside, entered, point

pytestmark = pytest.mark.function("DIS-19")


def code_of(town: Town, text: str, category: str = "") -> str:
    match = about(town, text, category, at=None)
    return match.facility.code if match else ""


# By place


def test_the_nearest_of_the_kind_that_the_category_names_is_found(town: Town) -> None:
    entered(town, "L-0001", east=30)
    entered(town, "L-0002", east=12)
    match = about(town, "晚上太黑了", "B03")
    assert match is not None
    assert (match.facility.code, match.how, match.metres) == ("L-0002", FoundBy.NEAR, 12)


def test_words_name_the_kind_while_no_category_is_chosen(town: Town) -> None:
    entered(town)
    assert about(town, "门口灯杆歪了") is not None
    assert about(town, "门口太吵了") is None


def test_of_a_category_that_the_register_does_not_decide_words_are_not_enough(town: Town) -> None:
    entered(town)
    assert about(town, "路灯下面有人摆摊", "A0101") is None


def test_another_kind_a_retired_one_and_one_too_far_are_not_found(town: Town) -> None:
    entered(town, "M-1", kind="manhole", east=1)
    entered(town, "L-1", east=2, active=False)
    entered(town, "L-2", east=51)
    assert about(town, "路灯不亮", "B03") is None


def test_each_kind_has_its_own_reach(town: Town) -> None:
    entered(town, "M-1", kind="manhole", east=31)
    assert about(town, "井盖响", "B02") is None
    entered(town, "M-2", kind="manhole", east=29)
    found = about(town, "井盖响", "B02")
    assert found is not None
    assert found.facility.code == "M-2"


def test_one_of_another_owner_nearly_as_near_makes_it_uncertain(town: Town) -> None:
    entered(town, "L-1", east=12)
    entered(town, "L-2", east=18, owner="urban")
    match = about(town)
    assert match is not None
    assert (match.facility.code, match.rival) == ("L-1", 18)
    assert used.strength(match) == 0.5
    assert "18 米处另有别家的" in used.told(match)
    Facility.objects.filter(code="L-2").update(owner=Unit.objects.get(code="greening"))
    sure = about(town)
    assert sure is not None
    assert sure.rival is None


def test_without_a_point_or_a_number_nothing_is_found(town: Town) -> None:
    entered(town)
    assert about(town, "路灯不亮", "B03", at=None) is None


def test_the_register_of_another_pack_is_another_register(town: Town) -> None:
    entered(town)
    Facility.objects.update(pack="elsewhere")
    assert about(town) is None


def test_metres_are_metres() -> None:
    assert metres((121.0, 31.0), (121.0, 32.0)) == pytest.approx(111_195, abs=1)
    assert metres(HERE, beside(100, 0)) == pytest.approx(100, abs=0.5)


def test_a_page_of_orders_takes_three_queries(town: Town, django_assert_max_num_queries: object) -> None:
    for number in range(20):
        entered(town, f"L-{number:04}", east=number * 10)
    asked = [Asked("B03", "路灯不亮", beside(number * 10.0)) for number in range(19)]
    asked.append(Asked("B03", "灯杆 L-0007 坏了"))
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        found = find_all(town.pack, asked)
    assert [one.facility.code for one in found if one] == [*(f"L-{n:04}" for n in range(19)), "L-0007"]


# By number


@pytest.mark.parametrize(
    "text",
    ["路灯 L-0123 不亮", "灯杆编号：l-0123。", "路灯Ｌ－０１２３不亮", "灯杆上写着L0123，不亮", "灯杆 L 0123 不亮了"],
)
def test_a_number_that_was_said_is_found_however_it_is_spelled(town: Town, text: str) -> None:
    entered(town, east=900)
    assert code_of(town, text) == "L-0123"


def test_a_number_outdoes_what_is_nearer(town: Town) -> None:
    entered(town, "L-0001", east=3)
    entered(town, "L-0123", east=40)
    match = about(town, "路灯L-0123不亮", "B03")
    assert match is not None
    assert (match.facility.code, match.how, match.metres) == ("L-0123", FoundBy.SAID, 40)


def test_a_bare_number_means_a_facility_only_behind_the_word_for_it(town: Town) -> None:
    entered(town, "0123")
    assert code_of(town, "路灯编号0123不亮") == "0123"
    assert code_of(town, "我住0123室，楼下的那个路灯坏了") == ""


def test_a_number_of_another_kind_or_a_retired_one_is_not_meant(town: Town) -> None:
    entered(town, "M-0123", kind="manhole")
    entered(town, "L-0009", active=False)
    assert code_of(town, "路灯M-0123不亮", "B03") == ""
    assert code_of(town, "路灯L-0009不亮") == ""
    assert code_of(town, "M-0123 号楼门口的路灯") == ""


def test_a_number_far_from_the_point_is_told_to_be_checked(town: Town) -> None:
    entered(town, east=900)
    match = about(town, "路灯L-0123不亮")
    assert match is not None
    assert match.is_far
    assert used.strength(match) < 1
    assert "请核对" in used.told(match)


# Points that may not be used to the metre


def test_coarse_and_confidential_points_are_not_used(town: Town) -> None:
    Facility.objects.all().delete()
    entered(town, east=0)
    coarse = {"longitude": 121.321, "latitude": 31.127}
    Facility.objects.update(longitude=Decimal("121.321"), latitude=Decimal("31.127"))
    rough, secret = (town.order(town.register(**LAMP, **more)) for more in (coarse, {**point(), "confidential": True}))
    assert privacy.exact_point(rough) is None
    assert privacy.exact_point(secret) is None
    assert used.tips(town.pack, [rough, secret], town.now) == [[], []]


# The reason


def test_the_owner_is_recommended_first_and_the_reason_says_how_far_it_is(town: Town) -> None:
    entered(town)
    number = town.register(**LAMP, **point())
    first = recommend(town.pack, town.order(number), at=town.now)[0]
    assert first.lead == "greening"  # the duty list alone names urban
    said = [reason.text for reason in first.reasons if reason.source == "facility"]
    assert said == ["设施登记：路灯 L-0123（距工单位置 12 米）由镇属绿化养护公司（示意）管理"]


def test_without_the_register_the_duty_list_leads(town: Town) -> None:
    number = town.register(**LAMP, **point())
    assert recommend(town.pack, town.order(number), at=town.now)[0].lead == "urban"


def test_a_said_number_is_a_reason_without_a_point(town: Town) -> None:
    entered(town)
    number = town.register(**LAMP | {"body": "灯杆 L-0123 三天不亮，走路看不清。"})
    [tip] = used.tips(town.pack, [town.order(number)], town.now)[0]
    assert (tip.lead, tip.strength) == ("greening", 1.0)
    assert tip.text == "设施登记：文中路灯编号 L-0123 由镇属绿化养护公司（示意）管理"


def test_an_owner_that_works_no_more_is_not_recommended(town: Town) -> None:
    entered(town)
    Unit.objects.filter(code="greening").update(active=False)
    number = town.register(**LAMP, **point())
    assert used.tips(town.pack, [town.order(number)], town.now) == [[]]


# What else was said of it


def test_orders_about_one_lamp_are_counted_and_follow_a_correction(town: Town) -> None:
    lamp, other = entered(town), entered(town, "L-0200", east=200)
    numbers = [town.register(**LAMP, **point(north=2.0 * n), phone=f"1391234800{n}") for n in range(3)]
    for number in numbers:
        used.look(town.order(number).pk, town.now)
    agent = town.person("agent")
    assert used.lately(lamp, agent, town.now) == 3
    assert used.lately(lamp, agent, town.now + timedelta(days=91)) == 0
    kept = OrderFacility.objects.get(order__number=numbers[0])
    assert (kept.how, kept.metres) == (FoundBy.NEAR, 12)

    order = town.order(numbers[0])
    order.longitude, order.latitude = (Decimal(str(degrees)) for degrees in beside(200))
    order.save(update_fields=["longitude", "latitude"])
    used.look(order.pk, town.now)
    used.look(order.pk, town.now)
    assert used.orders_about(other, agent).get().number == numbers[0]
    assert used.lately(lamp, agent, town.now) == 2

    Facility.objects.filter(pk=other.pk).update(active=False)
    used.look(order.pk, town.now)
    assert not OrderFacility.objects.filter(order=order).exists()


def test_a_unit_counts_only_what_it_may_see(town: Town) -> None:
    lamp = entered(town)
    used.look(town.order(town.register(**LAMP, **point())).pk, town.now)
    assert used.lately(lamp, town.person("clerk.urban"), town.now) == 0


def test_only_orders_that_name_a_registered_kind_are_looked_at(town: Town) -> None:
    from django.db import connection  # noqa: PLC0415 - for this count alone

    def asked() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [used.TASK])
            return int(cursor.fetchone()[0])

    town.register()
    assert asked() == 0
    town.register(**LAMP, phone="13912348001")
    assert asked() == 1
