"""Looks for canaries in bytes, files, directories, tables and the files that a process has open."""

from __future__ import annotations

import os
import re
import stat
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import msgspec
from sqlalchemy import select

from livesupport.errors import Unavailable
from livesupport.i18n import gettext as _
from livesupport.selfcheck.canaries import Needle
from livesupport.storage.database import Database
from livesupport.storage.schema import metadata

BLOCK = 4 * 1024 * 1024
OVERLAP = 64 * 1024  # more than any form is long
MOST_UNPACKED = 512 * 1024 * 1024  # bytes of one compressed stream, however large it says to be
TASTE = 4096  # bytes after which what only looks like compressed data has mostly been found out
DEEPEST = 2  # compressed data inside compressed data
_COMPRESSED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")  # gzip (RFC 1952), zlib (RFC 1950)
_GZIP, _ZLIB = 31, 15  # what zlib calls them

Source = Callable[[int], Iterator[bytes]]
"""Gives the bytes of something from this place on, block by block; may be asked again and again."""


class Hit(msgspec.Struct, frozen=True):
    """A canary that was found: which one, in which form, where."""

    needle: Needle
    where: str


class Found(msgspec.Struct):
    """What was searched at one place. `items` counts files or tables."""

    items: int = 0
    octets: int = 0
    hits: list[Hit] = msgspec.field(default_factory=list)


def search(data: bytes, needles: Iterable[Needle], where: str) -> Iterator[Hit]:
    """Each needle once, in the bytes themselves and in what is compressed in them."""
    return _search(lambda place: iter((data[place:],)), list(needles), where)


def _search(source: Source, needles: list[Needle], where: str, depth: int = 0) -> Iterator[Hit]:
    """As often as a block holds it. Compressed data is followed to its end, however far away that is."""
    place, tail = 0, b""
    for block in source(0):
        data = tail + block
        yield from (Hit(needle, where) for needle in needles if needle.octets in data)
        for start in _COMPRESSED.finditer(data) if depth < DEEPEST else ():
            if start.end() > len(tail) and _is_stream(data[start.start() : start.start() + TASTE]):
                packed = partial(_unpacked, source, place - len(tail) + start.start(), where)
                yield from _search(packed, needles, f"{where} (compressed)", depth + 1)
        place += len(block)
        tail = data[-OVERLAP:]


def _stream(beginning: bytes) -> zlib._Decompress:
    return zlib.decompressobj(_GZIP if beginning.startswith(b"\x1f") else _ZLIB)


def _is_stream(beginning: bytes) -> bool:
    try:
        _stream(beginning).decompress(beginning, TASTE)
    except zlib.error:  # it only looked like that
        return False
    return True


def _unpacked(source: Source, place: int, where: str, skip: int = 0) -> Iterator[bytes]:
    """What is compressed there, from its byte `skip` on. Data that turns out broken ends where it breaks. Raises `Unavailable`
    for more than anybody would look through: what was not seen is no proof."""
    stream, total = None, 0
    for block in source(place):
        stream = stream or _stream(block)
        while block and not stream.eof:
            try:
                plain = stream.decompress(block, BLOCK)
            except zlib.error:
                return
            block = stream.unconsumed_tail
            total += len(plain)
            if total > MOST_UNPACKED:
                raise Unavailable(_("{file} holds too much compressed data to look through").format(file=where))
            if fresh := plain[max(0, len(plain) - (total - skip)) :] if total > skip else b"":
                yield fresh
        if stream.eof:
            return


def search_file(path: Path, needles: list[Needle], found: Found, name: str = "") -> None:
    """Searches one file, however large; one that has gone meanwhile counts as empty. Raises `Unavailable`: a file that
    cannot be read is no proof."""
    try:
        hits = dict.fromkeys(_search(partial(_blocks, path), needles, name or str(path)))
        found.octets += path.stat().st_size
    except FileNotFoundError:
        return
    except OSError as error:
        raise Unavailable(_("{file} cannot be read: {reason}").format(file=path, reason=error.strerror)) from None
    found.items += 1
    found.hits += hits


def _blocks(path: Path, place: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(place)
        while block := file.read(BLOCK):
            yield block


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
