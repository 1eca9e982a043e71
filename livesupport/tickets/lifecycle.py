"""What becomes of tickets by themselves: solved ones close, and those that were kept long enough are erased."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from livesupport.errors import Unavailable
from livesupport.storage import purging, tickets
from livesupport.storage.database import Database
from livesupport.tickets.base import Announce, Service
from livesupport.tickets.files import Files

BATCH = 25  # tickets in one transaction: people wait no longer for the database


class Lifecycle(Service):
    """What the jobs `close`, `purge` and `scrub` do. All are safe to repeat."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        announce: Announce,
        files: Files,
        close_after: float,
    ) -> None:
        """`close_after`: seconds that a ticket stays solved, in which the requester can open it again by writing."""
        super().__init__(database, clock, announce)
        self._files = files
        self._close_after = timedelta(seconds=close_after)

    async def close(self) -> None:
        """Closes tickets that have been solved long enough."""
        while await self._close_some():
            pass

    async def _close_some(self) -> int:
        async with self._deed() as deed:
            found = await tickets.solved_before(deed.connection, deed.now - self._close_after, BATCH)
            for ticket in found:
                await deed.record(ticket, "status", "", ticket.status, "closed")
                # It is no news of the ticket: it keeps its place in lists, and the time from which it is kept.
                await tickets.change(deed.connection, ticket.id, status="closed")
            return len(found)

    async def purge(self) -> None:
        """Erases tickets whose type says how long they are kept, when that time is over."""
        while await self._purge_some():
            pass

    async def _purge_some(self) -> int:
        now = self._clock()
        async with self._database.write() as connection:
            ids = await purging.outlived(connection, now, BATCH)
            return await purging.purge(connection, ids, now) if ids else 0

    async def scrub(self, file_ids: Sequence[str]) -> None:
        """Finishes what `purging.purge` began. Raises `Unavailable` while somebody still reads what is to be gone."""
        await self._files.erase(file_ids)
        if not await purging.scrub(self._database):
            raise Unavailable("the write-ahead log is still being read")
