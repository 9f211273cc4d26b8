"""A limit that still runs has neither been kept nor missed: the rate waits until the deed is done or the limit over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from open12345.directory.person import SYSTEM
from open12345.facts import queries, services
from open12345.facts.metrics import METRICS, metric
from open12345.facts.periods import period
from open12345.facts.queries import View
from open12345.orders import watch
from open12345.orders.lists import Deed
from tests.cast import CONTACT, Town, jiuting
from tests.facts.looking import look, text
from tests.facts.rows import fresh, whole
from tests.orders.walks import UNIT, clerk, dispatched, signed

JUNE = period("2025-06")
LATE = jiuting().closing.late_reasons[0].code
RATES = [one.code for one in METRICS if one.running]


FILES, TABLES = View(compared=False), View("postgres", compared=False)


def told(town: Town, code: str, *views: View) -> tuple[int, int | None]:
    """Return numerator and denominator; files and the tables themselves say the same."""
    services.refresh(town.now)
    found = {
        queries.ask(code, JUNE, person=SYSTEM, at=town.now, view=view).whole.figure for view in views or (FILES, TABLES)
    }
    assert len(found) == 1
    figure = found.pop()
    return figure.numerator, figure.denominator


def watch_comes_by(town: Town) -> None:
    assert watch.mark_breaches(by=SYSTEM, at=town.now)


@pytest.mark.function("KPI-02")
def test_a_signature_counts_once_it_is_given_or_its_limit_is_over(watched: Town) -> None:
    dispatched(watched)
    assert told(watched, "signed_in_time") == (0, 0)
    assert told(watched, "sign_running") == (1, None)
    signed(watched)
    assert told(watched, "signed_in_time") == (1, 1)  # in time; the other still runs
    watched.now += timedelta(days=4)
    assert told(watched, "signed_in_time") == (1, 1)  # the facts follow the record, and the watch has not been there
    watch_comes_by(watched)
    assert told(watched, "signed_in_time") == (1, 2)  # ran out without the deed
    late = dispatched(watched)
    watched.now += timedelta(days=5)
    watched.do(clerk(), late, "sign")
    assert told(watched, "signed_in_time") == (1, 3)  # done late
    assert told(watched, "sign_running") == (0, None)


@pytest.mark.function("KPI-02")
def test_a_first_contact_counts_once_it_is_made_or_its_limit_is_over(watched: Town) -> None:
    in_time, late, running = signed(watched), signed(watched), signed(watched)
    assert told(watched, "contacted_in_time") == (0, 0)
    watched.do(clerk(), in_time, "contact", CONTACT)
    assert told(watched, "contacted_in_time") == told(watched, "contacted_today") == (1, 1)
    assert told(watched, "contact_running") == (2, None)
    watched.now += timedelta(days=4)
    watched.do(clerk(), late, "contact", CONTACT | {"late_reason": LATE})
    assert told(watched, "contacted_in_time") == (1, 2)
    assert told(watched, "contact_running") == (1, None)
    watch_comes_by(watched)
    assert told(watched, "contacted_in_time") == told(watched, "contacted_today") == (1, 3)
    assert fresh(watched)[running, UNIT]["contact_running"] == 0
    carried = whole()
    services.rebuild(watched.now)
    assert whole() == carried


def test_a_first_feedback_is_no_success_before_it_is_given(watched: Town) -> None:
    number = dispatched(watched, urgency="urgent")
    assert told(watched, "feedback_in_time") == (0, 0)
    assert told(watched, "feedback_running") == (1, None)
    watched.do(clerk(), number, "sign")
    watched.do(clerk(), number, "contact", CONTACT)
    assert told(watched, "feedback_in_time") == (1, 1)


@pytest.mark.function("KPI-06")
def test_a_day_published_while_a_limit_ran_keeps_what_it_said(watched: Town) -> None:
    dispatched(watched)
    day = watched.now.date()
    services.publish(day, watched.now)
    watched.now += timedelta(days=4)
    watch_comes_by(watched)
    assert told(watched, "signed_in_time") == (0, 1)
    assert told(watched, "signed_in_time", replace(FILES, as_of=day)) == (0, 0)


def test_what_is_not_counted_yet_is_said_and_leads_to_its_orders(watched: Town) -> None:
    waits, done = dispatched(watched), signed(watched)
    services.refresh(watched.now)
    page = look(watched, "analyst", "/facts/?metric=signed_in_time&period=2025-06&by=unit")
    assert page.context["running"]["count"] == 1
    assert "时限未到，未计入" in text(page)
    listed = text(look(watched, "analyst", page.context["running"]["url"]))
    assert waits in listed
    assert done not in listed
    behind = look(watched, "analyst", "/facts/orders/?metric=signed_in_time&period=2025-06&part=rest")
    assert [(str(tab.title), tab.count) for tab in behind.context["tabs"]][-1] == ("时限未到，未计入", 1)
    assert look(watched, "analyst", "/facts/?metric=done&period=2025-06").context["running"] is None


@pytest.mark.parametrize("code", RATES)
def test_the_definitions_say_so(town: Town, code: str) -> None:
    page = text(look(town, "analyst", "/facts/metrics/"))
    article = page[page.index(f'id="{code}"') :].partition("</article>")[0]
    assert "未到的不计入" in article
    assert f"?metric={metric(code).running}" in article


def test_the_list_says_until_when_and_what_became_of_it(watched: Town) -> None:
    """Of first contact: the limit of first contact and the call, not whatever clock runs now."""
    kept, late, lacking = signed(watched), signed(watched), signed(watched)
    watched.do(clerk(), kept, "contact", CONTACT)
    watched.now += timedelta(days=5)
    watched.do(clerk(), late, "contact", CONTACT | {"late_reason": LATE})
    watch_comes_by(watched)
    services.refresh(watched.now)

    def deeds(query: str) -> dict[str, Deed | None]:
        page = look(watched, "analyst", f"/facts/orders/?period=2025-06&part=denominator&{query}")
        return {line.order.number: line.deed for line in page.context["lines"]}

    found = deeds("metric=contacted_in_time&unit=urban")
    assert {number: deed and (deed.title, deed.word, deed.late) for number, deed in found.items()} == {
        kept: ("先行联系时限", "已联系", False),
        late: ("先行联系时限", "超时，已联系", True),
        lacking: ("先行联系时限", "超时，未联系", True),
    }
    said = found[late]
    assert said is not None
    assert said.done is not None
    assert said.until < said.done
    today = deeds("metric=contacted_today")[late]
    assert (today and today.title, today and today.word) == ("派单", "不在当日，已联系")
    assert set(deeds("metric=dispatches").values()) == {None}
    page = text(look(watched, "analyst", "/facts/orders/?metric=contacted_in_time&period=2025-06&part=rest"))
    assert page.count("先行联系时限") >= 2
    assert "超时，未联系" in page
