"""The settings of an embedding service (DIS-03), in one place; imports no Django but its one exception.

OPEN12345_EMBEDDING_URL       all before /embeddings, e.g. http://10.0.0.5:8080/v1 (default: no service is used)
OPEN12345_EMBEDDING_MODEL     the model that the service is asked for
OPEN12345_EMBEDDING_KEY_FILE  file whose first line is the key; only its owner should read it (default: no key)
OPEN12345_EMBEDDING_BATCH     texts in one question of a job (default 64)
OPEN12345_EMBEDDING_SECONDS   how long the intake desk waits for it (default 0.25; at most 2)

The address comes from here alone: no pack, page, order or import can name another one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

NAME: Final = "OPEN12345_EMBEDDING_"
#: Hosts to which a key may go without encryption: nobody listens between.
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_MOST_TEXTS, _LONGEST_WAIT = 2048, 2.0
_KEY: Final = re.compile(r"[!-~]{1,4096}")


def embedding_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return what `classify.Endpoint` is made of, nothing where no service is named; raises `ImproperlyConfigured`.

    No message holds the key.
    """
    url = environ.get(f"{NAME}URL", "").strip().rstrip("/")
    if not url:
        return {}
    model = environ.get(f"{NAME}MODEL", "").strip()
    if not model:
        raise ImproperlyConfigured(f"{NAME}MODEL: name the model that {NAME}URL is asked for")
    key = _key(environ.get(f"{NAME}KEY_FILE", "").strip())
    _check(url, key)
    return {
        "url": url, "model": model, "key": key, "batch": int(_number(environ, "BATCH", 64, 1, _MOST_TEXTS)),
        "seconds": _number(environ, "SECONDS", 0.25, 0.01, _LONGEST_WAIT),
    }  # fmt: skip


def _check(url: str, key: str) -> None:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{NAME}URL: no address") from error
    plain = parts.scheme in {"http", "https"} and host and not (parts.query or parts.fragment or "@" in parts.netloc)
    if not plain or not url.isprintable() or " " in url:
        raise ImproperlyConfigured(f"{NAME}URL: http(s)://host[:port]/v1, without name, password or query")
    if key and parts.scheme != "https" and host not in _HERE:
        raise ImproperlyConfigured(f"{NAME}URL: a key goes to another machine by https only")


def _key(file: str) -> str:
    if not file:
        return ""
    try:
        lines = Path(file).expanduser().read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise ImproperlyConfigured(f"{NAME}KEY_FILE: cannot be read ({type(error).__name__})") from None
    key = lines[0].strip() if lines else ""
    if not _KEY.fullmatch(key):
        raise ImproperlyConfigured(f"{NAME}KEY_FILE: its first line is no key")
    return key


def _number(environ: Mapping[str, str], name: str, usual: float, least: float, most: float) -> float:
    said = environ.get(f"{NAME}{name}", "").strip()
    try:
        found = float(said) if said else usual
    except ValueError:
        found = -1
    if not least <= found <= most:
        raise ImproperlyConfigured(f"{NAME}{name}: a number from {least:g} to {most:g}")
    return found
