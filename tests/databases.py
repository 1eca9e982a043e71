"""Databases for tests, and the services on them: every test that asks for one runs twice, on SQLite and on PostgreSQL, each
time on a fresh one.

PostgreSQL is the server that LIVESUPPORT_TEST_POSTGRES names. Where it cannot be reached those tests are skipped with the
reason, but not in continuous integration (CI=true), where it must be there.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import URL, Table, make_url, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from livesupport.accounts.service import Accounts
from livesupport.model import Agent
from livesupport.sites.service import Sites
from livesupport.storage.database import Database
from livesupport.storage.migrate import upgrade
from livesupport.storage.schema import metadata
from livesupport.tickets.finding import Finder
from livesupport.tickets.service import Tickets

Result = TypeVar("Result")

EMPTY = ";".join(
    f"DELETE FROM {table.name}"
    + (f";ALTER SEQUENCE {table.name}_id_seq RESTART" if table.autoincrement_column is not None else "")
    for table in reversed(metadata.sorted_tables)
)
Seeds = dict[Table, list[dict[str, object]]]

SERVER = make_url(os.environ.get("LIVESUPPORT_TEST_POSTGRES", "postgresql+asyncpg://root@127.0.0.1:5432/postgres"))


SOFIA = Agent(id=2**30, login="sofia", name="Sofia", role="supervisor")  # may see every ticket; no row, for reading only


class Clock:
    """A clock that a test sets. It starts on a Sunday noon and stands still."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **how_far: float) -> None:
        """Moves it by what `timedelta` understands."""
        self.now += timedelta(**how_far)


@pytest.fixture
def clock() -> Clock:
    return Clock()


only_sqlite = pytest.mark.parametrize("kind", ["sqlite"])  # on a test of what only files do
only_postgresql = pytest.mark.parametrize("kind", ["postgresql"])  # on a test of what only servers do


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database this run of the test is about."""
    return str(request.param)


@pytest.fixture
async def empty_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The URL of a database without tables, to do anything with."""
    if kind == "sqlite":
        return _sqlite_url(tmp_path)
    url: str = request.getfixturevalue("postgres_for_schemas")
    await _run_on(url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    return url


@pytest.fixture
async def database_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The URL of a database as a fresh install has it, to put rows into."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "livesupport.db")
        return _sqlite_url(tmp_path)
    url, seeds = request.getfixturevalue("postgres_for_rows")
    await _start_afresh(url, seeds)
    return str(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database as a fresh install has it."""
    async with Database.open(database_url) as opened:
        yield opened


@pytest.fixture
def accounts(database: Database, clock: Clock) -> Accounts:
    return Accounts(database, clock)


@pytest.fixture
def sites(database: Database, clock: Clock) -> Sites:
    return Sites(database, clock)


@pytest.fixture
def tickets(database: Database, clock: Clock) -> Tickets:
    return Tickets(database, clock)


@pytest.fixture
def finder(database: Database, clock: Clock) -> Finder:
    return Finder(database, clock)


# Making databases takes longer than most tests, so each process of a test run does it once.


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that no test opens."""
    folder = tmp_path_factory.mktemp("template")
    _finish(upgrade(_sqlite_url(folder)))
    return folder / "livesupport.db"


@pytest.fixture(scope="session")
def postgres() -> None:
    """Makes sure that there is a server."""
    try:
        _finish(_run_on(SERVER, "SELECT 1"))
    except (DBAPIError, OSError) as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(
            f"no PostgreSQL at {SERVER.render_as_string()} ({type(error).__name__}): name one in LIVESUPPORT_TEST_POSTGRES"
        )


@pytest.fixture(scope="session")
def postgres_for_schemas(postgres: None) -> Iterator[str]:
    """The URL of a PostgreSQL database whose tables come and go."""
    with _postgres_database("schemas") as url:
        yield url


@pytest.fixture(scope="session")
def postgres_for_rows(postgres: None) -> Iterator[tuple[str, Seeds]]:
    """The URL of a PostgreSQL database whose rows come and go, and the rows that it has at first."""
    with _postgres_database("rows") as url:
        _finish(upgrade(url))
        yield url, _finish(_all_rows(url))


@contextmanager
def _postgres_database(purpose: str) -> Iterator[str]:
    name = f"livesupport_test_{os.getpid()}_{purpose}"
    # No test cuts the server's power, so it need not wait for its disk.
    quick = f"ALTER DATABASE {name} SET synchronous_commit = off"
    _finish(_run_on(SERVER, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}", quick))
    try:
        yield SERVER.set(database=name).render_as_string(hide_password=False)
    finally:
        _finish(_run_on(SERVER, f"DROP DATABASE {name} WITH (FORCE)"))


async def _run_on(url: URL | str, *statements: str) -> None:
    async with _connection(url) as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def _all_rows(url: str) -> Seeds:
    async with _connection(url) as connection:
        tables = metadata.sorted_tables
        return {table: [dict(row._mapping) for row in await connection.execute(select(table))] for table in tables}


async def _start_afresh(url: str, seeds: Seeds) -> None:
    async with _connection(url) as connection:
        raw = await connection.get_raw_connection()
        assert raw.driver_connection is not None
        await raw.driver_connection.execute(EMPTY)  # all in one message: hundreds of tests do this
        for table, rows in seeds.items():
            if rows:
                await connection.execute(table.insert(), rows)


@asynccontextmanager
async def _connection(url: URL | str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT", connect_args={"timeout": 10})
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


def _sqlite_url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/livesupport.db"


def _finish(work: Coroutine[object, object, Result]) -> Result:
    """Runs `work` to its end on a loop of its own, also from within a test's running loop."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()
