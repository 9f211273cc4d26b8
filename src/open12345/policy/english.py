"""The names of a pack in English: one list of words, Chinese → English, for readers of the English screens.

A pack's own language is Chinese, and so is everything that is stored, checked, told to a citizen or printed on a
form. What stands on buttons and labels (titles, hints, units of measure) may be given once more in `english.yaml`;
what is not in it stays as it is.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .fields import Title
from .schema import Pack

LABELS: Final = frozenset({"title", "hint", "unit"})
"""Fields of a pack's entries that are shown as labels."""

MAPS: Final = frozenset({"order_types", "extra_form_titles"})
"""Fields of a pack that are code → label."""

_spoken: dict[tuple[str, str], Pack] = {}
_KEPT: Final = 8


def in_language(pack: Pack, language: str | None) -> Pack:
    """Return the pack as a reader of `language` ("en", "zh-hans") is to see it; the same object each time.

    For showing only: what is decided or stored goes by the pack itself.
    """
    if not (language or "").startswith("en"):
        return pack
    key = (pack.digest, "en")
    if key not in _spoken:
        while len(_spoken) >= _KEPT:
            _spoken.pop(next(iter(_spoken)), None)
        told = _told(pack.model_dump(mode="json"), pack.english)
        short = pack.english.get(pack.short_title or "")
        named = {
            "title": pack.title_en,
            "short_title": short,
            "synthetic_notice": pack.synthetic_notice_en or pack.synthetic_notice,
        }
        _spoken[key] = Pack.model_validate({**told, **named, "english": pack.english})
    return _spoken[key]


def _told(value: Any, english: Mapping[Title, Title]) -> Any:
    if isinstance(value, list):
        return [_told(one, english) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _field(name, one, english) for name, one in value.items()}


def _field(name: str, value: Any, english: Mapping[Title, Title]) -> Any:
    if name in LABELS and isinstance(value, str):
        return english.get(value, value)
    if name in MAPS and isinstance(value, dict):
        return {code: english.get(label, label) if isinstance(label, str) else label for code, label in value.items()}
    return _told(value, english)


def labels_of(value: Any) -> Iterator[str]:
    """Yield every label of a pack's content (as JSON)."""
    if isinstance(value, list):
        for one in value:
            yield from labels_of(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if isinstance(one, str):
                if name in LABELS:
                    yield one
            elif name in MAPS and isinstance(one, dict):
                yield from (label for label in one.values() if isinstance(label, str))
            else:
                yield from labels_of(one)
