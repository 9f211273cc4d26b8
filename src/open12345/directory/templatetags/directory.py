"""What templates may ask of the directory."""

from django import template
from django.conf import settings

from open12345.directory import audit, demo_people

register = template.Library()


@register.simple_tag
def demo_offer(find: str | None) -> list[demo_people.Section]:
    """Whom a visitor may enter as, of those that fit `find`; nothing outside a demo."""
    return demo_people.offered((find or "")[:50]) if settings.DEMO else []


@register.simple_tag
def is_demo() -> bool:
    """Whether this instance is a demo."""
    return bool(settings.DEMO)


@register.simple_tag
def act_title(act: str) -> str:
    """What an act of the access record is called."""
    return str(audit.ACTS.get(act, act))
