"""What a file is, by its bytes; and that nothing is unpacked to find out (T50, T51)."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile

import pytest

from livesupport.errors import Invalid, TooMuch
from livesupport.tickets import kinds
from livesupport.tickets.examining import examine
from livesupport.tickets.kinds import Kind, kind_of


def zipped(*names: str, first: tuple[str, bytes] | None = None) -> bytes:
    """A ZIP with members of these names."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        if first:
            archive.writestr(*first)
        for name in names:
            archive.writestr(name, b"x")
    return file.getvalue()


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + b"\x08\2\0\0\0"


def media(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\2\0mp41"


OPEN = b"application/vnd.oasis.opendocument."
KNOWN = [
    (png(10, 10), kinds.PNG),
    (b"\xff\xd8\xff\xe0\0\x10JFIF\0", kinds.JPEG),
    (b"GIF89a\1\0\1\0", kinds.GIF),
    (b"RIFF\x24\0\0\0WEBPVP8 ", kinds.WEBP),
    (media(b"heic"), kinds.HEIC),
    (media(b"mif1"), kinds.HEIC),
    (media(b"isom"), kinds.MP4),
    (media(b"qt  "), kinds.MP4),
    (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\1B\xf7\x81\1B\xf2\x81\4B\xf3\x81\x08B\x82\x84webm", kinds.WEBM),
    (b"%PDF-1.7\n", kinds.PDF),
    (zipped("[Content_Types].xml", "word/document.xml"), kinds.DOCX),
    (zipped("[Content_Types].xml", "xl/workbook.xml"), kinds.XLSX),
    (zipped("content.xml", first=("mimetype", OPEN + b"text")), kinds.ODT),
    (zipped("content.xml", first=("mimetype", OPEN + b"spreadsheet")), kinds.ODS),
    (zipped("photo.jpg"), kinds.ZIP),
    (zipped("word/document.xml"), kinds.ZIP),
    ("გამარჯობა, سلام, привіт\r\n".encode(), kinds.TEXT),
    ("\ufeffhello".encode("utf-16"), kinds.TEXT),
    ("Привет".encode("cp1251"), kinds.TEXT),
    (b"\x1b[31m12:00 error\x1b[0m\n", kinds.TEXT),
    (b"<134>Oct 11 22:14:15 host app: started\n", kinds.TEXT),
    (b"1 < 2 and <b>c", kinds.TEXT),
]


@pytest.mark.parametrize(("body", "kind"), KNOWN)
def test_a_file_is_known_by_its_bytes_whatever_its_name(body: bytes, kind: Kind) -> None:
    assert kind_of(io.BytesIO(body), "anything.exe") is kind


def test_a_table_in_plain_text_is_known_by_its_name() -> None:
    assert kind_of(io.BytesIO(b"a,b\n"), "Rows.CSV") is kinds.CSV
    assert kind_of(io.BytesIO(png(1, 1)), "rows.csv") is kinds.PNG


@pytest.mark.parametrize(
    "body",
    [b"<!DOCTYPE html><p>hi", b"  \n<html>", b"<SVG xmlns='x'>", b"<?xml version='1.0'?>", b"<!-- x --><svg>",
     b"<script>1</script>", b"\xef\xbb\xbf<html>", "<html>".encode("utf-16"), b"<body onload=x>", b"<a href=x>", b"<math>"],
)  # fmt: skip
def test_markup_is_refused_and_told_apart(body: bytes) -> None:
    assert kind_of(io.BytesIO(body), "notes.txt") is None
    with pytest.raises(Invalid) as refused:
        examine(io.BytesIO(body), "notes.txt")
    assert "can carry programs" in refused.value.problems["files"]


@pytest.mark.parametrize(
    "body",
    [b"MZ\x90\0", b"\x7fELF\2\1", b"\xca\xfe\xba\xbe\0\0\0\x34", b"\0asm\1\0\0\0", b"text\0with zeros", b"Rar!\x1a\7\0",
     b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08\0", media(b"crx "), b"BM\0\0",
     b"\x1a\x45\xdf\xa3\x42\x82\x88matroska", b"RIFF\0\0\0\0AVI ", b"PK\3\4" + b"\0" * 100, b"PK\3\4 not a zip",
     b"x" * 70_000 + b"\0"],
)  # fmt: skip
def test_everything_else_is_refused(body: bytes) -> None:
    assert kind_of(io.BytesIO(body), "photo.png") is None


def test_a_zip_that_lies_about_its_directory_is_refused() -> None:
    body = bytearray(zipped("a"))
    place = body.rfind(b"PK\5\6")
    body[place + 12 : place + 16] = struct.pack("<I", kinds.MOST_DIRECTORY + 1)
    assert kind_of(io.BytesIO(body), "a.zip") is None
    body[place + 12 : place + 16] = struct.pack("<I", 4_000_000)
    assert kind_of(io.BytesIO(body), "a.zip") is None


def test_bombs_and_paths_in_a_zip_stay_closed() -> None:
    """A gigabyte of zeros in a megabyte, a member that would climb out of its folder, a link: nobody opens them here."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("zeros", bytes(50_000_000))
        archive.writestr("../../etc/passwd", b"x")
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    tracemalloc.start()
    assert kind_of(file, "a.zip") is kinds.ZIP
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1_000_000


def test_a_zip_with_a_million_members_is_refused_unread() -> None:
    member = b"PK\1\2" + b"\0" * 42 + b"x"
    directory = member * 1_000_000
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 65535, 65535, len(directory), 4, 0)
    tracemalloc.start()
    body = io.BytesIO(b"PK\3\4" + directory + end)
    before, _most = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    assert kind_of(body, "a.zip") is None
    assert tracemalloc.get_traced_memory()[1] - before < 10_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    "body",
    [png(50_000, 50_000), b"GIF89a" + struct.pack("<HH", 60_000, 60_000),
     b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\xff\xff" * 2],
)  # fmt: skip
def test_a_picture_with_too_many_pixels_is_refused_by_its_measures(body: bytes) -> None:
    with pytest.raises(TooMuch):
        examine(io.BytesIO(body), "a")


def test_a_picture_of_a_large_screen_is_taken() -> None:
    assert examine(io.BytesIO(png(7680, 4320)), "a").kind is kinds.PNG
