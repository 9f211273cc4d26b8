"""What a file really is: its first bytes against its name, and whether opening it could do harm.

Pure: reads a seekable file, knows no order. Nothing is decoded; sizes come from headers, so that a picture of
100,000 × 100,000 dots costs us nothing. Archives inside office documents are unpacked into nowhere, under a budget.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from open12345.orders.imagesizes import size_of

#: Dots of a picture; a browser needs four bytes for each.
DOTS_AT_MOST: Final = 64_000_000
#: Bytes and entries that an office document may unpack to.
UNPACKED_AT_MOST: Final = 100 * 1024 * 1024
ENTRIES_AT_MOST: Final = 2_000

_HEAD = 4096
_CHUNK = 64 * 1024


class Unfit(Exception):
    """The file is not taken; `code` is stable, `message` says what would be right."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file that is taken: `family` is what its bytes must look like."""

    family: str
    media_type: str
    inline: bool = False  # a browser may show it in a page


_IMAGE = True
TYPES: Final[Mapping[str, FileType]] = {
    "jpg": FileType("jpeg", "image/jpeg", _IMAGE),
    "jpeg": FileType("jpeg", "image/jpeg", _IMAGE),
    "png": FileType("png", "image/png", _IMAGE),
    "gif": FileType("gif", "image/gif", _IMAGE),
    "webp": FileType("webp", "image/webp", _IMAGE),
    "heic": FileType("heic", "image/heic"),
    "pdf": FileType("pdf", "application/pdf"),
    "docx": FileType("zip", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": FileType("zip", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "doc": FileType("ole", "application/msword"),
    "xls": FileType("ole", "application/vnd.ms-excel"),
    "txt": FileType("text", "text/plain; charset=utf-8"),
    "csv": FileType("text", "text/csv; charset=utf-8"),
    "mp3": FileType("mp3", "audio/mpeg"),
    "wav": FileType("wav", "audio/wav"),
    "m4a": FileType("mp4", "audio/mp4"),
    "amr": FileType("amr", "audio/amr"),
    "mp4": FileType("mp4", "video/mp4"),
    "mov": FileType("mp4", "video/quicktime"),
}
"""By extension. Archives, programs, pages and drawings with script (zip, exe, html, svg) are not taken."""

#: Text has no mark of its own; the one of UTF-16 looks like sound.
_LIKE_TEXT = frozenset({"", "mp3"})
_FAMILIES = {
    "jpeg": gettext_lazy("JPEG 图片"), "png": gettext_lazy("PNG 图片"), "gif": gettext_lazy("GIF 图片"),
    "webp": gettext_lazy("WebP 图片"), "heic": gettext_lazy("HEIC 图片"), "pdf": gettext_lazy("PDF 文件"),
    "zip": gettext_lazy("压缩包或新版 Office 文件"), "ole": gettext_lazy("旧版 Office 文件"),
    "text": gettext_lazy("文本"), "mp3": gettext_lazy("MP3 录音"), "wav": gettext_lazy("WAV 录音"),
    "amr": gettext_lazy("AMR 录音"), "mp4": gettext_lazy("MP4/MOV 音视频"), "": gettext_lazy("不能识别的内容"),
}  # fmt: skip


def examine(file: BinaryIO, name: str) -> FileType:
    """Return what `file`, called `name`, is; raises `Unfit` (type, mismatch, damaged, bomb, macro)."""
    extension = PurePath(name).suffix.lower().lstrip(".")
    kind = TYPES.get(extension)
    if kind is None:
        allowed = "、".join(TYPES)
        raise Unfit("type", _("不收 %(extension)s 文件；可用：%(allowed)s") % {
            "extension": extension[:20] or _("没有扩展名的"), "allowed": allowed,
        })  # fmt: skip
    file.seek(0)
    head = file.read(_HEAD)
    family = family_of(head)
    if kind.family == "text" and family in _LIKE_TEXT:
        _check_text(file)
    elif family != kind.family:
        raise Unfit("mismatch", _("扩展名是 %(extension)s，内容却是%(found)s") % {
            "extension": extension, "found": _FAMILIES[family],
        })  # fmt: skip
    if check := _CHECKS.get(kind.family):
        check(file, head, extension)
    return kind


def family_of(head: bytes) -> str:
    """Return what a file that begins with `head` looks like, "" for nothing we know (text has no mark)."""
    return next((family for family, looks in _MARKS.items() if looks(head)), "")


def _is_mp3(head: bytes) -> bool:
    if head.startswith(b"ID3"):
        return True
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:  # noqa: PLR2004 - eleven bits of frame sync
        return False
    version, layer, rate, sampling = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer != 0 and rate not in {0, 15} and sampling != 3  # noqa: PLR2004 - reserved values


_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_OLD_MOVIES = {b"moov", b"mdat", b"wide"}


def _is_heic(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS


def _is_movie(head: bytes) -> bool:
    return (head[4:8] == b"ftyp" and head[8:12] not in _HEIC_BRANDS) or head[4:8] in _OLD_MOVIES


_MARKS: Final[Mapping[str, Callable[[bytes], bool]]] = {
    "jpeg": lambda h: h.startswith(b"\xff\xd8\xff"),
    "png": lambda h: h.startswith(b"\x89PNG\r\n\x1a\n"),
    "gif": lambda h: h[:6] in {b"GIF87a", b"GIF89a"},
    "webp": lambda h: h[:4] == b"RIFF" and h[8:12] == b"WEBP",
    "wav": lambda h: h[:4] == b"RIFF" and h[8:12] == b"WAVE",
    "heic": _is_heic,
    "mp4": _is_movie,
    "pdf": lambda h: h.startswith(b"%PDF-"),
    "zip": lambda h: h[:4] in {b"PK\x03\x04", b"PK\x05\x06"},
    "ole": lambda h: h.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    "amr": lambda h: h.startswith(b"#!AMR"),
    "mp3": _is_mp3,
}


# -- what may hide in each -----------------------------------------------------------------------------------


def _check_image(file: BinaryIO, head: bytes, extension: str) -> None:
    try:
        width, height = size_of(file, TYPES[extension].family)
    except (ValueError, struct.error) as error:
        raise Unfit("damaged", _("图片不完整或已损坏")) from error
    if not 0 < width * height <= DOTS_AT_MOST:
        raise Unfit("bomb", _("图片尺寸 %(width)s×%(height)s 太大，最多 %(most)s 万像素") % {
            "width": width, "height": height, "most": DOTS_AT_MOST // 10_000,
        })  # fmt: skip


_PAGES = (b"<!doctype", b"<html", b"<?xml", b"<svg", b"<script", b"mz", b"\x7felf", b"#!")


def _check_text(file: BinaryIO) -> None:
    file.seek(0)
    data = file.read()
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:16].lower().startswith(_PAGES):
        raise Unfit("mismatch", _("文本文件里是网页或程序"))
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if utf16 else ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return
    raise Unfit("mismatch", _("不是 UTF-8 或 GB18030 编码的文本"))


_MAIN_PART = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}


def _check_zip(file: BinaryIO, head: bytes, extension: str) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            _check_entries(archive, extension)
            _unpack_into_nowhere(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise Unfit("damaged", _("文件不完整、已损坏或加了密码")) from error


def _check_entries(archive: zipfile.ZipFile, extension: str) -> None:
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    if len(entries) > ENTRIES_AT_MOST or sum(entry.file_size for entry in entries) > UNPACKED_AT_MOST:
        raise Unfit("bomb", _("文件解开后太大，可能是压缩炸弹"))
    if not {"[Content_Types].xml", _MAIN_PART[extension]} <= names:
        raise Unfit("mismatch", _("扩展名是 %(extension)s，内容却不是") % {"extension": extension})
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Unfit("macro", _("文件带有宏，请另存为不带宏的文件"))


def _unpack_into_nowhere(archive: zipfile.ZipFile) -> None:
    """Sizes in an archive's list may lie; only unpacking tells."""
    left = UNPACKED_AT_MOST
    for entry in archive.infolist():
        with archive.open(entry) as part:
            while chunk := part.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise Unfit("bomb", _("文件解开后太大，可能是压缩炸弹"))


_STREAMS = {"doc": ("WordDocument",), "xls": ("Workbook", "Book")}


def _check_ole(file: BinaryIO, head: bytes, extension: str) -> None:
    file.seek(0)
    data = file.read()
    if not any(name.encode("utf-16-le") in data for name in _STREAMS[extension]):
        raise Unfit("mismatch", _("扩展名是 %(extension)s，内容却不是") % {"extension": extension})
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        raise Unfit("macro", _("文件带有宏，请另存为不带宏的文件"))


_CHECKS: Final[Mapping[str, Callable[[BinaryIO, bytes, str], None]]] = {
    **dict.fromkeys(("jpeg", "png", "gif", "webp", "heic"), _check_image),
    "zip": _check_zip,
    "ole": _check_ole,
}
