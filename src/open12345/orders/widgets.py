"""Radio buttons and tick boxes laid out by our own template: in a line, or in a box that scrolls."""

from __future__ import annotations

from typing import Any

from django import forms

#: A longer list of tick boxes is folded away.
_FEW = 6


class OneOf(forms.RadioSelect):
    """A few answers side by side."""

    template_name = "orders/widgets/options.html"
    option_template_name = "django/forms/widgets/input.html"

    def id_for_label(self, id_: str, index: str | None = None) -> str:  # links from the list of mistakes lead here
        """Return the id of the whole group."""
        return id_ if index is None else f"{id_}_{index}"


class SeveralOf(forms.CheckboxSelectMultiple):
    """Any of many, in a box that scrolls, grouped where the choices are."""

    template_name = "orders/widgets/options.html"
    option_template_name = "django/forms/widgets/input.html"

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """Return the id of the whole group."""
        return id_ if index is None else f"{id_}_{index}"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Tell the template what is chosen, and to fold a long list away."""
        context = super().get_context(name, value, attrs)
        options = [option for _group, some, _n in context["widget"]["optgroups"] for option in some]
        chosen = [str(option["label"]) for option in options if option["selected"]]
        context["widget"] |= {"many": True, "folded": len(options) > _FEW, "chosen": chosen}
        return context
