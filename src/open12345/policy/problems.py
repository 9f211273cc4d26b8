"""Mistakes of a pack.

Where they stand, and pydantic's findings in words that say what would be right.
"""

import difflib
import re
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from .fields import CODE_PATTERN

Loc = tuple[str | int, ...]
"""A place in a pack: field, then keys and indexes, ("duty", "classes", 0, "items", 2, "lead")."""


SYNTAX, TREES, VALUES = range(3)
"""Ranks of mistakes: a file cannot be read, a tree does not hold together, all else."""


@dataclass(frozen=True, slots=True, order=True)
class PackProblem:
    """One mistake.

    The file, its line (0: the file as a whole), the place inside, what is wrong and what is right. `rank` orders the
    telling: what others may follow from comes first.
    """

    file: str
    line: int
    where: str
    message: str
    rank: int = field(default=VALUES, compare=False)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.where}: {self.message}" if self.where else f"{place}: {self.message}"

    def as_json(self) -> dict[str, Any]:
        """Return the problem for a program."""
        return {"file": self.file, "line": self.line, "where": self.where, "message": self.message}


class PackError(Exception):
    """A folder that is no usable pack; `problems` holds every mistake of every file."""

    def __init__(self, problems: Sequence[PackProblem]) -> None:
        """Keep the problems sorted by rank, file and line."""
        self.problems = tuple(sorted(set(problems), key=lambda one: (one.rank, one)))
        super().__init__("\n".join(map(str, self.problems)))


def show(loc: Sequence[str | int]) -> str:
    """Write a place as people read it: classes[0].items[2].lead."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def closest(word: object, known: Sequence[str]) -> str:
    """Say which known word was probably meant, or which there are."""
    near = difflib.get_close_matches(str(word), _likely(str(word), known), n=1, cutoff=0.6)
    if near:
        return f"是否想写 “{near[0]}”？"
    shown = "、".join(known[:12]) + ("…" if len(known) > len(known[:12]) else "")
    return f"可用的有：{shown}" if known else ""


def _likely(word: str, known: Sequence[str]) -> Sequence[str]:
    """Return what is worth comparing: among a city's thousands of areas, those that begin or end as the word does."""
    if len(known) <= _COMPARED:
        return known
    return [one for one in known if one[:6] == word[:6] or one[-6:] == word[-6:]][:_LIKELY]


_COMPARED, _LIKELY = 600, 30
"""So many words are compared letter by letter, of more only the likely ones: all of a city's six thousand areas would
take a tenth of a second for each mistake, and a wrong file may have six thousand."""


_MESSAGES: Mapping[str, str] = {
    "missing": "缺少这一项",
    "string_type": "应为文字，现为 {input}；数字、日期形的文字请加引号",
    "int_type": "应为整数，现为 {input}",
    "int_parsing": "应为整数，现为 {input}",
    "int_from_float": "应为整数，现为 {input}",
    "float_type": "应为数字，现为 {input}",
    "float_parsing": "应为数字，现为 {input}",
    "decimal_type": "应为数字，现为 {input}",
    "decimal_parsing": "应为数字，现为 {input}",
    "finite_number": "应为有限的数字，现为 {input}",
    "bool_type": "应为 true（是）或 false（否），现为 {input}",
    "bool_parsing": "应为 true（是）或 false（否），现为 {input}",
    "tuple_type": "应为列表（每项以 “- ” 开头），现为 {input}",
    "list_type": "应为列表（每项以 “- ” 开头），现为 {input}",
    "dict_type": "应为 “键: 值” 的形式，现为 {input}",
    "model_type": "应为 “键: 值” 的形式，现为 {input}",
    "model_attributes_type": "应为 “键: 值” 的形式，现为 {input}",
    "date_type": "应为日期 YYYY-MM-DD，现为 {input}",
    "date_parsing": "应为日期 YYYY-MM-DD，现为 {input}",
    "date_from_datetime_parsing": "应为日期 YYYY-MM-DD，现为 {input}",
    "date_from_datetime_inexact": "应为日期 YYYY-MM-DD，不带时间，现为 {input}",
    "time_type": "应为加引号的时刻 “17:30”，现为 {input}",
    "literal_error": "{input} 不在可用的值之内：{expected}",
    "greater_than": "应大于 {gt}，现为 {input}",
    "greater_than_equal": "不应小于 {ge}，现为 {input}",
    "less_than": "应小于 {lt}，现为 {input}",
    "less_than_equal": "不应大于 {le}，现为 {input}",
    "string_too_short": "至少 {min_length} 个字",
    "string_too_long": "至多 {max_length} 个字",
    "too_short": "至少要有 {min_length} 项，现有 {actual_length} 项",
    "too_long": "至多 {max_length} 项，现有 {actual_length} 项",
    "is_instance_of": "应为时限，如 5 wd、4 wh、24 h、30 min、15 d、today，现为 {input}",
    "value_error": "{error}",
}


def _shown(value: object) -> str:
    text = {True: "true", False: "false", None: "空"}.get(value) if isinstance(value, bool | None) else None
    if text is None:
        kinds: dict[type, str] = {dict: "一组键值", list: "列表", tuple: "列表"}
        text = kinds.get(type(value)) or f"“{str(value)[:40]}”"
    return text


def explain(error: ErrorDetails, root: type[BaseModel]) -> str:
    """Say in Chinese what is wrong and what would be right."""
    kind, loc = error["type"], tuple(error["loc"])
    if kind == "extra_forbidden":
        return f"不认识的键 “{loc[-1]}”；{closest(loc[-1], _keys_at(root, loc[:-1]))}"
    if kind == "string_pattern_mismatch":
        return _pattern_message(error)
    if kind.startswith("date_") and _DAY.fullmatch(str(error.get("input"))):
        return f"没有这一天：{_shown(error['input'])}；应为日期 YYYY-MM-DD"
    template = _MESSAGES.get(kind)
    if template is None:
        return error["msg"]
    context = {**error.get("ctx", {}), "input": _shown(error.get("input"))}
    return template.format(**context)


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
"""A day as it should be written; where such a one is refused, the calendar does not have it."""


def _pattern_message(error: ErrorDetails) -> str:
    pattern = error.get("ctx", {}).get("pattern", "")
    shown = _shown(error.get("input"))
    if pattern == CODE_PATTERN:
        return f"代码 {shown} 只能由字母、数字和 _ . - 组成，以字母或数字开头，至多 40 个字符"
    if any(mark in shown[1:-1] for mark in "“”‘’"):
        return f'{shown} 用了中文引号；请改成英文的 "'
    return f"{shown} 的写法不对，应符合 {pattern}"


def _keys_at(root: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """Return the keys that the schema knows at a place."""
    here: Any = root
    for part in loc:
        here = _step(here, part)
    model = _plain(here)
    return [*model.model_fields] if isinstance(model, type) and issubclass(model, BaseModel) else []


def _plain(annotation: Any) -> Any:
    """Strip Annotated and Optional."""
    while get_origin(annotation) in {Annotated, Union, types.UnionType}:
        annotation = next(arg for arg in get_args(annotation) if arg is not type(None))
    return annotation


def _step(annotation: Any, part: str | int) -> Any:
    here = _plain(annotation)
    if isinstance(here, type) and issubclass(here, BaseModel):
        return get_type_hints(here, include_extras=True).get(str(part))
    args = get_args(here)
    return (args[1] if get_origin(here) is dict else args[0]) if args else None
