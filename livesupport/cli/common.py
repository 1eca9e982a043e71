"""What the commands share: the flags that say which data is meant, and the open services."""

from __future__ import annotations

import functools
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from livesupport.config import Config, load
from livesupport.i18n import gettext as _

if TYPE_CHECKING:
    from livesupport.accounts.service import Accounts
    from livesupport.sites.service import Sites


class Services(NamedTuple):
    """What a command may work with."""

    accounts: Accounts
    sites: Sites


class Place(NamedTuple):
    """Which configuration the flags name."""

    file: Path | None
    overrides: dict[str, object]

    def having(self, **overrides: object) -> Place:
        """The same with these flags too, by dotted key."""
        return self._replace(overrides={**self.overrides, **overrides})

    def config(self) -> Config:
        """Reads it. Raises `ConfigError`."""
        return load(self.file, os.environ, self.overrides)


def with_place(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command the flags --config and --data, and hands it a `Place` first."""

    @click.option("--config", "file", type=click.Path(path_type=Path), metavar="FILE", help=_("Configuration file (TOML)."))
    @click.option("--data", metavar="DIR", help=_("Data directory."))
    @functools.wraps(command)
    def with_flags(*args: Any, file: Path | None, data: str | None, **flags: Any) -> Any:
        return command(Place(file, {"data_dir": data} if data else {}), *args, **flags)

    return with_flags


def work(place: Place, deed: Callable[[Services], Awaitable[None]]) -> None:
    """Does something with the services of this installation; a running server may go on."""

    import asyncio

    async def run() -> None:
        async with open_services(place.config()) as services:
            await deed(services)

    asyncio.run(run())


@asynccontextmanager
async def open_services(config: Config) -> AsyncIterator[Services]:
    """Opens the database, made or brought up to date first where it is our own file."""
    from livesupport import logs
    from livesupport.accounts.service import Accounts
    from livesupport.data import make_directories, prepare_database
    from livesupport.sites.service import Sites
    from livesupport.storage.database import Database

    logs.silence()
    make_directories(config)
    await prepare_database(config)
    async with Database.open(config.database_url) as database:
        yield Services(Accounts(database, now), Sites(database, now))


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def table(rows: list[tuple[str, ...]]) -> str:
    """Rows of words as aligned columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows)
