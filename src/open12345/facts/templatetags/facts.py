"""Figures in templates."""

from django import template

from open12345.facts import saying, words
from open12345.facts.metrics import Metric
from open12345.facts.periods import Period
from open12345.facts.queries import Figure

register = template.Library()


@register.simple_tag
def figure(asked: Metric, one: Figure | None) -> str:
    """A figure with its unit, "–" where nothing counts."""
    return saying.printed(asked, one)


@register.simple_tag
def changed(asked: Metric, now: Figure, then: Figure | None) -> str:
    """How far a figure is from an earlier one."""
    return saying.changed(asked, now, then)


@register.filter
def span(one: Period) -> str:
    """A period in words."""
    return words.span(one)


@register.simple_tag
def count(number: int) -> str:
    """A whole number in groups of three."""
    return f"{number:,}"
