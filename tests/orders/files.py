"""Small files of every kind, good and bad, made in memory."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

#: The harmless test file that every virus scanner reports (EICAR).
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def png(width: int = 3, height: int = 2) -> bytes:
    """A picture; its data is that of `width` × `height` only when small."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x80" * 3 * min(width, 9)) * min(height, 9)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def jpeg(width: int = 3, height: int = 2) -> bytes:
    exif = b"\xff\xe1" + struct.pack(">H", 10) + b"Exif\0\0\0\0"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + exif + frame + b"\xff\xda" + struct.pack(">H", 2) + b"\0\xff\xd9"


def gif(width: int = 3, height: int = 2) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0;"


def webp(form: str = "VP8X", width: int = 3, height: int = 2) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    bits = (width - 1 & 0x3FFF) | (height - 1 & 0x3FFF) << 14
    body = {
        "VP8X": b"VP8X\x0a\0\0\0\0\0\0\0" + size,
        "VP8L": b"VP8L\x0a\0\0\0\x2f" + bits.to_bytes(4, "little") + b"\0" * 9,
        "VP8 ": b"VP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width & 0x3FFF, height & 0x3FFF),
    }[form]
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def heic(width: int = 3, height: int = 2) -> bytes:
    thumb = struct.pack(">I4sIII", 20, b"ispe", 0, 1, 1)
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + thumb + struct.pack(">I4sIII", 20, b"ispe", 0, width, height)


def docx(extra: dict[str, bytes] | None = None, main: str = "word/document.xml") -> bytes:
    """An office document; `extra` are further parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(main, "<w/>")
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


def xlsx() -> bytes:
    return docx(main="xl/workbook.xml")


def lying_zip() -> bytes:
    """An office document whose list says that a part of 101 MB has ten bytes."""
    data = bytearray(docx({"word/media/a.bin": b"\0" * (101 << 20)}))
    real = struct.pack("<I", 101 << 20)
    assert data.count(real) == 2  # in the local header and in the list
    return bytes(data.replace(real, struct.pack("<I", 10)))


def ole(stream: str = "WordDocument", more: str = "") -> bytes:
    names = stream.encode("utf-16-le") + b"\0" * 40 + more.encode("utf-16-le")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + names + b"\0" * 100


def movie(brand: bytes = b"isom") -> bytes:
    return b"\0\0\0\x14ftyp" + brand + b"\0\0\0\0" + b"\0" * 40


GOOD: dict[str, bytes] = {
    "a.jpg": jpeg(),
    "a.JPEG": jpeg(),
    "a.png": png(),
    "a.gif": gif(),
    "a.webp": webp(),
    "a.heic": heic(),
    "a.pdf": b"%PDF-1.7\n%%EOF",
    "a.docx": docx(),
    "a.xlsx": xlsx(),
    "a.doc": ole(),
    "a.xls": ole("Workbook"),
    "a.txt": "现场无人".encode("gb18030"),
    "a.csv": "编号,结果\r\n1,好".encode(),
    "a.mp3": b"ID3\x04\0\0\0\0\0\0",
    "a.wav": b"RIFF\x24\0\0\0WAVEfmt ",
    "a.m4a": movie(b"M4A "),
    "a.amr": b"#!AMR\n\0\0",
    "a.mp4": movie(),
    "a.mov": movie(b"qt  "),
}
