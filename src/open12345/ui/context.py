"""What the frame of a page needs to know, worked out only when a template asks for it."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final, Protocol

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext

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
_short_name: list[Callable[[], str]] = []
_invented: list[Callable[[], str]] = []
_role_titles: dict[str, object] = {}
_search: list[tuple[str, frozenset[str]]] = []
_parts: list[str] = []
_pages: dict[str, str | Promise] = {}
LIGHTS: Final = ("auto", "light", "dark")
LIGHT_COOKIE: Final = "light"


def provide(
    *, centre_name: Callable[[], str], role_titles: Mapping[str, object], invented: Callable[[], str] = str,
    short_name: Callable[[], str] = str,
) -> None:  # fmt: skip
    """Tell the frame how to learn the centre's name, what roles are called, and what of the data is invented.

    `short_name`: what stands for the name where there is little room, "" where the name itself does.
    """
    _centre_name[:] = [centre_name]
    _short_name[:] = [short_name]
    _invented[:] = [invented]
    _role_titles.update(role_titles)


def provide_search(url_name: str, roles: frozenset[str]) -> None:
    """Tell the frame where its search field leads (by POST, as `q`), and who has one."""
    _search[:] = [(url_name, roles)]


def lend_part(template: str) -> None:
    """Add a small template to the bar, between search and help (a bell, a state)."""
    if template not in _parts:
        _parts.append(template)


def lend_page(url_name: str, label: str | Promise) -> None:
    """Add a page that explains something to the help of every page, and so to the palette."""
    _pages[url_name] = label


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

    @property
    def who(self) -> str:
        """What tells one reader's pages from another's; "" for nobody."""
        user = getattr(self.request, "user", None)
        return str(user.pk) if user is not None and user.is_authenticated else ""

    @cached_property
    def centre(self) -> str:
        """The name of the centre."""
        return _centre_name[0]() if _centre_name else ""

    @cached_property
    def short(self) -> str:
        """The name of the centre where there is little room."""
        return (_short_name[0]() if _short_name and self.centre else "") or self.centre

    @cached_property
    def invented(self) -> str:
        """What is invented here, said on every page; "" where nothing is, or nothing is loaded yet."""
        return _invented[0]() if _invented and self.centre else ""

    @cached_property
    def titles(self) -> str:
        """What the reader is, in words."""
        roles = self.reader.roles if self.reader else frozenset[str]()
        return gettext("、").join(str(title) for code, title in _role_titles.items() if code in roles)

    @cached_property
    def light(self) -> str:
        """Light, dark, or as the reader's machine is set."""
        chosen = self.request.COOKIES.get(LIGHT_COOKIE, "")
        return chosen if chosen in LIGHTS else LIGHTS[0]

    @cached_property
    def search(self) -> str:
        """Where the search field leads; "" for who has none."""
        for url_name, roles in _search:
            if self.reader is not None and not roles.isdisjoint(self.reader.roles):
                return reverse(url_name)
        return ""

    @property
    def parts(self) -> list[str]:
        """What rooms lend to the bar."""
        return _parts

    @property
    def pages(self) -> list[tuple[str, str | Promise]]:
        """The pages that explain something: address and what they are called."""
        return [(reverse(name), label) for name, label in _pages.items()]

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
