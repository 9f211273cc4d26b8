"""Sending a shape: written once, by pydantic itself; no second validation on the way out."""

from __future__ import annotations

from django.http import HttpResponse
from pydantic import BaseModel

_JSON = "application/json"


def send(shape: BaseModel, status: int = 200, **headers: str) -> HttpResponse:
    """Return `shape` as JSON; header names are written with `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(shape.model_dump_json(), status=status, content_type=_JSON, headers=named)


def send_once(shape: BaseModel, status: int, *, replayed: bool) -> HttpResponse:
    """Return what an act led to; a retry is told apart by a header alone."""
    return send(shape, status, **({"Idempotent_Replayed": "true"} if replayed else {}))
