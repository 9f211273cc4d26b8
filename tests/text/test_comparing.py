import pytest
from hypothesis import given
from hypothesis import strategies as st

from open12345.text import bigrams, containment, fingerprint, similarity


def test_texts_equal_but_for_punctuation_width_and_case_are_twins() -> None:
    twin = fingerprint("路灯坏了，请修理。Abc12")
    assert fingerprint("路灯坏了 请修理！ＡＢＣ１２") == twin
    assert fingerprint("路灯坏了\n请修理abc12\u200b") == twin
    assert fingerprint("路灯坏了，请修一理。Abc12") != twin
    assert len(twin) == 16


def test_texts_without_letters_differ_by_what_they_show() -> None:
    assert fingerprint("👍") != fingerprint("👎")
    assert fingerprint("") == fingerprint(" \n")


@pytest.mark.parametrize(
    ("written", "terms"),
    [
        ("路灯坏了", ["路灯", "灯坏", "坏了"]),
        ("12345热线 ABC", ["12345", "热线", "abc"]),
        ("楼", ["楼"]),
        ("Ａ栋，１２号", ["a", "栋", "12", "号"]),
        ("，。！", []),
        ("", []),
    ],
)
def test_search_terms(written: str, terms: list[str]) -> None:
    assert bigrams(written) == terms


def test_every_substring_of_a_run_finds_its_text() -> None:
    whole = set(bigrams("涞亭南路路灯坏了三天"))
    assert set(bigrams("路灯坏了")) <= whole


def test_similarity_goes_from_nothing_in_common_to_the_same() -> None:
    assert similarity("路灯坏了请修理", "路灯坏了，请修理！") == 1
    assert similarity("路灯坏了请修理", "停车难") == 0
    assert 0.3 < similarity("小区路灯坏了请尽快修理", "小区路灯坏了三天没人修理") < 0.7


def test_an_option_quoted_in_a_reply_is_contained() -> None:
    assert containment("情况属实", "经核实，情况属实。") == 1
    assert containment("情况属实", "经核实，情况不属实。") < 1
    assert containment("", "任何") == 0


@given(st.text(), st.text())
def test_similarity_is_symmetrical_and_bounded(one: str, other: str) -> None:
    assert similarity(one, other) == similarity(other, one)
    assert 0 <= similarity(one, other) <= 1
    assert similarity(one, one) == 1
