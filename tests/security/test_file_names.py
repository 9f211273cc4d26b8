"""A file is often called after the caller; its name is shown masked."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from open12345.orders import attachments, vault
from open12345.orders.attachments import Upload
from tests.cast import Town
from tests.orders.files import png

pytestmark = pytest.mark.function("SEC-02")


def test_the_callers_name_is_masked_in_a_file_name(town: Town, settings: Settings, tmp_path: Path) -> None:
    vault.provider()  # keys stay where they are
    settings.OPEN12345_HOME = tmp_path
    number = town.register()
    upload = Upload("李秀兰家漏水13812348000.png", "photo", [png()])
    added = attachments.add(number, upload, by=town.person("agent"), at=town.now)
    assert "秀兰" not in added.attachment.filename
    assert added.attachment.filename.startswith("李**家漏水138****8000")
