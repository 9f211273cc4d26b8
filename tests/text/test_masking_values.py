import pytest
from hypothesis import given
from hypothesis import strategies as st

from open12345.text import mask_address, mask_id, mask_name, mask_phone

from .pieces import MOBILES, text


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812348000", "138****8000"),
        ("+86 138-1234-8000", "138****8000"),
        ("１３８１２３４８０００", "138****8000"),
        ("021-57630000", "021****0000"),
        ("57630000", "****0000"),
        ("5763000", "***3000"),
        ("612345", "*****5"),
        ("12345", "12345"),
        ("110105194912310021", "110*************21"),  # an ID typed into the wrong field
        ("不详", "***"),
        ("", ""),
    ],
)
def test_phones(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳小明", "欧***"),
        ("张", "张*"),
        (" 张三 ", "张*"),
        ("王先生", "王先生"),
        ("匿名", "匿名"),
        ("买买提·艾力", "买*****"),
        ("", ""),
    ],
)
def test_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("11010519491231002X", "110*************2X"),
        ("110105491231002", "110**********02"),
        ("E12345678", "***"),
        ("", ""),
    ],
)
def test_id_numbers(number: str, masked: str) -> None:
    assert mask_id(number) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("松江区九亭镇涞亭南路1288弄13号1501室", "松江区九亭镇涞亭南路***"),
        ("上海市松江区九里亭街道涞坊路699号", "上海市松江区九里亭街道涞坊路***"),
        ("中山东一路10号", "中山东一路***"),
        ("九新公路100号", "九新公路***"),
        ("建国门外大街1号", "建国门外大街***"),
        ("涞亭南路", "涞亭南路"),
        ("松江区九亭镇示范小区3号楼201", "松江区九亭镇***"),
        ("九亭镇", "九亭镇"),
        ("3号楼201", "***"),
        ("", ""),
    ],
)
def test_addresses_end_at_the_road(address: str, masked: str) -> None:
    assert mask_address(address) == masked


@given(st.one_of(text, st.sampled_from(MOBILES)))
def test_masking_a_value_twice_is_masking_it_once(value: str) -> None:
    for mask in (mask_phone, mask_name, mask_id, mask_address):
        once = mask(value)
        assert mask(once) == once, mask.__name__


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_masked_mobile_shows_seven_digits(phone: str) -> None:
    assert mask_phone(phone) == f"{phone[:3]}****{phone[-4:]}"
