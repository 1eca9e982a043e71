"""How a database gets its tables, and which databases are refused."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.errors import Unavailable
from livesupport.storage import migrate
from livesupport.storage.database import Database
from livesupport.storage.schema import canned_reply, metadata, site, ticket
from livesupport.storage.search import matches
from tests.databases import only_sqlite

NEWEST = migrate.revisions()[-1]
NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{newest}"


def upgrade():
    op.create_table("addition", sa.Column("id", sa.Integer, primary_key=True))
    {then}
"""


def _program_of_tomorrow(folder: Path, monkeypatch: pytest.MonkeyPatch, then: str = "pass") -> None:
    """Lets `migrate` believe that the program has one more migration."""
    scripts = folder / "migrations"
    shutil.copytree(migrate._SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "9999_addition.py").write_text(NEXT.format(newest=NEWEST, then=then))
    monkeypatch.setattr(migrate, "_SCRIPTS", scripts)


@pytest.fixture
async def old_url(empty_url: str) -> str:
    """A database that this program has made, and that another may change."""
    await migrate.upgrade(empty_url)
    return empty_url


async def _tables(connection: AsyncConnection) -> set[str]:
    return set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))


async def _revision(url: str) -> str:
    async with Database.open(url) as database, database.read() as connection:
        return str((await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one())


async def test_an_empty_database_gets_all_tables_and_the_site_of_a_fresh_install(empty_url: str) -> None:
    await migrate.upgrade(empty_url)
    async with Database.open(empty_url) as database, database.read() as connection:
        tables = {name for name in await _tables(connection) if not name.startswith("ticket_index")}
        assert tables == {*metadata.tables, "alembic_version"}
        assert (await connection.execute(select(site.c.id, site.c.origins))).all() == [("default", [])]


def _is_of_the_schema(_object: object, name: str | None, *_more: object) -> bool:
    """The index for searching is each database's own."""
    return not (name or "").startswith(("ticket_index", "vector", "ix_ticket_search_vector"))


async def test_the_migrations_make_exactly_what_the_schema_says(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True, "include_object": _is_of_the_schema}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, metadata))

    async with database.read() as connection:
        assert await connection.run_sync(differences) == []


def test_the_newest_revision_is_alembics_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate._SCRIPTS))
    assert migrate.revisions()[-1] == ScriptDirectory.from_config(config).get_current_head()


async def test_a_second_start_changes_nothing(database_url: str, tmp_path: Path) -> None:
    files = [path.name for path in tmp_path.iterdir()]
    await migrate.upgrade(database_url)
    assert await _revision(database_url) == migrate.revisions()[-1]
    assert [path.name for path in tmp_path.iterdir()] == files


def test_alembic_is_not_loaded_when_there_is_nothing_to_do(sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "livesupport.db")
    program = (
        "import asyncio, sys; from livesupport.storage.migrate import upgrade;"
        "asyncio.run(upgrade(sys.argv[1])); print('alembic' in sys.modules)"
    )
    for name, loaded in (("livesupport.db", "False"), ("new.db", "True")):
        command = [sys.executable, "-c", program, f"sqlite:///{tmp_path / name}"]
        assert subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1] == loaded


async def test_an_older_database_is_brought_up_to_date_and_keeps_its_rows(
    old_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Database.open(old_url) as database, database.write() as connection:
        await connection.execute(insert(canned_reply).values(shortcut="hi", text="Hello"))
    _program_of_tomorrow(tmp_path, monkeypatch)
    await migrate.upgrade(old_url)
    async with Database.open(old_url) as database, database.read() as connection:
        assert "addition" in await _tables(connection)
        assert (await connection.execute(select(canned_reply.c.shortcut))).scalars().all() == ["hi"]
    assert await _revision(old_url) == "9999"


async def test_tickets_that_are_there_can_be_searched_afterwards(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as yesterday:
        scripts = tmp_path / "migrations"
        shutil.copytree(migrate._SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__", "000[3-9]_*"))
        yesterday.setattr(migrate, "_SCRIPTS", scripts)
        await migrate.upgrade(empty_url)
    texts = "number, origin, status, priority, channel, subject, name, phone, email, page, language, search"
    values = "'1001-7', 'x', 'new', 'normal', 'none', 'Broken kettles', 'Nino', '+995555123456', '', '', '', ''"
    async with Database.open(empty_url) as database, database.write() as connection:
        for statement in (
            f"INSERT INTO ticket (id, site_id, from_chat, created_at, updated_at, {texts})"
            f" VALUES (7, 'default', false, '2026-01-01', '2026-01-01', {values})",
            "INSERT INTO ticket_message (id, ticket_id, kind, author, name, text, at)"
            " VALUES (9, 7, 'request', 'requester', 'Nino', 'The blue one leaks', '2026-01-01')",
        ):
            await connection.execute(text(statement))
    await migrate.upgrade(empty_url)
    async with Database.open(empty_url) as database, database.read() as connection:
        for query in ("kettle", "leaking blue", "1001-7", "555123456", "nino"):
            found = await connection.execute(select(ticket.c.number, ticket.c.asked).where(await matches(connection, query)))
            assert found.all() == [("1001-7", 9)], query


@only_sqlite
async def test_a_file_is_copied_beside_itself_before_it_is_changed(
    old_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Database.open(old_url) as database:
        async with database.write() as connection:
            await connection.execute(insert(canned_reply).values(shortcut="hi", text="Hello"))
        _program_of_tomorrow(tmp_path, monkeypatch)
        await migrate.upgrade(old_url)  # while the row is still in the write-ahead log
    copy = tmp_path / f"livesupport.db.schema-{NEWEST}"
    with closing(sqlite3.connect(copy)) as connection_to_copy:
        assert connection_to_copy.execute("SELECT shortcut FROM canned_reply").fetchall() == [("hi",)]
        assert connection_to_copy.execute("SELECT version_num FROM alembic_version").fetchall() == [(NEWEST,)]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


async def test_a_migration_that_fails_is_undone_as_a_whole(
    old_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program_of_tomorrow(tmp_path, monkeypatch, then="raise LookupError")
    with pytest.raises(LookupError):
        await migrate.upgrade(old_url)
    async with Database.open(old_url) as database, database.read() as connection:
        assert "addition" not in await _tables(connection)
    assert await _revision(old_url) == NEWEST


async def test_a_program_older_than_the_schema_refuses_and_leaves_it_alone(
    old_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as tomorrow:
        _program_of_tomorrow(tmp_path, tomorrow)
        await migrate.upgrade(old_url)
    with pytest.raises(Unavailable, match="newer program"):
        await migrate.upgrade(old_url)
    assert await _revision(old_url) == "9999"


async def test_a_check_changes_nothing_and_tells_what_to_do(empty_url: str) -> None:
    with pytest.raises(Unavailable, match="livesupport migrate"):
        await migrate.check(empty_url)
    await migrate.upgrade(empty_url)
    await migrate.check(empty_url)


async def test_a_database_of_another_program_is_refused_and_left_alone(empty_url: str) -> None:
    async with Database.open(empty_url) as database, database.write() as connection:
        await connection.execute(text("CREATE TABLE invoices (id INTEGER)"))
    with pytest.raises(Unavailable, match="another program"):
        await migrate.upgrade(empty_url)
    async with Database.open(empty_url) as database, database.read() as connection:
        assert await _tables(connection) == {"invoices"}


async def test_a_damaged_file_is_refused_and_never_replaced_by_an_empty_one(tmp_path: Path) -> None:
    file = tmp_path / "livesupport.db"
    file.write_bytes(b"flipped bytes " * 1000)
    with pytest.raises(Unavailable, match="SQLITE_NOTADB"):
        await migrate.upgrade(f"sqlite:///{file}")
    assert file.read_bytes() == b"flipped bytes " * 1000


async def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await migrate.upgrade(f"sqlite:///{tmp_path}/missing/livesupport.db")


async def test_only_the_owner_can_read_a_new_file(tmp_path: Path) -> None:
    await migrate.upgrade(f"sqlite:///{tmp_path}/livesupport.db")
    assert stat.S_IMODE((tmp_path / "livesupport.db").stat().st_mode) == 0o600
