"""An embedding service behind the same interface: asked by its protocol over real HTTP, missed without harm."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from open12345.classify import (
    AtDesk,
    Card,
    Classifier,
    EmbeddedModel,
    EmbeddingAway,
    EmbeddingService,
    Endpoint,
    Tree,
    at_home,
    evaluate,
    load,
    save,
    train_embedded,
)
from open12345.classify.embedded import words_of
from open12345.classify.service import Rest
from tests.classify.conftest import SMALL, Said
from tests.classify.serving import MODEL, Served, serving, vector

pytestmark = pytest.mark.function("DIS-03")

TEXTS = ["路灯不亮三天了", "楼上装修太吵", "小区门口乱停车"]


@pytest.fixture(scope="module")
def long_served() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture
def served(long_served: Served) -> Served:
    """Return the stand-in as if it had just begun."""
    fresh = Served(url=long_served.url)
    for name in ("asked", "headers", "paths", "fails", "key", "slow", "size", "spoil"):
        setattr(long_served, name, getattr(fresh, name))
    return long_served


def service(served: Served, **more: Any) -> EmbeddingService:
    rest = more.pop("rest", None)
    return EmbeddingService(Endpoint(served.url, MODEL, **{"seconds": 2.0, **more}), rest=rest, pause=0.01)


def test_texts_become_vectors_in_their_order_whatever_order_the_service_tells_them_in(served: Served) -> None:
    found = service(served, batch=2).embed(TEXTS)
    assert [len(body["input"]) for body in served.asked] == [2, 1]
    assert {body["model"] for body in served.asked} == {MODEL}
    assert {body["encoding_format"] for body in served.asked} == {"float"}
    assert set(served.paths) == {"/v1/embeddings"}
    np.testing.assert_allclose(found, np.array([vector(text) for text in TEXTS]), atol=1e-5)


def test_the_key_is_sent_and_shown_nowhere(served: Served) -> None:
    served.key = "sk-very-secret"
    own = service(served, key="sk-very-secret")
    own.embed(TEXTS[:1])
    assert served.headers[0]["Authorization"] == "Bearer sk-very-secret"
    assert "secret" not in repr(own.endpoint)
    with pytest.raises(EmbeddingAway) as refused:
        service(served, key="sk-another-secret").embed(TEXTS[:1])
    assert "401" in str(refused.value)
    assert "secret" not in str(refused.value)
    assert len(served.asked) == 2, "a wrong key is tried once"


def test_personal_data_never_leaves_the_house(served: Served) -> None:
    service(served).embed(["我的电话13812345678，身份证310101199001011234，请回电"])
    assert "13812345678" not in served.texts[0]
    assert "199001011234" not in served.texts[0]


def test_a_job_tries_again_and_gives_up_in_the_end(served: Served) -> None:
    served.fails = [(503, {}), (429, {"Retry-After": "0"})]
    assert len(service(served).embed(TEXTS)) == 3
    assert len(served.asked) == 3
    served.fails = [(500, {})] * 10
    with pytest.raises(EmbeddingAway, match="status 500"):
        service(served).embed(TEXTS)
    assert len(served.asked) == 3 + 4


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told | {"data": told["data"][1:]},
        lambda told: told | {"data": [one | {"embedding": [0.0] * 64} for one in told["data"]]},
        lambda told: told | {"data": [one | {"index": 0} for one in told["data"]]},
        lambda told: told | {"data": [one | {"embedding": "no"} for one in told["data"]]},
        lambda _told: ["nothing of the kind"],
        lambda told: told | {"data": [one | {"embedding": [float("inf")] * 64} for one in told["data"]]},
        lambda _told: b" " * (3 * 256 * 1024 + 1),
    ],
)
def test_an_answer_that_is_none_is_refused(served: Served, spoil: Any) -> None:
    served.spoil = spoil
    with pytest.raises(EmbeddingAway):
        service(served).embed(TEXTS)


def test_no_redirect_is_followed(served: Served) -> None:
    served.fails = [(307, {"Location": f"{served.url}/elsewhere"})]
    with pytest.raises(EmbeddingAway, match="status 307"):
        service(served).embed(TEXTS)
    assert served.paths == ["/v1/embeddings"]


def test_who_types_waits_a_moment_and_then_not_at_all(served: Served) -> None:
    now = [100.0]
    own = service(served, seconds=0.25, rest=Rest(failures=2, first=15, clock=lambda: now[0]))
    served.slow = 1.5
    for _ in range(2):
        begun = time.monotonic()
        with pytest.raises(EmbeddingAway):
            own.embed_soon(TEXTS[:1])
        assert time.monotonic() - begun < 1.25  # five times what it may take, as a busy machine may
    until = time.monotonic() + 10
    while len(served.asked) < 2 and time.monotonic() < until:  # a busy service notes late what it was asked
        time.sleep(0.01)
    with pytest.raises(EmbeddingAway, match="rests"):
        own.embed_soon(TEXTS[:1])
    assert len(served.asked) == 2, "nobody asks while it rests"
    now[0] += 16
    served.slow = 0.0
    time.sleep(0.3)  # the two questions that nobody waits for any more
    own.endpoint = replace(own.endpoint, seconds=10.0)
    assert len(own.embed_soon(TEXTS[:1])) == 1
    assert len(own.embed_soon(TEXTS[:1])) == 1, "it is there again"


def test_after_a_rest_one_asks_and_a_failure_doubles_the_rest() -> None:
    now = [0.0]
    rest = Rest(failures=1, first=10, longest=25, clock=lambda: now[0])
    rest.failed()
    assert not rest.may_ask()
    now[0] = 10
    assert rest.may_ask()
    assert not rest.may_ask(), "one asks, the others do not"
    rest.failed()
    now[0] = 29
    assert not rest.may_ask()
    now[0] = 30
    assert rest.may_ask()
    rest.answered()
    assert rest.may_ask()
    assert rest.may_ask()


# A classifier that has learnt with it


@pytest.fixture(scope="module")
def model(long_served: Served, learnt: Said, tree: Tree) -> EmbeddedModel:
    own = EmbeddingService(Endpoint(long_served.url, MODEL, seconds=2.0))
    return train_embedded(*learnt, embedder=own, tree=tree, settings=SMALL)


@pytest.fixture
def fresh(model: EmbeddedModel, served: Served) -> EmbeddedModel:
    return replace(model, embedder=service(served))


def test_it_is_a_classifier_like_any_other(fresh: EmbeddedModel, asked: Said, tree: Tree) -> None:
    assert isinstance(fresh, Classifier)
    figures = evaluate(fresh, *asked, first=tree.first)
    plain = evaluate(fresh.base, *asked, first=tree.first)
    assert figures.accuracy >= plain.accuracy - 0.02
    said = fresh.predict(asked[0][:5])
    for one in said:
        assert one.suggestions[0].words
        assert not one.plain
        assert 0 < sum(each.probability for each in one.suggestions) <= 1.0001
        assert one.first_level[0].probability >= one.suggestions[0].probability - 1e-5
    assert said[0].suggestions[0].probability != fresh.base.predict(asked[0][:1])[0].suggestions[0].probability


def test_a_measurement_asks_the_service_once_for_each_text(
    fresh: EmbeddedModel, served: Served, asked: Said, tree: Tree
) -> None:
    evaluate(fresh, *asked, first=tree.first)
    assert len(served.texts) == len({*map(words_of, asked[0])}) + 1


def test_while_the_service_is_away_a_desk_is_answered_by_characters_and_a_job_is_told(
    fresh: EmbeddedModel, served: Served, asked: Said
) -> None:
    told: list[str] = []
    fresh.on_away = told.append
    served.fails = [(503, {})] * 40
    one = AtDesk(fresh).predict(asked[0][:1])[0]
    assert one.plain
    assert one.suggestions == fresh.base.predict(asked[0][:1])[0].suggestions
    assert len(told) == 1
    with pytest.raises(EmbeddingAway):
        AtDesk(fresh).predict(asked[0][:3])
    with pytest.raises(EmbeddingAway):
        evaluate(fresh, asked[0][:5], asked[1][:5])


def test_confidential_texts_are_read_without_the_service(fresh: EmbeddedModel, served: Served, asked: Said) -> None:
    at_home(AtDesk(fresh)).predict(asked[0][:1])
    at_home(fresh).predict(asked[0][:1])
    assert not served.asked


def test_a_service_that_runs_another_model_under_the_same_name_is_found_out(
    fresh: EmbeddedModel, served: Served, asked: Said
) -> None:
    served.spoil = lambda told: told | {
        "data": [one | {"embedding": one["embedding"][::-1]} for one in told["data"]]
    }  # fmt: skip
    with pytest.raises(EmbeddingAway, match="another model"):
        fresh.predict(asked[0][:3])
    served.spoil, served.size = (lambda told: told), 32
    with pytest.raises(EmbeddingAway, match="another model"):
        fresh.predict(asked[0][:3])


def test_it_is_kept_as_a_file_and_read_without_running_anything(
    fresh: EmbeddedModel, served: Served, asked: Said, tmp_path: Path
) -> None:
    path = tmp_path / "model"
    card = save(path, fresh, Card(texts=1, labels={}))
    assert card.settings["embedder"] == MODEL
    own, read = load(path, fresh.embedder)
    assert read.digest == card.digest
    assert own.predict(asked[0][:20]) == fresh.predict(asked[0][:20])
    without, _card = load(path)
    assert without.predict(asked[0][:1])[0].plain, "no service is named any more"
    other, _card = load(path, EmbeddingService(Endpoint(served.url, "another-model")))
    assert other.predict(asked[0][:1])[0].plain, "vectors of another model mean something else"
