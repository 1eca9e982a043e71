"""A whole database as a thing that can be described, copied, checked and put back (see the room `backup`)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.storage.schema import (
    agent,
    api_token,
    counter,
    file,
    metadata,
    requester_session,
    session,
    setup_secret,
    sign_in_code,
)

PAGES = 256  # of a SQLite file that are copied between two words to the person who waits
SPARE_NUMBERS = 1000  # may have been given since the backup was made

Step = Callable[[int], None]
"""Is told how much more is done."""


class KnownFile(msgspec.Struct, frozen=True):
    """A file as the database knows it: where its bytes are, how many, and their SHA-256."""

    id: str
    size: int
    sha256: str


class Description(msgspec.Struct, frozen=True):
    """What a database holds: the revision of its schema, its rows by table, the files that it names."""

    revision: str
    counts: dict[str, int]
    files: list[KnownFile]


class Remembered(msgspec.Struct, frozen=True):
    """What must not be undone by an older state: counters never go back, and who was shut out stays out."""

    counters: dict[str, int] = {}
    disabled: dict[str, datetime] = {}  # login → since when


async def describe(connection: AsyncConnection) -> Description:
    """Describes the state that this connection sees."""
    revision = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one()
    counts = {}
    for table in sorted(metadata.tables.values(), key=lambda table: table.name):
        counts[table.name] = int((await connection.execute(select(func.count()).select_from(table))).scalar_one())
    rows = await connection.execute(select(file.c.id, file.c.size, file.c.sha256).order_by(file.c.id))
    return Description(str(revision), counts, [KnownFile(*row) for row in rows])


async def remember(connection: AsyncConnection) -> Remembered:
    """What of this state holds for every later one."""
    counters = {row.name: row.value for row in await connection.execute(select(counter))}
    people = await connection.execute(select(agent.c.login, agent.c.disabled_at).where(agent.c.disabled_at.is_not(None)))
    return Remembered(counters, {row.login: row.disabled_at for row in people})


async def settle(connection: AsyncConnection, known: Remembered, now: datetime, starts: int) -> None:
    """Makes an older state safe to go on from: nobody is signed in, no token or link of then holds, whoever is known to be
    shut out stays out, and the counters are beyond all numbers that may have been given since. `starts`: of the server, at
    most, since that state."""
    for table in (session, requester_session, sign_in_code, setup_secret):
        await connection.execute(delete(table))
    await connection.execute(update(api_token).where(api_token.c.revoked_at.is_(None)).values(revoked_at=now))
    for login, since in known.disabled.items():
        shut_out = update(agent).where(agent.c.login == login, agent.c.disabled_at.is_(None))
        await connection.execute(shut_out.values(disabled_at=since))
    for name, spare in (("epoch", starts), ("ticket", 0 if known.counters else SPARE_NUMBERS), ("directory", 1)):
        found = (await connection.execute(select(counter.c.value).where(counter.c.name == name))).scalar_one()
        value = max(found + spare, known.counters.get(name, 0))
        await connection.execute(update(counter).where(counter.c.name == name).values(value=value))


# ── Files of SQLite ──────────────────────────────────────────────────────────────────────────────────────────────────


def copy(source: Path, target: Path, step: Step = lambda pages: None) -> None:
    """Copies an open database, its write-ahead log included, as it is at this moment; its users notice nothing. `step` is
    told of pages. Raises `sqlite3.Error`."""
    with closing(_read_only(source)) as old, closing(sqlite3.connect(target)) as new:
        old.execute("BEGIN")  # one state for the whole copy, however much is written meanwhile
        old.execute("SELECT 1 FROM sqlite_master").fetchone()
        done = 0

        def tell(_status: int, remaining: int, total: int) -> None:
            nonlocal done
            step(total - remaining - done)
            done = total - remaining

        old.backup(new, pages=PAGES, progress=tell, sleep=0)


def pages(database: Path) -> int:
    """How large a database is, in pages. Raises `sqlite3.Error`."""
    with closing(_read_only(database)) as connection:
        return int(connection.execute("PRAGMA page_count").fetchone()[0])


def close_copy(database: Path) -> None:
    """Makes a copy one file that needs no other beside it. Raises `sqlite3.Error`."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def damage(database: Path) -> list[str]:
    """What SQLite finds wrong in a database; its words name tables and pages, no content."""
    try:
        with closing(_read_only(database)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
            return found + [f"{table} refers to a row of {other} that is not there" for table, _row, other, _key in broken]
    except sqlite3.Error as error:
        return [getattr(error, "sqlite_errorname", type(error).__name__)]


def _read_only(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
