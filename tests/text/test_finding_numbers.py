import pytest
from hypothesis import given
from hypothesis import strategies as st

from open12345.text import Number, find_ids, find_phones, phone_key, private_numbers

from .pieces import IDS, SERVICES, THINGS


def test_phones_are_found_with_kind_place_and_canonical_digits() -> None:
    assert find_phones("手机138-1234-8000，座机（021）5763 0000。") == [
        Number("13812348000", "mobile", 2, 15),
        Number("02157630000", "landline", 18, 32),
    ]


def test_numbers_in_chinese_numerals_are_canonical_too() -> None:
    assert find_phones("幺三八一二三四八〇〇〇")[0].number == "13812348000"


@pytest.mark.parametrize("written", IDS)
def test_ids_are_found(written: str) -> None:
    (found,) = find_ids(f"证件{written}。")
    assert found.number in {"11010519491231002X", "110105491231002"}
    assert found.kind == "id"


@pytest.mark.parametrize(
    "written",
    [
        "110105194912310021",  # checksum
        "110105194913310021",  # month
        "990105194912310021",  # province
        "110105491331002",
        "工单编号11010519491231002X",
    ],
)
def test_what_only_looks_like_an_id_is_none(written: str) -> None:
    assert find_ids(written) == []


def test_an_id_is_not_also_a_phone() -> None:
    assert find_phones("11010519491231002X") == []
    assert find_phones("110105 19491231 002X") == []


def test_citizens_read_neither_mobiles_nor_ids() -> None:
    reply = "请联系李师傅13812348000或021-57630000，证件11010519491231002X，热线12345"
    assert [(each.kind, reply[each.start : each.end]) for each in private_numbers(reply)] == [
        ("mobile", "13812348000"),
        ("id", "11010519491231002X"),
    ]


def test_an_office_s_own_mobile_may_be_allowed() -> None:
    assert private_numbers("值班手机138-1234-8000", allow={"13812348000"}) == []


@pytest.mark.parametrize("written", [*SERVICES, *THINGS])
def test_services_and_things_are_not_private(written: str) -> None:
    assert private_numbers(written) == []


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("13812348000", "13812348000"),
        ("+86 138-1234-8000", "13812348000"),
        ("008613812348000", "13812348000"),
        ("8613812348000", "13812348000"),
        ("013812348000", "13812348000"),
        ("１３８１２３４８０００", "13812348000"),
        ("(021) 5763-0000", "02157630000"),
        ("+86 21 57630000", "02157630000"),
        ("+86 021 57630000", "02157630000"),
        ("57630000", "57630000"),
        ("86123456", "86123456"),  # a local number that begins like the country code
        ("12345", "12345"),
        ("没有", ""),
    ],
)
def test_one_phone_has_one_key(written: str, key: str) -> None:
    assert phone_key(written) == key


@given(st.text("0123456789+-() １２３", max_size=20))
def test_a_key_is_its_own_key_for_mobiles(written: str) -> None:
    key = phone_key(written)
    assert key == "" or key.isdecimal()
    if len(key) == 11 and key[0] == "1":
        assert phone_key(key) == key
