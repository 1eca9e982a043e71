"""The bytes of files: a folder in the data directory, each file under a random name that says nothing.

A file is written aside, looked at, brought to the disk and only then put in its place, so that what has a name is whole.
Nothing that a person sent ever becomes part of a path.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import re
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

from livesupport.errors import NoRoom, NotFound, Unavailable
from livesupport.i18n import gettext as _

CHUNK = 64 * 1024
DRAFTS = "drafts"

_ID = re.compile(r"[0-9a-f]{32}")

Result = TypeVar("Result")


def new_file_id() -> str:
    """A name for a file: 128 random bits."""
    return secrets.token_hex(16)


class FileStore:
    """Files in `folder`, which is made with owner-only rights when the first one comes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def put(self, file_id: str, stream: AsyncIterator[bytes], finish: Callable[[BinaryIO], Result]) -> Result:
        """Takes a file as it comes in, a chunk at a time, and keeps it durably under this id when the call returns.

        `finish` gets the complete file, open for reading and writing, in a thread: it may look at it, rewrite it, or raise to
        refuse it. Its result is returned. Whatever fails, nothing is left behind. Raises `Unavailable`, `NoRoom`.
        """
        with _disk_errors():
            async with self._draft() as (draft, file):
                async for chunk in stream:
                    await asyncio.to_thread(file.write, chunk)
                result = await asyncio.to_thread(finish, file)
                await asyncio.to_thread(self._keep, file_id, draft, file)
                return result

    def open(self, file_id: str) -> AsyncIterator[bytes]:
        """The bytes of a file, chunk by chunk; it is opened with the first. Raises `NotFound`."""
        if not self.exists(file_id):
            raise NotFound("no such file in the store")
        return _chunks(self._path(file_id))

    async def delete(self, file_id: str) -> None:
        """Removes a file; one that is not there is removed already. Raises `Unavailable`."""
        with _disk_errors():
            await asyncio.to_thread(self._path(file_id).unlink, missing_ok=True)

    def exists(self, file_id: str) -> bool:
        """Whether the store has this file."""
        return self._path(file_id).is_file()

    def digest(self, file_id: str) -> str | None:
        """SHA-256 of a file as it is on the disk, to check it; None when it is missing. Reads the whole file."""
        try:
            with self._path(file_id).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return None

    def copy_to(self, file_id: str, other: FileStore) -> None:
        """Puts a copy of a file into another store, durably; one that is missing here is not copied. Raises `OSError`."""
        draft = other.folder / DRAFTS / secrets.token_hex(16)
        try:
            with self._path(file_id).open("rb") as file, _create(draft) as copy:
                shutil.copyfileobj(file, copy, CHUNK)
                other._keep(file_id, draft, copy)
        except FileNotFoundError:
            return
        finally:
            draft.unlink(missing_ok=True)

    def ids(self, older_than: float = 0.0) -> Iterator[str]:
        """The ids of all files that have been there for so many seconds."""
        latest = time.time() - older_than
        for path in self.folder.glob("??/*"):
            if _ID.fullmatch(path.name) and path.stat().st_mtime <= latest:
                yield path.name

    def clear_drafts(self, older_than: float) -> int:
        """Removes what a crash left half written so many seconds ago; returns how many."""
        latest = time.time() - older_than
        stale = [path for path in (self.folder / DRAFTS).glob("*") if path.stat().st_mtime <= latest]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)

    def free(self) -> int:
        """Bytes that are free on the disk of the store."""
        place = next(place for place in (self.folder, *self.folder.absolute().parents) if place.exists())
        return shutil.disk_usage(place).free

    @asynccontextmanager
    async def _draft(self) -> AsyncIterator[tuple[Path, BinaryIO]]:
        draft = self.folder / DRAFTS / secrets.token_hex(16)
        file = await asyncio.to_thread(_create, draft)
        try:
            with file:
                yield draft, file
        finally:
            draft.unlink(missing_ok=True)  # its place, once kept, is elsewhere

    def _keep(self, file_id: str, draft: Path, file: BinaryIO) -> None:
        path = self._path(file_id)
        file.flush()
        os.fsync(file.fileno())
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(self.folder)
        draft.rename(path)
        _sync_folder(path.parent)

    def _path(self, file_id: str) -> Path:
        if not _ID.fullmatch(file_id):
            raise NotFound("no id of a file")
        return self.folder / file_id[:2] / file_id


def _create(path: Path) -> BinaryIO:
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")


def _sync_folder(folder: Path) -> None:
    """Makes names in a folder durable; where the system cannot do that it need not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk


@contextmanager
def _disk_errors() -> Iterator[None]:
    """The disk's errors as the two that a service may meet; their own text may name a path, so it is dropped."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom("the disk is full") from None
        raise Unavailable(_("the store of files cannot be used")) from None
