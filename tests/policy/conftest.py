"""The pack of Jiuting as it stands in the repository, and copies of it that a test may break."""

import shutil
from pathlib import Path

import pytest

from open12345.policy import Pack
from tests.cast import pack_named
from tests.policy.breaking import Copy

JIUTING = Path(__file__).resolve().parents[2] / "packs" / "jiuting"


@pytest.fixture(scope="session")
def jiuting() -> Pack:
    return pack_named("jiuting")


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(Path(shutil.copytree(JIUTING, tmp_path / "jiuting")))
