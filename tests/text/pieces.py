"""Pieces of which the tests of this room put texts together; every person and number is invented."""

from hypothesis import strategies as st

MOBILES = ["13812348000", "138-1234-8000", "+86 139 1234 5678", "１３８１２３４８０００", "(86)15012345678"]
LANDLINES = ["021-57630000", "（021）5763 0000", "0575-8123456", "02157630000转801"]
IDS = ["11010519491231002X", "110105 19491231 002X", "110105491231002", "１１０１０５１９４９１２３１００２Ｘ"]
SERVICES = ["110", "12345", "12315", "12366", "400-820-8820", "4008208820", "95588", "962200", "800-8203880"]
THINGS = [
    "31011720250626A000012",
    "310117202506261000012",
    "工单编号：310117202506260001",
    "订单号13812348000",
    "15000000000元",
    "13500-15000元",
    "2019-2020年",
    "2025-06-26 13:45",
    "20250626",
    "涞亭南路1288弄13号1501室",
    "138路公交",
    "91310117000000000X",
    "3.1415926535897",
]
WORDS = [
    "我叫",
    "张三丰",
    "本人",
    "李四",
    "联系人：",
    "姓名：",
    "电话",
    "身份证",
    "、",
    "，",
    "转",
    " ",
    "王先生",
    "业主",
    "工单",
]

text = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.one_of(
            st.sampled_from(MOBILES + LANDLINES + IDS + SERVICES + THINGS + WORDS),
            st.text("0123456789１２３- *Xx.张李王我叫电话：、，一二三四五六七八九零幺\u200b", max_size=14),
        ),
        max_size=8,
    ).map("".join),
)
"""Anything at all, and mixtures of what is private with what is not."""
