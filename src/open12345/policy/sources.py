"""Reads the files of a pack into plain data that still knows the line of every value.

Never raises on garbage.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from .problems import SYNTAX, Loc, PackProblem, closest, show

MAX_BYTES = 8_000_000
_SCALARS = frozenset({"str", "int", "float", "bool", "null", "timestamp"})
_YAML_TAG = "tag:yaml.org,2002:"


@dataclass(slots=True)
class Source:
    """One file: its data, the line of each place in it, and what was wrong with it.

    `data` is nothing when the file could not be read at all; `lines` is keyed by places relative to
    the file; `bad_rows` are CSV rows that do not fit their header.
    """

    file: str
    data: Any = None
    lines: dict[Loc, int] = field(default_factory=dict)
    problems: list[PackProblem] = field(default_factory=list)
    bad_rows: set[int] = field(default_factory=set)

    def line(self, loc: Sequence[str | int]) -> int:
        """Return the line of a place, or of the nearest place around it."""
        for length in range(len(loc), 0, -1):
            if tuple(loc[:length]) in self.lines:
                return self.lines[tuple(loc[:length])]
        return 1

    def problem(self, loc: Sequence[str | int], message: str, line: int | None = None) -> None:
        """Note a mistake at a place."""
        found = self.line(loc) if line is None else line
        self.problems.append(PackProblem(self.file, found, show(loc), message, SYNTAX))


def read_yaml(path: Path) -> Source:
    """Read a YAML file whose top is a mapping."""
    source = Source(path.name)
    text = read_text(path, source)
    if text is None:
        return source
    node = _compose(text, source)
    if node is not None:
        data = _Builder(source).build(node, ())
        source.data = data if isinstance(data, dict) else None
        if source.data is None:
            source.problem((), "文件应由 “键: 值” 组成", 1)
    elif not source.problems:
        source.problem((), "文件是空的；应由 “键: 值” 组成", 1)
    return source


def read_csv(path: Path, columns: Sequence[str], required: Sequence[str], *, name: str = "") -> Source:
    """Read a CSV file with a header into a list of {column: text}; empty cells are left out.

    `name` is what mistakes call the file, where its own name does not tell which one it is.
    """
    source = Source(name or path.name)
    text = read_text(path, source)
    if text is not None:
        rows = list(_rows(text, source, columns, required))
        source.data = rows or (None if source.problems else [])
        if _codes_lost(source, rows):
            source.data = None  # a tree of changed codes would only give mistakes that are none
    return source


# bytes to text


def read_text(path: Path, source: Source) -> str | None:
    """Return the text of a file, None with the problem noted where it cannot be read."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        source.problem((), "缺少这个文件", 0)
        return None
    except OSError as error:
        source.problem((), f"读不出这个文件：{error.strerror}", 0)
        return None
    if len(raw) > MAX_BYTES:
        source.problem((), f"文件过大（{len(raw)} 字节），至多 {MAX_BYTES} 字节", 0)
        return None
    return _decode(raw, source)


def _decode(raw: bytes, source: Source) -> str | None:
    """Decode UTF-8 (with or without BOM) or GB18030; other encodings are named, never guessed."""
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        source.problem((), "文件是 UTF-16 编码；请另存为 UTF-8（GB18030 也可以）", 1)
        return None
    furthest = 0
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            furthest = max(furthest, error.start)
        else:
            return _without_nul(text, source)
    line = raw.count(b"\n", 0, furthest) + 1
    source.problem((), "文件既不是 UTF-8 也不是 GB18030 编码；请另存为 UTF-8", line)
    return None


def _without_nul(text: str, source: Source) -> str | None:
    if "\0" in text:
        source.problem((), "文件里有 NUL 字符，不是文本；请重新导出", text.count("\n", 0, text.index("\0")) + 1)
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


# YAML


def _compose(text: str, source: Source) -> Node | None:
    try:
        return _nodes(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, words = mark.line + 1 if mark else 1, _yaml_words(error)
        line, words = _chinese_marks(text, line) or (line, words)
        source.problem((), f"YAML 写法有误：{words}", line)
    except YAMLError as error:
        source.problem((), f"YAML 写法有误：{str(error).splitlines()[0]}", _line_of_position(error, text))
    except RecursionError:
        source.problem((), "YAML 嵌套过深", 1)
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, AssertionError) as error:
        # The parser itself stumbles over some garbage; the file is at fault, not the caller.
        source.problem((), f"YAML 写法有误：{type(error).__name__}", 1)
    return None


@lru_cache(maxsize=16)
def _nodes(text: str) -> Node | None:
    """Parse, slowly; a pack is read again after each edit, when one file of it has changed."""
    return YAML(typ="safe", pure=True).compose(text)  # type: ignore[no-any-return]


def _yaml_words(error: MarkedYAMLError) -> str:
    problem = str(error.problem or error.context or "")
    if "\\t" in problem:
        return "缩进请用空格，不要用制表符"
    if "another document" in problem:
        return "一个文件只能有一份内容，请去掉多余的 “---”"
    return f"{problem}；请检查缩进、冒号后的空格、引号和括号是否成对"


_CHINESE = re.compile(
    r"""^\s*(?:-\s+)?[\w"']+\s*(：)"""  # key：value
    r"""|[{,]\s*[\w"']+\s*(：)"""  # {key：value}
    r"""|[{\[].*?(，)\s*[\w"']+\s*[:：,\]}]"""  # {a: 1，b: 2}
    r"""|(?:^|[:,\[{-])\s*([“”])"""  # key: “value”
)
"""Chinese punctuation where YAML has its own; within a text it is what it is."""


def _chinese_marks(text: str, line: int) -> tuple[int, str] | None:
    """Return the line and the words for Chinese punctuation on the line of a mistake or the one before.

    The parser stumbles over it where it stands or only on the line that follows.
    """
    lines = text.split("\n")
    for place in (line, line - 1):
        found = _CHINESE.search(lines[place - 1]) if 0 < place <= len(lines) else None
        if found is not None:
            mark = next(group for group in found.groups() if group)
            return place, f"用了中文标点 “{mark}”；请改成英文的 {_ENGLISH[mark]}（冒号、逗号后面空一格）"
    return None


_ENGLISH = {"：": ":", "，": ",", "“": '"', "”": '"'}


def _line_of_position(error: YAMLError, text: str) -> int:
    position = getattr(error, "position", None)
    return text.count("\n", 0, position) + 1 if isinstance(position, int) else 1


_WIDE_COLON = re.compile(r"[A-Za-z_]\w*：")


class _Builder:
    """Turns YAML nodes into plain data, noting lines. No object is ever constructed from a tag."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.seen: set[int] = set()
        self.constructor = YAML(typ="safe", pure=True).constructor

    def build(self, node: Node, loc: Loc) -> Any:
        line = node.start_mark.line + 1
        self.source.lines.setdefault(loc, line)
        if id(node) in self.seen and not isinstance(node, ScalarNode):
            self.source.problem(loc, "不支持 YAML 的引用（* 和 &）；请把内容写全", line)
            return None
        self.seen.add(id(node))
        if isinstance(node, MappingNode):
            return dict(self._pairs(node, loc))
        if isinstance(node, SequenceNode):
            return [self.build(item, (*loc, place)) for place, item in enumerate(node.value)]
        return self._scalar(node, loc, line)

    def _pairs(self, node: MappingNode, loc: Loc) -> Iterator[tuple[str, Any]]:
        keys: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self.source.problem(loc, "键应为一个词", line)
                continue
            key = str(key_node.value)
            if _WIDE_COLON.match(key):
                self.source.problem((*loc, key), "用了中文标点 “：”；请改成英文的 :（后面空一格）", line)
                continue
            if key in keys:
                self.source.problem((*loc, key), f"键重复，第 {keys[key]} 行已经写过；请只留一处", line)
                continue
            keys[key] = line
            self.source.lines[(*loc, key)] = line
            yield key, self.build(value_node, (*loc, key))

    def _scalar(self, node: Node, loc: Loc, line: int) -> Any:
        tag = str(node.tag).removeprefix(_YAML_TAG)
        if tag not in _SCALARS:
            self.source.problem(loc, f"不支持 YAML 标签 “{str(node.tag)[:40]}”；请写普通的值", line)
            return None
        try:
            return str(node.value) if tag == "str" else self.constructor.construct_object(node)
        except (ValueError, LookupError, ArithmeticError, TypeError, YAMLError):
            if tag == "timestamp":  # 30 February: the schema says what a date looks like
                return str(node.value)
            self.source.problem(loc, f"“{str(node.value)[:40]}” 不是有效的值；是文字请加引号", line)
            return None


# CSV


def _rows(text: str, source: Source, columns: Sequence[str], required: Sequence[str]) -> Iterator[dict[str, str]]:
    records = _records(text, source)
    _, header = next(records, (1, []))
    if not _check_header(header, source, columns, required):
        return
    index = 0
    for line, row in records:
        if any(row):
            source.lines[(index,)] = line
            if len(row) != len(header):
                source.bad_rows.add(index)
                wanted = f"应有 {len(header)} 格（{','.join(header)}）"
                source.problem((), f"这一行有 {len(row)} 格，{wanted}", line)
            yield {name: cell for name, cell in zip(header, row, strict=False) if cell}
            index += 1


def _records(text: str, source: Source) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line on which it begins; a quoted cell may hold line breaks."""
    reader, line = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    try:
        for cells in reader:
            yield line, [cell.strip() for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        source.problem((), f"CSV 写法有误（{error}）；请检查引号是否成对", line)


_CODES = ("code", "parent", "area", "category")
_ROUNDED = re.compile(r"\d+(?:\.\d+)?[Ee]\+\d+")


def _codes_lost(source: Source, rows: Sequence[dict[str, str]]) -> bool:
    """Say whether a spreadsheet has rounded long codes (3.10117E+13), and note it once for the file."""
    cells = [
        (index, name, cell)
        for index, row in enumerate(rows)
        for name in _CODES
        if _ROUNDED.fullmatch(cell := row.get(name, ""))
    ]
    if cells:
        index, name, cell = cells[0]
        remedy = "原来的代码已经丢失，请从原表重新导出，并先把该列设为文本格式"
        message = f"“{cell}” 是表格软件（Excel）把长代码改成的科学计数，共 {len(cells)} 格；{remedy}"
        source.problem((name,), message, source.line((index,)))
    return bool(cells)


def _check_header(header: list[str], source: Source, columns: Sequence[str], required: Iterable[str]) -> bool:
    """Say whether the rows can be read under this header."""
    if not any(header):
        source.problem((), f"第一行应为列名：{','.join(columns)}", 1)
        return False
    parts = [part.strip() for part in re.split(r"[;；\t，|]", "\t".join(header))]
    if len(header) == 1 and len({*parts} & {*columns}) > 1:
        source.problem((), "列之间的分隔符应为逗号；请在表格软件里另存为 “CSV（逗号分隔）”", 1)
        return False
    before = len(source.problems)
    for name in header:
        if name not in columns:
            source.problem((name or "（空）",), f"不认识的列；{closest(name, columns)}", 1)
    for name in sorted({name for name in header if header.count(name) > 1}):
        source.problem((name,), "列名重复", 1)
    for name in required:
        if name not in header:
            source.problem((name,), f"缺少这一列；列名应为：{','.join(columns)}", 1)
    return len(source.problems) == before
