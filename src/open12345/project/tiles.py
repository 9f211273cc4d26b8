"""Tiles under the maps: off unless the operator names them, and then from that host alone."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


def tile_url(said: str) -> str:
    """Return OPEN12345_TILE_URL as it is used, "" for none.

    Raises `ImproperlyConfigured` for anything but one whole http(s) address with {z}, {x} and {y}: a host that varies
    ({s}) could be named in no policy.
    """
    parts = urlsplit(said.strip())
    if not said.strip():
        return ""
    whole = parts.scheme in {"http", "https"} and parts.hostname
    if not whole or set("{};,* ") & set(parts.netloc) or not all(f"{{{name}}}" in said for name in "zxy"):
        raise ImproperlyConfigured("OPEN12345_TILE_URL: https://one-host/…{z}…{x}…{y}…")
    return said.strip()


def tile_source(url: str) -> str:
    """Return what the Content-Security-Policy adds to the sources of images: the tiles' host, exactly."""
    parts = urlsplit(url)
    return f" {parts.scheme}://{parts.netloc}" if url else ""
