"""Says the same in other words: synonyms, another order, a clause less."""

from typing import Final

from open12345.simulate.speech.grammar import Draw

SYNONYMS: Final = {
    "每天": "天天",
    "晚上": "夜里",
    "已经": "都",
    "没有": "没",
    "非常": "特别",
    "孩子": "小孩",
    "老人": "老年人",
    "影响": "妨碍",
    "要求": "希望",
    "希望": "请",
    "尽快": "赶紧",
    "处理": "解决",
    "解决": "处理好",
    "到处": "满地",
    "住户": "居民",
    "居民": "老百姓",
    "味道": "气味",
    "停着": "停放着",
    "附近": "旁边",
    "旁边": "边上",
    "门口": "大门口",
    "老板": "店主",
    "一直": "始终",
    "不肯": "不愿意",
    "没人": "无人",
    "然后": "接着",
    "发现": "看到",
    "看到": "看见",
    "坏了": "不能用了",
    "十几": "一二十",
    "现在": "目前",
    "以前": "过去",
    "走路": "行走",
    "车子": "车辆",
    "声音": "动静",
    "什么": "啥",
    "公司": "单位",
    "时候": "辰光",
    "因为": "由于",
    "不行": "不可以",
    "师傅": "工人",
    "通知": "告诉",
}
_PAIRS: Final = tuple(SYNONYMS.items())
_SHORT: Final = (("说", "讲"), ("很", "蛮"), ("怎么", "咋"), ("的", ""), ("就", ""), ("也", ""), ("还", "仍"))


def reword(text: str, draw: Draw) -> str:
    """Return `text` as the same person would say it a week later; numbers, names and places stay."""
    for word, other in _PAIRS:
        if word in text and draw() < 0.55:
            text = text.replace(word, other, 1)
    for word, other in _SHORT:
        if draw() < 0.35:
            text = text.replace(word, other, 1)
    return _turned(text, draw)


def _turned(text: str, draw: Draw) -> str:
    """Put one sentence elsewhere, leave some of a long story or a clause out, where there are enough of them."""
    sentences = [each for each in text.split("。") if each]
    enough = 3
    if len(sentences) >= enough and draw() < 0.6:
        sentences.insert(1, sentences.pop())
    sentences = [each for n, each in enumerate(sentences) if n < enough or draw() < 0.65]
    clauses = sentences[0].split("，")
    if len(clauses) >= enough and draw() < 0.5:
        del clauses[1 + int(draw() * (len(clauses) - 1))]
        sentences[0] = "，".join(clauses)
    return "。".join(sentences) + "。"
