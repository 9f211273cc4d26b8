"""Every screen fits a wide screen and a phone: nothing runs out at the side, nothing fails in the browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.cast import ANSWER, CONTACT, HEARD, REPORT, Town
from tests.walks.conftest import PHONE, PICTURES, WIDE

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
    town.create("save_draft", {"body": "只记了一半", "kind": "", "phone": ""})
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
    return found


def screens(numbers: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return (who, address, name of the picture)."""
    page = {name: f"/orders/{number}/" for name, number in numbers.items()}
    return [
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


def test_every_screen_fits(town: Town, enter: Callable[..., Page], picture: Callable[[Page, str], None]) -> None:
    people: dict[str, Page] = {}
    wrong: list[str] = []
    for who, url, name in screens(lived_in(town)):
        if who not in people:
            people[who] = enter(who)
            people[who].on("console", lambda said: wrong.append(f"{said.type}: {said.text}"))
            people[who].on("pageerror", lambda error: wrong.append(str(error)))
        page = people[who]
        page.set_viewport_size(WIDE)
        answer = page.goto(url)
        assert answer is not None
        assert answer.status == 200, url
        for size in (WIDE, PHONE):
            page.set_viewport_size(size)
            picture(page, f"{name}-{size['width']}")
            over = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
            if over > 0:
                wrong.append(f"{url} is {over} px too wide at {size['width']} px")
    assert not wrong, "\n".join(wrong)


#: What axe calls them; the two lighter ones are looked at by people.
GRAVE = ("serious", "critical")


@pytest.mark.parametrize("dark", [False, pytest.param(True, marks=pytest.mark.nightly)], ids=["light", "dark"])
def test_nobody_is_kept_out_of_a_screen(town: Town, enter: Callable[..., Page], dark: bool) -> None:
    people: dict[str, Page] = {}
    wrong: list[str] = []
    for who, url, _name in screens(lived_in(town)):
        if who not in people:
            people[who] = enter(who)
            people[who].emulate_media(color_scheme="dark" if dark else "light")
        page = people[who]
        page.goto(url)
        page.wait_for_load_state("networkidle")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        for one in found["violations"]:
            if one["impact"] in GRAVE:
                at = [node["target"] for node in one["nodes"]][:3]
                wrong.append(f"{url}: {one['id']} ({one['impact']}) {one['help']} at {at}")
    assert not wrong, "\n".join(wrong)


#: The pictures of the README: who, where, at which size, light or dark, what is done before.
SHOWN = [
    ("agent", "/intake/new/", "intake", WIDE, "light"),
    ("dispatcher", "/dispatch/", "dispatch", WIDE, "light"),
    ("clerk.enforcement", "/handling/?tab=working", "unit-desk", WIDE, "light"),
    ("callback_agent", "/callback/?tab=all", "callback", WIDE, "dark"),
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
