"""Work to be done later: rows written in the transaction that caused them, done at least once by the runner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.storage.schema import job


async def add(
    connection: AsyncConnection, kind: str, run_at: datetime, payload: Mapping[str, object], *, key: str | None = None
) -> None:
    """Notes work of this kind for the moment `run_at`. With a `key` it replaces the work that waits under it."""
    if key is not None:
        await connection.execute(delete(job).where(job.c.key == key))
    row = {"kind": kind, "key": key, "payload": dict(payload), "run_at": run_at, "attempts": 0, "error": ""}
    await connection.execute(insert(job).values(row))
