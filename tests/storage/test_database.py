"""How the database is opened, and what happens when it cannot do what it should."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import insert, make_url, select
from structlog.testing import capture_logs

from livesupport.errors import Conflict, Unavailable
from livesupport.storage import database as module
from livesupport.storage.database import Database, database_url
from livesupport.storage.schema import canned_reply, metadata, setup_secret, ticket, ticket_message, topic
from tests.databases import only_postgresql, only_sqlite

CANARY = "Nino's secret"


@pytest.fixture
def file(database_url: str) -> Path:
    """The SQLite file of this test's database."""
    return Path(str(make_url(database_url).database))


async def _shortcuts(database: Database) -> set[str]:
    async with database.read() as connection:
        return set((await connection.execute(select(canned_reply.c.shortcut))).scalars())


async def _add(database: Database, shortcut: str, text: str = "Hello") -> None:
    async with database.write() as connection:
        await connection.execute(insert(canned_reply).values(shortcut=shortcut, text=text))


async def test_a_reader_cannot_write_and_the_writer_can(database: Database) -> None:
    with pytest.raises(Unavailable):
        async with database.read() as connection:
            await connection.execute(insert(canned_reply).values(shortcut="hi", text="Hello"))
    await _add(database, "hi")
    assert await _shortcuts(database) == {"hi"}


async def test_a_block_that_fails_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(LookupError):
        async with database.write() as connection:
            await connection.execute(insert(canned_reply).values(shortcut="hi", text="Hello"))
            raise LookupError
    assert await _shortcuts(database) == set()


async def test_a_block_that_is_cancelled_leaves_nothing_behind_and_blocks_nobody(database: Database) -> None:
    inside, never = asyncio.Event(), asyncio.Event()

    async def interrupted() -> None:
        async with database.write() as connection:
            await connection.execute(insert(canned_reply).values(shortcut="hi", text="Hello"))
            inside.set()
            await never.wait()

    work = asyncio.create_task(interrupted())
    await inside.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await _add(database, "bye")
    assert await _shortcuts(database) == {"bye"}


async def test_a_reading_block_sees_one_state_of_the_data(database: Database) -> None:
    query = select(canned_reply.c.shortcut)
    async with database.read() as connection:
        assert (await connection.execute(query)).all() == []
        await _add(database, "hi")
        assert (await connection.execute(query)).all() == []
    assert await _shortcuts(database) == {"hi"}


async def test_a_value_that_must_be_unique_is_a_conflict_that_quotes_nothing(database: Database) -> None:
    await _add(database, CANARY)
    with capture_logs() as logs, pytest.raises(Conflict) as caught:
        await _add(database, CANARY)
    assert CANARY not in repr(caught.value) + str(caught.value) + str(logs)


async def test_a_row_that_points_nowhere_is_refused(database: Database) -> None:
    with pytest.raises(Conflict):
        async with database.write() as connection:
            await connection.execute(insert(topic).values(site_id="nowhere", name="Billing"))


async def test_a_moment_comes_back_as_the_same_moment_in_utc(database: Database) -> None:
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    moment = datetime(2026, 11, 22, 5, 30, 1, 123456, kathmandu)
    async with database.write() as connection:
        await connection.execute(insert(setup_secret).values(hash="x", expires_at=moment))
        found = (await connection.execute(select(setup_secret.c.expires_at))).scalar_one()
    assert found == moment
    assert found.tzinfo is UTC


async def test_a_moment_without_a_zone_is_a_fault_of_the_program(database: Database) -> None:
    async with database.write() as connection:
        with pytest.raises(Exception, match="time zone"):
            await connection.execute(insert(setup_secret).values(hash="x", expires_at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_there_is_no_table_in_which_a_chat_could_stay() -> None:
    assert set(metadata.tables) == {
        "agent",
        "agent_topic",
        "api_token",
        "audit",
        "canned_reply",
        "counter",
        "draft",
        "file",
        "job",
        "notice",
        "outbox",
        "pending_request",
        "preference",
        "request_type",
        "requester",
        "requester_session",
        "saved_view",
        "session",
        "setup_secret",
        "sign_in_code",
        "site",
        "ticket",
        "ticket_event",
        "ticket_link",
        "ticket_message",
        "ticket_search",
        "ticket_tag",
        "ticket_watcher",
        "topic",
    }
    # Whatever a person may have said is in a ticket, and every ticket has the hash of what it came from.
    assert not ticket.c.origin.nullable
    assert not ticket_message.c.ticket_id.nullable


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///x.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:///x.db", "sqlite+aiosqlite"),
        ("postgresql://host/x", "postgresql+asyncpg"),
        ("postgres://host/x", "postgresql+asyncpg"),
        ("postgresql+asyncpg://host/x", "postgresql+asyncpg"),
    ],
)
def test_a_url_may_leave_the_driver_out(given: str, driver: str) -> None:
    assert database_url(given).drivername == driver


async def test_a_server_that_is_not_there_is_said_so() -> None:
    async with Database.open("postgresql://root@127.0.0.1:9/nothing") as database:
        with pytest.raises(Unavailable, match="no server answers"):
            await _shortcuts(database)


@only_postgresql
async def test_a_database_that_the_server_does_not_have_is_said_so(database_url: str) -> None:
    missing = make_url(database_url).set(database="livesupport_missing").render_as_string(hide_password=False)
    async with Database.open(missing) as database:
        with pytest.raises(Unavailable, match="no database of this name"):
            await _shortcuts(database)


@only_postgresql
async def test_a_connection_that_the_server_has_ended_is_replaced_and_a_block_in_it_is_undone(database: Database) -> None:
    async with database.read() as connection:
        idle = (await connection.exec_driver_sql("SELECT pg_backend_pid()")).scalar_one()
    await _end(database, idle)
    await _add(database, "first")
    with pytest.raises(Unavailable):
        async with database.write() as connection:
            await connection.execute(insert(canned_reply).values(shortcut="second", text="Hello"))
            await _end(database, (await connection.exec_driver_sql("SELECT pg_backend_pid()")).scalar_one())
    assert await _shortcuts(database) == {"first"}


async def _end(database: Database, backend: int) -> None:
    async with database.write() as connection:
        await connection.exec_driver_sql(f"SELECT pg_terminate_backend({backend}, 5000)")


# ── SQLite's own ways to fail ────────────────────────────────────────────────────────────────────────────────────────


@only_sqlite
async def test_a_confirmed_write_is_on_the_disk_and_what_is_erased_is_overwritten(file: Path, database: Database) -> None:
    settings = {}
    async with database.write() as connection:
        for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout"):
            settings[name] = (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
    full = 2
    assert settings == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": module.BUSY_SECONDS * 1000,
    }


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Somebody else's program that holds the write lock."""
    with closing(sqlite3.connect(file, isolation_level=None)) as stranger:
        stranger.execute("BEGIN EXCLUSIVE")
        yield
        stranger.execute("ROLLBACK")


@only_sqlite
async def test_a_locked_file_is_said_so_after_a_bounded_wait_and_works_when_it_is_free(
    file: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    async with Database.open(database_url) as database:
        with _locked(file):
            with pytest.raises(Unavailable, match="SQLITE_BUSY"):
                await _add(database, "hi")
            assert await _shortcuts(database) == set()
        await _add(database, "hi")
        assert await _shortcuts(database) == {"hi"}


@only_sqlite
async def test_many_writers_at_a_locked_file_all_hear_of_it(
    file: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.01)
    async with Database.open(database_url) as database:
        with _locked(file):
            outcomes = await asyncio.gather(*(_add(database, str(n)) for n in range(10)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * 10


@only_sqlite
async def test_a_full_disk_undoes_the_whole_block_and_works_when_there_is_space(file: Path, database: Database) -> None:
    await _add(database, "before")
    async with database.write() as connection:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
    async with database.write() as connection:
        await connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with capture_logs() as logs, pytest.raises(Unavailable, match="SQLITE_FULL"):
        async with database.write() as connection:
            await connection.execute(insert(canned_reply).values(shortcut="small", text="fits"))
            await connection.execute(insert(canned_reply).values(shortcut="large", text=CANARY * 10_000))
    assert CANARY not in str(logs)
    assert await _shortcuts(database) == {"before"}
    async with database.write() as connection:
        await connection.exec_driver_sql(f"PRAGMA max_page_count={pages * 100}")
    await _add(database, "after", CANARY * 10_000)
    assert await _shortcuts(database) == {"before", "after"}


@only_sqlite
async def test_erased_words_are_not_left_in_the_file(file: Path, database_url: str) -> None:
    async with Database.open(database_url) as database:
        await _add(database, "hi", CANARY)
    assert CANARY.encode() in file.read_bytes()
    async with Database.open(database_url) as database, database.write() as connection:
        await connection.execute(canned_reply.delete())
    assert CANARY.encode() not in file.read_bytes()
    assert [path.name for path in file.parent.iterdir()] == ["livesupport.db"]
