"""Files from the moment somebody adds one until it is read, or removed: what is taken, whose it is, who may open it (T27, T51,
T52)."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from livesupport.config import Files as Limits
from livesupport.errors import Invalid, NoRoom, NotFound, TooMuch
from livesupport.model import Agent, Requester, StoredFile
from livesupport.sites.service import Sites
from livesupport.storage import file_rows, threads
from livesupport.storage.database import Database
from livesupport.storage.files import FileStore
from livesupport.tickets.files import Files, owner_of, read_chosen
from tests.databases import Clock

NINO = owner_of("n" * 22)
BEN = owner_of("b" * 22)
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\0\1\0" * 2 + b"rest of a picture"


async def stream(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def limits() -> Limits:
    return Limits(keep_free_bytes=1)


@pytest.fixture
def files(database: Database, store: FileStore, limits: Limits, clock: Clock) -> Files:
    return Files(database, store, limits, clock)


def kept(store: FileStore) -> list[Path]:
    """All files that the store has, drafts too."""
    return [path for path in store.folder.rglob("*") if path.is_file()]


async def test_a_picture_waits_under_a_random_name_until_it_is_sent(files: Files, store: FileStore) -> None:
    staged = await files.stage(NINO, "screen.png", stream(PICTURE[:10], PICTURE[10:]))
    assert (staged.name, staged.media_type, staged.size) == ("screen.png", "image/png", len(PICTURE))
    [path] = kept(store)
    assert path == store.folder / staged.id[:2] / staged.id
    assert path.read_bytes() == PICTURE
    assert store.digest(staged.id) == staged.sha256
