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
from tests.screens.conftest import Browser

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
    leader.post(reverse("reports:do", args=[paper.pk, "issue"]), {})
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
