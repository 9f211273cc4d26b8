import pytest
from hypothesis import given

from open12345.text import places

from .pieces import text


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("我住在松江区九亭镇涞亭南路1288弄5号，物业不作为", ["涞亭南路1288弄5号"]),
        ("涞亭南路路灯不亮", ["涞亭南路"]),
        ("九里亭街道涞坊路699号门口", ["涞坊路699号"]),
        ("中山东一路10号", ["中山东一路10号"]),
        ("九新公路上大货车多", ["九新公路"]),
        ("和平路、和平南路、市南路", ["和平路", "和平南路", "市南路"]),
        ("在涞亭北路９９弄", ["涞亭北路99弄"]),
        ("三河路近松石路", ["三河路", "松石路"]),
        ("反映示范花园一期漏水", ["示范花园一期"]),
        ("金示范格林小区3号楼", ["金示范格林小区"]),
        ("涞寅村村民委员会", ["涞寅村"]),
        ("位于亭北社区的空地", ["亭北社区"]),
        ("地铁9号线九亭站附近", ["地铁9号线九亭站"]),
        ("九亭地铁站门口", ["九亭地铁站"]),
    ],
)
def test_places_named_in_a_sentence(written: str, named: list[str]) -> None:
    assert places(written) == named


@pytest.mark.parametrize(
    "written",
    ["涞亭南路与沪亭路路口红绿灯坏了", "涞亭南路、沪亭路交叉口", "涞亭南路和沪亭路的交界处"],
)
def test_a_crossing_is_named_by_its_two_roads(written: str) -> None:
    assert "涞亭南路与沪亭路路口" in places(written)


@pytest.mark.parametrize(
    "written",
    [
        "我们小区没有停车位",
        "马路边堆垃圾，道路坑洼",
        "城中村改造，农村公路",
        "影响小区环境",
        "走投无路",
        "九里亭街道办事处",
        "公交路线调整",
        "老旧小区加装电梯",
        "",
    ],
)
def test_generic_words_name_no_place(written: str) -> None:
    assert places(written) == []


def test_a_place_is_told_once_and_in_order() -> None:
    assert places("沪亭路堵，涞亭南路也堵，沪亭路最堵") == ["沪亭路", "涞亭南路"]


@given(text)
def test_any_text_can_be_searched(written: str) -> None:
    found = places(written)
    assert len(found) == len(set(found))
