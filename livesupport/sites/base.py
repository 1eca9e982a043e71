"""What every part of the sites' service stands on: one transaction per deed, with its line in the audit log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.errors import Conflict
from livesupport.model import Agent
from livesupport.permits import check_administrator
from livesupport.storage import audit, settings
from livesupport.storage.database import Database


class Deed:
    """One transaction, and what the audit log will say of it: `subject` and `details` may be told while it is done."""

    def __init__(self, connection: AsyncConnection, subject: str, details: Mapping[str, object]) -> None:
        self.connection = connection
        self.subject = subject
        self.details = details


class Service:
    """A database and a clock."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    @asynccontextmanager
    async def _deed(
        self, actor: Agent | None, act: str, subject: str = "", details: Mapping[str, object] | None = None
    ) -> AsyncIterator[Deed]:
        """A transaction that raises the directory's revision, so that a running server sees it, and is noted in the audit log.

        That counter is taken first of all, so two of these never overlap: what one reads, nobody else changes meanwhile.
        `actor` None: the command line. Raises `NotAllowed` for an actor who is no administrator.
        """
        check_administrator(actor)
        async with self._database.write() as connection:
            await settings.advance(connection, "directory")
            deed = Deed(connection, subject, details or {})
            yield deed
            await audit.add(connection, actor, act, deed.subject, self._clock(), deed.details)


@contextmanager
def unless_taken(sentence: str) -> Iterator[None]:
    """Names what exists already; the database, which alone decides it, only says that something does."""
    try:
        yield
    except Conflict:
        raise Conflict(sentence) from None
