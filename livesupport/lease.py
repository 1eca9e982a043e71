"""One process decides: an exclusive lease on the data directory, by a file lock.

It ends by itself with the process that holds it, however that ends. PostgreSQL has a lease of its own kind, in
`storage/advisory.py`. Both give a function that tells, later on, whether the lease is still held.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from livesupport.i18n import gettext as _

StillHeld = Callable[[], Awaitable[bool]]


class LeaseHeld(Exception):
    """Another process serves this data; `str()` says which."""


@asynccontextmanager
async def file_lease(directory: Path) -> AsyncIterator[StillHeld]:
    """Holds the data directory. Raises `LeaseHeld`."""
    with (directory / "server.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or _("another process")
            raise LeaseHeld(_("{data} is served by {holder}").format(data=directory, holder=holder)) from None
        file.truncate(0)
        file.write(this_process())
        file.flush()
        yield _always


async def _always() -> bool:
    return True


def this_process() -> str:
    """Who holds the lease, for the one who wanted it too."""
    return _("process {number} on {host}").format(number=os.getpid(), host=socket.gethostname())
