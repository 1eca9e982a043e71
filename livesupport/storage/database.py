"""Opens the database: SQLite with one writer and a few read-only readers, or PostgreSQL.

Apart from the ways to begin (`migrate.py`, `advisory.py`), only this file asks which database it is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import structlog
from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from livesupport.errors import Conflict, DiskFails, Unavailable
from livesupport.i18n import gettext as _
from livesupport.storage import sqlite

log = structlog.get_logger()

READERS = 2  # more reader threads lose to the interpreter lock (stack.md 2a)
BUSY_SECONDS = 5.0  # how long SQLite waits for another process's lock
POOL_SECONDS = 10.0  # how long a caller waits for a connection
WAL_LIMIT = 64 * 1024 * 1024  # bytes the write-ahead log keeps on disk after a checkpoint

DISK_FAILS = ("SQLITE_IOERR", "58")  # the second is PostgreSQL's class of errors of the system

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}


class Database:
    """An open database. `read()` and `write()` are the only ways in."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine) -> None:
        self._writer = writer
        self._reader = reader
        self.fails = False
        """Whether the disk has refused a write, and none has worked since."""

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[Database]:
        """Opens the database at `url` (`sqlite+aiosqlite:///path` or `postgresql+asyncpg://…`) and closes it at the end.

        The schema must be there already: see `migrate.upgrade`. Connections are made when first needed.
        """
        place = database_url(url)
        database = cls(writer_engine(place), _reader_engine(place))
        try:
            yield database
        finally:
            # The writer goes last: closing SQLite's last connection folds the write-ahead log into the file,
            # which a query-only connection may not do.
            await database._reader.dispose()
            await database._writer.dispose()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One consistent view of the data; a write through it is refused by the database.

        Raises `Unavailable` when the database cannot be read.
        """
        with clear_errors():
            async with self._reader.begin() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: all of the block is committed and on the disk when it ends, or nothing of it.

        Raises `Unavailable` when the database is locked, full or gone, `Conflict` when a unique value exists already.
        On SQLite only one block runs at a time; on PostgreSQL lock the rows you decide by (`with_for_update`).
        """
        try:
            with clear_errors():
                async with self._writer.begin() as connection:
                    yield connection
        except DiskFails:
            self.fails = True
            raise
        self.fails = False

    async def truncate_log(self) -> bool:
        """Empties SQLite's write-ahead log into the file, so that what was erased is nowhere any more. False while somebody
        still reads an older state. PostgreSQL has no such log of ours: True."""
        if not is_sqlite(self._writer.url):
            return True
        with clear_errors():
            async with self._writer.connect() as connection:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                async with driver.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
                    is_busy, _in_log, _moved = await cursor.fetchone()
        return not is_busy


def database_url(url: str) -> URL:
    """`url` with the asynchronous driver filled in, so that `sqlite:///…` and `postgresql://…` work as well."""
    place = make_url(url)
    return place.set(drivername=_DRIVERS.get(place.drivername, place.drivername))


def is_sqlite(url: URL) -> bool:
    """Whether the data is in a file of ours."""
    return url.get_backend_name() == "sqlite"


def writer_engine(url: URL) -> AsyncEngine:
    """An engine that may write. On SQLite it has one connection, and each transaction takes the write lock at once."""
    if not is_sqlite(url):
        return _postgres_engine(url)
    # FULL: a confirmed ticket survives a power cut. secure_delete: what is erased is overwritten.
    return _sqlite_engine(url, 1, "BEGIN IMMEDIATE", synchronous="FULL", secure_delete="ON", journal_size_limit=WAL_LIMIT)


def _reader_engine(url: URL) -> AsyncEngine:
    if is_sqlite(url):
        return _sqlite_engine(url, READERS, "BEGIN", query_only="ON")
    # One snapshot for all queries of a block, as a read transaction of SQLite has it.
    return _postgres_engine(url).execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _postgres_engine(url: URL) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=5,
        max_overflow=5,
        pool_timeout=POOL_SECONDS,
        pool_pre_ping=True,  # a restarted PostgreSQL is met by a fresh connection, not by an error
        hide_parameters=True,  # no error text may hold what somebody wrote
        connect_args={"timeout": POOL_SECONDS, "command_timeout": 30.0},
    )


def _sqlite_engine(url: URL, size: int, begin: str, **pragmas: object) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        hide_parameters=True,
        # None: we say BEGIN ourselves, below.
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS, "async_creator_fn": sqlite.connect},
    )
    settings = {"journal_mode": "WAL", "foreign_keys": "ON", **pragmas}

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for name, value in settings.items():
            cursor.execute(f"PRAGMA {name}={value}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turns the drivers' many errors into the two that a service may meet; the original may quote rows, so it is dropped."""
    try:
        yield
    except IntegrityError:
        raise Conflict("somebody else was faster") from None
    except ProgrammingError:
        raise
    except (DBAPIError, PoolTimeout, OSError) as error:
        code = _code(error)
        log.error("database_unavailable", code=code)
        kind = DiskFails if code.startswith(DISK_FAILS) else Unavailable
        raise kind(_("the database cannot be used: {reason} ({code})").format(reason=_reason(code), code=code)) from None


def _code(error: Exception) -> str:
    """The database's own name for what went wrong, such as SQLITE_FULL or 57P01; never its sentence."""
    original = getattr(error, "orig", None) or error
    cause = original.__cause__ or original
    for name in ("sqlite_errorname", "sqlstate"):
        if code := getattr(cause, name, None) or getattr(original, name, None):
            return str(code)
    return type(cause).__name__


def _reason(code: str) -> str:
    """What the code means to whoever runs the server. Codes begin with the general case: SQLITE_IOERR_FSYNC."""
    reasons = {
        "SQLITE_BUSY": _("another program holds it"),
        "SQLITE_CANTOPEN": _("the file cannot be opened"),
        "SQLITE_CORRUPT": _("the file is damaged; restore a backup"),
        "SQLITE_FULL": _("the disk is full"),
        "SQLITE_IOERR": _("the disk fails"),
        "SQLITE_NOTADB": _("the file is damaged; restore a backup"),
        "SQLITE_READONLY": _("it is read-only"),
        "28": _("the server refuses the user or the password"),  # PostgreSQL's class of invalid authorisation
        "3D": _("the server has no database of this name"),
        "53": _("the server has no room left"),
        "ConnectionRefusedError": _("no server answers at its address"),
        "gaierror": _("its host is unknown"),
    }
    return next((reason for beginning, reason in reasons.items() if code.startswith(beginning)), _("try again"))
