"""What templates may ask of the directory."""

from itertools import groupby

from django import template
from django.conf import settings

from open12345.directory import audit, queries

register = template.Library()


@register.simple_tag
def demo_list() -> list[tuple[str, list[queries.DemoAccount]]]:
    """The demonstration accounts by role; nothing outside a demo."""
    if not settings.DEMO:
        return []
    accounts = queries.demo_accounts()
    return [(name, list(group)) for name, group in groupby(accounts, key=lambda a: a.role_name)]


@register.simple_tag
def act_title(act: str) -> str:
    """What an act of the access record is called."""
    return str(audit.ACTS.get(act, act))
