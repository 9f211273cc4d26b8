"""What goes wrong between a mouth and a form: slips of the input method, lost marks, talk that was typed as it came."""

from collections.abc import Callable
from typing import Final

from open12345.simulate.speech.grammar import Draw

_TRIES: Final = 12
_PHONE_WORDS: Final = (
    "联系电话{}。",
    "我的手机{}。",
    "电话：{}",
    "请打{}联系我。",
    "号码{}，随时可以打。",
    "手机{}（微信同号）。",
)
_FILLERS: Final = (
    "嗯，",
    "那个，",
    "就是说，",
    "反正",
    "你晓得伐，",
    "怎么讲呢，",
    "是这样的，",
    "呃，",
    "我跟你讲，",
    "不是，",
)
_AGENT: Final = "来市居"  # an agent's own words do not stammer
_TAILS: Final = ("呀", "啊", "嘛", "呢", "哦", "的呀", "好伐")
_FULL: Final = str.maketrans("0123456789", "０１２３４５６７８９")
_HAN_DIGITS: Final = str.maketrans("0123456789", "零一二三四五六七八九")

#: Words that sound alike and are typed for each other; both ways where people do both.
NEAR_SOUND: Final = {
    "反映": "反应",
    "已经": "以经",
    "再次": "在次",
    "现在": "现再",
    "噪音": "燥音",
    "不再": "不在",
    "影响": "影想",
    "物业": "务业",
    "希望": "希忘",
    "尽快": "进快",
    "严重": "严中",
    "部门": "部们",
    "处理": "处里",
    "投诉": "投述",
    "居民": "居名",
    "小区": "小取",
    "停车": "停车",
    "垃圾": "拉圾",
    "味道": "位道",
    "安全": "安权",
    "维修": "维休",
    "公共": "公供",
    "孩子": "孩字",
    "隐患": "隐换",
    "老板": "老版",
    "押金": "压金",
    "账": "帐",
    "退款": "退宽",
    "赔偿": "陪偿",
    "的时候": "得时候",
    "通知": "通之",
    "登记": "登计",
    "施工": "施功",
    "凌晨": "零晨",
    "坐": "座",
    "做": "作",
    "哪里": "那里",
    "以为": "已为",
    "必须": "必需",
    "好像": "好象",
    "工资": "公资",
    "合同": "和同",
    "医院": "医员",
    "报销": "报消",
    "户口": "户囗",
    "管道": "管到",
    "电梯": "电提",
    "楼道": "楼到",
}
#: Characters that look alike (五笔, handwriting, OCR).
NEAR_SHAPE: Final = {
    "己": "已",
    "未": "末",
    "拔": "拨",
    "侯": "候",
    "燥": "躁",
    "辨": "辩",
    "晴": "睛",
    "人": "入",
    "士": "土",
    "干": "千",
    "住": "往",
    "末": "未",
    "代": "伐",
    "日": "曰",
    "间": "问",
    "没": "设",
    "设": "没",
    "令": "今",
    "乌": "鸟",
    "免": "兔",
    "毫": "豪",
    "即": "既",
    "大": "太",
    "夫": "失",
    "折": "拆",
    "拆": "折",
    "治": "冶",
    "冷": "泠",
    "货": "贷",
    "贷": "货",
    "戴": "载",
    "困": "因",
    "栏": "拦",
    "拦": "栏",
    "很": "狠",
    "到": "倒",
    "圾": "极",
    "汽": "气",
    "渣": "碴",
}
_SOUNDS: Final = tuple(pair for pair in NEAR_SOUND.items() if pair[0] != pair[1])

Noise = Callable[[str, Draw], str]


def near_sound(text: str, draw: Draw) -> str:
    """Type one or two words as they sound."""
    changed = 0
    start = int(draw() * len(_SOUNDS))
    wanted = 1 + int(draw() * 2)
    for step in range(len(_SOUNDS)):
        right, wrong = _SOUNDS[(start + step) % len(_SOUNDS)]
        if right in text:
            text = text.replace(right, wrong, 1)
            changed += 1
            if changed == wanted:
                break
    return text


def near_shape(text: str, draw: Draw) -> str:
    """Take one character for one that looks like it."""
    for _ in range(_TRIES):
        at = int(draw() * len(text))
        wrong = NEAR_SHAPE.get(text[at])
        if wrong:
            return text[:at] + wrong + text[at + 1 :]
    return text


def filler(text: str, draw: Draw) -> str:
    """Write down what the mouth says while the head thinks."""
    at = text.find("，", int(draw() * len(text)))
    word = _FILLERS[int(draw() * len(_FILLERS))]
    if at < 0 or (draw() < 0.4 and text[0] not in _AGENT):
        return word + text
    return text[: at + 1] + word + text[at + 1 :]


def tail(text: str, draw: Draw) -> str:
    """End a sentence as one speaks."""
    at = text.rfind("。", 0, len(text) - 1)
    if at <= 0 or text[at - 1] in "了吗呢啊吧！？":
        return text
    return text[:at] + _TAILS[int(draw() * len(_TAILS))] + text[at:]


def few_marks(text: str, draw: Draw) -> str:
    """Write everything in one breath: commas for full stops, or no mark at all."""
    return text.replace("。", "，").rstrip("，") if draw() < 0.6 else text.replace("，", "").replace("。", " ").rstrip()


def doubled(text: str, draw: Draw) -> str:
    """Hit a key twice."""
    at = int(draw() * (len(text) - 1))
    return text[: at + 1] + text[at] + text[at + 1 :] if "\u4e00" <= text[at] <= "\u9fff" else text


def lost(text: str, draw: Draw) -> str:
    """Leave a character out."""
    at = int(draw() * len(text))
    return text[:at] + text[at + 1 :] if "\u4e00" <= text[at] <= "\u9fff" else text


def shouting(text: str, draw: Draw) -> str:
    """Multiply the marks."""
    return text.rstrip("。！") + "！" * (2 + int(draw() * 4))


def digits(text: str, draw: Draw) -> str:
    """Write digits another way: full width, or as words."""
    return text.translate(_FULL if draw() < 0.5 else _HAN_DIGITS)


def dots(text: str, draw: Draw) -> str:
    """Trail off instead of stopping."""
    return text.replace("。", "……" if draw() < 0.5 else "。。。", 1)


def cut_off(text: str, draw: Draw) -> str:
    """Break off in the middle: the line fell, the form was full."""
    keep = int(len(text) * (0.55 + 0.4 * draw()))
    return text[:keep]


KINDS: Final[tuple[tuple[str, float, Noise], ...]] = (
    ("near_sound", 0.16, near_sound),
    ("near_shape", 0.07, near_shape),
    ("filler", 0.07, filler),
    ("tail", 0.06, tail),
    ("few_marks", 0.06, few_marks),
    ("doubled", 0.025, doubled),
    ("lost", 0.03, lost),
    ("shouting", 0.03, shouting),
    ("digits", 0.025, digits),
    ("dots", 0.03, dots),
    ("cut_off", 0.012, cut_off),
)
"""Name, share of texts, and what it does; several may meet in one text."""
_PHONE_SHARE: Final = 0.05


def disturb(text: str, draw: Draw, phone: str = "") -> tuple[str, list[str]]:
    """Return the text with what went wrong, and the kinds of it that changed something."""
    done = []
    for name, share, noise in KINDS:
        if draw() < share:
            before, text = text, noise(text, draw)
            if text != before:
                done.append(name)
    if phone and draw() < _PHONE_SHARE:
        text += _PHONE_WORDS[int(draw() * len(_PHONE_WORDS))].format(phone)
        done.append("phone_in_body")
    return text, done
