"""Makes a backup while the server runs: one state of the database, the files that it names, and no key.

Everything is written into a folder beside the wanted one, checked, and only then given its name. A backup that is broken off
leaves that folder, which the next one clears away.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from livesupport import __version__
from livesupport.backup import manifest, postgres
from livesupport.backup.manifest import DATABASE, FILES, FORMAT, Kind, Manifest, Progress
from livesupport.config import Config
from livesupport.errors import Conflict, NoRoom, Unavailable
from livesupport.i18n import gettext as _
from livesupport.storage import audit, file_rows, snapshots
from livesupport.storage.database import Database, database_url
from livesupport.storage.files import FileStore
from livesupport.storage.snapshots import Description, KnownFile

ATTEMPTS = 3  # while tickets are erased under our hands


async def back_up(config: Config, destination: Path, now: datetime, progress: Progress = manifest.silent) -> Manifest:
    """Makes a backup in the folder `destination`, which must not be there yet.

    A file that is missing or damaged is named in the result, and the backup is made all the same. Raises `Conflict` when
    the folder is taken or another backup is being made there, `NoRoom`, `Unavailable`.
    """
    if config.embedded and not _database_file(config).is_file():
        raise Unavailable(_("there is no database in {data}").format(data=config.data))
    with _folder(destination) as folder, _disk_errors():
        made = await _content(config, folder, now, progress)
    with suppress(Unavailable):  # the backup is there, whether that can be noted or not
        async with Database.open(config.database_url) as database, database.write() as connection:
            await audit.add(connection, None, "data.backed_up", destination.name, now)
    return made


async def _content(config: Config, folder: Path, now: datetime, progress: Progress) -> Manifest:
    for _attempt in range(ATTEMPTS):
        description = await _database(config, folder, progress)
        damaged = await asyncio.to_thread(_files, config, folder, description.files, progress)
        if not damaged or damaged <= await _still_named(config):
            made = _manifest(config, folder, description, damaged, now)
            manifest.write(folder, made)
            _sync(folder)
            return made
    raise Unavailable(_("tickets are being erased at this moment: try again"))


@contextmanager
def _folder(destination: Path) -> Iterator[Path]:
    """A folder that gets the wanted name when the block ends well."""
    if destination.exists():
        raise Conflict(_("{folder} is there already: name a folder that is not").format(folder=destination))
    partial = destination.with_name(destination.name + ".partial")
    try:
        partial.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(partial, os.O_RDONLY)
    except OSError as error:
        raise Unavailable(_("{folder} cannot be made: {reason}").format(folder=partial, reason=error.strerror)) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in partial.iterdir():  # of a backup that was broken off
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        yield partial
        partial.rename(destination)
        _sync_folder(destination.parent)
    except BlockingIOError:
        raise Conflict(_("another backup is being made in {folder}").format(folder=partial)) from None
    finally:
        os.close(lock)


async def _database(config: Config, folder: Path, progress: Progress) -> Description:
    """Puts one state of the database into the folder, checks it, and says what it holds."""
    target = folder / DATABASE[_kind(config)]
    if not config.embedded:
        return await _dumped(config, target, progress)
    source = _database_file(config)
    with progress(_("Copying the database"), snapshots.pages(source)) as step:
        await asyncio.to_thread(snapshots.copy, source, target, step)
    async with Database.open(f"sqlite:///{target.absolute()}") as database, database.read() as connection:
        description = await snapshots.describe(connection)
    snapshots.close_copy(target)
    if found := await asyncio.to_thread(snapshots.damage, target):
        raise Unavailable(_("the database is damaged: {problem}").format(problem=found[0]))
    return description


async def _dumped(config: Config, target: Path, progress: Progress) -> Description:
    async with Database.open(config.database_url) as database, database.read() as connection:
        description = await snapshots.describe(connection)
        snapshot = (await connection.execute(text("SELECT pg_export_snapshot()"))).scalar_one()
        with progress(_("Copying the database"), 1) as step:
            await postgres.dump(database_url(config.database_url), target, snapshot)
            step(1)
    return description


def _files(config: Config, folder: Path, files: list[KnownFile], progress: Progress) -> set[str]:
    """Copies the files, and reads each copy again; returns the ids of those that are not what the database says."""
    size = sum(one.size for one in files)
    if shutil.disk_usage(folder).free < size:
        raise NoRoom(_("there is no room for {size} MB of files in {folder}").format(size=size // 2**20, folder=folder))
    source, copies = FileStore(config.files_folder), FileStore(folder / FILES)
    damaged = set()
    with progress(_("Copying files"), size) as step:
        for one in files:
            source.copy_to(one.id, copies)
            if copies.digest(one.id) != one.sha256:
                damaged.add(one.id)
            step(one.size)
    return damaged


async def _still_named(config: Config) -> set[str]:
    async with Database.open(config.database_url) as database, database.read() as connection:
        return await file_rows.all_ids(connection)


def _manifest(config: Config, folder: Path, found: Description, damaged: set[str], now: datetime) -> Manifest:
    return Manifest(
        format=FORMAT,
        version=__version__,
        kind=_kind(config),
        revision=found.revision,
        made_at=now,
        database_sha256=manifest.sha256(folder / DATABASE[_kind(config)]),
        counts=found.counts,
        files=[one for one in found.files if one.id not in damaged],
        damaged=sorted(damaged),
    )


def _kind(config: Config) -> Kind:
    return "sqlite" if config.embedded else "postgresql"


def _database_file(config: Config) -> Path:
    return Path(str(database_url(config.database_url).database))


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorname", type(error).__name__)
        raise Unavailable(_("the database cannot be copied: {code}").format(code=code)) from None
    except OSError as error:
        raise Unavailable(_("the backup cannot be written: {reason}").format(reason=error.strerror)) from None


def _sync(folder: Path) -> None:
    """Brings everything in a folder to the disk."""
    for path in folder.rglob("*"):
        _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
