"""The grammar's data: what people complain of, read from `matters/*.yaml` once per process."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ruamel.yaml import YAML

from open12345.simulate.speech.grammar import GrammarError, Pattern, blanks_of, compile_pattern

KINDS: Final = {"?": "inquiry", "+": "suggestion", "!": "tip_off", "^": "praise", "~": "help"}
_FRAMES: Final = "frames.yaml"
_CALLS: Final = "calls.yaml"
_SEPARATOR: Final = " = "
_MARKS: Final = str.maketrans(",:?!;()", "，：？！；（）")


@dataclass(frozen=True, slots=True)
class Template:
    """One way to tell a matter: its own words, its own point of view."""

    key: str
    kind: str
    urgency: str
    title: Pattern
    body: Pattern
    blanks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Matter:
    """What one leaf of a tree is about; `leaves` are the titles that it has in packs, the best first."""

    key: str
    leaves: tuple[str, ...]
    family: str
    topic: str
    templates: tuple[Template, ...]
    calls: tuple[str, ...] = ()
    """What people call it when they name it."""


@cache
def all_matters() -> Mapping[str, Matter]:
    """Return all matters by key; raises GrammarError for a line that cannot be read."""
    found: dict[str, Matter] = {}
    documents = dict(_documents())
    calls = documents[_CALLS]
    for name in sorted(documents.keys() - {_FRAMES, _CALLS}):
        for key, raw in documents[name].items():
            if key in found:
                raise GrammarError(f"{name}: {key} stands twice")
            found[key] = _matter(key, raw, str(calls.get(key, "")))
    return found


@cache
def frames() -> Mapping[str, Any]:
    """Return the frames: lists of patterns by name and, where it matters, by voice, kind or family."""
    return dict(_compiled(next(data for name, data in _documents() if name == _FRAMES)))


@cache
def by_leaf() -> Mapping[str, tuple[Matter, ...]]:
    """Return which matters are told under a leaf's title: own titles before aliases, matters of events left out."""
    found: dict[str, list[Matter]] = {}
    everyday = [matter for matter in all_matters().values() if not matter.topic or matter.topic == "heating"]
    for matter in everyday:
        found.setdefault(matter.key, []).append(matter)
    for matter in everyday:
        for leaf in matter.leaves:
            if leaf not in all_matters():
                found.setdefault(leaf, []).append(matter)
    return {leaf: tuple(matters) for leaf, matters in found.items()}


def _documents() -> Iterator[tuple[str, dict[str, Any]]]:
    reader = YAML(typ="safe", pure=True)
    folder = files(__package__) / "matters"
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".yaml"):
            yield file.name, reader.load(file.read_text(encoding="utf-8"))


def _matter(key: str, raw: Mapping[str, str], calls: str) -> Matter:
    lines = [line.strip() for line in raw["says"].splitlines() if line.strip()]
    named = (raw.get("leaf") or f"{key} {raw.get('aka', '')}").split()
    templates = tuple(_template(f"{key}#{number}", line) for number, line in enumerate(lines))
    return Matter(key, tuple(named), raw["fam"], raw.get("topic", ""), templates, tuple(calls.split()))


def _template(key: str, line: str) -> Template:
    head, separator, body = line.partition(_SEPARATOR)
    if not separator:
        raise GrammarError(f"{key}: no{_SEPARATOR}in {line!r}")
    kind = KINDS.get(head[0], "")
    head = head[1:] if kind else head
    bare = head.lstrip("*")
    urgency = ("ordinary", "semi_urgent", "urgent")[len(head) - len(bare)]
    title, told = _pattern(bare), _pattern(body)
    return Template(key, kind or "complaint", urgency, title, told, blanks_of(title) | blanks_of(told))


def _pattern(text: str) -> Pattern:
    """Read a pattern, with Chinese marks for the ASCII ones that the data is typed with."""
    pieces = text.split('"')
    quoted = "".join(piece + ("“", "”")[n % 2] for n, piece in enumerate(pieces[:-1])) + pieces[-1]
    return compile_pattern(quoted.translate(_MARKS))


def _compiled(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _compiled(value) for key, value in node.items()}
    if isinstance(node, list):
        return tuple(_pattern(str(each)) for each in node)
    return _pattern(str(node))
