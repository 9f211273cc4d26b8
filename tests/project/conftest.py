"""Folders for instances of their own."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


def _folder() -> Iterator[Path]:
    """Not pytest's tmp_path: each start of another pytest shuts that to everybody but root."""
    with tempfile.TemporaryDirectory(prefix="open12345-test-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def folder() -> Iterator[Path]:
    yield from _folder()


@pytest.fixture(scope="module")
def module_folder() -> Iterator[Path]:
    yield from _folder()
