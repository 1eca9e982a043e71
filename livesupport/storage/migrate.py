"""Brings a database to the schema of this program, or refuses. Alembic is slow to import and loaded only when there is work."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path

import structlog
from sqlalchemy import URL, Connection, inspect, text

from livesupport.errors import Unavailable
from livesupport.i18n import gettext as _
from livesupport.storage import snapshots
from livesupport.storage.database import clear_errors, database_url, is_sqlite, writer_engine

log = structlog.get_logger()

_SCRIPTS = Path(__file__).parent / "migrations"


def revisions() -> list[str]:
    """The revisions that this program knows, oldest first: the digits that begin each file of `migrations/versions`."""
    return sorted(path.name.partition("_")[0] for path in (_SCRIPTS / "versions").glob("[0-9]*.py"))


async def upgrade(url: str) -> None:
    """Makes the tables or brings them up to date, in one transaction; an existing SQLite file is copied beside itself first.

    Raises `Unavailable` when the database is newer than this program, somebody else's, damaged, or cannot be reached.
    """
    place = database_url(url)
    engine = writer_engine(place)
    try:
        with clear_errors():
            if is_sqlite(place):
                _make_private(Path(str(place.database)))
            async with engine.begin() as connection:
                found = await connection.run_sync(_revision)
            if found == revisions()[-1]:
                return
            _check_known(found)
            if found and is_sqlite(place):
                await asyncio.to_thread(_copy, Path(str(place.database)), found)
            async with engine.begin() as connection:
                await connection.run_sync(_run_alembic)
    finally:
        await engine.dispose()
    log.info("database_migrated", old=found, new=revisions()[-1])


async def is_empty(url: str) -> bool:
    """Whether there is no database yet, or one without a table. Raises `Unavailable`."""
    place = database_url(url)
    if is_sqlite(place) and not _has_file(place):
        return True
    engine = writer_engine(place)
    try:
        with clear_errors():
            async with engine.connect() as connection:
                return await connection.run_sync(_revision) is None
    finally:
        await engine.dispose()


async def check(url: str) -> None:
    """Raises `Unavailable` unless the database has exactly the schema of this program; changes nothing."""
    engine = writer_engine(database_url(url))
    try:
        with clear_errors():
            async with engine.connect() as connection:
                found = await connection.run_sync(_revision)
    finally:
        await engine.dispose()
    _check_known(found)
    if found != revisions()[-1]:
        raise Unavailable(_("the database is not of this version's schema yet: run livesupport migrate"))


def _has_file(place: URL) -> bool:
    return Path(str(place.database)).exists()


def _revision(connection: Connection) -> str | None:
    """The revision of the tables that are there; None when there are none at all."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() or ""
    return "" if tables else None


def _check_known(found: str | None) -> None:
    if found == "":
        raise Unavailable(_("the database holds tables of another program: name an empty one in database.url"))
    if found is not None and found not in revisions():
        sentence = _("the database is of schema {found}, this program knows {known}: install the newer program")
        raise Unavailable(sentence.format(found=found, known=revisions()[-1]))


def _make_private(file: Path) -> None:
    """Makes an empty file that only the owner can read; SQLite gives its companions (-wal, -shm) the same rights."""
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))


def _copy(file: Path, revision: str) -> None:
    """Copies a database, its write-ahead log included, to `<file>.schema-<revision>`; a copy that fails leaves nothing."""
    copy = file.with_name(f"{file.name}.schema-{revision}")
    partial = copy.with_name(copy.name + ".partial")
    _make_private(partial)
    try:
        snapshots.copy(file, partial)
        partial.replace(copy)
    except sqlite3.Error as error:
        sentence = _("the database cannot be copied before it is changed: {code}")
        raise Unavailable(sentence.format(code=error.sqlite_errorname)) from None
    finally:
        partial.unlink(missing_ok=True)
    log.info("database_copied", copy=copy.name)


def _run_alembic(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    command.upgrade(config, "head")
