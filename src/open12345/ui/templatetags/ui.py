"""Components, once each. Their looks are in `static/ui/app.css`, their markup in `ui/parts/`."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, Select, Widget
from django.http import HttpRequest
from django.utils.safestring import SafeString

from open12345.ui import components
from open12345.ui.glossary import WORDS

register = template.Library()


@register.inclusion_tag("ui/parts/map.html")
def map(label: str, **shown: str) -> dict[str, Any]:  # noqa: A001 - the tag's name
    """A map of the pack's outlines: `area`, `lon`, `lat`; `into` a form a point is chosen; `dots`: address of more."""
    url = str(getattr(settings, "TILE_URL", ""))
    tiles = {"url": url, "credit": urlsplit(url).hostname} if url else None
    return {"label": label, "tiles": tiles, **shown}


@register.inclusion_tag("ui/parts/field.html")
def field(bound: BoundField, hint: str = "") -> dict[str, Any]:
    """A form field with its label, help, and errors at the field; what was typed stays."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "")
    extra: dict[str, str | bool] = {"class": _widget_class(kind, widget)}
    if bound.errors:
        extra |= {"aria-invalid": "true", "class": f"{extra['class']} is-invalid"}
    described = [f"{bound.id_for_label}-help"] if bound.help_text or hint else []
    described += [f"{bound.id_for_label}-error"] if bound.errors else []
    if described and not widget.use_fieldset:
        extra["aria-describedby"] = " ".join(described)
    return {
        "bound": bound,
        "hint": hint or bound.help_text,
        "widget": bound.as_widget(attrs=extra),
        "single": kind == "checkbox" and not widget.use_fieldset,
        "group": widget.use_fieldset,
    }


def _widget_class(kind: str, widget: Widget) -> str:
    """The class that Tabler wants on this widget."""
    if kind in {"checkbox", "radio"}:
        return "form-check-input"
    return "form-select" if isinstance(widget, Select) else "form-control"


@register.inclusion_tag("ui/parts/form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """What is wrong with a form as a whole, and where its fields are wrong."""
    wrong = [bound for bound in form if bound.errors]
    return {"form": form, "wrong": wrong}


@register.inclusion_tag("ui/parts/words.html")
def words(terms: str) -> dict[str, Any]:
    """What the words of a page mean; `terms` are Chinese terms of the glossary, parted by spaces."""
    return {"words": [WORDS[term] for term in terms.split()]}


@register.simple_tag
def status_chip(text: object, weight: str = "plain") -> SafeString:
    """A word for a state. `weight` is plain, strong or faint: never a colour, that means time."""
    return components.chip(text, weight)


@register.simple_tag
def clock_bar(clock: Any) -> SafeString:
    """How much of a limit is used.

    `clock` has `title`, `state` (running, amber, red, paused, stopped), `share` (0..1 and more),
    `due` (datetime or None), `provisional` (bool) and `explanation` (text for the hover).
    """
    return components.clock_bar(clock, components.Times())


@register.inclusion_tag("ui/parts/empty.html")
def empty_state(title: str, text: str = "", url: str = "", label: str = "") -> dict[str, str]:
    """What would be here, and the one thing to do."""
    return {"title": title, "text": text, "url": url, "label": label}


@register.inclusion_tag("ui/parts/heads.html")
def heads(*titles: str, num: str = "") -> dict[str, Any]:
    """The head of a table; `num`: which columns hold numbers, by their places from 1, as in "2 4"."""
    places = {int(place) for place in num.split()}
    return {"heads": [(title, place in places) for place, title in enumerate(titles, 1)]}


@register.inclusion_tag("ui/parts/pagination.html", takes_context=True)
def pagination(context: template.Context, page: "Page[Any]") -> dict[str, Any]:
    """Links to the pages around `page`; the rest of the query stays as it is."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    query.pop("page", None)
    rest = query.urlencode()
    return {"page": page, "rest": f"&{rest}" if rest else ""}


@register.filter
def sourced(text: object) -> str:
    """Where a rule was read, in words: packs and metrics write marks (†, 003)."""
    return components.sourced(str(text))


@register.simple_tag
def moment(value: datetime | None, now: datetime | None = None) -> SafeString | str:
    """A time as people say it ("今天 14:05"), the exact moment on hover."""
    return components.Times(now).moment(value)


@register.simple_tag
def due(value: datetime | None, now: datetime | None = None) -> SafeString | str:
    """An end as people say it: midnight is 24:00 of the day that ends with it, not 0:00 of the next."""
    return components.Times(now).due(value)


@register.simple_tag
def order_number(number: str) -> SafeString:
    """An order number in groups; one click copies it whole."""
    return components.order_number(number)
