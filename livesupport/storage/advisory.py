"""One process decides: an exclusive lease on a PostgreSQL database, by an advisory lock that one open connection holds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from livesupport.errors import Unavailable
from livesupport.i18n import gettext as _
from livesupport.lease import LeaseHeld, StillHeld, this_process
from livesupport.storage.database import database_url

LOCK = 0x6C697665  # "live": any fixed number that other programs on the same database are unlikely to use


@asynccontextmanager
async def advisory_lease(url: str) -> AsyncIterator[StillHeld]:
    """Holds a PostgreSQL database by a connection that stays open. Raises `LeaseHeld`, `Unavailable`."""
    names_us = {"server_settings": {"application_name": f"livesupport {this_process()}"}}
    engine = create_async_engine(database_url(url), poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=names_us)
    lease = _AdvisoryLease(engine)
    try:
        try:
            await lease.take()
        except (DBAPIError, OSError) as error:
            raise Unavailable(_("the database cannot be reached: {reason}").format(reason=type(error).__name__)) from None
        yield lease.still_held
    finally:
        await lease.release()
        await engine.dispose()


class _AdvisoryLease:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None

    async def take(self) -> None:
        self._connection = await self._engine.connect()
        if not await self._connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
            holder = await self._connection.scalar(text(_HOLDER), {"lock": LOCK})
            await self.release()
            raise LeaseHeld(
                _("{data} is served by {holder}").format(data=_("the database"), holder=holder or _("another process"))
            )

    async def still_held(self) -> bool:
        """A broken connection has lost the lock. It is taken again, unless another process was faster; while the database is
        down nobody can have it."""
        try:
            if self._connection is not None:
                await self._connection.scalar(text("SELECT 1"))
                return True
        except (DBAPIError, OSError):
            await self.release()
        try:
            await self.take()
        except LeaseHeld:
            return False
        except (DBAPIError, OSError):
            pass
        return True

    async def release(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


_HOLDER = """
    SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)
    WHERE locktype = 'advisory' AND objid = :lock AND granted AND datname = current_database()
"""
