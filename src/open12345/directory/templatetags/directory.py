"""What templates may ask of the directory."""

from django import template
from django.conf import settings

from open12345.directory import audit, demo_people, packs
from open12345.policy import Pack

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
def by_language(chinese: str, english: str) -> str:
    """What a pack says in both languages, in the reader's."""
    return packs.by_language(chinese, english)


@register.simple_tag
def notice(pack: Pack) -> str:
    """What a pack says of its invented data, in the reader's language."""
    return by_language(pack.synthetic_notice, pack.synthetic_notice_en)


@register.simple_tag
def act_title(act: str) -> str:
    """What an act of the access record is called."""
    return str(audit.ACTS.get(act, act))
