"""A pack goes to JSON and back unchanged, keeps its order and its digest, and cannot be changed."""

import json

import pytest
from pydantic import ValidationError

from open12345.policy import Pack, read_pack
from tests.policy.breaking import Copy


def through_jsonb(pack: Pack) -> Pack:
    """Through a store that, like PostgreSQL's jsonb, forgets the order of keys."""
    text = json.dumps(pack.model_dump(mode="json"), ensure_ascii=False)
    scrambled = json.loads(text, object_pairs_hook=lambda pairs: dict(sorted(pairs, key=lambda p: (len(p[0]), p[0]))))
    return Pack.model_validate(scrambled)


def test_a_pack_survives_json(jiuting: Pack) -> None:
    again = through_jsonb(jiuting)

    assert again == jiuting
    assert again.digest == jiuting.digest
    assert again.duty.find("A0103") == jiuting.duty.find("A0103")


def test_a_pack_that_was_asked_equals_one_that_was_not(jiuting: Pack) -> None:
    asked, fresh = through_jsonb(jiuting), through_jsonb(jiuting)
    asked.calendar()
    _ = (asked.digest, asked.unit_tree, asked.centre)

    assert asked == fresh


def test_the_order_of_the_file_survives_a_store_that_forgets_it(jiuting: Pack) -> None:
    again = through_jsonb(jiuting)

    assert list(again.channels) == list(jiuting.channels)
    assert list(again.applications) == ["return", "extension", "withdrawal", "return_up", "appraisal_appeal"]
    assert list(again.closing.attachment_classes) == list(jiuting.closing.attachment_classes)


def test_the_digest_changes_with_any_rule_and_not_with_comments(copy: Copy, jiuting: Pack) -> None:
    copy.append("words.yaml", "# a remark")
    assert read_pack(copy.folder).digest == jiuting.digest

    copy.edit("clocks.yaml", "by_kind: {inquiry: 3 wd}", "by_kind: {inquiry: 4 wd}")
    assert read_pack(copy.folder).digest != jiuting.digest


def test_a_pack_cannot_be_changed(jiuting: Pack) -> None:
    with pytest.raises(ValidationError):
        jiuting.review = False  # type: ignore[misc]
    with pytest.raises(ValidationError):
        jiuting.units[0].name = "x"  # type: ignore[misc]


def test_a_stored_pack_with_an_unknown_key_is_refused(jiuting: Pack) -> None:
    content = {**jiuting.model_dump(mode="json"), "code": "print('hello')"}

    with pytest.raises(ValidationError):
        Pack.model_validate(content)
