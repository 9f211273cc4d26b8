"""Texts become the same numbers that scikit-learn would make of them, and what stands where is told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from open12345.classify import Settings, Text
from open12345.classify.features import Features, Table, shortened
from tests.classify.conftest import Said

WORDS = st.text("路灯坏了没人修ab12，。 \n😀\u3000Ａ", max_size=40)


def test_weights_are_those_of_scikit_learn(learnt: Said) -> None:
    bodies = ["".join(text.body.split()) for text in learnt[0][:200]]
    plain = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2, lowercase=False)
    plain.fit(bodies)
    features = Features.learn([Text("", body) for body in bodies], Settings(body=(1, 2, 3)))
    ours = features.read([Text("", body) for body in bodies])[0]
    # Emoji end an n-gram here; letters of full width are read as half: nearly every column stands in both.
    assert abs(ours.shape[1] - len(plain.vocabulary_)) / len(plain.vocabulary_) < 0.02
    alike = (ours @ ours.T).toarray() - (plain.transform(bodies) @ plain.transform(bodies).T).toarray()
    assert np.abs(alike).max() < 0.03


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=8))
def test_each_part_of_a_text_has_length_one_or_none(pairs: list[tuple[str, str]]) -> None:
    texts = [Text(*pair) for pair in pairs]
    features = Features.learn(texts, Settings(min_texts=1, title_weight=0.5))
    rows, known = features.read(texts)
    first = len(features.title)
    for row, text, share in zip(rows, texts, known, strict=True):
        for part, size in ((row[:, :first], 0.5), (row[:, first:], 1.0)):
            assert part.nnz == 0 or np.isclose(np.sqrt(part.multiply(part).sum()), size, atol=1e-5)
        assert share == (1.0 if row.nnz else 0.0), text


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=8))
def test_a_text_reads_the_same_alone_and_in_a_batch(pairs: list[tuple[str, str]]) -> None:
    texts = [Text(*pair) for pair in pairs]
    features = Features.learn(texts, Settings(min_texts=1))
    together = features.read(texts)[0]
    for place, text in enumerate(texts):
        assert (features.read([text])[0] != together[place]).nnz == 0


@given(st.lists(st.integers(1, 2**64 - 1), unique=True, max_size=300), st.lists(st.integers(1, 2**64 - 1), max_size=50))
def test_a_table_finds_what_it_has_and_nothing_else(keys: list[int], others: list[int]) -> None:
    known = np.array(sorted(keys), np.uint64)
    table = Table(known)
    assert table.find(known).tolist() == list(range(len(known)))
    places = {key: place for place, key in enumerate(sorted(keys))}
    assert table.find(np.array(others, np.uint64)).tolist() == [places.get(key, -1) for key in others]


def test_width_and_case_do_not_matter() -> None:
    features = Features.learn([Text("WiFi坏了", "ＷＩＦＩ坏了")], Settings(min_texts=1))
    one, other = (features.read([Text(title, "")])[0] for title in ("wifi坏了", "Ｗｉ　Ｆｉ坏了"))
    assert one.nnz
    assert (one != other).nnz == 0


def test_what_is_located_is_what_is_read() -> None:
    text = Text("路灯 不亮", "路灯坏了，晚上 看不见")
    features = Features.learn([text], Settings(min_texts=1))
    title, body = features.locate(text)
    assert {text.title[a : a + n] for a, n in zip(title.at, title.size, strict=True)} >= {"路灯", "灯 不", "不亮"}
    assert {text.body[a : a + n] for a, n in zip(body.at, body.size, strict=True)} >= {"坏了", "上 看"}
    columns = set(title.column.tolist()) | set(body.column.tolist())
    assert columns == set(features.read([text])[0].indices.tolist())


def test_a_long_body_keeps_head_and_tail() -> None:
    body = "头" * 5000 + "尾" * 5000
    assert shortened(body, 4000) == "头" * 3000 + "\n" + "尾" * 1000
    assert shortened("短", 4000) == "短"


@pytest.mark.parametrize("wrong", [{"title": ()}, {"body": (5,)}, {"min_texts": 0}, {"title_weight": 0.0}])
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"n-gram|above 0"):
        Settings(**wrong)  # type: ignore[arg-type]


def test_what_hangs_together_is_told_by_the_bodies_learnt() -> None:
    bodies = ["垄断经营", "垄断市场", "经营垄断", "经营不善", "市场经营"]
    bonds = Features.learn([Text("", body) for body in bodies], Settings()).bonds("经营垄断 ？")
    assert bonds[[0, 1, 3, 4, 5]].tolist() == [0, 1, 1, 0, 0]
    assert bonds[2] < 0.5
