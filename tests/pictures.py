"""Small pictures for tests, drawn byte by byte."""

import struct
import zlib


def drawn(width: int = 120, height: int = 40) -> bytes:
    """A PNG of one colour that every program can show."""
    rows = b"".join(b"\x00" + b"\x0b\x6e\x4f" * width for _ in range(height))
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def photo(width: int = 120, height: int = 40) -> bytes:
    """As much of a JPEG as says how large it is."""
    frame = struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xff\xc0" + frame + b"\xff\xd9"
