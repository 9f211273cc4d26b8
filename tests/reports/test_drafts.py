"""A draft: figures counted from real orders, edits kept, handed on, issued by another, registered."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any, cast

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from openpyxl import load_workbook
from pypdf import PdfReader

from open12345.directory.models import AccessLog
from open12345.facts import services as facts
from open12345.facts.periods import period
from open12345.notify.models import Notice
from open12345.orders.errors import Conflict, NotAllowed, NotFound, Refused
from open12345.orders.models import WorkOrder
from open12345.policy.reports import ReportKind
from open12345.reports import composing, files, merging, page, queries, scheduling, services, shape
from open12345.reports import docx as word
from open12345.reports.composing import Matter
from open12345.reports.models import Paper, Schedule, State
from open12345.reports.services import Entry, Wanted
from tests.cast import Town
from tests.orders.walks import closed, signed

SHANGHAI_JUNE = "2025-06"


def _busy(town: Town) -> None:
    """Let some orders come in, one of them closed, and bring the facts up to date."""
    for category in ("A0101", "A0101", "L0101"):
        town.register(category=category)
    closed(town)
    signed(town)
    facts.refresh(town.now)


def _draft(town: Town, kind: str = "monthly", over: str = SHANGHAI_JUNE) -> Paper:
    return services.draft(Wanted(kind, over), town.pack, by=town.person("analyst"), at=town.now)


def _sentences(paper: Paper) -> list[dict[str, Any]]:
    return [one for block in paper.content["blocks"] if block["type"] == "text" for one in block["sentences"]]


def _read(paper: Paper) -> str:
    return "\n".join("".join(run.text for run in part["runs"]) for part in shape.parts(paper.content)
                     if part["type"] == "text")  # fmt: skip


@pytest.mark.function("REP-03")
@pytest.mark.function("REP-06")
def test_the_figures_of_a_paper_are_those_of_the_orders_and_carry_their_query(watched: Town) -> None:
    _busy(watched)
    paper = _draft(watched)
    count = WorkOrder.objects.exclude(stage="draft").filter(accepted_at__year=2025, accepted_at__month=6).count()
    assert count >= 5
    assert f"共受理12345热线工单{count}件，上年同期无数据，不作同比，上月同期无数据，不作比较。" in _read(paper)
    for value in paper.content["figures"].values():
        assert value["query"]["metric"]
        assert value["query"]["period"]
    accepted = paper.content["figures"]["accepted"]
    assert (accepted["words"], accepted["above"]) == (str(count), count)


@pytest.mark.function("REP-03")
def test_an_edited_sentence_is_kept_and_what_changed_stands_beside_it(watched: Town) -> None:
    _busy(watched)
    paper, analyst = _draft(watched), watched.person("analyst")
    first = _sentences(paper)[0]
    before = paper.content["figures"]["accepted"]["words"]
    typed = {first["key"]: "六月全镇受理{accepted}件，比预计多7件。"}
    paper = services.save(paper.pk, paper.edition, typed, by=analyst, at=watched.now)
    assert f"六月全镇受理{before}件，比预计多7件。" in _read(paper)
    assert merging.typed_numbers(paper.content) == ["7"]
    with pytest.raises(Conflict):
        services.save(paper.pk, paper.edition - 1, {first["key"]: "旧的"}, by=analyst, at=watched.now)

    watched.register()
    facts.refresh(watched.now)
    paper = services.refresh(paper.pk, watched.pack, by=analyst, at=watched.now)
    after = str(int(before) + 1)
    assert f"六月全镇受理{before}件" in _read(paper)  # the edited sentence wins
    (news,) = merging.news_of(paper.content)
    assert news["news"] == {"accepted": after}
    assert paper.content["figures"]["accepted"]["words"] == after
    with pytest.raises(Refused, match="数字已变"):
        services.submit(paper.pk, by=analyst, at=watched.now)
    paper = services.take(paper.pk, first["key"], whole=False, by=analyst, at=watched.now)
    assert f"六月全镇受理{after}件，比预计多7件。" in _read(paper)
    paper = services.save(paper.pk, paper.edition, {first["key"]: first["made"]}, by=analyst, at=watched.now)
    assert "text" not in _sentences(paper)[0]  # typed back: no edit any more
    assert [one.why for one in paper.versions.all()] == ["refreshed", "made"]


@pytest.mark.function("REP-11")
def test_a_paper_is_issued_by_another_numbered_registered_and_told(watched: Town) -> None:
    _busy(watched)
    analyst, leader, supervisor = (watched.person(name) for name in ("analyst", "leader", "supervisor"))
    scheduling.subscribe("monthly", wanted=True, by=leader, at=watched.now)
    paper = services.draft(Wanted("monthly", SHANGHAI_JUNE), watched.pack, by=supervisor, at=watched.now)
    services.submit(paper.pk, by=supervisor, at=watched.now)
    with pytest.raises(NotAllowed):
        services.issue(paper.pk, watched.pack, by=supervisor, at=watched.now)
    with pytest.raises(NotFound):
        services.issue(paper.pk, watched.pack, by=analyst, at=watched.now)
    paper = services.give_back(paper.pk, "第二段再核一下", by=leader, at=watched.now)
    assert (paper.state, paper.returned) == (State.DRAFT, "第二段再核一下")
    services.submit(paper.pk, by=supervisor, at=watched.now)
    paper = services.issue(paper.pk, watched.pack, by=leader, at=watched.now)
    assert (paper.number, paper.content["head"]["dated"]) == ("2025年第1期", "2025年6月26日")
    assert Notice.objects.filter(kind="report_issued", staff=leader.id).exists()
    with pytest.raises(Conflict):
        services.save(paper.pk, paper.edition, {"title": "改"}, by=supervisor, at=watched.now)
    services.note(paper.pk, {"instruction": "请各村居对照整改"}, by=leader, at=watched.now)
    services.note(paper.pk, {"effect": "设摊投诉下降"}, by=analyst, at=watched.now)
    (row,) = queries.issued("monthly")
    assert (row.instruction, row.instructed_by, row.effect) == ("请各村居对照整改", leader.name, "设摊投诉下降")
    acts = set(AccessLog.objects.filter(object=f"report:{paper.pk}").values_list("act", flat=True))
    assert acts == {"report.make", "report.submit", "report.return", "report.issue", "report.note"}


@pytest.mark.function("REP-11")
def test_the_register_counts_what_the_seeds_issued(watched: Town) -> None:
    kinds = watched.pack.reports.kinds[:4]
    counts = dict(zip((kind.code for kind in kinds), (446, 77, 122, 21), strict=True))
    entries = [Entry(code, f"第{n + 1}期", date(2020, 1, 1) + timedelta(days=n), instruction="阅" if n == 0 else "")
               for code, count in counts.items() for n in range(count)]  # fmt: skip
    services.register(entries, watched.pack, by=watched.person("analyst"), at=watched.now)
    assert {code: count for code, (count, _last) in queries.issued_by_kind().items()} == counts
    with pytest.raises(Refused):
        services.register([Entry("nothing", "x", date(2020, 1, 1))], watched.pack, by=watched.person("analyst"),
                          at=watched.now)  # fmt: skip
    with pytest.raises(NotFound):
        services.register(entries[:1], watched.pack, by=watched.person("clerk.c001"), at=watched.now)


@pytest.mark.function("REP-05")
@pytest.mark.function("REP-10")
def test_the_word_file_is_laid_out_as_official_papers_are(watched: Town) -> None:
    _busy(watched)
    paper = _draft(watched)
    head = {"mark": "九亭镇12345热线专报", "number_said": "2025年第1期", "to": "镇党委", "issuer": "九亭镇热线办",
            "dated": "2025年6月26日", "copies": "镇政府办公室", "printed_by": "九亭镇热线办"}  # fmt: skip
    file = Document(BytesIO(word.write({**paper.content, "head": head}, "均为虚构")))
    section: Any = file.sections[0]
    sizes = [section.page_width, section.page_height, section.top_margin, section.left_margin]
    assert [round(size / Mm(1)) for size in sizes] == [210, 297, 37, 28]
    assert round((section.page_width - section.left_margin - section.right_margin) / Mm(1)) == 156
    assert round((section.page_height - section.top_margin - section.bottom_margin) / Mm(1)) == 225
    grid = section._sectPr.find(qn("w:docGrid"))
    assert 225 / 25.4 * 1440 // int(grid.get(qn("w:linePitch"))) == 22
    fonts: dict[str, list[tuple[str, float, str]]] = {}
    for paragraph in cast("Any", file).paragraphs:
        for run in paragraph.runs:
            if not run.text:
                continue
            named = run._r.rPr.rFonts.get(qn("w:eastAsia"))
            fonts.setdefault(named, []).append((run.text, run.font.size.pt, paragraph.style.name))
    title = [text for text, size, style in fonts["方正小标宋简体"] if (size, style) == (22.0, "Normal")]
    assert "".join(title).replace("\n", "") == paper.title  # in balanced lines
    assert any(text.startswith("一、") and style == "Heading 1" for text, _size, style in fonts["黑体"])
    assert {size for _text, size, style in fonts["仿宋_GB2312"] if style == "Normal"} >= {16.0}
    assert file.settings.odd_and_even_pages_header_footer
    assert "PAGE" in section.footer._element.xml
    assert "模拟数据" in section.header.paragraphs[0].text
    assert len(file.inline_shapes) >= 1
    printed = "".join(paragraph.text for paragraph in file.paragraphs)
    assert paper.content["figures"]["accepted"]["words"] in printed
    assert not any(block.get("hint", "—") in printed for block in paper.content["blocks"])


@pytest.mark.function("REP-05")
def test_the_workbook_holds_every_figure_with_its_query(watched: Town) -> None:
    _busy(watched)
    paper = _draft(watched)
    book: Any = load_workbook(
        BytesIO(files.rendered(paper.content, "xlsx", origin="https://x.example/reports/1/figures/"))
    )
    assert book.sheetnames[:2] == ["报告", "数字"]
    rows = {str(row[0].value): row for row in book["数字"].iter_rows(min_row=2)}
    accepted = rows["accepted"]
    assert int(accepted[4].value or 0) == paper.content["figures"]["accepted"]["above"]
    assert str(accepted[7].value).startswith("2025-06-01 至 2025-06-")  # as far as the month has come
    assert [accepted[place].value for place in (2, 8, 11)] == ["受理量", "全部", "按受理日期"]
    phone = rows["channels.0"]
    assert (phone[8].value, phone[13].value) == ("渠道：专线电话", f"orders {_period_of(paper)}; channel=phone")
    assert all(row[2].value and row[8].value for row in rows.values())  # each has a name and conditions in words
    assert accepted[1].hyperlink is not None
    drawn = [block for block in paper.content["blocks"] if block["type"] == "chart"]
    assert sum(len(sheet._charts) for sheet in book.worksheets) == len(drawn) > 0


def _period_of(paper: Paper) -> str:
    return str(paper.content["figures"]["accepted"]["query"]["period"])


@pytest.mark.function("REP-05")
def test_the_pdf_says_what_the_paper_says_and_draws_its_charts(watched: Town) -> None:
    _busy(watched)
    paper = _draft(watched)
    book = PdfReader(BytesIO(files.rendered(paper.content, "pdf", notice="均为虚构")))
    said = "".join(page.extract_text() for page in book.pages).replace("\n", "").replace(" ", "")
    count = paper.content["figures"]["accepted"]["above"]
    assert f"共受理12345热线工单{count}件" in said
    assert "均为虚构" in said
    drawn = [block for block in paper.content["blocks"] if block["type"] == "chart"]
    assert len({image.data for page in book.pages for image in page.images}) == len(drawn) > 0
    assert [round(float(side) / 72 * 25.4) for side in book.pages[0].mediabox[2:]] == [210, 297]


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:9/x.png"])
def test_a_pdf_fetches_nothing_from_anywhere(monkeypatch: pytest.MonkeyPatch, watched: Town, address: str) -> None:
    """The page is ours; should somebody's words ever become markup, they reach no file and no host."""
    _busy(watched)
    content = _draft(watched).content
    asked: list[str] = []
    monkeypatch.setattr("weasyprint.urls.URLFetcher.open", lambda _self, request, *_a, **_k: asked.append(request))
    monkeypatch.setattr(page, "html", lambda *_said: f'<p>零<img src="{address}"></p>')
    assert page.pdf(content).startswith(b"%PDF")
    assert asked == []


def _kind(**said: Any) -> ReportKind:
    return ReportKind.model_validate({"code": "daily", "title": "日报", "receivers": ["镇领导"], **said})


@pytest.mark.function("REP-01")
def test_a_daily_brief_tells_of_its_day_beside_the_day_before(watched: Town) -> None:
    _busy(watched)
    before = WorkOrder.objects.exclude(stage="draft").count()
    watched.wait(days=1)
    for _number in range(2):
        watched.register()
    facts.refresh(watched.now)
    today = watched.now.astimezone(watched.pack.calendar().zone).date()
    order = composing.Order(_kind(period="day", sections=["诉求总量"]), period(str(today)))
    content = composing.compose(order, watched.pack, person=watched.person("analyst"), at=watched.now)
    assert content["figures"]["accepted"]["above"] == 2
    text = "".join(shape.plain(content, one) for block in content["blocks"] if block["type"] == "text"
                   for one in block["sentences"])  # fmt: skip
    assert f"共受理12345热线工单2件，环比下降{(before - 2) * 100 / before:.1f}%" in text


@pytest.mark.function("REP-08")
@pytest.mark.parametrize(
    ("local", "working", "name"),
    [
        ("2025-06-26 09:00", False, "2025-06-25"), ("2025-06-26 08:59", False, "2025-06-24"),
        ("2025-06-27 00:10", False, "2025-06-25"), ("2025-06-28 09:30", True, "2025-06-26"),
        ("2025-06-30 09:30", True, "2025-06-29"), ("2025-10-08 12:00", True, "2025-09-29"),
    ],
)  # fmt: skip
def test_a_daily_paper_is_due_at_its_hour_across_midnight_and_holidays(
    town: Town, local: str, working: bool, name: str
) -> None:
    at = datetime.fromisoformat(local).replace(tzinfo=town.pack.calendar().zone)
    schedule = Schedule(kind="daily", at=time(9), working_days=working, since=date(2020, 1, 1))
    found = scheduling.due(schedule, _kind(period="day"), town.pack, at)
    assert found is not None
    assert found.name == name
    schedule.done = name
    assert scheduling.due(schedule, _kind(period="day"), town.pack, at) is None


@pytest.mark.function("REP-08")
def test_the_worker_makes_each_paper_once_and_tells_of_failures(watched: Town) -> None:
    analyst = watched.person("analyst")
    scheduling.arrange("weekly", scheduling.Plan(time(8), issue=True), watched.pack, by=analyst, at=watched.now)
    Schedule.objects.update(since=date(2025, 1, 1))
    assert scheduling.run(watched.pack, watched.now) == []  # no facts yet
    assert Schedule.objects.get().failures == 1
    assert Notice.objects.filter(kind="report_failed").count() == 1
    _busy(watched)
    (made,) = scheduling.run(watched.pack, watched.now)
    assert (made.state, made.period, made.serial) == (State.ISSUED, "2025-W25", 1)
    assert scheduling.run(watched.pack, watched.now + timedelta(minutes=1)) == []
    watched.wait(days=21)
    (late,) = scheduling.run(watched.pack, watched.now)  # three were missed: the last one is made
    assert late.period == "2025-W28"
    assert Schedule.objects.get().failed == ""


@pytest.mark.function("REP-08")
def test_a_paper_that_failed_again_and_again_is_tried_every_hour_and_stops_no_other(
    watched: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyst = watched.person("analyst")
    for kind in ("weekly", "monthly"):
        scheduling.arrange(kind, scheduling.Plan(time(8)), watched.pack, by=analyst, at=watched.now)
    Schedule.objects.update(since=date(2025, 1, 1))
    _busy(watched)
    written = services.draft

    def failing(wanted: Wanted, *args: Any, **more: Any) -> Paper:
        if wanted.kind == "weekly":
            raise RuntimeError("what nobody thought of")
        return written(wanted, *args, **more)

    monkeypatch.setattr(services, "draft", failing)
    begin = watched.now.replace(minute=10, second=0)
    assert [one.kind for one in scheduling.run(watched.pack, begin)] == ["monthly"]
    for minute in range(1, 12):
        scheduling.run(watched.pack, begin + timedelta(minutes=minute))
    assert Schedule.objects.get(kind="weekly").failures == 5
    assert Notice.objects.filter(kind="report_failed").count() == 1
    monkeypatch.undo()
    assert scheduling.run(watched.pack, begin + timedelta(minutes=49)) == []
    (made,) = scheduling.run(watched.pack, begin + timedelta(minutes=50))  # the hour's turn
    assert made.kind == "weekly"
    assert Schedule.objects.get(kind="weekly").failures == 0


@pytest.mark.function("REP-11")
def test_a_number_that_the_register_holds_from_elsewhere_is_given_to_no_other_paper(watched: Town) -> None:
    _busy(watched)
    supervisor, leader = watched.person("supervisor"), watched.person("leader")
    entries = [Entry("monthly", "五月月报", date(2025, 6, 2), number="2025年第17期"),
               Entry("monthly", "去年", date(2024, 6, 2), number="2024年第99期"),
               Entry("monthly", "无号", date(2025, 6, 3))]  # fmt: skip
    services.register(entries, watched.pack, by=supervisor, at=watched.now)
    numbers = []
    for _turn in range(2):
        paper = services.draft(Wanted("monthly", SHANGHAI_JUNE), watched.pack, by=supervisor, at=watched.now)
        services.submit(paper.pk, by=supervisor, at=watched.now)
        numbers.append(services.issue(paper.pk, watched.pack, by=leader, at=watched.now).number)
    assert numbers == ["2025年第18期", "2025年第19期"]


@pytest.mark.function("REP-03")
def test_what_is_pasted_from_elsewhere_can_always_be_kept_and_written(watched: Town) -> None:
    _busy(watched)
    paper, analyst = _draft(watched), watched.person("analyst")
    key = _sentences(paper)[0]["key"]
    typed = {key: "一段\x0b从别处\x00粘贴的话\ufffe", "title": "标题\x07", "head.to": "区政府\x1f"}
    services.save(paper.pk, paper.edition, typed, by=analyst, at=watched.now)
    paper.refresh_from_db()
    assert (paper.title, paper.content["head"]["to"]) == ("标题", "区政府")
    page = Document(BytesIO(files.rendered(paper.content, "docx")))
    assert any("一段从别处粘贴的话" in one.text for one in page.paragraphs)


@pytest.mark.function("REP-04")
def test_a_special_brief_is_about_its_matter_alone(watched: Town) -> None:
    _busy(watched)
    kind = next((kind.code for kind in watched.pack.reports.kinds if kind.period is None), "committee")
    matter = Matter(categories=("A01",))
    paper = services.draft(Wanted(kind, SHANGHAI_JUNE, matter), watched.pack, by=watched.person("analyst"),
                           at=watched.now)  # fmt: skip
    count = WorkOrder.objects.filter(category__startswith="A01").count()
    assert paper.content["figures"]["accepted"]["above"] == count
    assert "典型诉求" in str([block.get("made") for block in paper.content["blocks"]])
    listed = [block for block in paper.content["blocks"] if block.get("list")]
    assert "13812348000" not in str(listed)
