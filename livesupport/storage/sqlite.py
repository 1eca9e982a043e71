"""Connections to SQLite that go to their thread once for each statement.

aiosqlite goes there four times: to make a cursor, to execute, to fetch, to close. Each way there and back costs more than most
of our statements take, and waits for the interpreter lock on a busy machine. Here a statement and all of its rows are one way.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import aiosqlite

CHUNK = 64  # rows that aiosqlite would fetch at a time; nothing here is fetched that way


class OneWayCursor:
    """What SQLAlchemy asks of a cursor."""

    arraysize = 1

    def __init__(self, connection: OneWayConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.lastrowid: int | None = None
        self.rowcount = -1

    async def __aenter__(self) -> OneWayCursor:
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> OneWayCursor:
        """Executes a statement and fetches its rows."""
        await self._connection.there(self._run, sqlite3.Cursor.execute, statement, parameters)
        return self

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> OneWayCursor:
        """Executes a statement for each of these."""
        await self._connection.there(self._run, sqlite3.Cursor.executemany, statement, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        """The rows, which are here already."""
        return self._rows

    async def close(self) -> None:
        """Nothing: the cursor in the thread is closed."""

    def _run(self, method: Any, statement: str, parameters: Any, connection: sqlite3.Connection) -> None:
        cursor = connection.cursor()
        try:
            method(cursor, statement, parameters)
            self._rows = cursor.fetchall() if cursor.description else []
            self.description, self.lastrowid, self.rowcount = cursor.description, cursor.lastrowid, cursor.rowcount
        finally:
            cursor.close()


class OneWayConnection(aiosqlite.Connection):
    """aiosqlite's connection with these cursors."""

    def cursor(self) -> OneWayCursor:  # type: ignore[override]  # its own one is awaited
        """A new cursor; the thread hears of it with its first statement."""
        return OneWayCursor(self)

    async def there(self, work: Callable[..., None], *arguments: Any) -> None:
        """Does this in the connection's thread, with SQLite's own connection as the last argument."""
        await self._execute(work, *arguments, self._conn)  # type: ignore[no-untyped-call]


def connect(*arguments: Any, **options: Any) -> OneWayConnection:
    """A connection to be awaited; the arguments are those of `sqlite3.connect`."""
    connection = OneWayConnection(partial(sqlite3.connect, *arguments, **options), CHUNK)
    connection._thread.daemon = True  # as SQLAlchemy does with aiosqlite's: a forgotten one must not keep the process
    return connection
