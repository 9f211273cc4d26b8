"""A request taken apart into what is to be answered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from open12345.text import sentences


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("路灯不亮。什么时候修？", ["路灯不亮。", "什么时候修？"]),
        ("您好！1、路灯不亮；2、井盖缺失\n3）要求赔偿。谢谢！", ["路灯不亮；", "井盖缺失", "要求赔偿。"]),
        ("他说“不管。”然后走了。", ["他说“不管。”然后走了。"]),
        ("距小区3.5公里。3.5公里太远", ["距小区3.5公里。", "3.5公里太远"]),
        ("一句话没有句号", ["一句话没有句号"]),
        ("真的吗？！管不管！！", ["真的吗？！", "管不管！！"]),
        ("", []),
        ("\n\n。", []),
    ],
)
def test_each_sentence_stands_by_itself(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


@given(st.text("路灯亮不1、。！？；\n“”(）", max_size=80))
def test_nothing_is_added_and_the_order_stays(text: str) -> None:
    at = 0
    for part in sentences(text):
        at = text.index(part, at) + len(part)
