"""Takes out of a JPEG what a camera adds about its owner (place, time, device), and leaves the picture as it is.

Dropped are the segments APP1 (Exif, XMP) and APP13 (Photoshop, IPTC). Which way up the picture is stays: it is the one thing
in Exif that whoever looks at it needs.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

_DROPPED = frozenset({0xE1, 0xED})
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length (ITU-T T.81, B.1.1.3)
_START_OF_SCAN = 0xDA
_ORIENTATION = 0x0112
_CHUNK = 64 * 1024


def strip_metadata(file: BinaryIO) -> None:
    """Rewrites the picture in `file` without what it says about its owner.

    What comes before the first line of the picture is read segment by segment; a file that does not follow the form is
    refused with `ValueError`.
    """
    file.seek(0)
    if file.read(2) != b"\xff\xd8":
        raise ValueError("no start of an image")
    kept = [b"\xff\xd8"]
    marker = 0
    while marker != _START_OF_SCAN:
        marker = _marker(file)
        if marker in _STANDALONE:
            kept.append(bytes((0xFF, marker)))
            continue
        body = _body(file)
        if marker not in _DROPPED:
            kept.append(bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body)
        elif orientation := _orientation(body):
            kept.append(_upright(orientation))
    _replace_head(file, file.tell(), b"".join(kept))


def _replace_head(file: BinaryIO, end: int, head: bytes) -> None:
    """Puts `head` in the place of everything before `end`; what follows moves up."""
    if len(head) > end:
        raise ValueError("the kept segments cannot be longer than all of them")
    file.seek(0)
    file.write(head)
    place = len(head)
    while True:
        file.seek(end)
        chunk = file.read(_CHUNK)
        if not chunk:
            break
        end += len(chunk)
        file.seek(place)
        place += file.write(chunk)
    file.truncate(place)


def _marker(file: BinaryIO) -> int:
    """The next marker; any number of fill bytes may stand before it (B.1.1.2)."""
    if file.read(1) != b"\xff":
        raise ValueError("no marker where one belongs")
    while (code := file.read(1)) == b"\xff":
        pass
    if not code or code == b"\0":
        raise ValueError("no marker where one belongs")
    return code[0]


def _body(file: BinaryIO) -> bytes:
    length = int.from_bytes(file.read(2), "big")
    body = file.read(length - 2) if length >= 2 else b""
    if length < 2 or len(body) != length - 2:
        raise ValueError("a segment that is cut off")
    return body


def _orientation(segment: bytes) -> int:
    """The orientation in an Exif segment (TIFF 6.0, Exif 2.32), 2 to 8; 0 where it says none, or "upright"."""
    if segment[:6] != b"Exif\0\0" or segment[6:8] not in (b"II", b"MM"):
        return 0
    tiff, order = segment[6:], "<" if segment[6:8] == b"II" else ">"
    try:
        (start,) = struct.unpack_from(order + "4xI", tiff)
        (count,) = struct.unpack_from(order + "H", tiff, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, _number, value = struct.unpack_from(order + "HHIH", tiff, entry)
            if tag == _ORIENTATION and kind == 3:
                return value if 2 <= value <= 8 else 0
    except struct.error:
        return 0
    return 0


def _upright(orientation: int) -> bytes:
    """A segment that says which way up the picture is, and nothing else."""
    tiff = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", len(tiff) + 8) + b"Exif\0\0" + tiff
