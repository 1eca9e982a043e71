"""Looks whether the data is sound: the database in itself, and the files against what the database says of them."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import msgspec

from livesupport.backup.manifest import Progress, silent
from livesupport.config import Config
from livesupport.errors import Unavailable
from livesupport.i18n import gettext as _
from livesupport.storage import jobs, snapshots
from livesupport.storage.database import Database, database_url
from livesupport.storage.files import FileStore
from livesupport.storage.migrate import check as check_schema
from livesupport.storage.snapshots import Description, KnownFile
from livesupport.tickets.files import ABANDONED_AFTER


class Findings(msgspec.Struct):
    """What was looked at, and what is wrong with it. `orphaned` files cost room only; the server sweeps them up."""

    rows: int = 0
    files: int = 0
    given_up: int = 0  # jobs
    damage: list[str] = []
    missing: list[str] = []  # files, by their ids
    altered: list[str] = []
    orphaned: list[str] = []

    @property
    def is_sound(self) -> bool:
        """Whether everything is as it should be."""
        return not (self.damage or self.missing or self.altered or self.orphaned)


async def look(config: Config, now: datetime, progress: Progress = silent) -> Findings:
    """Looks at everything; a server may run meanwhile. Raises `Unavailable` when the database cannot be read at all."""
    if config.embedded and not (file := Path(str(database_url(config.database_url).database))).is_file():
        raise Unavailable(_("there is no database in {data}").format(data=config.data))
    findings = Findings()
    if config.embedded:
        with progress(_("Checking the database"), 1) as step:
            findings.damage = await asyncio.to_thread(snapshots.damage, file)
            step(1)
        if findings.damage:
            return findings
    await check_schema(config.database_url)
    found, findings.given_up = await _described(config, now)
    findings.rows, findings.files = sum(found.counts.values()), len(found.files)
    await asyncio.to_thread(_look_at_files, FileStore(config.files_folder), found.files, findings, progress)
    gone = {one.id for one in found.files} - {one.id for one in (await _described(config, now))[0].files}
    findings.missing = [one for one in findings.missing if one not in gone]  # erased while we looked
    return findings


async def _described(config: Config, now: datetime) -> tuple[Description, int]:
    async with Database.open(config.database_url) as database, database.read() as connection:
        return await snapshots.describe(connection), await jobs.given_up(connection, now)


def _look_at_files(store: FileStore, known: list[KnownFile], findings: Findings, progress: Progress) -> None:
    findings.orphaned = sorted(set(store.ids(ABANDONED_AFTER)) - {one.id for one in known})
    with progress(_("Checking files"), sum(one.size for one in known)) as step:
        for one in known:
            digest = store.digest(one.id)
            if digest is None:
                findings.missing.append(one.id)
            elif digest != one.sha256:
                findings.altered.append(one.id)
            step(one.size)
