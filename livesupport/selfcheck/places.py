"""Everywhere that a server could have left something: which places there are, and the search of all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import msgspec
from sqlalchemy import make_url

from livesupport.config import Config
from livesupport.i18n import gettext as _
from livesupport.selfcheck.canaries import Needle
from livesupport.selfcheck.sweep import Found, search_file, search_open_files, search_tables, search_tree
from livesupport.storage.database import Database

Swept = Mapping[str, Found]
"""What was found, by the name of the place as a person reads it."""


class Places(msgspec.Struct):
    """Of one server. `since`: files of the temporary directory that are older belong to others. `tables`: where the database
    is no file here. `process`: the server's, where it is known."""

    data: Path
    temp: Path
    since: float
    logs: tuple[Path, ...] = ()
    database_files: tuple[Path, ...] = ()
    tables: Database | None = None
    process: int | None = None

    async def sweep(self, needles: list[Needle]) -> Swept:
        """Searches all of it. Raises `Unavailable` for what cannot be read."""
        swept = await asyncio.to_thread(self._sweep_files, needles)
        if self.tables is not None:
            swept[_("database (tables)")] = await search_tables(self.tables, needles)
        return swept

    def _sweep_files(self, needles: list[Needle]) -> dict[str, Found]:
        swept = {_("data directory"): search_tree(self.data, needles, apart=self.database_files)}
        if self.database_files:
            swept[_("database, WAL")] = _search_files(self.database_files, needles)
        if self.logs:
            swept[_("log")] = _search_files(self.logs, needles)
        swept[_("temporary files")] = search_tree(self.temp, needles, since=self.since, apart=(self.data,))
        if self.process is not None and (found := search_open_files(self.process, needles)) is not None:
            swept[_("open files")] = found
        return swept


def _search_files(paths: tuple[Path, ...], needles: list[Needle]) -> Found:
    found = Found()
    for path in paths:
        search_file(path, needles, found)
    return found


def database_files(config: Config) -> tuple[Path, ...]:
    """The files of an embedded database, with those that SQLite keeps beside it; none for PostgreSQL."""
    file = make_url(config.database_url).database if config.embedded else None
    return tuple(Path(f"{file}{ending}") for ending in ("", "-wal", "-shm", "-journal")) if file else ()


def together(one: Swept, other: Swept) -> Swept:
    """Two searches of the same places as one: each hit once, the bytes of the larger."""
    both = dict(one)
    for place, found in other.items():
        before = both.get(place, Found())
        hits = list(dict.fromkeys([*before.hits, *found.hits]))
        both[place] = Found(max(before.items, found.items), max(before.octets, found.octets), hits)
    return both
