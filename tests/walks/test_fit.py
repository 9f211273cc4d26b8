"""Every screen fits a wide screen and a phone: nothing runs out at the side, nothing fails in the browser."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from open12345.orders.models import WorkOrder
from open12345.orders.watch import index_words
from tests.cast import ANSWER, CONTACT, HEARD, REPORT, Town
from tests.walks.conftest import PHONE, PICTURES, WALL, WIDE

LONG = "涞亭南路与沪亭北路交叉口西北侧人行道上每天傍晚六点至九点聚集无证摊贩七八个占用盲道并排放油烟"


STORIES = {
    "dispatched": "路口无证设摊占道", "handling": "菜场门口摊贩占道", "review": "校门口流动摊贩聚集",
    "callback": "公交站旁夜排档油烟", "closed": "小区北门早点摊占道", "returning": "人行道上停满货车",
}  # fmt: skip
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


def lived_in(town: Town) -> dict[str, str]:
    """Fill the town with an order for each desk; return their numbers by desk."""
    found = {
        "accepted": town.register(title=LONG, body=f"{LONG}。来电人电话13812348000，姓名李秀兰。" * 3, urgency="urgent")
    }
    found["draft"] = town.create("save_draft", {"body": "只记了一半", "kind": "", "phone": ""}).number
    for n in range(12):
        town.register(title=f"小区门口积水第{n}处", category="B0101", phone=f"1391234{n:04}")
    for name, title in STORIES.items():
        found[name] = town.register(title=title, phone="13812348000", area="310117107001")
        lead = "urban" if name == "returning" else "enforcement"
        town.do("dispatcher", found[name], "dispatch", {"lead": lead, "co_handlers": ["housing"]})
    for name in ("handling", "review", "callback", "closed"):
        number = found[name]
        town.do("clerk.enforcement", number, "sign")
        town.do("clerk.enforcement", number, "contact", CONTACT)
        town.do("clerk.enforcement", number, "arrive", {"people": "队员两名", "found": "路口七处摊贩，已劝离"})
    for name in ("review", "callback", "closed"):
        number = found[name]
        town.do("clerk.enforcement", number, "answer", ANSWER)
        town.do("clerk.enforcement", number, "submit_report", {**REPORT, "proceed_reason": "协办内容已由本队完成"})
    for name in ("callback", "closed"):
        town.do("reviewer", found[name], "pass_review")
    town.do("callback_agent", found["callback"], "log_attempt", {"outcome": "no_answer"})
    town.do("callback_agent", found["closed"], "close", HEARD)
    town.do("clerk.urban", found["returning"], "apply", {
        "kind": "return", "reason": "not_our_duty", "to": "market", "explanation": "属市场监管职责",
        "evidence": {"clauses": [{"document": "食品安全法实施条例", "clause": "第三十五条……由市场监管部门负责"}]},
    })  # fmt: skip
    make_findable()
    return found


def make_findable() -> None:
    """Do what a worker does later: put the words of all orders into the index."""
    for pk in WorkOrder.objects.values_list("pk", flat=True):
        index_words(pk)


def screens(numbers: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return (who, address, name of the picture)."""
    page = {name: f"/orders/{number}/" for name, number in numbers.items()}
    search = f"/orders/search/{SEARCHED}"
    return [
        ("agent", f"{search}积水", "found"),
        ("agent", f"{search}没有这样的话", "found-nothing"),
        ("agent", f"/intake/drafts/{numbers['draft']}/", "draft"),
        ("agent", f"{NOT_THERE}/orders/310117202501011999999/", "error-404"),
        ("agent", "/", "home-agent"),
        ("agent", "/intake/", "intake"),
        ("agent", "/intake/new/", "intake-new"),
        ("agent", page["accepted"], "order-accepted-agent"),
        ("agent", page["accepted"] + "?do=refuse", "order-refuse"),
        ("agent", page["accepted"] + "?do=split", "order-split"),
        ("agent", "/orders/", "orders"),
        ("agent", "/orders/?state=archived", "orders-empty"),
        ("dispatcher", "/", "home-dispatcher"),
        ("dispatcher", "/dispatch/", "dispatch"),
        ("dispatcher", page["accepted"] + "?desk=dispatch", "order-dispatch"),
        ("dispatcher", "/callback/upper/", "upper"),
        ("dispatcher", "/orders/applications/", "inbox-empty"),
        ("clerk.enforcement", "/handling/", "unit-desk"),
        ("clerk.enforcement", page["dispatched"], "order-dispatched"),
        ("clerk.enforcement", page["handling"] + "?do=submit_report", "order-report"),
        ("clerk.enforcement", page["handling"] + "?do=apply&kind=extension", "order-extension"),
        ("clerk.urban", page["returning"], "order-returning"),
        ("approver.urban", "/orders/applications/", "inbox"),
        ("approver.urban", page["returning"] + "?do=grant", "order-grant"),
        ("reviewer", "/handling/review/", "reviews"),
        ("reviewer", page["review"] + "?desk=review", "order-review"),
        ("callback_agent", "/callback/", "callback"),
        ("callback_agent", page["callback"] + "?desk=callback", "order-callback"),
        ("supervisor", page["closed"], "order-closed"),
        ("supervisor", page["closed"] + "sheet/", "sheet"),
        ("supervisor", page["closed"] + "flow/", "flow"),
        ("supervisor", "/callback/reopen/", "reopen"),
        ("floor_supervisor", "/callback/?tab=all", "callback-tasks"),
        ("clerk.enforcement", "/notices/", "notices"),
        ("clerk.enforcement", "/handling/idioms/all/", "phrases"),
        ("leader", "/handling/instructions/", "instructions"),
        ("leader", "/screen/", "screen"),
        ("leader", "/screen/leader/", "today"),
        ("leader", "/insight/units/", "portraits"),
        ("supervisor", "/screen/modules/", "modules"),
        ("dispatcher", "/intake/import/", "import"),
        ("dispatcher", "/words/", "words"),
        ("", "/accounts/login/", "sign-in"),
        ("system_admin", "/", "home-system"),
        ("system_admin", "/admin/units/", "units"),
        ("system_admin", "/admin/units/c001/", "unit-c001"),
        ("system_admin", "/admin/areas/", "areas"),
        ("system_admin", "/admin/packs/", "packs"),
        ("system_admin", "/admin/calendar/", "calendar"),
        ("system_admin", "/admin/health/", "health"),
        ("system_admin", "/admin/duty/", "roster"),
        ("security_admin", "/admin/staff/", "staff"),
        ("security_admin", "/admin/roles/", "roles"),
        ("audit_admin", "/admin/audit/", "audit"),
    ]


#: Marks of an address: searched for in the box (a search never stands in an address), and a page that is not there.
SEARCHED, NOT_THERE = "?searched=", "404:"


def open_screen(page: Page, url: str) -> None:
    """Come to a screen as a person does; it answers as it should."""
    address, _, wanted = url.removeprefix(NOT_THERE).partition(SEARCHED)
    if wanted:
        page.goto("/orders/")
        page.evaluate(
            "q => { const box = document.querySelector('form[action=\"/orders/search/\"] [name=q]');"
            " box.value = q; box.form.submit() }", wanted,
        )  # fmt: skip
        page.wait_for_url(f"**{address}")
        return
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == (404 if url.startswith(NOT_THERE) else 200), url


def _said(said: ConsoleMessage) -> list[str]:
    """What the browser complains of; that a page is missing is no complaint where it is."""
    return [] if "status of 404" in said.text else [f"{said.type}: {said.text}"]


#: Ends when every change of colour or place has; what turns for as long as it waits is no such change.
SETTLED = """Promise.allSettled(document.getAnimations()
    .filter(one => Number.isFinite(one.effect.getComputedTiming().endTime)).map(one => one.finished))"""
#: What axe calls them; the two lighter ones are looked at by people.
GRAVE = ("serious", "critical")


def shut_out(page: Page, url: str) -> list[str]:
    """What axe finds that keeps somebody from using the screen, once nothing fades in or out any more.

    Halfway between two sizes a thing may be grey that is black at both.
    """
    page.evaluate(SETTLED)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{url}: {one['id']} ({one['impact']}) {one['help']} at {[node['target'] for node in one['nodes']][:3]}"
        for one in found["violations"]
        if one["impact"] in GRAVE
    ]


def runs_out(page: Page, url: str) -> list[str]:
    """By how much a screen is wider than the window, at the size that it has now."""
    over = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
    width = (page.viewport_size or WIDE)["width"]
    return [f"{url} is {over} px too wide at {width} px"] if over > 0 else []


#: What a printed page is asked: does it say that it holds invented data, and is it dark on white?
PAPER = """() => {
    const words = document.body.innerText, ink = getComputedStyle(document.body).color.match(/[0-9]+/g).map(Number);
    return [/模拟数据|Simulated data/.test(words), Math.max(...ink) < 128];
}"""


def on_paper(page: Page, url: str) -> list[str]:
    """What is wrong with the page once it is printed, whatever it wears on screen. (The wall is no paper.)"""
    page.emulate_media(media="print")
    marked, dark_on_white = page.evaluate(PAPER)
    page.emulate_media(media="screen")
    wrong = [] if marked else [f"{url}: printed without the mark of invented data"]
    return wrong + ([] if dark_on_white or "/screen/" in url else [f"{url}: printed light on white"])


@pytest.mark.parametrize(
    ("language", "light"),
    [
        ("zh-hans", "light"),
        pytest.param("zh-hans", "dark", marks=pytest.mark.nightly),
        pytest.param("en", "light", marks=pytest.mark.nightly),
    ],
)
def test_every_screen_fits_and_keeps_nobody_out(
    town: Town, enter: Callable[..., Page], picture: Callable[[Page, str], None], address: str,
    language: str, light: Literal["light", "dark"],
) -> None:  # fmt: skip
    people: dict[str, Page] = {}
    wrong: list[str] = []
    after = ("-en" if language == "en" else "") + ("-dark" if light == "dark" else "")
    for who, url, name in screens(lived_in(town)):
        if who not in people:
            people[who] = enter(who)
            people[who].emulate_media(color_scheme=light)
            cookie = {"name": "django_language", "value": language, "url": address}
            people[who].context.add_cookies([cookie])  # type: ignore[list-item]
            people[who].on("console", lambda said: wrong.extend(_said(said)))
            people[who].on("pageerror", lambda error: wrong.append(str(error)))
        page = people[who]
        page.set_viewport_size(PHONE)
        open_screen(page, url)
        expect(page.locator(".htmx-request")).to_have_count(0)
        wrong.extend(runs_out(page, url))
        picture(page, f"{name}-{PHONE['width']}{after}")
        page.set_viewport_size(WIDE)
        wrong.extend(runs_out(page, url))
        picture(page, f"{name}-{WIDE['width']}{after}")
        wrong.extend(shut_out(page, url))
        wrong.extend(on_paper(page, url))
    assert not wrong, "\n".join(wrong)


def crowded(town: Town) -> None:
    """Two hundred orders at every desk: waiting for dispatch, with one unit, to be reviewed, to be called back."""
    for n in range(200):
        title = f"{LONG[: 18 + n % 30]}第{n}处"
        number = town.register(title=title, phone=f"1391234{n:04}", area="310117107001")
        if n % 4 == 0:
            continue
        town.do("dispatcher", number, "dispatch", {"lead": "enforcement"})
        if n % 4 == 1:
            continue
        town.do("clerk.enforcement", number, "sign")
        town.do("clerk.enforcement", number, "contact", CONTACT)
        town.do("clerk.enforcement", number, "answer", ANSWER)
        town.do("clerk.enforcement", number, "submit_report", REPORT)
        if n % 4 == 3:
            town.do("reviewer", number, "pass_review")
    make_findable()


CROWDED = [
    ("agent", "/orders/", "list"), ("dispatcher", "/dispatch/", "dispatch"),
    ("reviewer", "/handling/review/", "review"),
    ("clerk.enforcement", "/handling/", "unit"), ("callback_agent", "/callback/?tab=all", "callback"),
    ("clerk.enforcement", "/notices/", "notices"), ("agent", f"/orders/search/{SEARCHED}交叉口", "found"),
    ("security_admin", "/admin/staff/", "staff"), ("audit_admin", "/admin/audit/", "audit"),
]  # fmt: skip


@pytest.mark.nightly
def test_every_list_bears_two_hundred_rows(
    town: Town, enter: Callable[..., Page], picture: Callable[[Page, str], None]
) -> None:
    crowded(town)
    wrong: list[str] = []
    for who, url, name in CROWDED:
        page = enter(who)
        open_screen(page, url)
        for size in (WIDE, PHONE):
            page.set_viewport_size(size)
            picture(page, f"crowded-{name}-{size['width']}")
            wrong.extend(runs_out(page, url))
    assert not wrong, "\n".join(wrong)


#: The pictures of the README: who, where, at which size, light or dark, what is done before.
SHOWN = [
    ("agent", "/intake/new/", "intake", WIDE, "light"),
    ("dispatcher", "/dispatch/", "dispatch", WIDE, "light"),
    ("clerk.enforcement", "/handling/?tab=working", "unit-desk", WIDE, "light"),
    ("callback_agent", "/callback/?tab=all", "callback", WIDE, "dark"),
    ("leader", "/screen/", "screen", WALL, "dark"),
]


@pytest.mark.skipif(not PICTURES, reason="make screenshots")
def test_the_pictures_of_the_readme_are_taken(town: Town, enter: Callable[..., Page]) -> None:
    lived_in(town)
    for who, url, name, size, light in SHOWN:
        page = enter(who, size)
        page.emulate_media(color_scheme="dark" if light == "dark" else "light")
        page.goto(url)
        if name == "intake":
            page.fill("[name=body]", "涞亭南路和沪亭北路路口每天傍晚有无证摊贩占用人行道，老人推车过不去。")
            page.fill("[name=phone]", "13812348000")
        page.wait_for_timeout(2500)  # panels beside, autosave
        assert page.locator(".toasts .error").count() == 0
        page.screenshot(path=Path(PICTURES) / f"{name}.png")
