"""What hangs on an order is read in one statement, and is the same as if the ORM had read it table by table."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from pytest_django import DjangoAssertNumQueries

from open12345.orders import attachments, queries
from open12345.orders.attachments import Upload
from open12345.orders.models import Application, Attachment, Clock, ForeignNumber, Link, Record, WorkOrder
from open12345.orders.parts import parts_of
from tests.cast import Town
from tests.orders import files
from tests.orders.walks import RETURN, answered, dispatched

pytestmark = pytest.mark.django_db


def full(town: Town) -> WorkOrder:
    """An order with something in every table, links in both directions, and words that were sealed."""
    number = answered(town)
    town.do("clerk.urban", number, "note", {"text": "已与13812348000的机主约好"})
    other = dispatched(town)
    town.do("agent", number, "relate", {"other": other})
    town.do("agent", dispatched(town), "relate", {"other": number})
    upload = Upload("现场.png", "photo", [files.png()])
    attachments.add(number, upload, by=town.person("clerk.urban"), at=town.now)
    town.do("clerk.urban", number, "apply", RETURN)
    ForeignNumber.objects.create(order=town.order(number), system="upper", number="SH-1")
    return town.order(number)


def stored(row: models.Model) -> dict[str, Any]:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in values.items()}


def test_every_row_is_the_one_that_is_stored(town: Town, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    order = full(town)
    with django_assert_num_queries(1):
        found = parts_of(order)
    for model in (Application, Attachment, Clock, ForeignNumber, Record):
        mine = model._default_manager.filter(order=order).order_by("pk")
        assert [stored(row) for row in found[model]] == [stored(row) for row in mine], model
        assert found[model], f"the order has a {model.__name__}"
        assert all(row.order is order for row in found[model])
    links = Link.objects.filter(models.Q(order=order) | models.Q(other=order)).order_by("pk")
    assert [stored(row) for row in found[Link]] == [stored(row) for row in links]
    assert {row.order_id == order.pk for row in found[Link]} == {True, False}


def test_nothing_of_another_order_is_among_them(town: Town) -> None:
    full(town)
    bare = queries.get_for(town.person("dispatcher"), dispatched(town))
    found = parts_of(bare)
    assert found[Clock]
    assert not {Application, Attachment, ForeignNumber} & set(found)
    rows = [row for some in found.values() for row in some]
    assert all(bare.pk in {row.order_id, getattr(row, "other_id", None)} for row in rows)
