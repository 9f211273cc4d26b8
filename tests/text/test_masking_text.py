import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from open12345.text import Found, find_ids, find_phones, mask_text

from .pieces import IDS, LANDLINES, MOBILES, SERVICES, THINGS, text


@pytest.mark.parametrize(
    ("written", "masked"),
    [
        ("请回电13812348000。", "请回电138****8000。"),
        ("138-1234-8000", "138-****-8000"),
        ("138 1234 8000", "138 **** 8000"),
        ("1381 234 8000", "138* *** 8000"),
        ("138 12 34 80 00", "138 ** ** 80 00"),
        ("1 3 8 1 2 3 4 8 0 0 0", "1 3 8 * * * * 8 0 0 0"),
        ("138.1234.8000", "138.****.8000"),
        ("13812 348000", "138** **8000"),
        ("+86 13812348000", "+86 138****8000"),
        ("+86-138-1234-8000", "+86-138-****-8000"),
        ("（+86）13812348000", "（+86）138****8000"),
        ("0086 13812348000", "0086 138****8000"),
        ("013812348000", "0138****8000"),
        ("１３８１２３４８０００", "１３８****８０００"),
        ("138\u200b1234\u200b8000", "138\u200b****\u200b8000"),
        ("幺三八一二三四八零零零", "幺三八****八零零零"),
        ("一三八 一二三四 八零零零", "一三八 **** 八零零零"),
        ("13812348000/13912345678", "138****8000/139****5678"),
        ("微信wx13812348000", "微信wx138****8000"),
    ],
)
def test_mobiles_however_written(written: str, masked: str) -> None:
    assert mask_text(written).text == masked


@pytest.mark.parametrize(
    ("written", "masked"),
    [
        ("021-57630000", "021-****0000"),
        ("（021）57630000", "（021）****0000"),
        ("021 5763 0000", "021 **** 0000"),
        ("+86 21 57630000", "+86 21 ****0000"),
        ("0575-8123456", "0575-***3456"),
        ("02157630000转801", "021****0000转801"),
        ("电话：57630000", "电话：****0000"),
        ("家里电话是5763-0000", "家里电话是****-0000"),
        ("电话57630000、57630001和57630002", "电话****0000、****0001和****0002"),
        ("021-57630000-801，57630001", "021-****0000-801，****0001"),
        ("拨打2222222", "拨打***2222"),
    ],
)
def test_landlines_with_area_code_or_after_a_word(written: str, masked: str) -> None:
    assert mask_text(written).text == masked


@pytest.mark.parametrize(
    ("written", "masked"),
    [
        ("11010519491231002X", "110*************2X"),
        ("11010519491231002x", "110*************2x"),
        ("110105 19491231 002X", "110*** ******** **2X"),
        ("110105491231002", "110**********02"),
        ("身份证号：110105194912310021", "身份证号：110*************21"),  # mistyped, but called so
        ("身份证11010519491231", "身份证110*********31"),
    ],
)
def test_id_numbers(written: str, masked: str) -> None:
    assert mask_text(written).text == masked


@pytest.mark.parametrize(
    ("written", "masked"),
    [
        ("我叫张三丰，住九亭", "我叫张**，住九亭"),
        ("我叫张三今年30岁", "我叫张*今年30岁"),
        ("我叫欧阳小明。", "我叫欧***。"),
        ("姓名：李四 电话", "姓名：李* 电话"),
        ("姓名:逯小明", "姓名:逯**"),
        ("姓名：買小明，", "姓名：買**，"),  # any surname after this label
        ("姓名：买买提·艾力，", "姓名：买*****，"),
        ("联系人李四，电话", "联系人李*，电话"),
        ("联系人：李四先生", "联系人：李*先生"),
        ("反映人：李四联系方式", "反映人：李*联系方式"),
        ("本人张三丰，1990年", "本人张**，1990年"),
        ("我是李小四，家住", "我是李**，家住"),
        ("投诉人：张三、李小四、王五", "投诉人：张*、李**、王*"),
        ("法定代表人赵小六。", "法定代表人赵**。"),
    ],
)
def test_names_that_a_word_announces(written: str, masked: str) -> None:
    assert mask_text(written).text == masked


def test_known_names_are_masked_wherever_they_stand() -> None:
    found = mask_text("昨天张三丰来过，三丰说不行", names=["张三丰"])
    assert found.text == "昨天张**来过，三丰说不行"
    assert found.found == (Found("name", 2, 5),)


@pytest.mark.parametrize("name", ["", "张", " ", "张*", "王先生"])
def test_known_names_that_name_nobody_are_passed_over(name: str) -> None:
    assert mask_text("张*和王先生、张三", names=[name]).text == "张*和王先生、张三"


@pytest.mark.parametrize("thing", [*SERVICES, *THINGS])
@pytest.mark.parametrize("frame", ["{}", "电话{}", "拨打 {}，", "（{}）"])
def test_services_numbers_of_things_amounts_and_dates_stay(thing: str, frame: str) -> None:
    written = frame.format(thing)
    assert mask_text(written).text == written


@pytest.mark.parametrize(
    "written",
    [
        "王先生来电，李女士也反映",
        "联系人：王先生",
        "联系人：物业经理",
        "本人于2019年购买",
        "本人和邻居，都反对",
        "本人常年在外，",
        "我是高中生，",
        "我是车主，",
        "我是江苏人，",
        "我叫他过来",
        "业主公摊，",
        "死者母亲，",
        "罚款57630000元",
        "拨打3次，20250626",
        "来电咨询2019-2020",
        "电话费5763000元",
        "经度138.12348000",
        "138****8000",
        "139123456789",
        "1381234800",
        "20013812348000123",
    ],
)
def test_what_only_looks_like_a_person_stays(written: str) -> None:
    assert mask_text(written).text == written


def test_the_town_s_own_line_passes_with_and_without_area_code() -> None:
    written = "请拨打62112345或021-62112345，我的电话021-57630000"
    allowed = mask_text(written, allow={"62112345"}).text
    assert allowed == "请拨打62112345或021-62112345，我的电话021-****0000"
    assert "****2345" in mask_text(written).text


def test_spans_fit_the_original_and_the_masked_text() -> None:
    written = "我叫张三丰，电话１３８１２３４８０００，身份证11010519491231002X"
    found = mask_text(written)
    assert [(each.kind, written[each.start : each.end]) for each in found.found] == [
        ("name", "张三丰"),
        ("mobile", "１３８１２３４８０００"),
        ("id", "11010519491231002X"),
    ]
    assert len(found.text) == len(written)


NAMES = st.lists(st.sampled_from(["张三丰", "李四", "John Max", "欧阳小明", "13", "单号", "话1", " "]))


@given(text, NAMES)
@example("编号13812348000", ["编号"])
@example("电话57630000 57630001", [])
def test_masking_twice_is_masking_once(written: str, names: list[str]) -> None:
    once = mask_text(written, names)
    again = mask_text(once.text, names)
    assert again.text == once.text
    assert again.found == ()


@given(text, NAMES)
def test_no_phone_and_no_id_is_left(written: str, names: list[str]) -> None:
    masked = mask_text(written, names).text
    assert find_phones(masked) == []
    assert find_ids(masked) == []


@given(text, NAMES)
def test_only_what_was_found_is_changed(written: str, names: list[str]) -> None:
    found = mask_text(written, names)
    assert len(found.text) == len(written)
    inside = {n for each in found.found for n in range(each.start, each.end)}
    for n, (before, after) in enumerate(zip(written, found.text, strict=True)):
        assert after == before or (n in inside and after == "*")


SURROUNDING = st.text("路灯坏了请修理，。（ \n", max_size=20)


@given(SURROUNDING, st.sampled_from(MOBILES + LANDLINES + IDS), SURROUNDING)
def test_a_private_number_is_masked_in_any_sentence(before: str, number: str, after: str) -> None:
    masked = mask_text(f"{before}{number}{after}")
    assert len(masked.found) == 1
    assert masked.text.count("*") >= 3


def test_a_text_without_anything_private_is_returned_as_it_is() -> None:
    written = "涞亭南路1288弄的路灯坏了三天，请尽快修理。"
    assert mask_text(written).text is written


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("李秀兰女士来电反映", "李**女士来电反映"),
        ("请转告市民李秀兰女士。", "请转告市民李**女士。"),
        ("欧阳修文老师和王芳阿姨", "欧***老师和王*阿姨"),
        ("与《关于高纯先生》", "与《关于高*先生》"),
        ("班主任彭叶萍老师", "班主任彭**老师"),
        ("陈玉林先生、李金龙同志", "陈**先生、李**同志"),
        ("联系张建国师傅上门", "联系张**师傅上门"),
        ("我叫李良镇，电话", "我叫李**，电话"),
    ],
)
def test_a_full_name_before_a_title_is_masked(text: str, masked: str) -> None:
    assert mask_text(text).text == masked
    assert mask_text(masked).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "王女士来电", "市民王女士", "尊敬的李先生您好", "欧阳女士", "向李老师说明", "班主任陈老师", "对方张女士",
        "过程中医生说", "许多老师反映", "高中老师补课", "江湖医生", "任课老师", "松江李女士", "万科张先生", "陈老先生",
        "于某女士", "王姓女士", "采石场老板", "一周老人", "付给老人", "分钟后护士", "小区里何阿姨", "物业方先生",
        "主任王医生", "数万名老师", "有钱建老师宿舍", "高平籍老师", "顾家中老人", "感谢老师", "的女士", "女士",
    ],
)  # fmt: skip
def test_a_surname_with_a_title_or_a_word_before_one_names_nobody(text: str) -> None:
    assert mask_text(text).text == text
