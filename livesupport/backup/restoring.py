"""Puts a backup in the place of what is there, or where nothing is yet.

At every moment of it there is one whole database with all its files: the files of the backup come first, under names that
nothing else has, then the database takes its place in one step. What only the older state named is swept up later.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from livesupport.backup import manifest, postgres
from livesupport.backup.manifest import DATABASE, FILES, Manifest, Progress
from livesupport.config import Config
from livesupport.data import hold_lease, make_directories
from livesupport.errors import Conflict, NoRoom, Unavailable
from livesupport.i18n import gettext as _
from livesupport.storage import audit, snapshots
from livesupport.storage.database import Database, database_url
from livesupport.storage.files import FileStore
from livesupport.storage.migrate import check, is_empty, upgrade
from livesupport.storage.snapshots import Remembered

SPARE_STARTS = 1000  # of a server whose clock was wrong


async def restore(
    config: Config, source: Path, now: datetime, *, replace: bool = False, progress: Progress = manifest.silent
) -> Manifest:
    """Restores the backup in the folder `source`, after reading it from end to end.

    Afterwards nobody is signed in, tokens are revoked, and who is disabled in the replaced data stays disabled. Raises
    `LeaseHeld` while a server runs on this data, `Conflict` when there is data and `replace` is not given, `Unavailable` for
    a backup that is damaged or of another database, `NoRoom`.
    """
    made = manifest.read(source)
    if (made.kind == "sqlite") != config.embedded:
        raise Unavailable(_("this is a backup of {kind}: database.url names another database").format(kind=made.kind))
    make_directories(config)
    async with hold_lease(config):
        if not replace and not await is_empty(config.database_url):
            raise Conflict(_("there is data already; --replace puts the backup in its place"))
        await asyncio.to_thread(manifest.verify, source, made, progress)
        known = await _remembered(config)
        with _disk_errors():
            await asyncio.to_thread(_files, config, source, made, progress)
            await (_sqlite if config.embedded else _postgresql)(config, source, made, known, now)
    return made


async def _remembered(config: Config) -> Remembered:
    """What the data that is to be replaced knows, as far as it can still be read."""
    with suppress(Unavailable):
        await check(config.database_url)
        async with Database.open(config.database_url) as database, database.read() as connection:
            return await snapshots.remember(connection)
    return Remembered()


def _files(config: Config, source: Path, made: Manifest, progress: Progress) -> None:
    if shutil.disk_usage(config.data).free < made.octets:
        raise NoRoom(_("there is no room for the files of this backup"))
    backup, store = FileStore(source / FILES), FileStore(config.files_folder)
    with progress(_("Copying files"), made.octets) as step:
        for one in made.files:
            if store.digest(one.id) != one.sha256:
                backup.copy_to(one.id, store)
            step(one.size)


async def _sqlite(config: Config, source: Path, made: Manifest, known: Remembered, now: datetime) -> None:
    """Prepares the database beside its place, so that no half restored one is ever there."""
    place = Path(str(database_url(config.database_url).database))
    fresh = place.with_name(place.name + ".restoring")
    _remove(fresh)
    await asyncio.to_thread(shutil.copyfile, source / DATABASE["sqlite"], fresh)
    url = f"sqlite:///{fresh.absolute()}"
    await upgrade(url)
    await _settle(url, made, known, now)
    fresh.with_name(f"{fresh.name}.schema-{made.revision}").unlink(missing_ok=True)
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    _fold_log(place)
    fresh.replace(place)


async def _postgresql(config: Config, source: Path, made: Manifest, known: Remembered, now: datetime) -> None:
    await postgres.restore(database_url(config.database_url), source / DATABASE["postgresql"])
    await upgrade(config.database_url)
    await _settle(config.database_url, made, known, now)


async def _settle(url: str, made: Manifest, known: Remembered, now: datetime) -> None:
    """A server starts less than once a second, so it has not started more often than this since then."""
    starts = SPARE_STARTS + max(0, int((now - made.made_at).total_seconds()))
    async with Database.open(url) as database:
        async with database.write() as connection:
            await snapshots.settle(connection, known, now, starts)
            await audit.add(connection, None, "data.restored", made.made_at.isoformat(timespec="minutes"), now)
        await database.truncate_log()


def _fold_log(place: Path) -> None:
    """A write-ahead log that stayed behind would be played into the new database: nothing of it may be left."""
    with suppress(sqlite3.Error):
        connection = sqlite3.connect(place)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    for ending in ("-wal", "-shm"):
        Path(f"{place}{ending}").unlink(missing_ok=True)


def _remove(database: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        Path(f"{database}{ending}").unlink(missing_ok=True)


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(_("the backup cannot be put back: {reason}").format(reason=error.strerror)) from None
