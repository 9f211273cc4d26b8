"""What the frame of a page needs to know, worked out only when a template asks for it."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Protocol

from django.http import HttpRequest

from . import navigation


class Reader(Protocol):
    """Who looks at the page, as far as the frame cares."""

    @property
    def name(self) -> str:
        """The name to show."""
        ...

    @property
    def roles(self) -> frozenset[str]:
        """The roles that open entries of the menu."""
        ...


_centre_name: list[Callable[[], str]] = []
_role_titles: dict[str, object] = {}


def provide(*, centre_name: Callable[[], str], role_titles: Mapping[str, object]) -> None:
    """Tell the frame how to learn the centre's name, and what roles are called."""
    _centre_name[:] = [centre_name]
    _role_titles.update(role_titles)


class Frame:
    """The frame of one page."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def reader(self) -> Reader | None:
        """Who is signed in, or None."""
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return None
        return getattr(self.request, "person", None)

    @cached_property
    def centre(self) -> str:
        """The name of the centre."""
        return _centre_name[0]() if _centre_name else ""

    @cached_property
    def titles(self) -> str:
        """What the reader is, in words."""
        roles = self.reader.roles if self.reader else frozenset[str]()
        return "、".join(str(title) for code, title in _role_titles.items() if code in roles)

    @cached_property
    def entries(self) -> list[tuple[navigation.Entry, bool]]:
        """The menu, each entry with whether the page lies below it."""
        if self.reader is None:
            return []
        found = navigation.entries_for(self.reader.roles)
        above = [entry.url for entry in found if self.request.path.startswith(entry.url)]
        nearest = max(above, key=len, default=None)
        return [(entry, entry.url == nearest) for entry in found]


def frame(request: HttpRequest) -> dict[str, Frame]:
    """The context processor."""
    return {"frame": Frame(request)}
