"""`open12345 facts ask`: what it answers, and what it refuses with a remedy."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation
from typer.testing import CliRunner

from open12345.facts import services
from open12345.facts.cli import facts
from open12345.orders.queries import database_time
from open12345.worktime import SHANGHAI
from tests.cast import Town
from tests.orders.walks import dispatched, signed


def ask(*words: str, code: int = 0) -> str:
    """Run the command; return what it says."""
    with translation.override("en"):  # as `project.commands` has it
        found = CliRunner().invoke(facts, ["ask", *words])
    assert found.exit_code == code, found.output
    return found.output


def test_a_month_that_is_not_over_meets_as_much_of_the_last(watched: Town) -> None:
    services.refresh(watched.now)
    today = database_time().astimezone(SHANGHAI).date()
    told = json.loads(ask("orders", "--period", f"{today:%Y-%m}", "--json"))
    over = (today + timedelta(days=1)).day == 1
    assert told["period"] == (f"{today:%Y-%m}" if over else f"{today:%Y-%m}..{today}")
    last = told["before"].partition("..")[2]
    assert over or not last or last[8:] <= f"{today:%d}"


def test_what_still_runs_is_told_beside_the_figure(watched: Town) -> None:
    dispatched(watched)
    signed(watched)
    services.refresh(watched.now)
    asked = ("signed_in_time", "--period", "2025-06", "--alone")
    assert "1 more are not counted: their limit still runs (sign_running)." in ask(*asked)
    told = json.loads(ask(*asked, "--json"))
    assert (told["whole"]["denominator"], told["running"]) == (1, 1)
    assert "running" not in json.loads(ask("done", "--period", "2025-06", "--json"))


@pytest.mark.parametrize(
    ("words", "said"),
    [(("orders", "--period", f"{datetime.now(UTC).year + 2}"), "has not begun yet"),
     (("orders", "--period", "2025-06", "--where", "unit=zzz"), "no unit is called so"),
     (("orders", "--period", "2025-06", "--where", "hour=24"), "from 0 to 23"),
     (("orders", "--period", "2025-06-30..2025-06-01"), "ends before it begins")],
)  # fmt: skip
def test_what_cannot_be_meant_is_wrong_usage(watched: Town, words: tuple[str, ...], said: str) -> None:
    services.refresh(watched.now)
    assert said in ask(*words, code=2)


def test_a_day_that_was_not_published_is_refused_in_english(watched: Town) -> None:
    services.publish(watched.now.date(), watched.now)
    told = ask("orders", "--period", "2025-06", "--as-of", "2025-01-01", code=1)
    assert f"the nearest is {watched.now.date()}" in told
