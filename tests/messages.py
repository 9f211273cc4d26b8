"""The English of every message: collected from the source, kept in one catalogue, compiled without gettext tools.

    python -m tests.messages           writes django.po (new messages without English) and django.mo
    python -m tests.messages --check   says what lacks English, is no longer used, or was not compiled

The source language is Chinese; msgids are what stands in code and templates.
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parents[1] / "src" / "open12345"
FOLDER: Final = SOURCE / "ui" / "locale" / "en" / "LC_MESSAGES"
_MARKS: Final = frozenset({"_", "__", "gettext", "gettext_lazy", "gettext_noop"})
_IN_TEMPLATE: Final = re.compile(r"""(?:\bgettext|\b_)\(\s*u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)s|%[sd]")
_HEADER: Final = (
    "Project-Id-Version: open12345\nLanguage: en\nMIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"
)


# Collecting


@cache
def collect() -> dict[str, list[str]]:
    """Return each message with the files that hold it, relative to the package."""
    found: dict[str, set[str]] = {}
    for file in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html")]):
        if "migrations" in file.parts:
            continue
        messages = _of_python(file) if file.suffix == ".py" else _of_template(file)
        for message in messages:
            found.setdefault(message, set()).add(str(file.relative_to(SOURCE)))
    return {message: sorted(files) for message, files in sorted(found.items(), key=lambda item: min(item[1]))}


def _of_python(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in _MARKS and node.args:
            yield from _text(node.args[0])
        if name == "Field":  # titles of inputs are translated where they are asked
            yield from (text for key in node.keywords if key.arg == "title" for text in _text(key.value))


def _text(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value


def _of_template(file: Path) -> Iterator[str]:
    from django.utils.translation.template import templatize  # noqa: PLC0415 - needs Django only here

    for quoted in _IN_TEMPLATE.findall(templatize(file.read_text(), origin=str(file))):
        text = str(ast.literal_eval(quoted))
        if text:
            yield text


# The catalogue


def read(file: Path) -> dict[str, str]:
    """Return msgid → msgstr of a catalogue of ours (no plurals, no contexts)."""
    found: dict[str, str] = {}
    key, current = "", {"msgid": "", "msgstr": ""}
    for line in [*file.read_text().splitlines(), 'msgid ""'] if file.exists() else []:
        word, _space, rest = line.partition(" ")
        if word == "msgid":
            if current["msgid"]:
                found[current["msgid"]] = current["msgstr"]
            current = {"msgid": "", "msgstr": ""}
        if word in current:
            key, line = word, rest  # noqa: PLW2901 - the rest of the line is the text
        if line.startswith('"'):
            current[key] += str(ast.literal_eval(line))
    return found


def write(file: Path, messages: Mapping[str, list[str]], english: Mapping[str, str]) -> None:
    """Write the catalogue: by file, each message with its English, "" where there is none yet."""
    parts = [f'msgid ""\nmsgstr ""\n{_lines(_HEADER)}']
    for message, files in messages.items():
        parts.append(f"#: {' '.join(files)}\nmsgid {_quoted(message)}\nmsgstr {_quoted(english.get(message, ''))}")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n\n".join(parts) + "\n")


def _quoted(text: str) -> str:
    if "\n" in text:
        return '""\n' + _lines(text)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _lines(text: str) -> str:
    return "\n".join(
        '"' + line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
        for line in text.splitlines(keepends=True)
    )


def compiled(english: Mapping[str, str]) -> bytes:
    """Return the catalogue as gettext reads it (.mo)."""
    pairs = sorted([("", _HEADER), *((m, t) for m, t in english.items() if t)], key=lambda pair: pair[0].encode())
    keys, values = [k.encode() for k, _v in pairs], [v.encode() for _k, v in pairs]
    start = 7 * 4
    offset = start + 16 * len(pairs)
    tables, blob = [], b""
    for texts in (keys, values):
        for text in texts:
            tables.append((len(text), offset + len(blob)))
            blob += text + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), start, start + 8 * len(pairs), 0, offset)
    return head + b"".join(struct.pack("<2I", *row) for row in tables) + blob


# Checking


def flaws() -> Iterator[str]:
    """Yield what is wrong with the English: missing, unused, placeholders lost, Chinese left, not compiled."""
    messages, english = collect(), read(FOLDER / "django.po")
    for message, files in messages.items():
        said = english.get(message, "")
        if not said:
            yield f"no English: {message!r} ({files[0]})"
        elif sorted(_PLACEHOLDER.findall(message)) != sorted(_PLACEHOLDER.findall(said)):
            yield f"other placeholders: {message!r} and {said!r}"
        elif re.search(r"[\u4e00-\u9fff]", said) and said not in {"中文", "简体中文"}:
            yield f"Chinese in the English: {said!r}"
    yield from (f"no longer used: {message!r}" for message in english if message not in messages)
    if (FOLDER / "django.mo").read_bytes() != compiled(english):
        yield "django.mo is not what django.po says: python -m tests.messages"


def main() -> int:
    """Write, or check with --check; 1 where something is wrong."""
    if "--check" not in sys.argv:
        english, messages = read(FOLDER / "django.po"), collect()
        write(FOLDER / "django.po", messages, english)
        (FOLDER / "django.mo").write_bytes(compiled({m: english.get(m, "") for m in messages}))
    found = list(flaws())
    for flaw in found:
        print(flaw)  # noqa: T201 - a command
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
