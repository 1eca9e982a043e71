"""What comes round: kinds of work with the time between two of them. Each has one job, under a key of its own, which is
written anew whenever it is done; so each is done by one runner at a time, however many there are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Job
from livesupport.storage import jobs
from livesupport.storage.database import Database

RECURRING: Mapping[str, timedelta] = {
    "close": timedelta(minutes=10),
    "files": timedelta(hours=1),
    "purge": timedelta(hours=1),
    "tidy": timedelta(hours=1),
    "unconfirmed": timedelta(hours=1),
}
"""Kind of work (see `tasks.py`) → time from the end of one to the beginning of the next."""

_KEY = "every:"


async def renew(database: Database, now: datetime) -> None:
    """Writes the jobs of `RECURRING` that are missing, and forgets those that no longer come round."""
    async with database.write() as connection:
        wanted = {_KEY + kind: kind for kind in RECURRING}
        there = await jobs.keys(connection, _KEY)
        await jobs.remove(connection, there - wanted.keys())
        for key in sorted(wanted.keys() - there):
            await jobs.add(connection, wanted[key], now + RECURRING[wanted[key]], {}, key=key)


async def again(connection: AsyncConnection, job: Job, now: datetime) -> None:
    """Writes the next job of work that comes round; for other work nothing."""
    if job.key == _KEY + job.kind and job.kind in RECURRING:
        await jobs.add(connection, job.kind, now + RECURRING[job.kind], {}, key=job.key)
