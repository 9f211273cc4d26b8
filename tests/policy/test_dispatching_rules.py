"""What a pack says of smart dispatch: mistakes are named where they stand, and a pack may do without it."""

import pytest

from open12345.policy import Pack, read_pack
from tests.policy.breaking import Copy
from tests.policy.test_packs import FIVE, pack_of

FILE = "dispatching.yaml"


def test_a_pack_without_the_file_suggests_and_dispatches_nothing(copy: Copy) -> None:
    (copy.folder / FILE).unlink()

    rules = read_pack(copy.folder).dispatching

    assert (rules.mode, rules.also, rules.direct, rules.facilities) == ("suggest", (), (), ())


def test_a_stored_version_from_before_it_is_still_read(jiuting: Pack) -> None:
    stored = jiuting.model_dump(mode="json")
    del stored["dispatching"]

    assert Pack.model_validate(stored).dispatching.mode == "suggest"


@pytest.mark.parametrize("name", FIVE)
@pytest.mark.function("DIS-05")
def test_no_pack_dispatches_by_itself_before_somebody_decides(name: str) -> None:
    assert pack_of(name).dispatching.mode == "suggest"


@pytest.mark.parametrize("name", FIVE)
def test_every_rule_says_where_it_comes_from(name: str) -> None:
    rules = pack_of(name).dispatching

    said = [rules.source, rules.breaker.source, rules.surge.source]
    said += [one.source for one in rules.direct] + [one.source for one in rules.facilities]
    assert "" not in said
    assert len(rules.direct) >= 2
    assert {one.code for one in rules.facilities} >= {"lamp", "manhole", "bin"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("categories: [J0201, J0203]", "categories: [J0201, J0299]", "没有分类 “J0299”"),
        ("categories: [B03]", "categories: [X03]", "没有分类 “X03”"),
        ("categories: [J0201, J0203]", "categories: [J0201, J0201]", "分类 “J0201” 重复"),
        ("code: structure", "code: medical", "代码 “medical” 重复"),
        ("code: manhole", "code: lamp", "代码 “lamp” 重复"),
        ("least: 10", "least: 40", "least 40 大于 window 30"),
    ],
)
def test_a_mistake_is_named_with_its_line(copy: Copy, old: str, new: str, told: str) -> None:
    line = copy.edit(FILE, old, new)

    problem = copy.only_problem()
    assert told in problem.message
    assert (problem.file, problem.line) == (FILE, line)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("mode: suggest", "mode: always"),
        ("wanted: 0.95", "wanted: 95"),
        ("mode: suggest", "mode: suggest\nalso: [everything]"),
        ("within: 30", "within: 0"),
        ("pause_minutes: 240", "pause_minutes: 1000000000"),
        ("probes: 5", "probes: 9000000000000000000000"),
    ],
)
def test_a_value_out_of_bounds_is_refused(copy: Copy, old: str, new: str) -> None:
    line = copy.edit(FILE, old, new)

    assert copy.only_problem().line in {line, line + 1}
