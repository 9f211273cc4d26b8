"""What this room lends to the frame: the centre's name, the words for roles, entries of the menu."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from open12345.ui import context, navigation

from . import packs
from .roles import Role


def lend() -> None:
    """Register all of it; called once when the room starts."""
    context.provide(centre_name=centre_name, role_titles={role.value: role.label for role in Role})
    navigation.register(
        navigation.Entry(
            "directory:packs",
            _("规则包"),
            frozenset({Role.SYSTEM_ADMIN.value}),
            order=800,
            hint=_("版本、校验、差异、生效时间"),
        )
    )
    navigation.register(
        navigation.Entry(
            "directory:calendar",
            _("节假日"),
            frozenset({Role.SYSTEM_ADMIN.value}),
            order=810,
            hint=_("工作日历与本地调整"),
        )
    )


def centre_name() -> str:
    """The title of the pack in force, "" before there is one."""
    try:
        return packs.pack_at(timezone.now())[1].title
    except packs.NoPack:
        return ""
