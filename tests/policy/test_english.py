"""A pack may name its labels in English; screens show them, everything else goes by the Chinese."""

import json

from open12345.policy import Pack, in_language
from open12345.policy.english import labels_of
from tests.policy.breaking import Copy, problems_of


def test_labels_are_english_where_the_pack_says_so(jiuting: Pack) -> None:
    told = in_language(jiuting, "en")
    assert told.title == "Jiuting Town Service Line, Songjiang, Shanghai"
    assert told.applications["return"].title == "Return"
    assert told.kinds["inquiry"].title == "Inquiry"
    assert told.order_types["recheck"] == "Recheck order"
    assert told.closing.extra_form_titles["wage_arrears"] == "Unpaid wages"
    evidence = told.applications["return"].reasons[0].sub[0].evidence[0]
    assert (evidence.title, evidence.fields[0].title) == ("Grounds of the duty", "Document")


def test_nothing_but_labels_differs(jiuting: Pack) -> None:
    told = in_language(jiuting, "en")
    assert told.units == jiuting.units
    assert told.areas == jiuting.areas
    assert told.closing.outcomes[0].text == jiuting.closing.outcomes[0].text
    assert told.refusals[0].tell == jiuting.refusals[0].tell
    assert [kind for kind in told.kinds] == [kind for kind in jiuting.kinds]  # noqa: C416 - the order counts
    assert told.clock_limit("reply", urgency="ordinary", order_kind="inquiry", category=None) == jiuting.clock_limit(
        "reply", urgency="ordinary", order_kind="inquiry", category=None
    )


def test_other_readers_get_the_pack_itself(jiuting: Pack) -> None:
    assert in_language(jiuting, "zh-hans") is jiuting
    assert in_language(jiuting, None) is jiuting
    assert in_language(jiuting, "en") is in_language(jiuting, "en")


def test_jiuting_names_every_label_of_buttons_and_lists(jiuting: Pack) -> None:
    content = jiuting.model_dump(mode="json")
    parts = ("channels", "kinds", "urgencies", "clocks", "applications", "closing", "callback", "refusals", "emergency")
    labels = {label for part in parts for label in labels_of(content[part]) if label and not label.isascii()}
    labels |= set(content["order_types"].values())
    assert labels <= set(jiuting.english)


def test_jiuting_names_nothing_that_it_does_not_have(jiuting: Pack) -> None:
    """A misspelt word would be without effect."""
    assert set(jiuting.english) <= {jiuting.short_title, *labels_of(jiuting.model_dump(mode="json"))}


def test_a_word_must_be_text(copy: Copy) -> None:
    line = copy.append("english.yaml", "不确定: 5")
    (problem,) = problems_of(copy.folder)
    assert (problem.file, problem.line) == ("english.yaml", line)


def test_a_pack_may_do_without(copy: Copy, jiuting: Pack) -> None:
    (copy.folder / "english.yaml").unlink()
    assert not problems_of(copy.folder)
    assert json.dumps(jiuting.english)
