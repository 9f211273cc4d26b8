"""A text sentence by sentence, as somebody would tick off what has been answered."""

import re
from typing import Final

_END: Final = re.compile(r"(?<=[。！？!?；;\n])(?![。！？!?；;”』」’\"])")
_COURTESY: Final = re.compile(
    r"(?:尊敬的)?(?:您好|你好|领导好?|谢谢(?:您|领导)?|感谢|此致|敬礼|盼复|望回复|打扰了|拜托(?:了)?|辛苦了)"
    r"[，,。！!；;：:\s]*"
)
_NUMBER: Final = re.compile(
    r"^(?:[0-9一二三四五六七八九十]{1,2}[、.．)）](?![0-9])|[（(][0-9一二三四五六七八九十]{1,2}[)）])\s*"
)
_SHORTEST: Final = 2


def sentences(s: str) -> list[str]:
    """Return the sentences of `s` in order, without greetings and thanks, numbers and what is empty.

    Nothing else is changed or left out: joined again they tell the whole request.
    """
    found = (_NUMBER.sub("", part.strip()) for part in _END.split(s))
    return [part for part in found if len(part) >= _SHORTEST and not _COURTESY.fullmatch(part)]
