"""Does the work that is due: takes one job at a time by a lease, runs it, tries again with growing pauses, gives up loudly.

A job is done at least once: when this process dies in the middle, its lease runs out and the next runner begins it again.
So each task is safe to repeat. Several runners may work on one database: a lease is taken by one of them only.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from livesupport.errors import ServiceError
from livesupport.jobs import schedule
from livesupport.model import Job
from livesupport.storage import jobs
from livesupport.storage.database import Database

log = structlog.get_logger()

Task = Callable[[Mapping[str, Any]], Awaitable[None]]
"""What is done for a job, given its payload. Safe to repeat; whatever it raises means "not done, try again"."""

LOOK_EVERY = 1.0  # seconds between two looks when nothing is due
LEASE = timedelta(seconds=60)  # also the longest that a task may take
FIRST_PAUSE = 5.0  # seconds; each further pause is twice as long …
LONGEST_PAUSE = 3600.0  # … up to this


class UnknownKind(Exception):
    """No task does work of this kind: the job was written by a newer program."""


class Runner:
    """One process's share of the work."""

    def __init__(
        self,
        database: Database,
        tasks: Mapping[str, Task],
        clock: Callable[[], datetime],
        count: Callable[[str, str], None] = lambda kind, result: None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`count` is told the kind of each job and its result: done, retried or given_up. `chance` is from 0 to 1."""
        self._database = database
        self._tasks = tasks
        self._clock = clock
        self._count = count
        self._chance = chance

    async def work(self) -> None:
        """Works until it is cancelled. While the database cannot be used, it looks again and again."""
        while True:
            try:
                has_worked = await self.turn()
            except Exception as error:  # whatever it is, the next look may go well
                log.warning("jobs_unread", error=type(error).__name__)
                has_worked = False
            if not has_worked:
                await asyncio.sleep(LOOK_EVERY)

    async def turn(self) -> bool:
        """Does the job that has waited longest; False when none is due. Raises `Unavailable`."""
        job = await self._lease()
        if job is None:
            return False
        try:
            async with asyncio.timeout(LEASE.total_seconds()):
                await self._task(job)(job.payload)
        except Exception as error:
            await self._failed(job, error)
        else:
            await self._done(job)
        return True

    async def _lease(self) -> Job | None:
        now = self._clock()
        async with self._database.read() as connection:
            if not await jobs.is_due(connection, now):  # a look each second takes no lock
                return None
        async with self._database.write() as connection:
            return await jobs.lease(connection, now, now + LEASE)

    def _task(self, job: Job) -> Task:
        if job.kind not in self._tasks:
            raise UnknownKind
        return self._tasks[job.kind]

    async def _done(self, job: Job) -> None:
        async with self._database.write() as connection:
            if await jobs.finish(connection, job):
                await schedule.again(connection, job, self._clock())
        self._count(job.kind, "done")

    async def _failed(self, job: Job, error: Exception) -> None:
        is_last = job.attempts >= jobs.MOST_ATTEMPTS
        pause = timedelta(seconds=self._pause(job.attempts))
        async with self._database.write() as connection:
            if await jobs.postpone(connection, job, self._clock() + pause, type(error).__name__) and is_last:
                await schedule.again(connection, job, self._clock())
        # A refusal of our own is told by its kind; anything else is a fault, told with its places.
        fault = None if isinstance(error, ServiceError | UnknownKind | TimeoutError) else error
        if is_last:
            log.error("job_given_up", kind=job.kind, reason=type(error).__name__, exc_info=fault)
        else:
            log.warning("job_failed", kind=job.kind, attempt=job.attempts, reason=type(error).__name__, exc_info=fault)
        self._count(job.kind, "given_up" if is_last else "retried")

    def _pause(self, attempts: int) -> float:
        """Seconds until the next attempt; by chance a little less, so that what failed together does not return together."""
        longest = min(FIRST_PAUSE * 2.0 ** (attempts - 1), LONGEST_PAUSE)
        return longest * (0.7 + 0.3 * self._chance())
