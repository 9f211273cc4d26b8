"""What one may not see does not exist: the same page for an order of others and for none at all (SEC-07 in part)."""

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from open12345.orders.models import Attachment
from open12345.text import mask_name
from tests.cast import Town
from tests.orders.walks import dispatched
from tests.screens.conftest import Browser, text_of

AtScreen = Callable[[str], Browser]
NOBODY = "310117202501011999999"
#: Of another unit, of a brother of the unit, watching from outside, and the three administrators.
STRANGERS = ("clerk.market", "clerk.c002", "watcher", "system_admin", "security_admin", "audit_admin")


@pytest.fixture
def theirs(town: Town) -> str:
    """An order of the community 亭中 (c001) with everything that could leak."""
    number = town.register(
        area="310117107001", title="九曲泾边的违建", body="老王在九曲泾边搭了棚子，电话13912345678。"
    )
    town.do("dispatcher", number, "dispatch", {"lead": "c001"})
    town.do("clerk.c001", number, "sign")
    return number


def doors(number: str, token: object) -> list[tuple[str, str, dict[str, str]]]:
    """Every address that leads to an order: (method, address, what is sent)."""
    return [
        ("get", f"/orders/{number}/", {}),
        ("get", f"/orders/{number}/?do=note", {}),
        ("post", f"/orders/{number}/do/note/", {"text": "看得到吗"}),
        ("post", f"/orders/{number}/do/sign/", {}),
        ("post", f"/orders/{number}/do/dispatch/", {"lead": "urban"}),
        ("post", f"/orders/{number}/do/note/", {"refresh": "1"}),
        ("post", f"/orders/{number}/reveal/", {"what": "requester", "reason": "好奇"}),
        ("post", f"/orders/{number}/hold/", {}),
        ("post", f"/orders/{number}/release/", {}),
        ("post", f"/orders/{number}/files/", {"purpose": "photo"}),
        ("get", f"/orders/files/{token}/", {}),
    ]


def blank(page: str) -> str:
    """The page without the token of its form."""
    return re.sub(r'(csrfmiddlewaretoken" value=|x-csrftoken": )"[^"]*"', "", page)


@pytest.mark.parametrize("name", STRANGERS)
def test_to_a_stranger_an_order_is_like_one_that_never_was(
    town: Town, at_screen: AtScreen, theirs: str, name: str
) -> None:
    file = _attached(at_screen("clerk.c001"), theirs)
    stranger = at_screen(name)
    seq = town.order(theirs).head_seq
    for (method, url, said), (_method, other, _said) in zip(
        doors(theirs, file.token), doors(NOBODY, "5f0c5c0e-0000-4000-8000-000000000000"), strict=True
    ):
        send = getattr(stranger.client, method)
        answer, nothing = send(url, _with_file(url, said)), send(other, _with_file(url, said))
        assert answer.status_code == nothing.status_code == 404, url
        page = blank(text_of(answer)).replace(theirs, "N").replace(str(file.token), "T")
        missing = blank(text_of(nothing)).replace(NOBODY, "N").replace("5f0c5c0e-0000-4000-8000-000000000000", "T")
        assert page == missing, url
        assert "九曲泾" not in page
    assert town.order(theirs).head_seq == seq, "nothing was done"


def _attached(browser: Browser, number: str) -> Attachment:
    browser.post(
        f"/orders/{number}/files/", {"purpose": "document", "file": SimpleUploadedFile("单.txt", "内容".encode())}
    )
    return Attachment.objects.get()


def _with_file(url: str, said: dict[str, str]) -> dict[str, object]:
    return {**said, "file": SimpleUploadedFile("a.txt", b"a")} if url.endswith("/files/") else {**said}


@pytest.mark.parametrize("name", STRANGERS)
def test_lists_and_search_hold_nothing_of_others(town: Town, at_screen: AtScreen, theirs: str, name: str) -> None:
    stranger = at_screen(name)
    for url in ("/orders/?state=all", "/handling/", "/orders/applications/"):
        assert "九曲泾" not in text_of(stranger.client.get(url))
    for wanted in (theirs, "13812348000", "九曲泾边"):
        assert "违建" not in text_of(stranger.client.post("/orders/search/", {"q": wanted}))


def test_the_handlers_unit_and_those_above_see_their_order(town: Town, at_screen: AtScreen, theirs: str) -> None:
    for name in ("clerk.c001", "worker.c001", "approver.c001", "agent", "leader", "analyst"):
        assert "九曲泾" in at_screen(name).open(f"/orders/{theirs}/")


@pytest.mark.function("INT-07")
def test_a_confidential_callers_data_never_reaches_handlers(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town, confidential=True, name="欧阳秀兰", phone="13812348765")
    page = at_screen("clerk.urban").open(f"/orders/{number}/")
    assert "由中心代为联系" in page
    for leak in ("欧", "8765", "138"):
        assert leak not in page.split("诉求人</h2>")[1].split("</section>")[0]
    reveal = at_screen("clerk.urban").post(f"/orders/{number}/reveal/", {"what": "requester", "reason": "联系"}, 422)
    assert "13812348765" not in text_of(reveal)
    assert mask_name("欧阳秀兰") in at_screen("agent").open(f"/orders/{number}/")


def test_related_orders_of_others_are_not_named(town: Town, at_screen: AtScreen) -> None:
    mine, other = dispatched(town), town.register(title="不该看见的另一件", phone="13700001111")
    town.do("dispatcher", mine, "relate", {"other": other})
    assert "不该看见的另一件" in at_screen("dispatcher").open(f"/orders/{mine}/")
    page = at_screen("clerk.urban").open(f"/orders/{mine}/")
    assert "不该看见的另一件" not in page
    assert other not in page


@pytest.mark.function("SEC-02")
def test_what_is_masked_is_shown_once_with_a_reason_on_record(town: Town, at_screen: AtScreen) -> None:
    number = dispatched(town, body="请打13912345678找我，我叫张三丰。")
    clerk = at_screen("clerk.urban")
    page = clerk.open(f"/orders/{number}/")
    assert "138****8000" in page
    assert "13812348000" not in page
    assert "13912345678" not in page
    without = clerk.post(f"/orders/{number}/reveal/", {"what": "requester", "reason": ""}, 422)
    assert "必填" in text_of(without)
    assert "13812348000" not in text_of(without)
    shown = clerk.post(f"/orders/{number}/reveal/", {"what": "requester", "reason": "联系诉求人"}, 200)
    assert "13812348000" in text_of(shown)
    assert shown.headers["Cache-Control"] == "no-store, private"
    words = clerk.post(f"/orders/{number}/reveal/", {"what": "text", "reason": "核实地点"}, 200)
    assert "13912345678" in text_of(words)
    after = clerk.open(f"/orders/{number}/")
    assert "13812348000" not in after
    assert after.count("查看隐私信息") == 2
    assert "联系诉求人" in after


def test_a_visitor_is_sent_to_sign_in(town: Town, at_screen: AtScreen, theirs: str) -> None:
    agent = at_screen("agent")
    agent.client.logout()
    for url in (f"/orders/{theirs}/", "/orders/", "/intake/", "/dispatch/", "/handling/", "/callback/"):
        assert agent.client.get(url).status_code == 302


@pytest.mark.parametrize(
    ("name", "closed"),
    [
        ("agent", ["/dispatch/", "/handling/", "/handling/review/", "/callback/", "/callback/upper/"]),
        ("clerk.urban", ["/intake/", "/intake/new/", "/dispatch/", "/handling/review/", "/callback/"]),
        ("reviewer", ["/intake/", "/dispatch/", "/handling/", "/callback/", "/orders/applications/"]),
        ("system_admin", ["/intake/", "/dispatch/", "/handling/", "/callback/", "/orders/", "/orders/applications/"]),
    ],
)
def test_desks_of_others_do_not_exist(at_screen: AtScreen, name: str, closed: list[str]) -> None:
    browser = at_screen(name)
    menu = browser.open("/orders/" if name != "system_admin" else "/admin/packs/")
    for url in closed:
        assert browser.client.get(url).status_code == 404, url
        assert f'href="{url}"' not in menu
