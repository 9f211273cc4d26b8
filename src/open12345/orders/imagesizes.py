"""Width and height of a picture from its header, without decoding it (Pillow would be a dependency for this alone)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import BinaryIO, Final

#: Bytes in which a header must have told its size; phones put previews of some 100 KB before it.
_WITHIN = 4 * 1024 * 1024


def size_of(file: BinaryIO, family: str) -> tuple[int, int]:
    """Return (width, height) in dots; raises ValueError or struct.error for a damaged header."""
    file.seek(0)
    return _READERS[family](file)


def _png(file: BinaryIO) -> tuple[int, int]:
    head = file.read(24)
    if head[12:16] != b"IHDR":
        raise ValueError("no IHDR")
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def _gif(file: BinaryIO) -> tuple[int, int]:
    width, height = struct.unpack("<HH", file.read(10)[6:10])
    return width, height


#: Start-of-frame marks: C0–CF without DHT (C4), JPG (C8) and DAC (CC).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})


def _jpeg(file: BinaryIO) -> tuple[int, int]:
    file.seek(2)
    while file.tell() < _WITHIN:
        mark = _jpeg_mark(file)
        if mark in _WITHOUT_LENGTH:
            continue
        (length,) = struct.unpack(">H", file.read(2))
        if mark in _FRAMES:
            _precision, height, width = struct.unpack(">BHH", file.read(5))
            return width, height
        if mark == 0xDA or length < 2:  # noqa: PLR2004 - picture data before any frame
            break
        file.seek(length - 2, 1)
    raise ValueError("no frame")


def _jpeg_mark(file: BinaryIO) -> int:
    (byte,) = struct.unpack(">B", file.read(1))
    if byte != 0xFF:  # noqa: PLR2004 - every mark begins so
        raise ValueError("no mark")
    while byte == 0xFF:  # noqa: PLR2004 - fill bytes
        (byte,) = struct.unpack(">B", file.read(1))
    return int(byte)


def _webp(file: BinaryIO) -> tuple[int, int]:
    head = file.read(30)
    form = head[12:16]
    if form == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if form == b"VP8L" and head[20:21] == b"\x2f":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if form == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("no picture")


def _heic(file: BinaryIO) -> tuple[int, int]:
    """The largest of the sizes that the boxes `ispe` tell (tiles and previews have their own)."""
    data = file.read(_WITHIN)
    sizes = []
    at = data.find(b"ispe")
    while at >= 0:
        if len(data) >= at + 16:
            sizes.append(struct.unpack(">II", data[at + 8 : at + 16]))
        at = data.find(b"ispe", at + 4)
    if not sizes:
        raise ValueError("no size")
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    return width, height


_READERS: Final[Mapping[str, Callable[[BinaryIO], tuple[int, int]]]] = {
    "png": _png, "gif": _gif, "jpeg": _jpeg, "webp": _webp, "heic": _heic,
}  # fmt: skip
