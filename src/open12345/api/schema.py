"""The OpenAPI document: what ninja derives, with our bodies, headers, keys and every "no" added.

The checked-in copy is docs/openapi.json (`open12345 openapi`); a test compares the two.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from ninja import NinjaAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from open12345.api import problems, shapes

REF: Final = "#/components/schemas/{model}"
_bodies: list[type[BaseModel]] = []

_ALWAYS: Final = ("400", "401", "403", "405", "422", "429", "500", "503")
_WITH_PATH: Final = ("404",)
_WITH_BODY: Final = ("409", "411", "413", "415")
_TEXTS: Final = {
    "400": "The request cannot be read.",
    "401": "No key, or one that is not good now.",
    "403": "Not the caller's to do, or outside the key's scopes.",
    "404": "Does not exist for the caller.",
    "405": "The address takes other methods.",
    "409": "Somebody else was first, or the order is not where the action needs it.",
    "411": "The body comes in pieces (chunked) without its length.",
    "413": "The body is too large.",
    "415": "The body is of another content type.",
    "422": "Fields are wrong; `errors` names each.",
    "429": "Over the key's limit; see `Retry-After`.",
    "500": "Nobody foresaw it; quote the number.",
    "503": "Busy or unavailable; see `Retry-After`.",
}
_IDEMPOTENCY: Final[dict[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[!-~]+$"},
    "description": "Up to 80 visible ASCII characters, new for each act, the same for its repetitions.",
}
_SECURITY: Final[dict[str, Any]] = {
    "key": {"type": "http", "scheme": "bearer", "description": "`open12345 api-key create` makes one."},
    "session": {
        "type": "apiKey", "in": "cookie", "name": "session",
        "description": "The session of the screens (its name differs by instance); changes also need `X-CSRFToken`.",
    },
}  # fmt: skip


def takes(body: type[BaseModel], *, once: bool = False) -> dict[str, Any]:
    """Describe an operation that reads its own JSON `body`; `once`: it takes an idempotency key."""
    _bodies.append(body)
    content = {"application/json": {"schema": {"$ref": REF.format(model=body.__name__)}}}
    extra: dict[str, Any] = {"requestBody": {"required": True, "content": content}}
    return extra | ({"parameters": [_IDEMPOTENCY]} if once else {})


def takes_file(fields: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """Describe an operation that reads a multipart form."""
    schema = {"type": "object", "properties": fields, "required": required}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


def gives_file(media_types: Iterable[str]) -> dict[str, Any]:
    """Describe an operation that sends a file as it is, of one of `media_types`."""
    content = {media.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}} for media in media_types}
    return {"responses": {200: {"description": "The file.", "content": content}}}


def document(api: NinjaAPI, prefix: str) -> dict[str, Any]:
    """Return the whole document; the same on every machine."""
    made: dict[str, Any] = json.loads(json.dumps(dict(api.get_openapi_schema(path_prefix=prefix))))
    for path, methods in made["paths"].items():
        for operation in methods.values():
            _complete(path, operation)
    schemas = made["components"].setdefault("schemas", {})
    models: list[type[BaseModel]] = [*_bodies, shapes.ProblemShape]
    for model in models:
        schemas.update(_definitions(model))
    made["components"]["schemas"] = dict(sorted(schemas.items()))
    made["components"]["responses"] = {status: _no(text) for status, text in _TEXTS.items()}
    made["components"]["securitySchemes"] = _SECURITY
    return made


def _no(text: str) -> dict[str, Any]:
    problem = {"schema": {"$ref": REF.format(model=shapes.ProblemShape.__name__)}}
    return {"description": text, "content": {problems.MEDIA_TYPE: problem}}


def _definitions(model: type[BaseModel]) -> dict[str, Any]:
    _refs, found = models_json_schema([(model, "validation")], ref_template=REF)
    return dict(found["$defs"])


def _complete(path: str, operation: dict[str, Any]) -> None:
    body = "requestBody" in operation
    if "security" in operation:
        operation["security"] = [{"key": []}, {"session": []}]
    statuses = [*_ALWAYS, *(_WITH_PATH if "{" in path else ()), *(_WITH_BODY if body else ())]
    for status in sorted(statuses):
        operation["responses"].setdefault(status, {"$ref": f"#/components/responses/{status}"})


def text(made: dict[str, Any]) -> str:
    """Return the document as it is checked in."""
    return json.dumps(made, ensure_ascii=False, indent=1, sort_keys=False) + "\n"
