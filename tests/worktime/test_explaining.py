from datetime import date, time

import pytest

from open12345.worktime import (
    Calendar,
    DayOverride,
    Limit,
    deadline,
    explain,
    limit_text,
    moment_text,
)

from .builders import MIDNIGHT, OFFICE, WITH_OWN_DAYS, on


def told(start: str, limit: str, lang: str = "zh", cal: Calendar = OFFICE) -> str:
    return explain(deadline(cal, on(start), Limit.parse(limit)), lang)


def test_start_length_days_left_out_and_due_are_told_in_chinese() -> None:
    assert told("2026-09-30 10:00", "5 wd") == (
        "自2026年9月30日（周三）10:00起；时限5个工作日（起始日不计）；"
        "跳过10月1日–7日 国庆节、10月11日 周日；10月10日 调休上班，计为工作日；"
        "截止2026年10月13日（周二）17:30"
    )


def test_the_same_is_told_in_english() -> None:
    assert told("2026-09-30 10:00", "5 wd", "en-gb") == (
        "from Wed 30 Sep 2026 10:00; limit 5 working day(s), the starting day not counted; "
        "skipped 1–7 Oct National Day, 11 Oct Sunday; "
        "10 Oct make-up working day counted as working; due Tue 13 Oct 2026 17:30"
    )


def test_saturday_and_sunday_are_one_weekend() -> None:
    assert "跳过9月12日–13日 周末；" in told("2026-09-11 10:00", "1 wd")
    assert "skipped 12–13 Sep weekend;" in told("2026-09-11 10:00", "1 wd", "en")


def test_groups_may_cross_months_and_years() -> None:
    assert "1月28日–2月4日 春节" in told("2025-01-27 10:00", "1 wd")
    assert "28 Jan–4 Feb Spring Festival" in told("2025-01-27 10:00", "1 wd", "en")


def test_many_weekends_are_counted_not_listed() -> None:
    text = told("2026-10-12 10:00", "30 wd")
    assert "跳过6个周末；" in text
    assert "6 weekends" in told("2026-10-12 10:00", "30 wd", "en")


def test_a_late_start_tells_from_when_working_hours_run() -> None:
    assert "从2026年10月8日（周四）09:00起计时" in told("2026-09-30 19:00", "4 wh")


def test_an_end_at_midnight_is_written_as_24_00_of_its_day() -> None:
    assert told("2026-09-30 10:00", "today").endswith("截止2026年9月30日（周三）24:00")
    assert told("2026-09-30 10:00", "1 wd", cal=MIDNIGHT).endswith("10月8日（周四）24:00")


def test_a_start_at_midnight_is_written_as_00_00() -> None:
    assert told("2026-09-30 00:00", "today").startswith("自2026年9月30日（周三）00:00起")


def test_a_provisional_deadline_says_so() -> None:
    assert "暂按周末推算，公布后重算" in told("2035-03-01 10:00", "5 wd")
    assert "provisional" in told("2035-03-01 10:00", "5 wd", "en")
    assert "暂按" not in told("2026-09-30 10:00", "5 wd")


def test_own_days_are_told_by_their_names() -> None:
    text = told("2026-09-29 10:00", "5 wd", cal=WITH_OWN_DAYS)
    assert "9月30日 半天：节前半天" in text
    assert "10月8日 台风停工" in text
    assert "half-day: 节前半天" in told("2026-09-29 10:00", "5 wd", "en", cal=WITH_OWN_DAYS)


def test_unnamed_own_days_are_told_in_english_too() -> None:
    cal = Calendar(
        overrides={
            date(2026, 9, 15): DayOverride("rest"),
            date(2026, 9, 16): DayOverride("half", "", ((time(9), time(11)),)),
        }
    )
    text = told("2026-09-14 10:00", "1 wd", "en", cal)
    assert "15 Sep day off by local rule" in text
    assert "16 Sep half-day counted as working" in text


@pytest.mark.parametrize(
    ("limit", "zh", "en"),
    [
        ("4 wh", "4个工作小时", "4 working hour(s)"),
        ("1.5 h", "1.5小时（连续计算）", "1.5 hour(s), running"),
        ("30 min", "30分钟（连续计算）", "30 minute(s), running"),
        ("15 d", "15个自然日（起始日不计）", "15 calendar day(s), the starting day not counted"),
        ("today", "当日", "today"),
    ],
)
def test_lengths_in_words(limit: str, zh: str, en: str) -> None:
    assert limit_text(Limit.parse(limit)) == zh
    assert limit_text(Limit.parse(limit), "en") == en


def test_moments_in_words() -> None:
    assert moment_text(on("2026-10-01 00:00")) == "2026年9月30日（周三）24:00"
    assert moment_text(on("2026-10-01 00:00"), ends=False) == "2026年10月1日（周四）00:00"
    assert moment_text(on("2026-10-01 09:05"), "en") == "Thu 1 Oct 2026 09:05"
