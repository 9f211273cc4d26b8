"""Breaking the title of a paper into lines (GB/T 9704, 7.3.1: whole words, symmetrical, of suitable length).

There is no dictionary of Chinese here, only the words that titles of such papers are made of: a break between two of
them costs nothing, one beside an unknown character some, one between two of them much.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import Final

LINE: Final = 20.0
"""Characters of 2号 (22 pt) on the 156 mm of the type area."""
_NARROW: Final = 0.55
_INSIDE, _UNKNOWN = 400.0, 60.0
_SAID: Final = """
市民服务热线 便民服务热线 政务服务便民热线 政务便民服务热线 工作情况 运行情况 办理情况 市民 公民
群众 企业 居民 村民 服务 热线 便民 专线 政务 政府 公共 工作 情况 汇报 报告 通报 简报 专报
专题 快报 日报 周报 月报 季报 半年报 年报 材料 分析 研判 诉求 办理 办结 受理 处置 处理 回访
满意度 满意率 解决率 运行 管理 中心 城市 疫情 防控 期间 有关 相关 关于 以及 上半年 下半年
全年 年度 季度 月份 本周 本月 今年 第一 第二 第三 第四 会议 党委 党政 领导 区委 镇委 街道
乡镇 部门 单位 名单 约谈 督办 督查 考核 评价 排名 典型 案例 问题 突出 热点 难点 重点 疑难
意见 建议 咨询 投诉 举报 求助 表扬 重复 来电 来信 来访 工单 数据 统计 总结 计划 方案 通知
函 紧急 次紧急 应急 值班 春节 国庆 中秋 元旦 五一 端午 清明 假期 节日 汛期 高温 台风 暴雨
寒潮 物业 停车 噪声 噪音 油烟 垃圾 违建 供水 供电 供气 供暖 供热 交通 教育 医疗 养老 消费
维权 环境 卫生 绿化 市容 新区 综合 网格 社会 治理 指挥 信息 联动 大数据 行政 审批 局 区 市
县 镇 乡 村 省 办公室 上海市 南京市 上海 南京
"""
_WORDS: Final = frozenset(_SAID.split())
_TOKEN: Final = re.compile(
    r"\d{4}年(?:[上下]半年|第[一二三四]季度|\d{1,2}月(?:\d{1,2}日)?)?|\d{1,2}月\d{1,2}日|第?\d+[年月日周期季号次件]?|[0-9A-Za-z.%+\-]+|."
)
_NEVER_FIRST: Final = frozenset("）》”’、，。；：？！—·%的了和与及至")
_NEVER_LAST: Final = frozenset("（《“‘第")
_LONGEST: Final = 12


def width(text: str) -> float:
    """Return how many full characters wide a text is."""
    return sum(1.0 if unicodedata.east_asian_width(sign) in "WFA" else _NARROW for sign in text)


@lru_cache(maxsize=512)
def lines(title: str, most: float = LINE) -> tuple[str, ...]:
    """Return a title in as few lines of at most `most` characters as it needs, of near lengths, broken at words."""
    pieces = words(title)
    if not pieces:
        return (title,)
    count = max(1, -(-int(width(title) * 100) // int(most * 100)))
    for wanted in (count, count + 1):
        found = _broken(pieces, wanted, most)
        if found:
            return found
    return (title,)


def phrases(title: str) -> list[str]:
    """Return the pieces of a title between which a screen may break it."""
    found: list[str] = [""]
    for text, cost in words(title):
        found[-1] += text
        if cost < _UNKNOWN:
            found.append("")
    return [phrase for phrase in found if phrase]


def words(title: str) -> list[tuple[str, float]]:
    """Return the words of a title, each with what a break after it costs."""
    return _priced(_joined(_TOKEN.findall(title)))


def _joined(tokens: list[str]) -> list[tuple[str, bool]]:
    """Join single characters to known words, the longest first; tell of each whether it is one."""
    found: list[tuple[str, bool]] = []
    at = 0
    while at < len(tokens):
        if len(tokens[at]) > 1:
            found.append((tokens[at], True))
            at += 1
            continue
        for size in range(min(_LONGEST, len(tokens) - at), 0, -1):
            text = "".join(tokens[at : at + size])
            if text in _WORDS or size == 1:
                found.append((text, text in _WORDS))
                at += size
                break
    return found


def _priced(pieces: list[tuple[str, bool]]) -> list[tuple[str, float]]:
    priced = []
    for (text, whole), (after, after_whole) in zip(pieces, [*pieces[1:], ("", True)], strict=False):
        cost = 0.0 if whole and after_whole else _UNKNOWN if whole or after_whole else _INSIDE
        if text[-1:] in _NEVER_LAST or after[:1] in _NEVER_FIRST:
            cost = _INSIDE * 10
        elif text[-1:] in "）》" or after[:1] in "（《":
            cost = -4.0
        priced.append((text, cost))
    return priced


def _broken(pieces: list[tuple[str, float]], count: int, most: float) -> tuple[str, ...]:
    """The cheapest way into `count` lines: unlike lengths cost their square; () where no line may be so short."""
    ideal = width("".join(text for text, _cost in pieces)) / count
    best: dict[tuple[int, int], tuple[float, int]] = {(0, 0): (0.0, 0)}
    for line in range(1, count + 1):
        for end in range(line, len(pieces) + 1):
            ways = []
            for start in range(line - 1, end):
                long = width("".join(text for text, _cost in pieces[start:end]))
                if (line - 1, start) not in best or long > most:
                    continue
                cost = best[line - 1, start][0] + (long - ideal) ** 2 + (pieces[end - 1][1] if end < len(pieces) else 0)
                ways.append((cost, start))
            if ways:
                best[line, end] = min(ways)
    if (count, len(pieces)) not in best:
        return ()
    cuts, end = [len(pieces)], len(pieces)
    for line in range(count, 0, -1):
        end = best[line, end][1]
        cuts.append(end)
    cuts.reverse()
    return tuple("".join(text for text, _cost in pieces[a:b]) for a, b in pairwise(cuts))
