"""Places that a text names: roads with numbers, crossings, estates, villages, metro stations."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from .numbers import as_view

_HAN: Final = "\u4e00-\u9fff"
# Words after which a name begins, unless what follows makes them part of it (和平路, 市南路).
_WORDS_BEFORE: Final = (
    "位于|住在|家住|坐落|地处|靠近|附近|旁边|隔壁|对面|街道|小区|社区|新村|公司|关于|"
    "反映|投诉|举报|咨询|请问|希望|建议|要求|目前|现在|整个|所有|其他|其它|其余|多个|"
    "部分|导致|经过|通过|沿着|穿过|进入|尤其|特别|包括|以及|还有|就是|因为|由于|如果|"
    "影响|造成|使得|损害|占用|发现|确保|侵占|移交|宣传|维护|成立|管理|进出|解决|居住|"
    "购买|离开|破坏|保护|建成|协助|威胁|扰乱|恢复|搞好|考虑|包围|垄断|整合|调查|督办|"
    "督促|收取|关闭|划定|进驻|代表|加强|清理|装修|方便|需要|属于|作为|可以|没有|已经|"
    "距离|关注|规划|配套|下属|受害|承包|响应|具体|主要|严重|本地|当地|政府|物业|业主|"
    "居民|村民|部门|领导|时候|搬入|租用|改造|修建|新建|建设单位|拓宽|打通|封闭|开通|"
    "出租|占道|夜间|晚上|白天|早上|上午|下午|深夜|今晚|今天|昨天|明天|长期|一直|经常|"
    "天天|每天|已成|多次|全体|广大|另一|不能|能否|何时|尽快|能不能|是否|应该|必须|优先|"
    "充分|成为|改为|名叫|叫做|全国|国家|历史|文化|高度|完善|修好|铺设|途经|驶入|拐入|"
    "转入|乘坐"
)
_BEFORE: Final = re.compile(
    f"{_WORDS_BEFORE}"
    "|和(?![平谐顺睦美兴田泰家园])|(?<!城)市(?![场府民政南北东西中])|区(?!府)|县(?![前府城])"
    "|镇(?![宁江前南北府])|乡(?!贤)|村(?![前口中])|省|向(?![阳荣东化前日])|至(?![善诚德])|来(?![龙安广福])"
    "|前(?![进门程])|(?<!门)外(?![滩环])|对(?!外)|过(?!境)|经(?![一二三四五六七八九十])"
    "|[年次在到从由往沿近旁于的是了着把被让将叫去给与及或跟有该这那某条我你他她它们咱请您本们边侧号弄院内后间里处段站口"
    "就都也还又很最更每各几个只为等称因而但并且如若使所以离据进找按上下不走]"
)
_ROAD_BEFORE: Final = re.compile(f"{_BEFORE.pattern}|[路街巷]|大道")
_LONGEST_READ: Final = 9


@dataclass(frozen=True, slots=True)
class _Kind:
    """How places of one kind are written, how long their names are, and which words are none."""

    pattern: re.Pattern[str]
    before: re.Pattern[str]
    shortest: int
    longest: int
    never: re.Pattern[str]


_ROAD: Final = _Kind(
    re.compile(
        rf"(?P<name>[{_HAN}]{{1,{_LONGEST_READ}}}?)"
        "(?P<kind>公路|大道|大街|路(?![线费政途径程由])|街(?!道)|巷|胡同)"
        "(?P<number>[0-9]{1,5}(?:弄(?:[0-9]{1,4}号(?![线楼]))?|号(?![线楼院])))?"
    ),
    _BEFORE,
    1,
    6,
    re.compile(
        ".*(?:马|道|铁|线|电|网|修|堵|让|带|指|同|问|绕|拦|打|养|补|压|买|交通|公共|之|无|生|叉|字|有些|许多|多少|出|套|思|清洁)路"
        "|(?:水|小|土|泥|山|支|主|辅|门|半|断|短|销|老|新|大|一|全|车|石|公|砂石|水泥|柏油|沥青|泥巴|高速|乡村|入户|机耕|快速|公交|断头"
        "|山坡|通村|主要|有效|规划|走投无|带一)路|.*(?:步行|商业|美食|小吃)街|[沿临逛小大老新背]街|.*[小街老深陋]巷|.*高速公路"
        "|(?:国道|省道|乡村|农村|县乡)公路"
    ),
)
_ESTATE: Final = _Kind(
    re.compile(
        rf"(?P<name>[{_HAN}]{{1,{_LONGEST_READ}}}?)"
        "(?P<kind>小区|花园(?!路)|花苑|家园|新村|公寓|名苑|佳苑|嘉苑|雅苑|嘉园|佳园|公馆|华庭|华府|名邸|名府|别墅|苑)(?:(?<!小区)小区)?"
        "(?:[一二三四五六七八九十东西南北][期区村苑])?"
    ),
    _ROAD_BEFORE,
    2,
    8,
    re.compile(
        ".*(?:住宅|老旧|开放|同一|安置|拆迁|回迁|商品房|高档|高层|电梯|多层|普通|单位|学生|人才|青年|老年|单身|职工|员工|教师|一个"
        "|两个|周边|周围|大型|文明|智慧|成熟|整体|很多|美丽|美好|畸形|沿线|复式|违建|共同)(?:小区|公寓|花园|家园|新村|别墅)"
    ),
)
_VILLAGE: Final = _Kind(
    re.compile(
        rf"(?P<name>[{_HAN}]{{2,{_LONGEST_READ}}}?)"
        "(?P<kind>村(?![民长干里医霸支内外庄镇子])|村(?=民委)|社区(?!卫生))"
    ),
    _ROAD_BEFORE,
    2,
    4,
    re.compile(
        ".*(?:农|新|乡|山|自然|行政|城中|贫困|空心|示范|全|各|邻|外|同|老|小康|文明|建制|原|整|几|两|一|重点|搬迁|合并|传统|癌症|度假"
        "|名|共和国)村|.*(?:辖区|所在|各个|两个|相关|智慧|老旧|文明|所属|属地)社区"
    ),
)
_METRO: Final = re.compile(
    rf"(?:地铁|轨道交通|轨交)?[0-9]{{1,2}}号线的?[{_HAN}]{{2,7}}?站|地铁[{_HAN}]{{2,6}}?站"
    rf"|(?P<name>[{_HAN}]{{2,8}}?)地铁站"
)
_CROSSING: Final = re.compile("的?(?:交叉|十字|丁字|三岔)?路?口|的?交[叉汇界]处|的?红绿灯")
_JOINT: Final = re.compile("[与和跟及、/近]?")


@dataclass(frozen=True, slots=True)
class _Place:
    start: int
    end: int
    text: str


def places(s: str) -> list[str]:
    """Return the places that `s` names, in order and each once, as written there.

    Roads with their lane or house number (涞亭南路1288弄), crossings (涞亭南路与沪亭路路口),
    estates (…小区, 花园, 苑, 新村, 家园), villages and communities, metro stations. Generic words
    (马路, 我们小区, 农村) are none.
    """
    view = as_view(s)
    roads = list(_of_kind(view, _ROAD))
    found = [*roads, *_crossings(view, roads), *_of_kind(view, _ESTATE)]
    found += [*_of_kind(view, _VILLAGE), *_stations(view)]
    return list(dict.fromkeys(each.text for each in sorted(found, key=_order)))


def _order(place: _Place) -> tuple[int, int]:
    return place.start, place.end


def _of_kind(view: str, kind: _Kind) -> Iterator[_Place]:
    for match in kind.pattern.finditer(view):
        cut = _cut(match["name"], kind)
        start, length = match.start() + cut, len(match["name"]) - cut
        named = view[start : match.end("kind")]
        if kind.shortest <= length <= kind.longest and not kind.never.fullmatch(named):
            yield _Place(start, match.end(), view[start : match.end()])


def _cut(name: str, kind: _Kind) -> int:
    """Return where in `name` the place begins: after the last word that comes before names."""
    cut = 0
    for match in kind.before.finditer(name):
        left = len(name) - match.end()
        if left != 1 or cut == match.start() > 0:
            cut = match.end()
    return cut


def _crossings(view: str, roads: list[_Place]) -> Iterator[_Place]:
    for one, other in pairwise(roads):
        if _JOINT.fullmatch(view, one.end, other.start) and _CROSSING.match(view, other.end):
            yield _Place(one.start, other.end, f"{one.text}与{other.text}路口")


def _stations(view: str) -> Iterator[_Place]:
    for match in _METRO.finditer(view):
        name = match["name"]
        start = match.start() + (_cut(name, _VILLAGE) if name else 0)
        if match.end() - start > len("地铁站") + 1:
            yield _Place(start, match.end(), view[start : match.end()])
