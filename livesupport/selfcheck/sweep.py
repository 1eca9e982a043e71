"""Looks for canaries in bytes, files, directories, tables and the files that a process has open."""

from __future__ import annotations

import os
import re
import stat
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from sqlalchemy import select

from livesupport.errors import Unavailable
from livesupport.i18n import gettext as _
from livesupport.selfcheck.canaries import Needle
from livesupport.storage.database import Database
from livesupport.storage.schema import metadata

BLOCK = 4 * 1024 * 1024
OVERLAP = 64 * 1024  # more than any form is long; also what is seen of compressed data that begins at the end of a block
UNPACKED = 1024 * 1024  # bytes of one compressed member that are looked at
DEEPEST = 2  # compressed data inside compressed data
_COMPRESSED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")  # gzip (RFC 1952), zlib (RFC 1950)
_GZIP, _ZLIB = 31, 15  # what zlib calls them


class Hit(msgspec.Struct, frozen=True):
    """A canary that was found: which one, in which form, where."""

    needle: Needle
    where: str


class Found(msgspec.Struct):
    """What was searched at one place. `items` counts files or tables."""

    items: int = 0
    octets: int = 0
    hits: list[Hit] = msgspec.field(default_factory=list)


def search(data: bytes, needles: Iterable[Needle], where: str, depth: int = 0) -> Iterator[Hit]:
    """Each needle once, in the bytes themselves and in what is compressed in them."""
    for needle in needles:
        if needle.octets in data:
            yield Hit(needle, where)
    if depth < DEEPEST:
        for start in _COMPRESSED.finditer(data):
            if unpacked := _unpacked(data[start.start() : start.start() + UNPACKED]):
                yield from search(unpacked, needles, f"{where} (compressed)", depth + 1)


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(_GZIP if data[0] == 0x1F else _ZLIB).decompress(data, UNPACKED)
    except zlib.error:  # it only looked like that
        return b""


def search_file(path: Path, needles: list[Needle], found: Found, name: str = "") -> None:
    """Searches one file, however large; one that has gone meanwhile counts as empty. Raises `Unavailable`: a file that
    cannot be read is no proof."""
    hits: dict[Hit, None] = {}
    try:
        with path.open("rb") as file:
            tail = b""
            while block := file.read(BLOCK):
                found.octets += len(block)
                hits.update(dict.fromkeys(search(tail + block, needles, name or str(path))))
                tail = block[-OVERLAP:]
    except FileNotFoundError:
        return
    except OSError as error:
        raise Unavailable(_("{file} cannot be read: {reason}").format(file=path, reason=error.strerror)) from None
    found.items += 1
    found.hits += hits


def search_tree(root: Path, needles: list[Needle], *, since: float = 0.0, apart: Iterable[Path] = ()) -> Found:
    """Every file below `root` that was changed after `since` (Unix seconds), and its name; but nothing of `apart`, which is
    searched elsewhere."""
    found, left_out = Found(), set(apart)
    for path in sorted(root.rglob("*")):
        try:
            status = path.lstat()
        except FileNotFoundError:
            continue
        if status.st_mtime < since or not left_out.isdisjoint((path, *path.parents)):
            continue
        found.hits += search(os.fsencode(path.name), needles, _("a file's name"))
        if stat.S_ISREG(status.st_mode):
            search_file(path, needles, found)
    return found


async def search_tables(database: Database, needles: list[Needle]) -> Found:
    """Every row of every table, as the database gives it out: for a server whose files are elsewhere."""
    found = Found()
    async with database.read() as connection:
        for table in metadata.sorted_tables:
            rows = "\n".join(str(tuple(row)) for row in await connection.execute(select(table)))
            found.items += 1
            found.octets += len(rows.encode())
            found.hits += search(rows.encode(), needles, table.name)
    return found


def search_open_files(process: int, needles: list[Needle]) -> Found | None:
    """The files that a process has open, those without a name included; None where the system does not tell (Linux does)."""
    found = Found()
    try:
        links = list(Path(f"/proc/{process}/fd").iterdir())
    except OSError:
        return None
    for link in links:
        try:
            if stat.S_ISREG(link.stat().st_mode):
                search_file(link, needles, found, str(link.readlink()))
        except FileNotFoundError:
            continue
    return found
