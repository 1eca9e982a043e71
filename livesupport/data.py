"""The data of an installation before it is used: directory made, database of the right schema, nobody else serving it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from livesupport.config import Config
from livesupport.errors import Unavailable
from livesupport.i18n import gettext as _
from livesupport.lease import StillHeld, file_lease
from livesupport.storage.advisory import advisory_lease
from livesupport.storage.migrate import check, upgrade


def make_directories(config: Config) -> None:
    """Makes the data directory, for its owner only; one that is there keeps its rights. Raises `Unavailable`."""
    try:
        config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        sentence = _("the data directory {data} cannot be made: {reason}")
        raise Unavailable(sentence.format(data=config.data, reason=error.strerror)) from None


async def prepare_database(config: Config) -> None:
    """Our own SQLite file is made or brought up to date; another database must be up to date. Raises `Unavailable`."""
    await (upgrade if config.embedded else check)(config.database_url)


def hold_lease(config: Config) -> AbstractAsyncContextManager[StillHeld]:
    """The right to serve this data, alone; gives a function that tells whether it still is ours. Raises `LeaseHeld`."""
    if config.embedded:
        return file_lease(config.data)
    return advisory_lease(config.database_url)
