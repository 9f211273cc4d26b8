"""What is told before a paper is written, handed on and signed; periods that no paper can be about."""

from pathlib import Path

import pytest
import typer
from django.urls import reverse
from typer.testing import CliRunner

from open12345.facts import services as facts
from open12345.facts.periods import period
from open12345.orders.errors import Conflict, Refused
from open12345.policy import names
from open12345.reports import cli, composing, notices, services, spans
from open12345.reports.models import Paper, State
from open12345.reports.services import Wanted
from tests.cast import Town, pack_named

JUNE, MAY = "2025-06", "2025-05"


def _draft(town: Town, over: str = JUNE, kind: str = "monthly", by: str = "supervisor") -> Paper:
    return services.draft(Wanted(kind, over), town.pack, by=town.person(by), at=town.now)


@pytest.fixture
def busy(watched: Town) -> Town:
    """A town with two orders and facts of them."""
    watched.register()
    watched.register(category="L0101")
    facts.refresh(watched.now)
    return watched


@pytest.mark.function("REP-11")
def test_the_signer_is_told_what_the_drafter_was_told(busy: Town) -> None:
    paper = _draft(busy)
    first = next(one for block in paper.content["blocks"] if block["type"] == "text" for one in block["sentences"]
                 if "{accepted}" in one["made"])  # fmt: skip
    other = _draft(busy)
    paper = services.save(paper.pk, paper.edition, {first["key"]: "受理{accepted}件，比预计多37件。"},
                          by=busy.person("supervisor"), at=busy.now)  # fmt: skip
    paper = services.submit(paper.pk, by=busy.person("supervisor"), at=busy.now)
    told = {one.code: one for one in notices.of(paper)}
    assert [text for text, _url in told["typed"].places] == ["37：受理2件，比预计多37件。"]
    assert told["alike"].places == ((f"《{other.title}》（草稿）", reverse("reports:paper", args=[other.pk])),)
    assert "early" in told  # June is not over
    services.discard(other.pk, by=busy.person("supervisor"), at=busy.now)
    assert "alike" not in {one.code for one in notices.of(paper)}


@pytest.mark.function("REP-11")
def test_a_paper_is_signed_with_the_number_that_the_signer_was_shown(busy: Town) -> None:
    papers = [_draft(busy), _draft(busy)]
    leader = busy.person("leader")
    for one in papers:
        services.submit(one.pk, by=busy.person("supervisor"), at=busy.now)
    shown = [services.next_number(Paper.objects.get(pk=one.pk), busy.pack, busy.now) for one in papers]
    assert shown == ["2025年第1期"] * 2
    services.issue(papers[0].pk, busy.pack, by=leader, at=busy.now, expected=shown[0])
    with pytest.raises(Conflict, match="第2期"):
        services.issue(papers[1].pk, busy.pack, by=leader, at=busy.now, expected=shown[1])
    assert Paper.objects.get(pk=papers[1].pk).state == State.SUBMITTED


@pytest.mark.function("REP-01")
def test_no_paper_is_written_of_a_period_that_has_not_begun(busy: Town) -> None:
    with pytest.raises(Refused, match="还没有开始：2025-07 从 2025-07-01 起"):
        _draft(busy, "2025-07")
    assert _draft(busy, JUNE).content["blocks"][0]["key"] == "early"  # under way: written, and it says so
    assert _draft(busy, MAY)


@pytest.mark.parametrize("over", ["2025-W20", "2025-05-01..2025-05-15", "2025-Q1", "2025-05-12"])
def test_a_monthly_paper_is_about_a_month(busy: Town, over: str) -> None:
    with pytest.raises(Refused, match="写的是一个月，时段如 2025-05"):
        _draft(busy, over)


@pytest.mark.parametrize(
    ("length", "over", "fitting"),
    [
        ("month", "2025-05", True), ("month", "2025-05-01..2025-05-31", True), ("month", "2025-05..2025-05-12", True),
        ("month", "2025-W20", False), ("day", "2025-05-12", True), ("week", "2025-W20", True),
        ("week", "2025-05-12..2025-05-18", True), ("week", "2025-05-13..2025-05-19", False),
        ("two_weeks", "2025-05-05..2025-05-18", True), ("two_months", "2025-03-01..2025-04-30", True),
        ("quarter", "2025-Q1", True), ("quarter", "2025-H1", False), ("half_year", "2025-H1", True),
        ("year", "2025", True), ("year", "2025-H1", False),
    ],
)  # fmt: skip
def test_a_kind_of_paper_fits_the_periods_of_its_length(length: names.Period, over: str, fitting: bool) -> None:
    assert spans.fits(length, period(over)) is fitting


def test_a_period_of_which_no_kind_tells_is_told_of_by_none_of_another_length() -> None:
    assert composing.kind_for(pack_named("jiuting"), period("2025-Q1")).code == "report"
    assert composing.kind_for(pack_named("qinhuai"), period("2023-H1")).code == "congress"  # as seed 004 is


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--period", "2026-13"], 2, "2026-13: there is no month 13. Write 2022,"),
        (["--period", "2026-W54"], 2, "2026 has no week 54"),
        (["--period", "2026-02-30"], 2, "there is no 2026-02-30"),
        (["--period", "2026-05-02..2026-05-01"], 2, "it ends before it begins"),
        (["--period", "soon"], 2, "soon: not a period. Write"),
        (["--period", "1850"], 2, "years go from 1990 to 2100"),
        (["--period", "2025-05", "--as-of", "never"], 2, "--as-of never: not a period"),
        (["--period", "2025-05", "--kind", "nothing"], 2, "no report nothing; there are: monthly,"),
        (["--period", "2025-W20", "--kind", "monthly"], 2, "monthly is written about a month, as 20"),
        (["--period", "2099-05"], 1, "has not begun: it starts on 2099-05-01"),
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_the_command_says_what_is_wrong_with_what_it_was_told(
    arguments: list[str], code: int, words: str, tmp_path: Path
) -> None:
    out = tmp_path / "paper.json"
    app = typer.Typer()
    cli.register(app)
    said = CliRunner().invoke(app, ["--pack", "jiuting", *arguments, "--out", str(out)])
    assert said.exit_code == code
    assert words in said.output
    assert "Invalid isoformat" not in said.output
    assert not out.exists()
