"""A model says what a text is about, how sure it is and why; what it does not know it says."""

from collections.abc import Callable, Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from open12345.classify import (
    Classifier,
    Model,
    Prediction,
    Suggestion,
    Text,
    TrainingError,
    Tree,
    TreeError,
    evaluate,
    train,
)
from tests.classify.conftest import Said

ANYTHING = st.text(max_size=60)


def test_leaves_are_told_apart_far_better_than_by_chance(model: Model, asked: Said, tree: Tree) -> None:
    figures = evaluate(model, *asked, first=tree.first)
    assert figures.accuracy > 0.7
    assert figures.first_level >= figures.accuracy
    assert figures.top3 > 0.85


@settings(max_examples=25)
@given(title=ANYTHING, body=ANYTHING)
def test_the_children_of_a_category_have_its_probability_together(
    model: Model, tree: Tree, title: str, body: str
) -> None:
    first, every = model.probabilities([Text(title, body)])
    assert np.isclose(first.sum(), 1, atol=1e-5)
    for place, code in enumerate(model.root.codes):
        below = [n for n, label in enumerate(model.labels) if tree.first(label) == code]
        assert np.isclose(every[0, below].sum(), first[0, place], atol=1e-5)


@settings(max_examples=25)
@given(title=ANYTHING, body=ANYTHING, top=st.integers(1, 20))
def test_suggestions_go_down_and_their_words_stand_in_the_text(model: Model, title: str, body: str, top: int) -> None:
    (said,) = model.predict([Text(title, body)], top=top)
    chances = [each.probability for each in said.suggestions]
    assert len(chances) == min(top, len(model.labels))
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) <= 1 + 1e-5
    for each in said.suggestions:
        assert all(word in title or word in body for word in each.words)


def test_a_text_asked_alone_is_told_as_among_others(model: Model, asked: Said) -> None:
    texts = [*asked[0][:40], Text("", ""), Text("", "路灯")]
    alone = [model.predict([text], top=5)[0] for text in texts]
    assert alone == model.predict(texts, top=5)


def test_the_words_that_decided_are_short_and_stand_in_the_text_once(model: Model, asked: Said) -> None:
    texts = asked[0][:40]
    for text, said in zip(texts, model.predict(texts), strict=True):
        words = said.suggestions[0].words
        assert 1 <= len(words) <= 5
        assert all(2 <= len(word) <= 6 and word.isalnum() for word in words)
        assert not any(one in other for one in words for other in words if one is not other)
        assert all(word in text.title or word in text.body for word in words)


def test_without_its_words_a_text_is_less_sure_than_without_others(model: Model, asked: Said) -> None:
    lost, beside = [], []
    texts = asked[0][:60]
    for text, said in zip(texts, model.predict(texts), strict=True):
        best = said.suggestions[0]
        length = sum(map(len, best.words))
        others = [n for n in range(len(text.body)) if not any(text.body[n] in word for word in best.words)]
        spared = {others[n] for n in Random(1).sample(range(len(others)), min(length, len(others)))}
        cut = Text(text.title, "".join(char for n, char in enumerate(text.body) if n not in spared))
        lost.append(best.probability - chance(model, without(text, best.words), best.code))
        beside.append(best.probability - chance(model, cut, best.code))
    assert np.mean(lost) > 10 * max(float(np.mean(beside)), 0.001)


def without(text: Text, words: Sequence[str]) -> Text:
    title, body = text
    for word in words:
        title, body = title.replace(word, ""), body.replace(word, "")
    return Text(title, body)


def chance(model: Model, text: Text, code: str) -> float:
    (said,) = model.predict([text], top=len(model.labels), explain=False)
    return next(each.probability for each in said.suggestions if each.code == code)


@pytest.mark.parametrize("nonsense", ["", "好", "qwrtz plmkn vfrtg bhzun", "龘靐齉爩麤龗灪龖厵滟", "😀😀😀😀"])
def test_a_text_like_nothing_learnt_is_strange_and_not_trusted(model: Model, nonsense: str) -> None:
    (said,) = model.predict([Text(nonsense, nonsense)])
    assert said.strangeness > 0.7
    assert said.suggestions[0].probability < 0.3


def test_texts_like_those_learnt_are_not_strange(model: Model, asked: Said) -> None:
    said = model.predict(asked[0], explain=False)
    assert np.median([each.strangeness for each in said]) < 0.4
    assert np.median([each.known for each in said]) > 0.8


def test_the_same_texts_and_seed_make_the_same_model(model: Model, retrained: Callable[[], Model], asked: Said) -> None:
    assert retrained().predict(asked[0]) == model.predict(asked[0])


def test_without_a_tree_labels_stand_side_by_side(learnt: Said, asked: Said) -> None:
    flat = train(*learnt)
    said = flat.predict(asked[0][:10])
    assert all([s.probability for s in each.suggestions] == [s.probability for s in each.first_level] for each in said)
    assert flat.labels == tuple(sorted(set(learnt[1])))


def test_a_label_with_a_single_text_is_learnt_too(learnt: Said) -> None:
    texts, labels = [*learnt[0][:60], Text("孔雀", "院子里飞来一只孔雀")], [*learnt[1][:60], "Z"]
    assert train(texts, labels).predict([Text("孔雀", "院子里飞来一只孔雀")])[0].suggestions[0].code == "Z"


def test_many_texts_may_be_asked_and_none(model: Model, asked: Said) -> None:
    assert model.predict([]) == []
    assert len(model.predict(asked[0] * 5, explain=False)) == len(asked[0]) * 5


@pytest.mark.parametrize("labels", [[], ["A", "A"], ["A"]])
def test_nothing_to_tell_apart_is_refused(labels: list[str]) -> None:
    with pytest.raises(TrainingError):
        train([Text("路灯", "不亮")] * 2, labels)


def test_a_tree_in_a_circle_is_refused() -> None:
    with pytest.raises(TreeError):
        Tree({"A": "B", "B": "A"})


class Plugged:
    """What a transformer or a service over the network would be."""

    labels = ("A", "B")

    def predict(self, texts: Sequence[Text], *, top: int = 3, explain: bool = True) -> list[Prediction]:
        both = (Suggestion("A", 0.75, ("路灯",) if explain else ()), Suggestion("B", 0.25))[:top]
        return [Prediction(both, both, known=1.0, strangeness=0.25) for _ in texts]


def test_another_classifier_plugs_in_and_is_measured_alike() -> None:
    other: Classifier = Plugged()
    assert isinstance(other, Classifier)
    figures = evaluate(other, [Text("路灯", "")] * 4, ["A", "A", "A", "B"])
    assert (figures.accuracy, figures.top3, figures.calibration_error) == (0.75, 1.0, 0.0)
