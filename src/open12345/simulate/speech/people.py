"""Invented people and firms: a name from two tables, a phone that no network has given to anybody."""

from typing import Final

from open12345.simulate.chance import mix
from open12345.simulate.shapes import Caller

PREFIX: Final = "161"
"""Numbers that begin so are synthetic: the range is valid in form and has been given to no network."""
_LOCAL: Final = 10**8
_STEP: Final = 48_271_063  # coprime with 10^8, so that no two keys share a phone
_ANONYMOUS: Final = 4
_ENTERPRISES: Final = 3
_IN_A_HUNDRED: Final = 100
_COMPOUND: Final = 120  # one in so many has a surname of two characters

SURNAMES: Final = (
    ("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗" * 3 + "郑梁谢宋唐许韩邓冯曹彭曾萧田董潘袁蔡蒋余" * 2)
    + "于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙史陶贺顾"
    "毛郝龚邵万钱严覃武戴莫孔向汤施"
)
COMPOUND_SURNAMES: Final = ("欧阳", "司马", "上官", "诸葛", "皇甫", "尉迟")
_FIRST: Final = (
    "建国志明文海春秀玉丽美晓小雅思子雨佳俊浩天宇欣梓一若诗嘉永德福家光世红金桂凤云月兰淑慧静敏婷燕艳雪晨阳振学"
)
_SECOND: Final = (
    "国华明强军平伟芳英霞娟玲梅珍琴芬萍红兰香云莲凤洁静敏丽勇杰涛超磊辉鹏飞斌峰刚健文波宁琳颖悦涵轩泽彤瑶怡妍辰睿"
)
_BRANDS: Final = ("鑫瑞佳悦优贝乐朗启卓凯博艾诺康美星禾沐云", "源达朵奇思途欣辉诚隆邦雅成动宸尚澜舟页野")
_TRADES: Final = (
    "贸易",
    "餐饮管理",
    "物流",
    "科技",
    "建筑工程",
    "服饰",
    "教育咨询",
    "机械",
    "食品",
    "装饰工程",
    "电子",
    "酒店管理",
)


def caller(seed: int, key: int) -> Caller:
    """Return the invented person of `key` (0 to 10^8): the same key is the same person with the same phone."""
    luck = mix(seed, key, 71)
    enterprise = luck % _IN_A_HUNDRED < _ENTERPRISES
    anonymous = _ENTERPRISES <= luck % _IN_A_HUNDRED < _ENTERPRISES + _ANONYMOUS
    name = firm(luck >> 8) if enterprise else person(luck >> 8)
    return Caller(key, name, phone(seed, key), anonymous=anonymous, enterprise=enterprise)


def phone(seed: int, key: int) -> str:
    """Return eleven digits of the synthetic range, one of its own for each key below 10^8."""
    return f"{PREFIX}{(key * _STEP + mix(seed, 11)) % _LOCAL:08d}"


def person(luck: int) -> str:
    """Return a name of two or three characters, seldom four."""
    surname = SURNAMES[luck % len(SURNAMES)]
    if luck % _COMPOUND == 0:
        surname = COMPOUND_SURNAMES[(luck >> 7) % len(COMPOUND_SURNAMES)]
    second = _SECOND[(luck >> 16) % len(_SECOND)]
    if (luck >> 30) % 5 == 0:
        return surname + second
    return surname + _FIRST[(luck >> 24) % len(_FIRST)] + second


def brand(luck: int) -> str:
    """Return the two characters that a shop or firm calls itself."""
    first, second = _BRANDS
    return first[luck % len(first)] + second[(luck >> 8) % len(second)]


def firm(luck: int) -> str:
    """Return the name of an invented enterprise."""
    return f"{brand(luck)}{_TRADES[(luck >> 16) % len(_TRADES)]}有限公司"
