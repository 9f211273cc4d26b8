"""The lines of a paper's title: whole words, few, of near lengths, none longer than the type area."""

import pytest

from open12345.reports import titles


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("2026年9月市民诉求办理情况分析报告", ["2026年9月市民诉求办理情况分析报告"]),
        (
            "2022年上半年宝山区“12345”市民服务热线工作情况汇报",
            ["2022年上半年宝山区“12345”", "市民服务热线工作情况汇报"],
        ),
        (
            "2026年第46周（11月9日至11月15日）热线工作分析研判材料",
            ["2026年第46周（11月9日至11月15日）", "热线工作分析研判材料"],
        ),
        (
            "秦淮区政务服务便民热线2019年至2023年上半年运行情况报告",
            ["秦淮区政务服务便民热线", "2019年至2023年上半年运行情况报告"],
        ),
    ],
)
def test_a_title_breaks_between_words(title: str, lines: list[str]) -> None:
    assert list(titles.lines(title)) == lines


@pytest.mark.parametrize("title", ["甲" * 97, "（" * 45, "A" * 120, "市民服务热线" * 9, "", "年报"])
def test_no_line_is_longer_than_the_type_area_and_nothing_is_lost(title: str) -> None:
    lines = titles.lines(title)
    assert "".join(lines) == title
    assert "".join(titles.phrases(title)) == title
    if not title.startswith(("（", "A")):
        assert all(titles.width(line) <= titles.LINE for line in lines)
