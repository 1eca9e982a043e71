"""A photograph says nothing about where it was taken, and is still the same picture, the right way up."""

from __future__ import annotations

import io
import struct

import pytest

from livesupport.tickets.jpeg import strip_metadata

SECRET = b"41.7151 N 44.8271 E"
SCAN = b"\xff\xda\x00\x04\1\0" + b"picture \xff\x00 data \xff\xd0 goes on" * 5000 + b"\xff\xd9"
TABLE = b"\xff\xdb\x00\x05abc"
JFIF = b"\xff\xe0\x00\x10JFIF\0" + bytes(9)


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def exif(order: str, orientation: int) -> bytes:
    """Exif with a secret and an orientation, in one of its two byte orders."""
    mark = b"II" if order == "<" else b"MM"
    entries = [(0x010F, 2, len(SECRET), 100), (0x0112, 3, 1, orientation)]
    tiff = mark + struct.pack(order + "HI", 42, 8) + struct.pack(order + "H", len(entries))
    for tag, kind, count, value in entries:
        packed = struct.pack(order + "HH", value, 0) if kind == 3 else struct.pack(order + "I", value)
        tiff += struct.pack(order + "HHI", tag, kind, count) + packed
    return segment(0xE1, b"Exif\0\0" + tiff + bytes(4) + SECRET)


def stripped(*parts: bytes) -> bytes:
    file = io.BytesIO(b"\xff\xd8" + b"".join(parts))
    strip_metadata(file)
    return file.getvalue()


def test_the_picture_stays_byte_by_byte() -> None:
    assert stripped(JFIF, TABLE, SCAN) == b"\xff\xd8" + JFIF + TABLE + SCAN


@pytest.mark.parametrize(
    "metadata",
    [exif("<", 1), exif(">", 1), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET),
     segment(0xED, b"Photoshop " + SECRET), segment(0xE1, b""),
     segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff" + SECRET), segment(0xE1, b"Exif\0\0XX" + SECRET)],
)  # fmt: skip
def test_what_it_tells_about_its_owner_is_gone(metadata: bytes) -> None:
    assert SECRET in stripped(segment(0xE2, SECRET), SCAN)  # colours may stay: this test can fail
    assert stripped(JFIF, metadata, TABLE, SCAN) == b"\xff\xd8" + JFIF + TABLE + SCAN


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_which_way_up_it_is_stays(order: str, orientation: int) -> None:
    result = stripped(exif(order, orientation), TABLE, SCAN)
    assert SECRET not in result
    assert result.endswith(TABLE + SCAN)
    kept = result[2 : -len(TABLE + SCAN)]
    assert kept[:2] == b"\xff\xe1"
    assert struct.unpack_from(">HHIH", kept, 20) == (0x0112, 3, 1, orientation)


def test_fill_bytes_before_a_marker_are_allowed() -> None:
    assert stripped(b"\xff\xff\xff" + TABLE[1:], SCAN) == b"\xff\xd8" + TABLE + SCAN


@pytest.mark.parametrize(
    "parts",
    [[], [TABLE], [b"\xff\xe1\x00\x01"], [b"\xff\xe1\xff\xffshort"], [b"no marker"], [b"\xff\x00"], [b"\xff" * 100],
     [b"\xff\xd9"], [b"\xff\xd0" * 1000]],
)  # fmt: skip
def test_what_is_no_picture_is_refused(parts: list[bytes]) -> None:
    with pytest.raises(ValueError):
        stripped(*parts)
