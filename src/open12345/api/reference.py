"""The OpenAPI document as a page for people: every address, what it takes and gives, every shape.

Made of the document itself, so that it cannot differ from it. Plain HTML: no script, nothing from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from open12345.api import main

Json = Mapping[str, Any]
_REF = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value may be, in words; `shape` is the name of the shape behind it, "" for none."""

    text: str
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter, or one property of a shape."""

    name: str
    kind: Kind
    about: str
    place: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back with a status; `usual` ones mean the same at every address."""

    status: str
    about: str
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One address with its method."""

    anchor: str
    method: str
    path: str
    title: str
    about: Sequence[str]
    fields: Sequence[Field]
    body: Kind | None
    answers: Sequence[Answer]
    usual: Sequence[str]


@dataclass(frozen=True, slots=True)
class Shape:
    """One schema."""

    name: str
    about: str
    fields: Sequence[Field]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Reference:
    """The whole page."""

    version: str
    about: str
    operations: Sequence[Operation]
    usual: Sequence[Answer]
    shapes: Sequence[Shape]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show it to everybody, as the document itself is."""
    return render(request, "api/reference.html", {"reference": made()})


@cache
def made() -> Reference:
    """Return what the page shows."""
    return of_document(main.openapi())


def of_document(document: Json) -> Reference:
    """Return the page of an OpenAPI document."""
    parts = document["components"]
    return Reference(
        version=document["info"]["version"],
        about=prose(document["info"].get("description", "")),
        operations=[
            _operation(path, method, told)
            for path, methods in document["paths"].items() for method, told in methods.items()
        ],
        usual=[Answer(status, told["description"]) for status, told in parts["responses"].items()],
        shapes=[_shape(name, told) for name, told in parts["schemas"].items()],
    )  # fmt: skip


def _operation(path: str, method: str, told: Json) -> Operation:
    answers = [_answer(status, one) for status, one in told["responses"].items() if "$ref" not in one]
    paragraphs = told.get("description", "").split("\n\n")
    return Operation(
        anchor=re.sub(r"\W+", "-", f"{method}-{path}").strip("-"),
        method=method.upper(),
        path=path,
        title=told.get("summary", ""),
        about=[prose(paragraph) for paragraph in paragraphs if paragraph],
        fields=[*map(_parameter, told.get("parameters", ())), *_form(told)],
        body=_body(told),
        answers=answers,
        usual=sorted(status for status, one in told["responses"].items() if "$ref" in one),
    )


def _parameter(told: Json) -> Field:
    kind = kind_of(told.get("schema", {}))
    about = told.get("description") or told.get("schema", {}).get("description", "")
    return Field(told["name"], kind, prose(about), told["in"], bool(told.get("required")))


def _form(told: Json) -> list[Field]:
    """Return the fields of a multipart form: no shape has them."""
    content = told.get("requestBody", {}).get("content", {})
    schema = content.get("multipart/form-data", {}).get("schema")
    return _fields(schema, "form") if schema else []


def _body(told: Json) -> Kind | None:
    content = told.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    return kind_of(schema) if schema else None


def _answer(status: str, told: Json) -> Answer:
    schemas = [one.get("schema", {}) for one in told.get("content", {}).values()]
    return Answer(status, told.get("description", ""), kind_of(schemas[0]).shape if schemas else "")


def _shape(name: str, told: Json) -> Shape:
    return Shape(name, prose(told.get("description", "")), _fields(told, ""), kind_of(told))


def _fields(schema: Json, place: str) -> list[Field]:
    required = schema.get("required", ())
    return [
        Field(name, kind_of(told), prose(told.get("description", "")), place, name in required)
        for name, told in schema.get("properties", {}).items()
    ]


def prose(text: str) -> SafeString:
    """Return `text` with what stands between back ticks as code."""
    return mark_safe(re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text)))  # noqa: S308 - escaped before


def kind_of(schema: Json) -> Kind:
    """Return what a value may be, in the words of JSON."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_REF)
        return Kind(name, name)
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        kinds = [kind_of(one) for one in choices]
        return Kind(" | ".join(kind.text for kind in kinds), next((k.shape for k in kinds if k.shape), ""))
    if len(schema.get("allOf", ())) == 1:
        return kind_of(schema["allOf"][0])
    if "enum" in schema:
        return Kind(" | ".join(f'"{value}"' for value in schema["enum"]))
    if schema.get("type") == "array":
        inner = kind_of(schema.get("items", {}))
        return Kind(f"[{inner.text}]", inner.shape)
    more = schema.get("format") or (f"≤ {schema['maxLength']}" if "maxLength" in schema else "")
    return Kind(" ".join(filter(None, [str(schema.get("type", "any")), more])))
