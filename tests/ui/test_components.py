"""The components: one look each, errors at the field, nothing typed lost, nothing unescaped."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from open12345.ui import components, navigation
from open12345.worktime import SHANGHAI

NOW = datetime(2026, 3, 2, 6, 5, tzinfo=UTC)
"""14:05 in Shanghai."""


def rendered(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


class SampleForm(forms.Form):
    title = forms.CharField(label="标题", max_length=5, help_text="五个字以内")
    kind = forms.ChoiceField(label="类别", choices=[("a", "甲")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="同意", required=False)


def test_an_error_stands_at_its_field_and_what_was_typed_stays() -> None:
    form = SampleForm({"title": "一二三四五六<b>", "kind": "a"})
    page = rendered("{% form_errors form %}{% field form.title %}", form=form)
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_title-help id_title-error"' in page
    assert 'id="id_title-error"' in page
    assert "一二三四五六&lt;b&gt;" in page
    assert 'href="#id_title"' in page


def test_each_kind_of_field_has_a_label() -> None:
    form = SampleForm()
    assert 'for="id_title"' in rendered("{% field form.title %}", form=form)
    assert 'role="group"' in rendered("{% field form.kind %}", form=form)
    box = rendered("{% field form.agreed %}", form=form)
    assert re.search(r'<label class="form-check"\s+for="id_agreed">', box)


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (timedelta(), "今天 14:05"),
        (timedelta(days=-1), "昨天 14:05"),
        (timedelta(days=1), "明天 14:05"),
        (timedelta(days=5), "3月7日 14:05"),
        (timedelta(days=-400), "2025-01-26 14:05"),
        (timedelta(hours=10), "明天 00:05"),
    ],
)
def test_times_are_said_as_people_say_them(away: timedelta, said: str) -> None:
    page = rendered("{% moment at now %}", at=NOW + away, now=NOW)
    assert f">{said}</time>" in page
    assert 'title="20' in page


@pytest.mark.parametrize(
    ("end", "said", "exact"),
    [
        (datetime(2026, 3, 2, 17, 30, tzinfo=SHANGHAI), "今天 17:30", "2026-03-02 17:30"),
        (datetime(2026, 3, 3, tzinfo=SHANGHAI), "今天 24:00", "2026-03-02 24:00"),
        (datetime(2026, 3, 2, 16, tzinfo=UTC), "今天 24:00", "2026-03-02 24:00"),
        (datetime(2026, 3, 4, tzinfo=SHANGHAI), "明天 24:00", "2026-03-03 24:00"),
        (datetime(2026, 3, 8, tzinfo=SHANGHAI), "3月7日 24:00", "2026-03-07 24:00"),
        (datetime(2026, 1, 1, tzinfo=SHANGHAI), "2025-12-31 24:00", "2025-12-31 24:00"),
        (datetime(2026, 3, 3, 0, 1, tzinfo=SHANGHAI), "明天 00:01", "2026-03-03 00:01"),
    ],
)
def test_an_end_at_midnight_belongs_to_the_day_that_ends(end: datetime, said: str, exact: str) -> None:
    page = rendered("{% due at now %}", at=end, now=NOW)
    assert f'title="{exact}">{said}</time>' in page
    assert f'datetime="{end.astimezone(SHANGHAI).isoformat()}"' in page


def test_no_time_is_a_dash() -> None:
    assert rendered("{% moment at %}", at=None) == "—"
    assert rendered("{% due at %}", at=None) == "—"


def test_a_clock_says_its_end_as_the_end_of_a_day() -> None:
    page = rendered("{% clock_bar clock %}", clock=SampleClock(due=datetime(2026, 3, 8, tzinfo=SHANGHAI)))
    assert "3月7日 24:00" in page


@dataclass
class SampleClock:
    title: str = "答复"
    state: str = "amber"
    share: float = 0.8
    due: datetime | None = NOW
    provisional: bool = True
    explanation: str = "5 个工作日，跳过 <周末>"


@pytest.mark.parametrize(("share", "percent"), [(0.8, 80), (1.7, 100), (-1, 0), (0, 0)])
def test_a_clock_shows_share_due_and_why(share: float, percent: int) -> None:
    page = rendered("{% clock_bar clock %}", clock=SampleClock(share=share))
    assert f'value="{percent}"' in page
    assert "clock-amber" in page
    assert "暂定" in page
    assert "跳过 &lt;周末&gt;" in page


def test_a_number_is_grouped_to_read_and_whole_to_copy() -> None:
    page = rendered("{% order_number n %}", n="310117202603021000042")
    assert 'data-copy="310117202603021000042"' in page
    assert "<span>310117</span><span>20260302</span><span>1</span><span>000042</span>" in page
    assert "<b>" not in rendered("{% order_number n %}", n='<b>"x')


def test_chips_carry_words_not_colours() -> None:
    assert rendered("{% status_chip t %}", t="<办理中>") == ('<span class="chip chip-plain">&lt;办理中&gt;</span>')


def test_empty_says_what_would_be_here_and_what_to_do() -> None:
    page = rendered('{% empty_state "没有待办" "新的工单会出现在这里。" "/x/" "刷新" %}')
    assert all(word in page for word in ("没有待办", "新的工单", 'href="/x/"', "刷新"))


def test_pages_keep_the_rest_of_the_query() -> None:
    request = RequestFactory().get("/list/", {"q": "路灯 & 桥", "page": "2"})
    page = Paginator(range(50), 10).page(2)
    shown = rendered("{% pagination page %}", page=page, request=request)
    assert "?page=1&amp;q=%E8%B7%AF%E7%81%AF+%26+%E6%A1%A5" in shown
    assert "?page=3&amp;" in shown
    assert "第 2 / 5 页，共 50 条" in shown
    one = Paginator(range(3), 10).page(1)
    assert rendered("{% pagination page %}", page=one, request=request).strip() == ""


def test_an_entry_is_for_those_who_may_open_it() -> None:
    entry = navigation.Entry("home", "甲", frozenset({"clerk"}), order=1)
    for_all = navigation.Entry("healthz", "乙", order=0)
    navigation.register(entry)
    navigation.register(for_all)
    try:
        assert navigation.entries_for({"clerk"})[:2] == [for_all, entry]
        assert entry not in navigation.entries_for({"leader"})
        assert for_all in navigation.entries_for(set())
    finally:
        navigation.forget("home")
        navigation.forget("healthz")


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ("†", "在用的系统或规章"),
        ("(000, 004)", "宝山区材料、秦淮区材料"),
        ("003 二（二）3；前三自定", "九亭镇材料 二（二）3；前三自定"),
        ("自定", "自定"),
        ("第 1003 号", "第 1003 号"),
    ],
)
def test_a_source_is_told_in_words(mark: str, words: str) -> None:
    assert components.sourced(mark) == words
