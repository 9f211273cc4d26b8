"""The English is complete: every message has one, and no page of ours falls back to Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.utils import timezone

from open12345.directory import packs
from tests import messages
from tests.cast import Town
from tests.orders.walks import signed
from tests.screens.conftest import Browser

AtScreen = Callable[[str], Browser]
CHINESE = re.compile(r"[\u4e00-\u9fff]+")


def test_no_message_lacks_its_english() -> None:
    assert list(messages.flaws()) == []


def test_a_catalogue_is_read_as_it_was_written(tmp_path: object) -> None:
    file = messages.FOLDER / "django.po"
    kept = messages.read(file)
    assert kept
    assert all(kept.values())
    assert messages.read(file) == {m: kept[m] for m in messages.collect()}


def in_english(page: str) -> list[str]:
    """The Chinese that stands on a page outside lists of the pack (options) and what people wrote."""
    body = re.sub(r"<(option|dd|textarea)\b[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
    return [text for text in CHINESE.findall(re.sub(r"<[^>]+>", " ", body)) if text != "中文"]


@pytest.mark.parametrize(
    ("name", "urls"),
    [
        ("agent", ["/intake/"]),
        ("dispatcher", ["/", "/dispatch/", "/callback/upper/", "/orders/applications/"]),
        ("clerk.urban", ["/handling/", "/handling/?tab=below"]),
        ("reviewer", ["/handling/review/"]),
        ("callback_agent", ["/callback/"]),
    ],
)
def test_a_desk_speaks_english(town: Town, at_screen: AtScreen, name: str, urls: list[str]) -> None:
    browser = at_screen(name)
    browser.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    person = town.person(name)
    data = {person.name}
    for url in urls:
        page = browser.open(url)
        assert '<html lang="en"' in page
        assert set(in_english(page)) <= data, url


LABELS = ("退单", "延期", "投诉求助", "专线电话", "派单时限", "属实", "已联系上", "电话答复")


def test_what_the_pack_names_in_english_is_english_on_labels_and_buttons(town: Town, at_screen: AtScreen) -> None:
    number = signed(town)
    browser = at_screen("clerk.urban")
    chinese = browser.open(f"/orders/{number}/?do=apply&kind=return")
    browser.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    pages = {do: browser.open(f"/orders/{number}/?do={do}") for do in ("apply&kind=return", "contact", "answer")}
    assert "不属于本单位职责" in chinese
    assert "Not this unit&#x27;s duty" in pages["apply&kind=return"]
    assert "Reached" in pages["contact"]
    assert "By phone" in pages["answer"]
    assert "Jiuting Town Service Line" in pages["contact"]
    for page in pages.values():
        labels = re.findall(r"<(?:option|button|label)\b[^>]*>([^<]*)<", page)
        assert not [label for label in labels if label.strip() in LABELS]


def test_what_is_stored_and_decided_stays_chinese(town: Town, at_screen: AtScreen) -> None:
    browser = at_screen("dispatcher")
    browser.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    browser.open("/dispatch/")
    assert town.pack.title == "上海市松江区九亭镇便民服务专线"
    assert packs.pack_at(timezone.now())[1].applications["return"].title == "退单"


def test_the_language_is_switched_in_the_users_menu(at_screen: AtScreen) -> None:
    browser = at_screen("agent")
    page = browser.open("/intake/")
    fields = browser.fields(page, "/i18n/setlang/")
    browser.post("/i18n/setlang/", {**fields, "language": "en"})
    assert "Registered by me" in browser.open("/intake/")
    back = browser.fields(browser.open("/intake/"), "/i18n/setlang/")
    browser.post("/i18n/setlang/", {**back, "language": "zh-hans"})
    assert "我登记的" in browser.open("/intake/")
