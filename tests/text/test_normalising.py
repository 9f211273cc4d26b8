import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from open12345.text import normalise

ANY = st.text(st.characters(exclude_categories=[]), max_size=80)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("１３８１２３４８０００", "13812348000"),
        ("ＡＢＣ－１２", "ABC-12"),
        ("𝟏𝟑𝟖", "138"),
        ("⼀⽉", "一月"),  # radicals that look like characters
        ("cafe\u0301", "café"),
        ("a\x00b\x07c", "abc"),
        ("零\u200b宽\u2060字\ufeff符", "零宽字符"),
        ("\u202e反\u202c", "反"),
        ("a\ud83d\ude00b", "a😀b"),  # two surrogates of one character
        ("a\ud83db\udc00", "ab"),  # surrogates that stand for nothing
        ("x\ufffe\uffffy", "xy"),
        ("一　　二\u00a0 三\t四", "一 二 三 四"),
        ("　　段首\r\n段尾　\r\n\r\n\r\n\r\n完", "段首\n段尾\n\n完"),
        ("上\u2028下\x85末", "上\n下\n末"),
        ("", ""),
        (" \n\t　", ""),
    ],
)
def test_what_is_typed_becomes_canonical(typed: str, kept: str) -> None:
    assert normalise(typed) == kept


@pytest.mark.parametrize(
    "text",
    [
        "您好，“路灯”坏了：怎么办？请查！（急）——谢谢…《意见》；、。～",
        "①漏水②停电 10㎡ 25℃ Ⅱ期 ½ m²",
        "👍😭🏳️‍🌈👨‍👩‍👧‍👦1️⃣❤️👋🏽",
        "第一段\n\n第二段",
    ],
)
def test_chinese_punctuation_and_emoji_stay_as_typed(text: str) -> None:
    assert normalise(text) == text


def test_joiners_and_style_marks_that_belong_to_no_emoji_go() -> None:
    assert normalise("张\u200d三\ufe0f") == "张三"
    assert normalise("👍\u200d") == "👍"


@given(ANY)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@pytest.mark.parametrize("plane", range(17))
def test_every_character_alone_is_stable_and_storable(plane: int) -> None:
    for first in range(plane << 16, (plane + 1) << 16, 256):
        once = normalise("张".join(map(chr, range(first, first + 256))))
        assert normalise(once) == once, hex(first)
        assert not any(_unfit(char) for char in once), hex(first)


@given(ANY)
def test_nothing_stays_that_a_database_or_a_reader_cannot_take(text: str) -> None:
    once = normalise(text)
    once.encode()
    assert "\x00" not in once
    assert not any(_unfit(char) for char in once)
    assert "  " not in once
    assert once == once.strip()


def _unfit(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs"} and char != "\n"


@given(st.text("甲乙，。：；？！（）“”1a", min_size=1))
def test_plain_chinese_is_not_touched(text: str) -> None:
    assert normalise(text) == text


def test_long_fields_are_taken_whole() -> None:
    text = "路灯坏了，" * 2_000
    assert normalise(text) == text
