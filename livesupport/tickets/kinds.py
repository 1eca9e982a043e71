"""What kind of file it is, by its bytes: an own table of signatures, because the name and the browser's word prove nothing.

Only what is listed here is taken. Nothing is ever unpacked or decoded: of a ZIP the list of names at its end is read, of a
picture the few bytes that hold its measures.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Callable
from typing import BinaryIO

import msgspec

HEAD = 4096  # bytes that tell most kinds
MOST_DIRECTORY = 4 * 1024 * 1024  # bytes of a ZIP's list of names that are looked at
MOST_PIXELS = 250_000_000  # a picture of more would stop the browser of whoever looks at it


class Kind(msgspec.Struct, frozen=True):
    """A kind of file that is taken: how it is served, and which endings its name may have (the first is the usual one)."""

    media_type: str
    suffixes: tuple[str, ...]


PNG = Kind("image/png", ("png",))
JPEG = Kind("image/jpeg", ("jpg", "jpeg"))
GIF = Kind("image/gif", ("gif",))
WEBP = Kind("image/webp", ("webp",))
HEIC = Kind("image/heic", ("heic", "heif"))
MP4 = Kind("video/mp4", ("mp4", "m4v", "mov"))
WEBM = Kind("video/webm", ("webm",))
PDF = Kind("application/pdf", ("pdf",))
TEXT = Kind("text/plain", ("txt", "log"))
CSV = Kind("text/csv", ("csv",))
DOCX = Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",))
XLSX = Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",))
ODT = Kind("application/vnd.oasis.opendocument.text", ("odt",))
ODS = Kind("application/vnd.oasis.opendocument.spreadsheet", ("ods",))
ZIP = Kind("application/zip", ("zip",))

KINDS = (PNG, JPEG, GIF, WEBP, HEIC, MP4, WEBM, PDF, TEXT, CSV, DOCX, XLSX, ODT, ODS, ZIP)
SUFFIXES = tuple(suffix for kind in KINDS for suffix in kind.suffixes)

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_MP4_BRANDS = re.compile(rb"isom|iso[2-9]|mp4[12]|avc1|M4V |M4VH|dash|MSNV|mmp4|qt  |3g[gp]\w")

# How a page, a drawing or another markup begins (WHATWG MIME Sniffing 7.1, and SVG).
_MARKUP = re.compile(
    rb"<(?:!doctype|!--|\?xml|(?:html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|svg|math)[\s>/])",
    re.IGNORECASE,
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")  # escape (1b) colours the lines of many a log


def kind_of(file: BinaryIO, name: str) -> Kind | None:
    """The kind of a complete file, or None when it is not one that is taken. `name` only tells one plain text from another."""
    file.seek(0)
    head = file.read(HEAD)
    for signature, kind in _SIGNATURES:
        if signature(head):
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(file)
    return _kind_of_text(file, head, name)


def is_markup(file: BinaryIO) -> bool:
    """Whether it begins like a web page, a drawing or other markup, whatever its name."""
    file.seek(0)
    return _MARKUP.match(_without_mark(file.read(HEAD)).lstrip()) is not None


def _brand(head: bytes) -> bytes:
    """The major brand of an ISO media file (ISO 14496-12, 4.3)."""
    return head[8:12] if head[4:8] == b"ftyp" else b""


_SIGNATURES: tuple[tuple[Callable[[bytes], object], Kind], ...] = (
    (lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), PNG),
    (lambda head: head.startswith(b"\xff\xd8\xff"), JPEG),
    (lambda head: head.startswith((b"GIF87a", b"GIF89a")), GIF),
    (lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", WEBP),
    (lambda head: _brand(head) in _HEIC_BRANDS, HEIC),
    (lambda head: _MP4_BRANDS.fullmatch(_brand(head)), MP4),
    (lambda head: head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64], WEBM),
    (lambda head: head.startswith(b"%PDF-"), PDF),
)


# ── Text ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _kind_of_text(file: BinaryIO, head: bytes, name: str) -> Kind | None:
    """Lines of text in any alphabet's encoding, unless they are markup."""
    if not head or _MARKUP.match(_without_mark(head).lstrip()):
        return None
    is_wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))  # UTF-16 is full of zeros
    if not is_wide and _has_control(file):
        return None
    return CSV if name.lower().endswith(".csv") else TEXT


def _has_control(file: BinaryIO) -> bool:
    file.seek(0)
    return any(_CONTROL.search(chunk) for chunk in iter(lambda: file.read(64 * 1024), b""))


def _without_mark(head: bytes) -> bytes:
    """Text without the mark that tells its encoding, and UTF-16 as if it were ASCII."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[2:].replace(b"\0", b"")
    return head.removeprefix(b"\xef\xbb\xbf")


# ── ZIP, and the documents that are one inside ───────────────────────────────────────────────────────────────────────


def _kind_of_zip(file: BinaryIO) -> Kind | None:
    """By the names in its directory. `zipfile` reads all of the directory into memory, so its size is looked at first."""
    if not 0 < _directory_size(file) <= MOST_DIRECTORY:
        return None
    try:
        names = set(zipfile.ZipFile(file).namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error):
        return None
    if "[Content_Types].xml" in names:
        return DOCX if "word/document.xml" in names else XLSX if "xl/workbook.xml" in names else ZIP
    return {b"text": ODT, b"spreadsheet": ODS}.get(_opendocument(file), ZIP)


def _directory_size(file: BinaryIO) -> int:
    """The size of the list of names, as the end of the file tells it (APPNOTE 4.3.16); 0 when there is none."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 65557))
    tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    return int.from_bytes(tail[place + 12 : place + 16], "little") if place >= 0 else 0


def _opendocument(file: BinaryIO) -> bytes:
    """Which OpenDocument it is: its first member is `mimetype`, not compressed (OpenDocument 1.3, part 2, 3.3)."""
    file.seek(0)
    header = file.read(200)
    size, name, extra = int.from_bytes(header[22:26], "little"), header[30:38], header[28:30]
    said = header[38 : 38 + size] if name == b"mimetype" and extra == b"\0\0" else b""
    return said.removeprefix(b"application/vnd.oasis.opendocument.")


# ── Pictures ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def pixels(kind: Kind, file: BinaryIO) -> int:
    """How many pixels a PNG, GIF or WebP says that it has; 0 for other kinds and where it does not say."""
    file.seek(0)
    head = file.read(30)
    if kind is PNG and head[12:16] == b"IHDR":
        width, height = struct.unpack(">II", head[16:24])
    elif kind is GIF and len(head) >= 10:
        width, height = struct.unpack("<HH", head[6:10])
    elif kind is WEBP and head[12:16] == b"VP8X" and len(head) == 30:
        width, height = (int.from_bytes(head[place : place + 3], "little") + 1 for place in (24, 27))
    else:
        return 0
    return int(width * height)
