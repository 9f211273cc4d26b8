"""The API's page for people: everything that the document says, nothing that the policy would stop."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from open12345.api import main, reference

pytestmark = [pytest.mark.function("API-01"), pytest.mark.django_db]


@pytest.fixture
def page(client: Client) -> str:
    """The page as a visitor gets it."""
    answer = client.get(reverse("api:docs"))
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"]
    return answer.content.decode()


def test_every_address_field_and_shape_of_the_document_is_on_it(page: str) -> None:
    document = main.openapi()
    for path, methods in document["paths"].items():
        assert path in page
        for told in methods.values():
            for field in told.get("parameters", ()):
                assert f"<code>{field['name']}</code>" in page
    for name in document["components"]["schemas"]:
        assert f'id="shape-{name}"' in page


def test_every_link_within_it_leads_somewhere_once(page: str) -> None:
    places = re.findall(r'\sid="([^"]+)"', page)
    assert len(places) == len(set(places))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(places)


def test_it_needs_no_script_of_its_own_and_nothing_from_elsewhere(page: str) -> None:
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert not re.search(r"<script(?![^>]*src=)", page)


@pytest.mark.parametrize(
    ("schema", "text", "shape"),
    [
        ({"$ref": "#/components/schemas/UnitShape"}, "UnitShape", "UnitShape"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer | null", ""),
        ({"type": "array", "items": {"$ref": "#/components/schemas/A"}}, "[A]", "A"),
        ({"enum": ["a", "b"], "type": "string"}, '"a" | "b"', ""),
        ({"type": "string", "format": "date-time"}, "string date-time", ""),
        ({"type": "string", "maxLength": 80}, "string ≤ 80", ""),
        ({}, "any", ""),
    ],
)
def test_kinds_are_told_in_words(schema: dict[str, object], text: str, shape: str) -> None:
    assert reference.kind_of(schema) == reference.Kind(text, shape)


def test_other_methods_and_neighbours_are_refused(client: Client) -> None:
    assert client.post(reverse("api:docs")).status_code == 405
    assert client.get("/api/docs/none").status_code == 404
