"""What the bell asks."""

from django import template

from open12345.notify.panels import HEARERS
from open12345.ui.context import Reader

register = template.Library()


@register.simple_tag
def hears(reader: Reader | None) -> bool:
    """Whether the reader's roles see orders at all; others have no bell."""
    return reader is not None and not reader.roles.isdisjoint(HEARERS)
