"""The lamp at the head of the dispatch desk."""

from typing import Any

from django import template

from open12345.dispatch import embedding
from open12345.dispatch.automatic.lamps import lamp
from open12345.policy import Pack

register = template.Library()


@register.inclusion_tag("dispatch/parts/lamp_link.html")
def breaker_lamp(pack: Pack) -> dict[str, Any]:
    """Draw the lamp of all automatic dispatch, which leads to the page of the breakers."""
    return {"lamp": lamp(pack)}


@register.simple_tag
def reads_without_meanings() -> bool:
    """Say whether the embedding service was away for some text lately."""
    return embedding.is_away()
