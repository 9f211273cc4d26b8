"""Who has an order open at a desk is shown, let go on leaving and idle, and is never in anybody's way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from open12345.orders import claims
from open12345.orders.models import Claim
from tests.cast import Town
from tests.orders.walks import dispatched, reported
from tests.screens.conftest import Browser, text_of

AtScreen = Callable[[str], Browser]


def test_opening_an_order_at_its_desk_takes_it_and_others_see_who(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    first, second = at_screen("dispatcher"), at_screen("dispatcher2")
    assert "您正在处理" in first.open(f"/orders/{number}/?desk=dispatch")
    page = second.open(f"/orders/{number}/?desk=dispatch")
    assert "王立群 正在处理这件工单" in page
    assert "王立群 在办" in second.open("/dispatch/")
    fields = second.fields(page, f"/orders/{number}/do/dispatch/")
    second.post(f"/orders/{number}/do/dispatch/", dict(fields))
    assert town.order(number).stage == "dispatched", "a claim blocks nobody; the seq decides"


def test_a_claim_is_let_go_on_leaving_acting_and_idle(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    order, person = town.order(number), town.person("dispatcher")
    dispatcher, other = at_screen("dispatcher"), at_screen("dispatcher2")
    dispatcher.open(f"/orders/{number}/")
    claim = Claim.objects.get()
    other.post(f"/orders/{number}/release/", {"until": claim.until.isoformat()}, 204)
    dispatcher.post(f"/orders/{number}/release/", {"until": "2020-01-01T00:00:00+08:00"}, 204)
    dispatcher.post(f"/orders/{number}/release/", {"until": "nonsense"}, 204)
    assert Claim.objects.exists(), "only its holder lets go, and only the very claim that the page took"
    dispatcher.post(f"/orders/{number}/release/", {"until": claim.until.isoformat()}, 204)
    assert not Claim.objects.exists()
    later = timezone.now() - claims.IDLE - timedelta(seconds=1)
    claims.take(order, person, later)
    assert "您正在处理" in other.open(f"/orders/{number}/"), "an idle page holds nothing"
    dispatcher.do(number, "note", {"text": "x"})
    other.do(number, "note", {"text": "y"})
    assert not Claim.objects.exists()


def test_a_page_that_is_used_goes_on_holding_its_order(town: Town, at_screen: AtScreen) -> None:
    number = reported(town)
    reviewer = at_screen("reviewer")
    reviewer.open(f"/orders/{number}/")
    before = Claim.objects.get().until
    until = text_of(reviewer.post(f"/orders/{number}/hold/", {}, 200))
    assert until == Claim.objects.get().until.isoformat()
    assert Claim.objects.get().until > before
    assert text_of(at_screen("agent").post(f"/orders/{number}/hold/", {}, 200)) == "", "not the agent's desk"


def test_only_the_desk_that_an_order_waits_for_takes_it(town: Town, at_screen: AtScreen) -> None:
    number = town.register()
    for name in ("agent", "supervisor", "reviewer"):
        at_screen(name).open(f"/orders/{number}/")
    at_screen("clerk.urban").open(f"/orders/{dispatched(town)}/")
    assert not Claim.objects.exists()
