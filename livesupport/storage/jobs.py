"""Work to be done later: rows written in the transaction that caused them, done at least once by the runner.

A runner takes a job by a lease that runs out by itself, so a runner that dies leaves nothing behind. What a runner says of
a job counts only while its lease is the one in the row: the work may have been given anew meanwhile, to it or to another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Job
from livesupport.storage.schema import job

MOST_ATTEMPTS = 12  # after which a job is left alone


async def add(
    connection: AsyncConnection, kind: str, run_at: datetime, payload: Mapping[str, object], *, key: str | None = None
) -> None:
    """Notes work of this kind for the moment `run_at`. With a `key` it replaces the work that waits under it."""
    if key is not None:
        await connection.execute(delete(job).where(job.c.key == key))
    row = {"kind": kind, "key": key, "payload": dict(payload), "run_at": run_at, "attempts": 0, "error": ""}
    await connection.execute(insert(job).values(row))


async def keys(connection: AsyncConnection, beginning: str) -> set[str]:
    """The keys that begin so, of work that will be done."""
    found = select(job.c.key).where(job.c.key.startswith(beginning, autoescape=True), job.c.attempts < MOST_ATTEMPTS)
    return {str(key) for key in (await connection.execute(found)).scalars()}


async def remove(connection: AsyncConnection, keys: Collection[str]) -> None:
    """Forgets the work that waits under these keys."""
    await connection.execute(delete(job).where(job.c.key.in_(keys)))


async def is_due(connection: AsyncConnection, now: datetime) -> bool:
    """Whether there is work to do now."""
    return (await connection.execute(_due(now))).first() is not None


async def lease(connection: AsyncConnection, now: datetime, until: datetime) -> Job | None:
    """Takes the job that has waited longest, for as long as `until`; None when none is due."""
    row = (await connection.execute(_due(now).with_for_update(skip_locked=True))).one_or_none()
    if row is None:
        return None
    taken = update(job).where(job.c.id == row.id).values(leased_until=until, attempts=job.c.attempts + 1)
    await connection.execute(taken)
    return Job(id=row.id, kind=row.kind, key=row.key, payload=row.payload, attempts=row.attempts + 1, leased_until=until)


async def finish(connection: AsyncConnection, done: Job) -> bool:
    """Removes a job that is done; False when it is no longer ours, because its lease ran out or it was given anew."""
    return (await connection.execute(delete(job).where(*_ours(done)))).rowcount == 1


async def postpone(connection: AsyncConnection, failed: Job, run_at: datetime, error: str) -> bool:
    """Gives a job back, to be tried again at `run_at`, unless it was its last attempt; False when it is no longer ours."""
    given_back = update(job).where(*_ours(failed)).values(leased_until=None, run_at=run_at, error=error)
    return (await connection.execute(given_back)).rowcount == 1


async def given_up(connection: AsyncConnection, now: datetime) -> int:
    """How many jobs nobody tries any more."""
    query = select(func.count()).select_from(job).where(_free(now), job.c.attempts >= MOST_ATTEMPTS)
    return int((await connection.execute(query)).scalar_one())


async def forget_given_up(connection: AsyncConnection, now: datetime, before: datetime) -> None:
    """Removes jobs that nobody tries any more, and that were due before that moment."""
    await connection.execute(delete(job).where(_free(now), job.c.attempts >= MOST_ATTEMPTS, job.c.run_at < before))


def _due(now: datetime) -> Select[Any]:
    due = select(job).where(job.c.run_at <= now, _free(now), job.c.attempts < MOST_ATTEMPTS)
    return due.order_by(job.c.run_at, job.c.id).limit(1)


def _free(now: datetime) -> ColumnElement[bool]:
    """Nobody works on it, or whoever did has died."""
    return or_(job.c.leased_until.is_(None), job.c.leased_until <= now)


def _ours(taken: Job) -> tuple[ColumnElement[bool], ...]:
    # The id alone would not do: SQLite gives the id of a removed last row to the next one.
    return job.c.id == taken.id, job.c.leased_until == taken.leased_until
