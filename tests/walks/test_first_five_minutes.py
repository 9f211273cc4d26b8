"""The README's "Five minutes": its own words and keys, from the demo's sign-in page to a closed order."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from open12345.orders.models import WorkOrder
from tests.cast import Town

Enter = Callable[..., Page]
README = Path(__file__).parents[2] / "README.md"
_ROLE = re.compile(r"\*\*([^*/]+) / ([^*]+)\*\*")
_LABEL = re.compile(r"([\u4e00-\u9fff：]+) / \*([^*]+)\*")


class Guide:
    """What the section says: labels in the language of the reader, keys, the complaint to type."""

    def __init__(self, text: str, *, english: bool) -> None:
        self.text = " ".join(text.split())
        found = [*_ROLE.findall(self.text), *_LABEL.findall(self.text)]
        self.words: dict[str, str] = {chinese: other if english else chinese for chinese, other in found}

    def word(self, chinese: str) -> str:
        """Return a label as the screen of the reader must show it; fails where the section does not name it."""
        assert chinese in self.words, f"README names no {chinese}"
        return self.words[chinese]

    def key(self, name: str) -> str:
        """Return a key for the browser; fails where the section does not name it."""
        assert f"`{name}`" in self.text, f"README names no key {name}"
        return "+".join({"Ctrl": "Control"}.get(part, part) for part in name.split())

    @property
    def complaint(self) -> str:
        """The complaint that the reader is told to type."""
        found: list[str] = re.findall(r"`([^`]+)`", self.text)
        return next(text for text in found if re.search("[\u4e00-\u9fff]", text))


class Reader:
    """Somebody who knows the section and looks at the screen."""

    def __init__(self, page: Page, guide: Guide) -> None:
        self.page, self.guide = page, guide

    def enter_as(self, role: str, unit: str = "") -> None:
        """Press a name beside a role; where that is told, of a unit, whose name is typed to find it."""
        expect(self.page.get_by_role("heading", name=self.guide.word("演示：以下列身份进入"))).to_be_visible()
        if unit:
            self.page.get_by_role("searchbox", name=self.guide.word("找人或单位")).fill(unit)
            self.page.keyboard.press("Enter")
            self.page.wait_for_url("**find=**")
        label = self.page.locator("dl.enter dt").filter(has_text=re.compile(rf"^{self.guide.word(role)}$"))
        names = label.locator("xpath=following-sibling::dd[1]")
        names.get_by_role("button", name=unit).first.click()
        expect(self.page.locator(".bar-menu")).to_be_visible()

    def sign_out(self) -> None:
        """Sign out, under the own name."""
        self.page.locator("details.reader:has(form) > summary").last.click()
        self.page.get_by_role("button", name=self.guide.word("退出")).click()

    def desk(self, name: str) -> None:
        """Press a desk at the top."""
        self.page.locator(".bar-menu").get_by_role("link", name=self.guide.word(name), exact=True).click()

    def press(self, name: str) -> None:
        """Press a key, once the page listens."""
        self.page.wait_for_load_state()
        self.page.keyboard.press(self.guide.key(name))

    def deed(self, name: str) -> Locator:
        """Choose a deed of the open order, if it is not the one offered; return its form."""
        said = self.guide.word(name)
        form = self.page.locator("form.action-form")
        self.page.wait_for_load_state()
        if said not in form.locator("button.btn-primary").inner_text():  # else a click would empty the form again
            self.page.locator(".deeds a").get_by_text(said, exact=True).click()
            expect(form.locator("button.btn-primary")).to_contain_text(said)
        return form

    def send(self, name: str) -> None:
        """Send the deed and wait until it is told."""
        self.page.locator("form.action-form button.btn-primary").click()
        expect(self.page.locator(".toasts")).to_contain_text(self.guide.word(name))


def choose(form: Locator, **answers: str) -> None:
    """Choose answers at their labels."""
    for name, value in answers.items():
        form.locator(f"label.option:has(input[name='{name}'][value='{value}'])").click()


def the_section() -> str:
    """The text of "Five minutes"."""
    return README.read_text(encoding="utf-8").split("## Five minutes")[1].split("## ")[0]


@pytest.mark.parametrize("locale", [pytest.param("zh-CN", marks=pytest.mark.nightly), "en-US"])
def test_the_readme_leads_from_the_door_to_a_closed_order(town: Town, enter: Enter, locale: str) -> None:
    page = enter("", locale=locale)
    reader = Reader(page, Guide(the_section(), english=locale == "en-US"))
    page.goto("/")
    register(reader)
    number = WorkOrder.objects.exclude(stage="draft").get().number
    reader.sign_out()
    unit = dispatch(reader, number)
    reader.sign_out()
    handle(reader, unit, number)
    reader.sign_out()
    reader.enter_as("审核员")
    reader.desk("审核")
    page.locator(f".bench-rows a[href*='{number}']").first.click()
    reader.deed("审核通过")
    reader.send("审核通过")
    reader.sign_out()
    call_back(reader, number)
    assert town.order(number).stage == "closed"


def register(reader: Reader) -> None:
    """Step 1."""
    page = reader.page
    reader.enter_as("话务员")
    reader.press("N")
    expect(page.locator("[name=body]")).to_be_focused()
    page.keyboard.type(reader.guide.complaint)
    expect(page.locator("[data-key='alt+1']")).to_contain_text("路灯不亮")
    page.fill("[name=phone]", "13812348000")
    reader.press("Alt 1")
    expect(page.locator("[name=kind]:checked")).to_have_count(1)
    reader.press("Ctrl Enter")
    expect(page.locator(".done")).to_be_visible()


def dispatch(reader: Reader, number: str) -> str:
    """Step 2: dispatch, take back, dispatch again; return the unit that the duty list named."""
    page = reader.page
    reader.enter_as("派单员")
    reader.desk("派单")
    expect(page.locator(f".pane[data-number='{number}']")).to_be_visible()
    unit = page.locator("[name=lead] option:checked").inner_text().strip().partition(" · ")[0]
    reader.press("Ctrl Enter")
    expect(page.locator(".toasts")).to_contain_text(unit)
    reader.press("Ctrl Z")
    expect(page).to_have_url(re.compile(f"/orders/{number}/"))
    reader.press("Ctrl Enter")
    expect(page.locator(".toasts")).to_contain_text(unit)
    return unit


def handle(reader: Reader, unit: str, number: str) -> None:
    """Step 3."""
    page = reader.page
    reader.enter_as("承办单位经办人", unit)
    page.locator(f"main a[href*='{number}']").first.click()
    reader.deed("签收")
    reader.send("签收")
    form = reader.deed("先行联系")
    choose(form, outcome="reached")
    form.locator("[name=note]").fill("问清了是哪几盏灯")
    reader.send("先行联系")
    form = reader.deed("答复市民")
    choose(form, method="phone")
    form.locator("[name=text]").fill("路灯已经修好，请您晚上看一看。")
    reader.send("答复市民")
    form = reader.deed("提交办结报告")
    form.locator("button.btn-primary").click()
    expect(page.locator(".form-errors")).to_be_visible()
    choose(form, outcome="solved", fact="true_fact", demand="reasonable", on_site="false")
    form.locator("[name=fact_explanation]").fill("现场三盏路灯线路受潮断电")
    form.locator("[name=demand_explanation]").fill("已更换线路并恢复照明")
    form.locator("[name=no_site_reason]").fill("由养护单位拍照回传")
    reader.send("提交办结报告")


def call_back(reader: Reader, number: str) -> None:
    """Step 4, the second half."""
    page = reader.page
    reader.enter_as("回访员")
    reader.desk("回访")
    page.locator(f".bench-rows input[name=mark][value*='{number}']").check()
    page.locator("form.batch").get_by_role("button", name=reader.guide.word("领取")).click()
    expect(page.locator(".toasts")).to_contain_text(reader.guide.word("领取"))
    form = reader.deed("回访结案")
    choose(form, contacted="yes", truthful="yes", solved="solved", satisfied="satisfied")
    reader.send("回访结案")
