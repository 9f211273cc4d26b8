"""The caller's home is masked where a text certainly names it; the place of the problem stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from open12345.text import mask_home

HOME = "松江区九亭镇涞寅路1288弄36号502室"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"我住{HOME}", "我住松江区九亭镇涞寅路***"),
        ("我住涞寅路1288弄36号502室，楼上漏水", "我住涞寅路***，楼上漏水"),
        ("我住涞寅路1288弄36号502，楼上漏水", "我住涞寅路***，楼上漏水"),
        ("涞寅路1288弄36号楼道堆物", "涞寅路***楼道堆物"),
        ("涞寅路1288弄36号，楼道堆物", "涞寅路***，楼道堆物"),
        ("涞寅路 1288弄-36号楼门口", "涞寅路***门口"),
        ("涞寅路1288弄36幢门口", "涞寅路***门口"),
        # what many share, and other people's doors
        ("涞寅路1288弄垃圾不清运", "涞寅路1288弄垃圾不清运"),
        ("涞寅路路灯不亮", "涞寅路路灯不亮"),
        ("涞寅路1288弄38号扰民", "涞寅路1288弄38号扰民"),
        ("涞寅路1288弄360号扰民", "涞寅路1288弄360号扰民"),
        ("涞寅路128弄36号扰民", "涞寅路128弄36号扰民"),
        ("沪亭路1288弄36号扰民", "沪亭路1288弄36号扰民"),
        ("1288弄36号扰民", "1288弄36号扰民"),
        ("", ""),
    ],
)
def test_the_home_is_masked_to_the_road_from_house_or_room_on(said: str, kept: str) -> None:
    assert mask_home(said, HOME) == kept


@pytest.mark.parametrize(
    ("address", "said", "kept"),
    [
        ("涞寅路88号", "九亭镇涞寅路88号漏水", "九亭镇涞寅路***漏水"),
        ("涞寅路88号", "涞寅路880号漏水", "涞寅路880号漏水"),
        ("涞寅路88号602", "涞寅路88号大堂", "涞寅路88号大堂"),
        ("涞寅路88号602", "涞寅路88号602漏水", "涞寅路***漏水"),
        ("涞寅路88号602", "涞寅路88号6021漏水", "涞寅路88号6021漏水"),
        ("涞寅路88号6栋2单元301", "涞寅路88号6栋着火", "涞寅路***着火"),
        ("涞寅路", "涞寅路1288弄36号", "涞寅路1288弄36号"),
        ("九亭镇示范小区3号楼201", "示范小区3号楼漏水", "示范小区3号楼漏水"),
        ("", "涞寅路1288弄36号", "涞寅路1288弄36号"),
        ("涞寅路1号", "涞寅路1号", "涞寅路**"),
    ],
)
def test_an_address_with_one_number_or_without_a_road(address: str, said: str, kept: str) -> None:
    assert mask_home(said, address) == kept


@given(
    st.text(alphabet="涞寅路0123弄号室楼幢- ，*", max_size=40),
    st.text(alphabet="九亭镇涞寅路0123弄号室- ", max_size=24),
)
def test_masking_a_home_is_idempotent_and_never_longer(said: str, address: str) -> None:
    once = mask_home(said, address)
    assert mask_home(once, address) == once
    assert len(once) <= len(said)
