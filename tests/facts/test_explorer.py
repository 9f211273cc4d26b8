"""The explorer: its table, what an address asks, saved views, files, and who sees what."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.http import QueryDict
from openpyxl import load_workbook

from open12345.directory.models import AccessLog
from open12345.directory.person import SYSTEM
from open12345.facts import queries, services
from open12345.facts.explorer import asking, choices, definitions, drawing, table
from open12345.facts.metrics import METRICS, metric
from open12345.facts.periods import period
from open12345.facts.queries import Answer, Figure, Line
from open12345.orders import watch
from open12345.orders.models import WorkOrder
from open12345.orders.savedviews import SavedView
from open12345.orders.sight import Sight
from tests.cast import Town
from tests.facts.looking import client_of, look, text
from tests.orders.walks import closed, dispatched, signed

JUNE = period("2025-06")
ASK = "/facts/?metric=contacted_in_time&period=2025-06&by=unit"


def asked(query: str, town: Town) -> asking.Asked:
    return asking.read(QueryDict(query), town.now)


def _line(key: str, now: tuple[int, int], then: tuple[int, int] | None) -> Line:
    one = metric("contacted_in_time")

    def of(pair: tuple[int, int] | None) -> Figure | None:
        return Figure(*pair, one.value(*pair)) if pair else None

    figure = of(now)
    assert figure is not None
    return Line((key,), (key,), figure, of(then), None)


def _answer(town: Town, *lines: Line) -> Answer:
    cut = queries.cut_of("contacted_in_time", JUNE, person=town.person("analyst"), at=town.now, by=("unit",))
    one = metric("contacted_in_time")
    return Answer(one, cut, lines, table.added(one, lines), "", JUNE.before())


WORSE = (
    _line("a", (8, 10), (10, 10)),
    _line("b", (1, 2), (2, 2)),
    _line("c", (9, 10), (5, 10)),
    _line("d", (3, 3), None),
)


@pytest.mark.parametrize(
    ("showing", "order"),
    [("sort=worse", "bacd"), ("sort=better", "cabd"), ("sort=high", "dcab"), ("sort=low", "bacd"), ("sort=key", "abcd"),
     ("sort=worse&least=5", "ac"), ("sort=worse&top=2", "ba+")],
)  # fmt: skip
@pytest.mark.function("SCR-06")
def test_rows_stand_by_what_is_asked_for(town: Town, showing: str, order: str) -> None:
    question = asked(f"metric=contacted_in_time&period=2025-06&by=unit&{showing}", town)
    shown = table.shown(_answer(town, *WORSE), question)
    assert "".join(row.words[0] if not row.kind else "+" for row in shown.rows) == order
    assert shown.few == (2 if "least" in showing else 0)
    listed = [row.line.figure for row in shown.rows]
    if not shown.few:  # what is added up and what is listed are the whole
        assert sum(one.denominator or 0 for one in listed) == shown.whole.line.figure.denominator == 25
    assert shown.whole.figure == "84.00%"


def test_a_fall_of_what_should_be_high_is_weighty_and_a_rise_is_not(town: Town) -> None:
    shown = table.shown(_answer(town, *WORSE), asked("metric=contacted_in_time&by=unit&sort=key", town))
    assert [[then.worse for then in row.thens] for row in shown.rows] == [[True], [True], [False], [False]]
    assert shown.rows[0].thens[0].change == "−20.00 个百分点"


@pytest.mark.function("SCR-06")
def test_every_figure_of_the_table_opens_its_orders(watched: Town) -> None:
    late, good = signed(watched), closed(watched)
    watched.now += timedelta(days=2)
    watch.mark_breaches(by=SYSTEM, at=watched.now)
    services.refresh(watched.now)
    page = text(look(watched, "analyst", ASK))
    found = {tuple(re.findall(r"part=(\w+)", url)): url for url in re.findall(r'href="(/facts/orders/[^"]+)"', page)}
    assert set(found) == {(), ("rest",), ("denominator",)}
    opened = {parts: text(look(watched, "analyst", url.replace("&amp;", "&"))) for parts, url in found.items()}
    assert [(late in one, good in one) for one in (opened[()], opened["rest",], opened["denominator",])] == [
        (False, True), (True, False), (True, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "kind"),
    [("by=month", "line"), ("by=unit", "bar"), ("by=day&period=2025", "calendar"), ("by=day&period=2025-06", "line"),
     ("by=weekday&by=hour", "heat"), ("by=area_street", "map"), ("by=kind&by=channel", "grouped"),
     ("by=month&by=kind", "lines"), ("", "line"), ("by=hour", "columns"), ("by=area_street&chart=bar", "bar")],
)  # fmt: skip
@pytest.mark.function("SCR-06")
def test_the_chart_follows_from_the_dimensions_and_can_be_another(watched: Town, query: str, kind: str) -> None:
    dispatched(watched)
    services.refresh(watched.now)
    question = asked(f"metric=orders&period=2025-06&{query}", watched)
    assert drawing.chosen(question) == kind
    page = look(watched, "analyst", f"/facts/?metric=orders&period=2025-06&{query}")
    assert page.status_code == 200
    assert "data-chart" in text(page)


def test_a_piece_of_the_page_offers_the_values_there_are(watched: Town) -> None:
    dispatched(watched)
    dispatched(watched, "market")
    services.refresh(watched.now)
    sight = Sight(watched.person("analyst"), watched.now, watched.pack)
    question = asked("metric=orders&period=2025-06&unit=urban", watched)
    (value,) = choices.values(question, "unit", "", sight)
    assert value.count == 1
    more = asked(value.address, watched)
    assert more.question.where == {"unit": ("urban", "market")}
    page = look(watched, "analyst", "/facts/values/?dimension=unit&q=zzz&query=metric%3Dorders%26period%3D2025-06")
    assert "没有符合的" in text(page)
    assert look(watched, "analyst", "/facts/values/?dimension=colour&query=").status_code == 404


@pytest.mark.function("SCR-06")
def test_a_unit_explores_its_own_rows_alone(watched: Town) -> None:
    dispatched(watched)
    dispatched(watched, "market")
    services.refresh(watched.now)
    page = text(look(watched, "approver.market", "/facts/?metric=dispatches&period=2025-06&by=unit"))
    assert "unit=market" in page
    assert "unit=urban" not in page
    for other in ("system_admin", "audit_admin", "watcher", "agent"):
        assert look(watched, other, "/facts/").status_code == 404


@pytest.mark.function("SCR-06")
def test_a_view_is_kept_shared_opened_first_and_its_deletion_taken_back(watched: Town) -> None:
    services.refresh(watched.now)
    analyst = client_of(watched, "analyst")
    query = "metric=solved&period=this_month&by=unit_top&sort=better"
    analyst.post("/facts/views/", {"name": "变差的", "query": f"{query}&page=3", "shared": "1"})
    (view,) = SavedView.objects.all()
    assert (view.page, view.query, view.shared) == ("facts", query, True)
    assert analyst.get("/facts/").headers["Location"] == f"/facts/?{query}&view={view.pk}"
    assert "变差的" in text(look(watched, "leader", "/facts/?metric=orders"))
    assert "变差的" not in text(look(watched, "approver.market", "/facts/?metric=orders"))
    leader = client_of(watched, "leader")
    assert leader.get("/facts/").status_code == 200  # others' views do not open by themselves
    assert leader.post(f"/facts/views/{view.pk}/delete/", {}).status_code == 404
    page = text(analyst.post(f"/facts/views/{view.pk}/delete/", {}, follow=True))
    assert not SavedView.objects.exists()
    undo = re.search(r'action="(/facts/views/restore/[^"]+)"', page)
    assert undo
    assert leader.post(undo[1]).status_code == 404
    analyst.post(undo[1])
    assert SavedView.objects.get().query == query
    assert client_of(watched, "approver.market").post(
        "/facts/views/", {"name": "x", "query": "metric=orders", "shared": "1"}
    )
    assert not SavedView.objects.get(name="x").shared
    assert "变差的" not in text(look(watched, "analyst", "/orders/?state=all"))


def test_the_chart_draws_the_rows_that_the_table_adds_up(watched: Town) -> None:
    dispatched(watched)
    dispatched(watched, "market")
    services.refresh(watched.now)
    page = look(watched, "analyst", "/facts/?metric=dispatches&period=2025-06&by=unit&top=1")
    assert len(page.context["shown"].rows) == 2
    assert len(page.context["chart"].option["series"][0]["data"]) == 2
    assert not any("其余" in str(one["name"]) for one in page.context["chart"].option["series"][0]["data"])


@pytest.mark.function("SEC-09")
def test_the_table_goes_out_whole_marked_and_on_record(watched: Town) -> None:
    dispatched(watched)
    dispatched(watched, "market")
    services.refresh(watched.now)
    analyst = client_of(watched, "analyst")
    query = "metric=dispatches&period=2025-06&by=unit&top=1"
    sent: Any = analyst.post("/facts/export/csv/", {"query": query})
    rows = list(csv.reader(io.StringIO(b"".join(sent.streaming_content).decode("utf-8-sig"))))
    assert "analyst" in rows[0][0]
    assert "派单量" in rows[0][0]
    assert {row[0]: row[2] for row in rows[2:]} == {"urban": "1", "market": "1", "": "2"}
    log = AccessLog.objects.get(act="figures.export")
    assert "metric=dispatches" in log.reason
    book: Any = analyst.post("/facts/export/xlsx/", {"query": query})
    sheet = load_workbook(io.BytesIO(b"".join(book.streaming_content))).worksheets[0]
    assert sheet.title == "派单量"
    assert sorted(str(sheet.cell(line, 1).value) for line in (3, 4)) == ["market", "urban"]
    assert sheet.cell(5, 3).value == 2
    assert analyst.post("/facts/export/pdf/", {"query": query}).status_code == 404


def test_the_file_says_its_units_and_rounds_as_the_page_does(watched: Town) -> None:
    for number in (dispatched(watched), dispatched(watched), signed(watched)):
        assert number
    watched.now += timedelta(days=2)
    watch.mark_breaches(by=SYSTEM, at=watched.now)
    services.refresh(watched.now)
    analyst = client_of(watched, "analyst")
    query = {"query": "metric=signed_in_time&period=2025-06&by=unit"}
    book: Any = analyst.post("/facts/export/xlsx/", query)
    sheet = load_workbook(io.BytesIO(b"".join(book.streaming_content))).worksheets[0]
    heads, row = ([cell.value for cell in sheet[line]] for line in (2, 3))
    assert heads == [
        "承办单位代码", "承办单位", "签收及时率（%）", "分子", "未达到", "分母", "上期 2025-05（%）",
        "较上期（个百分点）", "去年同期 2024-06（%）", "较去年同期（个百分点）",
    ]  # fmt: skip
    assert row[2:6] == [33.33, 1, 2, 3]
    assert (sheet.cell(3, 3).number_format, sheet.title) == ("0.00", "签收及时率")
    sent: Any = analyst.post("/facts/export/csv/", query)
    rows = list(csv.reader(io.StringIO(b"".join(sent.streaming_content).decode("utf-8-sig"))))
    assert rows[2][2:6] == ["33.33", "1", "2", "3"]


def test_what_there_is_nothing_to_compare_with_says_so(watched: Town) -> None:
    closed(watched)
    services.refresh(watched.now)
    for code, said in (("signed_in_time", "无数据"), ("orders", "0，不作比较")):
        page = look(watched, "analyst", f"/facts/?metric={code}&period=2025-06")
        assert {then.lacking for then in page.context["shown"].whole.thens} == {said}
        assert text(page).count(said) == 2


@pytest.mark.parametrize(("count", "said"), [(16, True), (15, False)])
def test_a_chart_of_bars_says_how_many_rows_it_leaves_out(town: Town, count: int, said: bool) -> None:
    lines = tuple(_line(f"u{n:02}", (n, 20), None) for n in range(count))
    question, answer = asked("metric=contacted_in_time&period=2025-06&by=unit", town), _answer(town, *lines)
    chart = drawing.drawn(answer, table.shown(answer, question), question, town.pack)
    assert drawing.undrawn(chart, answer, question) == ((15, count) if said else None)


@pytest.mark.function("KPI-06")
def test_a_published_day_is_explored_as_it_was(watched: Town) -> None:
    dispatched(watched)
    day = watched.now.date()
    services.publish(day, watched.now)
    dispatched(watched)
    services.refresh(watched.now)
    url = "/facts/?metric=orders&period=2025-06"
    whole = re.compile(r'explore-big">\s*<a[^>]*>(\d+)<')
    assert [found[1] for found in map(whole.search, [
        text(look(watched, "analyst", url)), text(look(watched, "analyst", f"{url}&as_of={day}")),
    ]) if found] == ["2", "1"]  # fmt: skip
    assert "没有发布数据" in text(look(watched, "analyst", f"{url}&as_of={day - timedelta(days=9)}"))


def test_free_dates_become_a_period_of_the_address(watched: Town) -> None:
    services.refresh(watched.now)
    answer = look(watched, "analyst", "/facts/?metric=orders&period=this_month&from=2025-06-01&to=2025-06-09&by=unit")
    assert answer.headers["Location"] == "/facts/?metric=orders&period=2025-06-01..2025-06-09&by=unit"
    url = "/facts/?metric=orders&from=2025-06-09&to=2025-06-01"
    assert "结束早于开始" in text(client_of(watched, "analyst").get(url, follow=True))


@pytest.mark.parametrize(
    ("query", "said"),
    [("unit=zzz", "“承办单位”不能是“zzz”"), ("channel=phone&channel=zzz", "“渠道”不能是“zzz”"),
     ("top=abc", "行数不能是“abc”"), ("least=x", "至少几件不能是“x”"), ("sort=z", "没有“z”这种排序"),
     ("period=2099", "“2099”还没有开始"), ("period=2099-07-01..2099-07-02", "还没有开始"),
     ("period=2025-06-30..2025-06-01", "结束早于开始")],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_what_to_do(watched: Town, query: str, said: str) -> None:
    dispatched(watched)
    services.refresh(watched.now)
    page = look(watched, "analyst", f"/facts/?metric=orders&by=unit&{query}")
    assert page.status_code == 400
    assert said in text(page)
    assert "zzz" not in page.context["wrong"].url


def test_a_value_that_only_the_rows_still_know_is_asked_for(watched: Town) -> None:
    number = dispatched(watched)
    WorkOrder.objects.filter(number=number).update(channel="telegraph")
    services.refresh(watched.now)
    assert look(watched, "analyst", "/facts/?metric=orders&period=2025-06&channel=telegraph").status_code == 200


def test_a_period_that_is_not_over_is_compared_with_as_much_of_the_last(watched: Town) -> None:
    today = watched.now.date()
    for spelt in ("2025-06", "this_month"):
        found = asked(f"metric=orders&period={spelt}", watched).question.period
        assert (found.name, found.before().last) == (f"2025-06..{today}", today.replace(month=5))
    assert asked("metric=orders&period=2025-05", watched).question.period.name == "2025-05"


@pytest.mark.function("KPI-01")
def test_every_metric_is_explained_in_two_languages(town: Town) -> None:
    page = text(look(town, "analyst", "/facts/metrics/"))
    for one in METRICS:
        assert one.title in page
        for expression in (one.numerator, one.denominator):
            if expression is not None:
                words = definitions.in_words(expression)
                assert not any(re.search(r"_\.|\(\)|fill_null|cast", word) for word in words), words


def test_a_line_does_not_leap_over_quiet_days(town: Town) -> None:
    question = asked("metric=orders&period=2025-06&by=day", town)
    cut = queries.cut_of("orders", JUNE, person=town.person("analyst"), at=town.now, by=("day",))
    lines = tuple(
        Line((date(2025, 6, day),), (f"2025-06-{day:02}",), Figure(count, None, count))
        for day, count in ((1, 3), (4, 2))
    )
    answer = Answer(metric("orders"), cut, lines, table.added(metric("orders"), lines), "")
    chart = drawing.drawn(answer, table.shown(answer, question), question, town.pack)
    assert chart
    assert [(row[0].label[-2:], row[1].value) for row in chart.rows] == [("01", 3), ("02", 0), ("03", 0), ("04", 2)]
