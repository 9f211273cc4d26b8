"""The bell: how many are unseen, cheaply; the panel, the page, opening one, and that a seen one stays seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from open12345.notify import queries, services
from open12345.notify.models import Notice, NoticeSeen
from tests.cast import Town
from tests.notify.told import told
from tests.orders.walks import dispatched
from tests.screens.conftest import Browser, text_of

AtScreen = Callable[[str], Browser]


def counted(page: str) -> str:
    found = re.search(r'<span aria-hidden="true">([^<]*)</span>', page)
    return found[1] if found else ""


def notice(town: Town, name: str) -> Notice:
    found = queries.notices_of(town.person(name)).order_by("-pk").first()
    assert found is not None
    return found


def test_the_bell_stands_on_every_page_and_leads_to_the_list_without_javascript(at_screen: AtScreen) -> None:
    page = at_screen("clerk.urban").open("/handling/")
    bell = page.split("data-bell")[1].split("</details>")[0]
    assert 'data-key="alt+n"' in bell
    assert 'href="/notices/?tab=all"' in bell
    assert bell.count('aria-live="polite"') == 1
    assert "<script" not in bell.replace('<script type="module" src=', "")


@pytest.mark.parametrize("name", ["system_admin", "audit_admin", "watcher"])
def test_who_sees_no_orders_has_no_bell(at_screen: AtScreen, name: str) -> None:
    stranger = at_screen(name)
    assert "data-bell" not in stranger.open("/words/")
    for url in ("/notices/", "/notices/count/", "/notices/latest/"):
        assert stranger.client.get(url).status_code == 404, url
    assert stranger.client.post("/notices/seen/", {"up_to": "1"}).status_code == 404


def test_a_visitor_is_sent_to_sign_in(db: None) -> None:
    for url in ("/notices/", "/notices/count/", "/notices/1/"):
        assert Client().get(url).headers["Location"].startswith("/accounts/login/")


def test_the_count_is_of_what_one_has_not_seen(town: Town, at_screen: AtScreen) -> None:
    clerk = at_screen("clerk.urban")
    assert counted(clerk.open("/notices/count/")) == ""
    numbers = [dispatched(town) for _ in range(3)]
    assert counted(clerk.open("/notices/count/")) == "3"
    assert counted(at_screen("clerk.market").open("/notices/count/")) == ""
    answer = clerk.client.get(f"/notices/{notice(town, 'clerk.urban').pk}/")
    assert answer.headers["Location"] == f"/orders/{numbers[-1]}/"
    assert counted(clerk.open("/notices/count/")) == "2"
    assert counted(at_screen("worker.urban").open("/notices/count/")) == "3", "seen is each person's own"


def test_an_unchanged_count_is_answered_in_three_statements(
    town: Town, at_screen: AtScreen, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Session, account, and one statement about the notices."""
    for _ in range(3):
        dispatched(town)
    clerk = at_screen("clerk.urban")
    tag = clerk.client.get("/notices/count/").headers["ETag"]
    with django_assert_num_queries(3):
        again = clerk.client.get("/notices/count/", headers={"if-none-match": tag})
    assert again.status_code == 304
    assert again.headers["ETag"] == tag
    assert again.content == b""


def test_whatever_changes_the_count_changes_the_tag(town: Town, at_screen: AtScreen) -> None:
    clerk = at_screen("clerk.urban")

    def tag() -> str:
        return str(clerk.client.get("/notices/count/").headers["ETag"])

    tags = [tag()]
    number = dispatched(town)
    tags.append(tag())
    services.see(town.person("clerk.urban"), notice(town, "clerk.urban"))
    tags.append(tag())
    town.do("dispatcher", number, "take_back", {"reason": "派错了"})
    tags.append(tag())
    dispatched(town, "market")
    assert tag() == tags[-1], "what happens to others does not"
    NoticeSeen.objects.filter(staff=town.person("clerk.urban").id or 0).delete()
    tags.append(tag())
    assert len(set(tags)) == len(tags)


def test_a_count_in_another_language_is_another_answer(town: Town, at_screen: AtScreen) -> None:
    dispatched(town)
    clerk = at_screen("clerk.urban")
    tag = clerk.client.get("/notices/count/").headers["ETag"]
    english = clerk.client.get("/notices/count/", headers={"if-none-match": tag, "accept-language": "en"})
    assert english.status_code == 200
    assert "unseen" in text_of(english)


def test_many_are_counted_to_ninety_nine(town: Town, monkeypatch: pytest.MonkeyPatch, at_screen: AtScreen) -> None:
    monkeypatch.setattr(queries, "COUNTED", 5)
    monkeypatch.setattr("open12345.notify.views.PAGE", 4)
    numbers = [dispatched(town, title=f"第{n}件") for n in range(7)]
    clerk = at_screen("clerk.urban")
    assert counted(clerk.open("/notices/count/")) == "5+"
    page = clerk.open("/notices/")
    assert page.count('class="notice unseen"') == 4
    following = re.search(r'href="(\?tab=unseen&amp;after=[^"]+)"', page)
    assert following
    second = clerk.open("/notices/" + following[1].replace("&amp;", "&"))
    assert second.count("data-row") == len(numbers) - 4
    assert not set(re.findall(r"/notices/(\d+)/", page)) & set(re.findall(r"/notices/(\d+)/", second))


def more_of(town: Town, number: str, *kinds: str, late: str = "") -> None:
    """Tell the clerk of an order again and again."""
    first = notice(town, "clerk.urban")
    for n, kind in enumerate(kinds):
        Notice.objects.create(
            key=f"{number}.{kind}.{n}.{late}", kind=kind, unit_id=first.unit_id, roles=["clerk"],
            order=town.order(number), seq=3 + n, at=first.at + timedelta(minutes=n + 1),
            facts={"late": [late]} if late else {},
        )  # fmt: skip


def test_an_order_is_one_line_that_says_what_matters_most(town: Town, at_screen: AtScreen) -> None:
    number, other = dispatched(town, title="三个钟都到了"), dispatched(town, title="另一件")
    more_of(town, number, "breach", late="sign")
    more_of(town, number, "breach", late="contact")
    more_of(town, number, "urged")
    clerk = at_screen("clerk.urban")
    assert counted(clerk.open("/notices/count/")) == "2", "orders are counted"
    for url in ("/notices/", "/notices/latest/"):
        page = " ".join(text_of(clerk.client.get(url)).split())
        assert page.count("data-row") == 2
        assert page.count("三个钟都到了") == 1
        assert "已超时" in page
        assert re.search("签收时限、先行联系时限|先行联系时限、签收时限", page)
        assert "另有 2 项" in page
    clerk.client.get(f"/notices/{Notice.objects.filter(order__number=number).latest('pk').pk}/")
    assert counted(clerk.open("/notices/count/")) == "1", "all of the order is seen"
    assert other


def test_what_is_told_after_an_order_was_opened_is_new_again_and_speaks_for_itself(
    town: Town, at_screen: AtScreen
) -> None:
    number = dispatched(town)
    clerk = at_screen("clerk.urban")
    more_of(town, number, "breach", late="sign")
    clerk.client.get(f"/notices/{Notice.objects.latest('pk').pk}/")
    more_of(town, number, "urged", "urged")
    page = clerk.open("/notices/")
    assert counted(clerk.open("/notices/count/")) == "1"
    assert "催办" in page
    assert "已超时" not in page


def test_an_end_outweighs_what_came_before(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town)
    more_of(town, number, "breach", "closed")
    page = at_screen("clerk.urban").open("/notices/")
    assert "已结案" in page
    assert "已超时" not in page


def test_an_order_told_on_the_first_page_does_not_come_again_on_the_next(
    town: Town, monkeypatch: pytest.MonkeyPatch, at_screen: AtScreen
) -> None:
    monkeypatch.setattr("open12345.notify.views.PAGE", 2)
    number = dispatched(town, title="反复催的一件")
    for _ in range(2):
        dispatched(town)
    more_of(town, number, "urged")
    clerk = at_screen("clerk.urban")
    page = clerk.open("/notices/")
    seen = page.count("data-row")
    for _ in range(3):
        following = re.search(r'href="(\?tab=unseen&amp;after=[^"]+)"', page)
        if not following:
            break
        page = clerk.open("/notices/" + following[1].replace("&amp;", "&"))
        seen += page.count("data-row")
        assert "反复催的一件" not in page
    assert seen == 3


def test_the_panel_shows_the_last_fifteen(town: Town, at_screen: AtScreen) -> None:
    for n in range(17):
        dispatched(town, title=f"第{n}件")
    panel = at_screen("clerk.urban").open("/notices/latest/")
    assert panel.count("data-row") == 15
    assert "第16件" in panel
    assert "第1件<" not in panel


def test_all_are_marked_as_seen_but_what_came_meanwhile(town: Town, at_screen: AtScreen) -> None:
    dispatched(town)
    dispatched(town)
    clerk = at_screen("clerk.urban")
    shown = clerk.fields(clerk.open("/notices/"), "/notices/seen/")
    late = dispatched(town)
    clerk.post("/notices/seen/", dict(shown))
    assert counted(clerk.open("/notices/count/")) == "1"
    person = town.person("clerk.urban")
    unseen = queries.unseen(queries.notices_of(person), queries.seen_by(person)).get()
    assert unseen.order is not None
    assert unseen.order.number == late
    everything = clerk.open("/notices/?tab=all")
    assert everything.count("data-row") == 3
    assert everything.count("notice unseen") == 1


def test_a_notice_that_comes_to_light_late_stays_unseen(town: Town) -> None:
    """Numbers are drawn before they are committed: a lower one may appear after a higher one was seen."""
    clerk = town.person("clerk.urban")
    order = town.order(dispatched(town))
    first = notice(town, "clerk.urban")
    Notice.objects.filter(pk=first.pk).delete()
    young = Notice.objects.create(
        key="y", kind="urged", unit_id=first.unit_id, roles=["clerk"], order=order, seq=3, at=timezone.now()
    )
    services.see_all(clerk, young.pk, at=timezone.now())
    first.save(force_insert=True)
    assert [n.pk for n in queries.unseen(queries.notices_of(clerk), queries.seen_by(clerk))] == [first.pk]


@pytest.mark.parametrize("odd", ["", "x", "-1", "９", "9" * 30, "1 OR 1=1"])
def test_an_odd_mark_marks_nothing(town: Town, at_screen: AtScreen, odd: str) -> None:
    dispatched(town)
    clerk = at_screen("clerk.urban")
    clerk.post("/notices/seen/", {"up_to": odd, "back": "https://evil.example/"})
    assert counted(clerk.open("/notices/count/")) == "1"


def test_a_notice_of_others_is_like_one_that_never_was(town: Town, at_screen: AtScreen) -> None:
    dispatched(town, title="别的单位的私密事")
    theirs = notice(town, "clerk.urban").pk
    for name in ("clerk.market", "agent", "watcher", "system_admin"):
        stranger = at_screen(name)
        there, nowhere = stranger.client.get(f"/notices/{theirs}/"), stranger.client.get("/notices/999999999/")
        assert there.status_code == nowhere.status_code == 404
        strip = re.compile(r'(csrfmiddlewaretoken" value=|x-csrftoken": )"[^"]*"')
        asked = rf"\b(?:{theirs}|999999999)\b"  # the number to quote may hold the same digits
        told = [re.sub(asked, "N", strip.sub("", text_of(page))) for page in (there, nowhere)]
        assert told[0] == told[1]
        if name in {"clerk.market", "agent"}:
            assert "私密事" not in stranger.open("/notices/?tab=all")
            assert "私密事" not in stranger.open("/notices/latest/")
    assert not NoticeSeen.objects.exists()


def test_a_taken_back_order_leaves_the_list(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town, title="派错的一件")
    clerk = at_screen("clerk.urban")
    given = notice(town, "clerk.urban").pk
    assert "新派工单" in clerk.open("/notices/")
    town.do("dispatcher", number, "take_back", {"reason": "派错了"})
    page = clerk.open("/notices/")
    assert "新派工单" not in page
    assert "工单已收回" in page
    assert clerk.client.get(f"/notices/{given}/").status_code == 404


def test_the_callers_name_stands_in_no_list(town: Town, at_screen: AtScreen) -> None:
    dispatched(town, confidential=True, name="赵不愿", title="赵不愿反映路灯不亮", phone="13700001111")
    clerk = at_screen("clerk.urban")
    for url in ("/notices/", "/notices/latest/", "/"):
        page = clerk.open(url)
        assert "路灯不亮" in page
        assert "赵不愿" not in page
        assert "13700001111" not in page


def test_the_list_costs_the_same_however_long_it_is(
    town: Town, at_screen: AtScreen, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    clerk = at_screen("clerk.urban")
    for _ in range(2):
        dispatched(town)
        clerk.open("/notices/")
        with django_assert_num_queries(6):
            clerk.open("/notices/")


def test_old_notices_are_swept_and_the_marks_on_them(town: Town) -> None:
    clerk = town.person("clerk.urban")
    old, new = dispatched(town), dispatched(town)
    services.see(clerk, notice(town, "clerk.urban"))
    Notice.objects.filter(order__number=old).update(at=town.now - timedelta(days=31))
    for found in Notice.objects.filter(order__number=old):
        services.see(clerk, found)
    assert services.sweep(town.now) == 1
    assert told(town, "clerk.urban") == ["dispatched"]
    assert told(town, "clerk.urban", new) == ["dispatched"]
    assert NoticeSeen.objects.get(staff=clerk.id or 0).also == [notice(town, "clerk.urban").pk]
