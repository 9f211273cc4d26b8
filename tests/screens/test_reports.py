"""Papers on screen: written, edited, issued and opened by those who may; for units they do not exist."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import Settings

from open12345.directory.models import AccessLog
from open12345.facts import services as facts
from open12345.reports import page as pages
from open12345.reports.models import Paper
from tests.cast import Town
from tests.screens.conftest import Browser, text_of

AtScreen = Callable[[str], Browser]


@pytest.mark.function("REP-06")
@pytest.mark.function("REP-08")
def test_a_paper_is_written_edited_issued_and_every_figure_leads_to_its_orders(
    town: Town, at_screen: AtScreen, settings: Settings, tmp_path: Path
) -> None:
    settings.OPEN12345_HOME = tmp_path
    town.register()
    facts.refresh(town.now)
    analyst, leader, clerk = at_screen("analyst"), at_screen("leader"), at_screen("clerk.c001")
    month = f"{town.now:%Y-%m}"
    analyst.fill(reverse("reports:new"), {"kind": "monthly", "period": month})
    paper = Paper.objects.get()
    page = analyst.open(reverse("reports:paper", args=[paper.pk]))
    assert "/facts/orders/?" in page
    assert 'data-name="accepted"' in page
    clerk.open(reverse("reports:paper", args=[paper.pk]), status=404)
    first = next(one["sentences"][0]["key"] for one in paper.content["blocks"] if one["type"] == "text")
    typed = {"edition": paper.edition, f"t.{first}": "本月受理{accepted}件。"}
    analyst.post(reverse("reports:save", args=[paper.pk]), typed, 200)
    analyst.post(reverse("reports:save", args=[paper.pk]), typed, 409)
    analyst.post(reverse("reports:do", args=[paper.pk, "submit"]), {})
    leader.post(reverse("reports:subscribe", args=["monthly"]), {"wanted": "1"})
    issue = reverse("reports:do", args=[paper.pk, "issue"])
    leader.post(issue, {})  # nobody signs without having been shown the number
    assert Paper.objects.get().number == ""
    leader.fill(reverse("reports:paper", args=[paper.pk]), {}, action=issue)
    assert Paper.objects.get().number == f"{town.now:%Y}年第1期"
    assert "本月受理" in leader.open(reverse("reports:print", args=[paper.pk]))
    for name in ("list", "register", "schedules"):
        assert leader.open(reverse(f"reports:{name}"))
    answer = leader.client.post(reverse("reports:download", args=[paper.pk, "docx"]))
    assert answer.content[:2] == b"PK"
    assert leader.client.get(reverse("reports:figure", args=[paper.pk, "accepted"])).status_code == 302
    analyst.open(reverse("reports:special"))


def test_a_machine_without_pango_says_so_and_offers_word(
    town: Town, at_screen: AtScreen, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OPEN12345_HOME = tmp_path
    town.register()
    facts.refresh(town.now)
    analyst = at_screen("analyst")
    analyst.fill(reverse("reports:new"), {"kind": "monthly", "period": f"{town.now:%Y-%m}"})
    paper = Paper.objects.get()

    def lacking(*_said: Any) -> bytes:
        raise pages.NoPdf("缺少 Pango")

    monkeypatch.setattr(pages, "pdf", lacking)
    answer = analyst.client.post(reverse("reports:download", args=[paper.pk, "pdf"]), follow=True)
    assert "缺少 Pango" in answer.content.decode()
    assert not AccessLog.objects.filter(act="report.file").exists()


@pytest.mark.function("REP-11")
def test_a_second_paper_of_a_period_is_asked_about_once_and_the_signer_sees_the_first(
    town: Town, at_screen: AtScreen, settings: Settings, tmp_path: Path
) -> None:
    settings.OPEN12345_HOME = tmp_path
    town.register()
    facts.refresh(town.now)
    supervisor, leader = at_screen("supervisor"), at_screen("leader")
    said = {"kind": "monthly", "period": f"{town.now:%Y-%m}"}
    first = _issued(supervisor, leader, said)
    page = text_of(supervisor.fill(reverse("reports:new"), said, status=422))
    assert "这一种、这一时段已经有：" in page
    assert f'<a href="{reverse("reports:paper", args=[first.pk])}">' in page
    assert Paper.objects.count() == 1
    supervisor.post(reverse("reports:new"), said | {"known": supervisor.fields(page)["known"][0]})
    second = Paper.objects.latest("pk")
    key = next(one["sentences"][0]["key"] for one in second.content["blocks"] if one["type"] == "text")
    typed = {"edition": second.edition, f"t.{key}": "本月受理37件。"}
    supervisor.post(reverse("reports:save", args=[second.pk]), typed, 200)
    supervisor.post(reverse("reports:do", args=[second.pk, "submit"]), {})
    page = leader.open(reverse("reports:paper", args=[second.pk]))
    assert "手写的数字没有出处：" in page
    assert "37：本月受理37件。" in page
    confirm = page.partition('data-confirm="')[2].partition('"')[0]
    assert f"已经签发过《{first.title}》（{first.number}）" in confirm
    assert f"{town.now:%Y}年第2期" in confirm


def _issued(supervisor: Browser, leader: Browser, said: dict[str, str]) -> Paper:
    supervisor.fill(reverse("reports:new"), said)
    paper = Paper.objects.latest("pk")
    supervisor.post(reverse("reports:do", args=[paper.pk, "submit"]), {})
    leader.fill(reverse("reports:paper", args=[paper.pk]), {}, action=reverse("reports:do", args=[paper.pk, "issue"]))
    return Paper.objects.get(pk=paper.pk)


def test_a_period_that_has_not_begun_is_refused_at_its_field(
    town: Town, at_screen: AtScreen, settings: Settings, tmp_path: Path
) -> None:
    settings.OPEN12345_HOME = tmp_path
    page = text_of(at_screen("analyst").fill(reverse("reports:new"), {"kind": "monthly", "period": "2099-05"},
                                             status=422))  # fmt: skip
    assert "这一期还没有开始：2099-05 从 2099-05-01 起。" in page
    page = text_of(at_screen("analyst").fill(reverse("reports:new"), {"kind": "monthly", "period": "2025-W20"},
                                             status=422))  # fmt: skip
    assert "写的是一个月" in page
