"""Lists to choose from, written by hand: a page may hold hundreds of units, and a template per option is slow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, Final

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

#: A longer list of tick boxes is folded away.
_FEW: Final = 6
#: Lines of such a list where nothing makes boxes of it.
_ROWS: Final = 8


class _Listed:
    """What the three lists share: which values are chosen, and the groups of their options."""

    choices: Any
    allow_multiple_selected: bool
    format_value: Any

    def chosen(self, value: Any) -> set[str]:
        """Return the chosen values as they stand in the options."""
        return {str(one) for one in self.format_value(value)}

    def groups(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """Yield (group, options); options without a group stand under ""."""
        for value, title in self.choices:
            if isinstance(title, list | tuple):
                yield str(value), [(str(v), str(t)) for v, t in title]
            else:
                yield "", [(str(value), str(title))]


class Choose(_Listed, forms.Select):
    """One of a list that drops down."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Write the list."""
        del renderer
        return _tag("select", self.build_attrs(self.attrs, {"name": name, **(attrs or {})}), _grouped(self, value))


def _grouped(listed: _Listed, value: Any) -> list[str]:
    """The options under their groups."""
    chosen = listed.chosen(value)
    return [
        f'<optgroup label="{escape(group)}">{_options(some, chosen)}</optgroup>' if group else _options(some, chosen)
        for group, some in listed.groups()
    ]


def _options(some: Iterable[tuple[str, str]], chosen: set[str]) -> str:
    """The options of a group; a value that stands in two groups is chosen in the first."""
    parts = []
    for value, title in some:
        selected = " selected" if value in chosen else ""
        chosen.discard(value)
        parts.append(f'<option value="{escape(value)}"{selected}>{escape(title)}</option>')
    return "".join(parts)


class _Ticked(_Listed):
    """Boxes or buttons, each with its label."""

    input_type: Any
    attrs: Any
    build_attrs: Any

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """Return the id of the whole group: links from the list of mistakes lead there."""
        return id_ if index is None else f"{id_}_{index}"

    def boxes(self, name: str, value: Any, attrs: dict[str, Any] | None) -> tuple[str, list[str]]:
        """Return the id of the group, and the groups of boxes."""
        known = self.build_attrs(self.attrs, {"type": self.input_type, "name": name, **(attrs or {})})
        own, chosen, parts, n = str(known.pop("id", "")), self.chosen(value), list[str](), 0
        common = flatatt(known)
        for group, some in self.groups():
            labels = []
            for code, title in some:
                ticked = " checked" if code in chosen else ""
                box = f'<input value="{escape(code)}" id="{own}_{n}"{common}{ticked}>'
                labels.append(f'<label class="option" for="{own}_{n}">{box}<span>{escape(title)}</span></label>')
                n += 1
            heading = f'<span class="options-title">{escape(group)}</span>' if group else ""
            parts.append(f"<div>{heading}{''.join(labels)}</div>" if group else "".join(labels))
        return own, parts


class OneOf(_Ticked, forms.RadioSelect):
    """A few answers side by side."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Write the buttons."""
        del renderer
        own, parts = self.boxes(name, value, attrs)
        return _tag("div", {"id": own, "class": "options"}, parts)


class SeveralOf(_Ticked, forms.CheckboxSelectMultiple):
    """Any of a few, as boxes; of many, a list folded away under what is chosen (`choose.js` makes boxes of it).

    An option is a third of a box on the wire, and a form may list all units of a city several times.
    """

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Write the boxes, or the list."""
        del renderer
        every = {code: title for _group, some in self.groups() for code, title in some}
        if len(every) <= _FEW:
            own, parts = self.boxes(name, value, attrs)
            return _tag("div", {"id": own, "class": "options many"}, parts)
        chosen = self.chosen(value)
        titles = "、".join(title for code, title in every.items() if code in chosen) or _("没有选择")
        own_attrs = {**self.attrs, **(attrs or {}), "class": "form-select many", "multiple": True, "size": _ROWS}
        listed = _tag("select", {"name": name, **own_attrs}, _grouped(self, value))
        return format_html('<details class="options-more"><summary>{}</summary>{}</details>', titles, listed)


def _tag(name: str, attrs: dict[str, Any], parts: list[str]) -> SafeString:
    return mark_safe(f"<{name}{flatatt(attrs)}>{''.join(parts)}</{name}>")  # noqa: S308 - every part is escaped above
