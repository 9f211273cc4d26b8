"""What a file is decides its content; what could do harm is refused before it is kept."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from open12345.orders import filetypes
from open12345.orders.filetypes import TYPES, Unfit
from tests.orders import files

UTF16 = "现场无人".encode("utf-16")


def examine(name: str, data: bytes) -> filetypes.FileType:
    return filetypes.examine(io.BytesIO(data), name)


def why(name: str, data: bytes) -> str:
    with pytest.raises(Unfit) as refusal:
        examine(name, data)
    assert refusal.value.message
    return refusal.value.code


@pytest.mark.parametrize("name", files.GOOD)
def test_every_kind_that_is_allowed_is_taken(name: str) -> None:
    kind = TYPES[name.rpartition(".")[2].lower()]
    assert examine(name, files.GOOD[name]) is kind


def test_every_allowed_extension_has_an_example() -> None:
    assert {name.rpartition(".")[2].lower() for name in files.GOOD} == set(TYPES)


@pytest.mark.parametrize("claimed", files.GOOD)
def test_no_kind_passes_for_another(claimed: str) -> None:
    for real in files.GOOD:
        _check_claim(claimed, real)


def _check_claim(claimed: str, real: str) -> None:
    kinds = {TYPES[name.rpartition(".")[2].lower()].family for name in (claimed, real)}
    if kinds in ({"zip"}, {"ole"}) and claimed != real:
        assert why(claimed, files.GOOD[real]) == "mismatch"
    elif len(kinds) == 2:
        assert why(claimed, files.GOOD[real]) in {"mismatch", "damaged"}


@pytest.mark.parametrize("name", ["a.exe", "a.svg", "a.html", "a.zip", "a.docm", "a", "照片", ".png", "a.png.exe", ""])
def test_other_kinds_are_not_taken(name: str) -> None:
    assert why(name, files.png()) == "type"


@pytest.mark.parametrize(
    "data", [b"<html><script>alert(1)</script>", b"  <svg onload=x>", b"MZ\x90", b"#!/bin/sh\n", b"a\0b", b"\xff" * 9]
)
def test_a_text_is_a_text(data: bytes) -> None:
    assert why("a.txt", data) == "mismatch"


def test_texts_come_in_the_encodings_of_offices() -> None:
    for data in (UTF16, "现场".encode("utf-8-sig"), "现场".encode("gbk"), "𠮷".encode("gb18030")):
        assert examine("a.txt", data).media_type.startswith("text/plain")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.png", files.png(100_000, 100_000)),
        ("a.jpg", files.jpeg(65_000, 65_000)),
        ("a.gif", files.gif(65_535, 65_535)),
        ("a.webp", files.webp("VP8X", 16_000_000, 16_000_000)),
        ("a.webp", files.webp("VP8L", 16_384, 16_384)),
        ("a.webp", files.webp("VP8 ", 16_383, 16_383)),
        ("a.heic", files.heic(100_000, 100_000)),
        ("a.png", files.png(0, 5)),
    ],
)
@pytest.mark.function("HAN-20")
def test_bombs_are_not_taken(name: str, data: bytes) -> None:
    assert why(name, data) == "bomb"


def test_an_archive_of_too_much_or_too_many_is_not_taken() -> None:
    assert why("a.docx", files.docx({"word/media/a.bin": b"\0" * (101 << 20)})) == "bomb"
    assert why("a.docx", files.docx({f"word/{n}": b"" for n in range(2_001)})) == "bomb"


def test_an_archive_that_lies_about_its_sizes_is_found_out() -> None:
    assert why("a.docx", files.lying_zip()) in {"bomb", "damaged"}


@pytest.mark.parametrize("form", ["VP8X", "VP8L", "VP8 "])
def test_webp_in_its_three_forms(form: str) -> None:
    assert examine("a.webp", files.webp(form)).inline


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", files.docx({"word/vbaProject.bin": b"x"})),
        ("a.xlsx", files.docx({"xl/vbaProject.bin": b"x"}, "xl/workbook.xml")),
        ("a.doc", files.ole("WordDocument", "_VBA_PROJECT")),
        ("a.xls", files.ole("Workbook", "_VBA_PROJECT")),
    ],
)
def test_macros_are_not_taken(name: str, data: bytes) -> None:
    assert why(name, data) == "macro"


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.gif", "a.webp", "a.heic", "a.docx", "a.xlsx"])
def test_a_file_cut_off_is_told_as_damaged(name: str) -> None:
    cut = {"a.heic": 20, "a.docx": 60, "a.xlsx": 60, "a.gif": 9}.get(name, 13)
    assert why(name, files.GOOD[name][:cut]) in {"damaged", "mismatch"}


@given(st.sampled_from(sorted(files.GOOD)), st.binary(max_size=400), st.integers(0, 60))
def test_no_bytes_make_it_stumble(name: str, noise: bytes, keep: int) -> None:
    data = files.GOOD[name][:keep] + noise
    try:
        examine(name, data)
    except Unfit as refusal:
        assert refusal.code in {"mismatch", "damaged", "bomb", "macro"}  # noqa: PT017 - either answer is fine
