"""Whatever is in the files, the answer is a pack or a list of mistakes with file and line; never a crash."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.policy.breaking import problems_of
from tests.policy.conftest import JIUTING
from tests.policy.test_files import FILES

bounded = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
TOKENS = [
    "{", "}", "[", "]", ":", "- ", "\t", "*a", "&a", "!!int", "!!python/object:os.system", "null", '"', "'", "#", "|",
    ">", "---", "?", "1e999", ".inf", "2026-13-99", "\x85", "\u2028", "😀", "\ufeff", ",", ";", "中", "9" * 5000,
]  # fmt: skip


def outcome(folder: Path) -> None:
    """Read the folder; a refusal must name a file and say something."""
    problems = problems_of(folder)
    assert all(problem.file and problem.message and problem.line >= 0 for problem in problems)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(JIUTING, tmp_path / "jiuting"))


@bounded
@given(file=st.sampled_from(FILES), content=st.binary(max_size=400))
def test_random_bytes_are_refused_by_name(folder: Path, file: str, content: bytes) -> None:
    (folder / file).write_bytes(content)
    try:
        outcome(folder)
    finally:
        shutil.copy(JIUTING / file, folder / file)


@bounded
@given(file=st.sampled_from(FILES), text=st.lists(st.sampled_from([*TOKENS, "\n", "a", " "]), max_size=40).map("".join))
def test_random_yaml_and_csv_tokens_are_refused_by_name(folder: Path, file: str, text: str) -> None:
    (folder / file).write_bytes(text.encode())
    try:
        outcome(folder)
    finally:
        shutil.copy(JIUTING / file, folder / file)


@bounded
@given(data=st.data(), file=st.sampled_from(FILES), token=st.sampled_from(TOKENS))
def test_a_token_anywhere_in_a_sound_file_never_crashes(
    folder: Path, data: st.DataObject, file: str, token: str
) -> None:
    text = (JIUTING / file).read_text(encoding="utf-8")
    place = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 30))
    (folder / file).write_text(text[:place] + token + text[place + length :], encoding="utf-8")
    try:
        outcome(folder)
    finally:
        shutil.copy(JIUTING / file, folder / file)


@bounded
@given(data=st.data(), file=st.sampled_from(FILES))
def test_a_lost_line_never_crashes(folder: Path, data: st.DataObject, file: str) -> None:
    lines = (JIUTING / file).read_text(encoding="utf-8").splitlines(keepends=True)
    lost = data.draw(st.integers(0, len(lines) - 1))
    (folder / file).write_text("".join(lines[:lost] + lines[lost + 1 :]), encoding="utf-8")
    try:
        outcome(folder)
    finally:
        shutil.copy(JIUTING / file, folder / file)
