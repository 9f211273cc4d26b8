"""The operator's embedding service in the house: named by settings alone, learnt with, in force, and missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from open12345.classify import AtDesk, Text
from open12345.directory.person import SYSTEM
from open12345.dispatch import embedding, labelled, learning, learnt
from open12345.dispatch.automatic import reading
from open12345.dispatch.embedding_settings import embedding_settings
from open12345.dispatch.models import Standing, TrainedClassifier
from tests.cast import Town
from tests.classify.conftest import made
from tests.classify.serving import MODEL, Served, serving
from tests.screens.conftest import Browser, at_screen, town

__all__ = ["at_screen", "town"]
pytestmark = pytest.mark.function("DIS-03")

URL = {"OPEN12345_EMBEDDING_URL": "http://10.0.0.5:8080/v1/", "OPEN12345_EMBEDDING_MODEL": "m"}


def test_no_service_is_used_unless_the_operator_names_one() -> None:
    assert embedding_settings({}) == {}
    assert not embedding.configured()
    assert embedding_settings(URL)["url"] == "http://10.0.0.5:8080/v1"


@pytest.mark.parametrize(
    "wrong",
    [
        {"OPEN12345_EMBEDDING_URL": "file:///etc/passwd"},
        {"OPEN12345_EMBEDDING_URL": "http://somebody:secret@10.0.0.5/v1"},
        {"OPEN12345_EMBEDDING_URL": "http://10.0.0.5/v1?to=elsewhere"},
        {"OPEN12345_EMBEDDING_URL": "http:///v1"},
        {"OPEN12345_EMBEDDING_URL": "http://10.0.0.5:port/v1"},
        {"OPEN12345_EMBEDDING_MODEL": ""},
        {"OPEN12345_EMBEDDING_BATCH": "0"},
        {"OPEN12345_EMBEDDING_SECONDS": "10"},
        {"OPEN12345_EMBEDDING_KEY_FILE": "/nowhere/at/all"},
    ],
)
def test_a_setting_that_cannot_be_meant_stops_the_instance(wrong: dict[str, str]) -> None:
    with pytest.raises(ImproperlyConfigured) as told:
        embedding_settings(URL | wrong)
    assert "secret" not in str(told.value)


def test_the_key_comes_from_a_file_and_goes_to_another_machine_by_https_only(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("sk-secret\nand more\n")
    own = {"OPEN12345_EMBEDDING_KEY_FILE": str(file)}
    for url in ("https://10.0.0.5/v1", "http://127.0.0.1:8080/v1", "http://[::1]:8080/v1"):
        assert embedding_settings(URL | own | {"OPEN12345_EMBEDDING_URL": url})["key"] == "sk-secret"
    with pytest.raises(ImproperlyConfigured, match="https") as told:
        embedding_settings(URL | own)
    assert "sk-secret" not in str(told.value)


# In force


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as found:
        with override_settings(EMBEDDING={"url": found.url, "model": MODEL, "key": "", "batch": 64, "seconds": 2.0}):
            embedding.service.cache_clear()
            yield found
        embedding.service.cache_clear()


@pytest.fixture
def in_force(town: Town, served: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[TrainedClassifier]:
    monkeypatch.setattr(learning, "LEAST", 120)
    learnt.forget()
    texts, labels = made(range(216))
    rows = [labelled.Row(n, "", text, label) for n, (text, label) in enumerate(zip(texts, labels, strict=True), 2)]
    row = labelled.teach(town.pack, rows, "texts.csv", by=SYSTEM, at=town.now, embedded=True)
    learning.promote(town.pack, row.pk, by=SYSTEM, at=town.now)
    row.refresh_from_db()
    yield row
    learnt.forget()
    embedding.forget()


def order_of(town: Town, **said: Any) -> Any:
    text = made(range(1000, 1001))[0][0]
    return town.order(town.register(title=text.title, body=text.body, category="", **said))


@pytest.mark.django_db
def test_a_model_with_meanings_is_trained_promoted_and_read_like_any_other(
    town: Town, in_force: TrainedClassifier, served: Served
) -> None:
    assert in_force.standing == Standing.IN_FORCE
    assert in_force.card["settings"]["embedder"] == MODEL
    assert "http" not in str(in_force.card), "where the service is stands in no model"
    found = learnt.numbered(town.pack.id)
    assert found is not None
    assert isinstance(found[1], AtDesk)
    served.asked.clear()
    own = reading.read(town.pack, order_of(town))
    assert own.category
    assert (own.plain, own.classifier) == (False, in_force.pk)
    assert served.texts


@pytest.mark.django_db
def test_confidential_orders_are_sent_to_no_service(town: Town, in_force: TrainedClassifier, served: Served) -> None:
    order = order_of(town, confidential=True)
    served.asked.clear()
    assert reading.read(town.pack, order).category
    assert learnt.guessed(town.pack, order.title, order.body, confidential=True)
    assert not served.asked


@pytest.mark.django_db
def test_the_desk_goes_on_without_the_service_and_says_so(
    town: Town, in_force: TrainedClassifier, served: Served, at_screen: Callable[[str], Browser]
) -> None:
    assert "语义服务不可用" not in at_screen("dispatcher").open("/dispatch/")
    served.fails = [(503, {})] * 20
    own = reading.read(town.pack, order_of(town))
    assert own.plain
    assert own.as_json()["plain"] is True
    assert own.category
    assert "语义服务不可用" in at_screen("dispatcher").open("/dispatch/")


@pytest.mark.django_db
def test_nothing_is_learnt_or_compared_while_the_service_is_away(
    town: Town, in_force: TrainedClassifier, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("open12345.classify.service.time.sleep", lambda _seconds: None)
    served.fails = [(503, {})] * 50
    examples = [learning.Example(Text("路灯", "路灯不亮"), "B03", town.now)] * 2
    model = learnt.read(in_force)
    assert model is not None
    with pytest.raises(learning.NotLearnt, match="503"):
        learning.measured(model, town.pack, examples)
    with override_settings(EMBEDDING={}):
        embedding.service.cache_clear()
        with pytest.raises(learning.NotLearnt, match="OPEN12345_EMBEDDING_URL"):
            learning.fit(town.pack, examples, examples, "", days=("", ""), by=SYSTEM, at=town.now, embedded=True)
