"""Tiles under the maps: off unless the operator names them, and then from that host alone."""

import re
from typing import Final
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

#: A host as a policy can name it: no name and password before it, international names as xn--….
_HOST: Final = re.compile(r"([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(:[0-9]{1,5})?", re.IGNORECASE)


def tile_url(said: str) -> str:
    """Return OPEN12345_TILE_URL as it is used, "" for none.

    Raises `ImproperlyConfigured` for anything but one whole http(s) address with {z}, {x} and {y}: a host that varies
    ({s}) could be named in no policy, and one that is no plain host would spoil the whole of it.
    """
    url = said.strip()
    if not url:
        return ""
    scheme, _colon, rest = url.partition("://")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    named = all(f"{{{name}}}" in rest for name in "zxy")
    if scheme.lower() not in {"http", "https"} or not _HOST.fullmatch(host) or not url.isprintable() or not named:
        raise ImproperlyConfigured("OPEN12345_TILE_URL: https://one-host/…{z}…{x}…{y}…")
    return url


def tile_source(url: str) -> str:
    """Return what the Content-Security-Policy adds to the sources of images: the tiles' host, exactly."""
    parts = urlsplit(url)
    return f" {parts.scheme}://{parts.netloc}" if url else ""
