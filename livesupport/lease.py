"""One process decides: an exclusive lease on the data, by a file lock (SQLite) or an advisory lock (PostgreSQL)."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ADVISORY_LOCK = 0x6C697665  # "live": any fixed number that other programs on the same database are unlikely to use


class LeaseHeld(Exception):
    """Another process serves this data; `str()` says which."""


@asynccontextmanager
async def file_lease(directory: Path) -> AsyncIterator[None]:
    """Holds the data directory. The kernel lets go when the process ends, however it ends. Raises `LeaseHeld`."""
    with (directory / "server.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise LeaseHeld(f"{directory} is served by {file.read().strip() or 'another process'}") from None
        file.truncate(0)
        file.write(_who())
        file.flush()
        yield


@asynccontextmanager
async def advisory_lease(url: str) -> AsyncIterator[None]:
    """Holds the PostgreSQL database for as long as one connection stays open. Raises `LeaseHeld`."""
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    engine = create_async_engine(
        url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"server_settings": {"application_name": f"livesupport {_who()}"}},
    )
    try:
        async with engine.connect() as connection:
            if not await connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": ADVISORY_LOCK}):
                holder = await connection.scalar(text(_HOLDER), {"lock": ADVISORY_LOCK})
                raise LeaseHeld(f"the database is served by {holder or 'another process'}")
            yield
    finally:
        await engine.dispose()


_HOLDER = """
    SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)
    WHERE locktype = 'advisory' AND objid = :lock AND granted AND datname = current_database()
"""


def _who() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"
