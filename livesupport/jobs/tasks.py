"""What each kind of work is: one line that calls the deed. What comes round stands in `schedule.py` too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from livesupport.jobs.runner import Task
from livesupport.storage import expired, jobs
from livesupport.storage.database import Database
from livesupport.tickets.alerts import Alerts
from livesupport.tickets.asking import Asking
from livesupport.tickets.files import Files
from livesupport.tickets.lifecycle import Lifecycle

log = structlog.get_logger()

KEEP_GIVEN_UP = timedelta(days=30)  # jobs that failed for good, for whoever looks for the reason


class Rooms(NamedTuple):
    """What the tasks work with."""

    database: Database
    clock: Callable[[], datetime]
    alerts: Alerts
    lifecycle: Lifecycle
    files: Files
    asking: Asking


def tasks(rooms: Rooms) -> Mapping[str, Task]:
    """Kind of work → what does it. Each is safe to repeat."""
    return {
        "close": lambda _: rooms.lifecycle.close(),
        "due": lambda job: rooms.alerts.tell(job["ticket"]),
        "files": lambda _: _remove_files(rooms.files),
        "promises": lambda job: rooms.alerts.follow(job["site"], job.get("after", 0)),
        "purge": lambda _: rooms.lifecycle.purge(),
        "scrub": lambda job: rooms.lifecycle.scrub(job["files"]),
        "tidy": lambda _: _tidy(rooms),
        "unconfirmed": lambda _: _remove_unconfirmed(rooms.asking),
    }


async def _remove_files(files: Files) -> None:
    """Removes files that nobody sent, and bytes that no ticket knows of."""
    await files.purge()
    await files.sweep()


async def _remove_unconfirmed(asking: Asking) -> None:
    """Removes requests whose address nobody confirmed."""
    await asking.purge()


async def _tidy(rooms: Rooms) -> None:
    """Removes what is over, and reminds of what was given up."""
    now = rooms.clock()
    async with rooms.database.write() as connection:
        await expired.remove(connection, now)
        await jobs.forget_given_up(connection, now, now - KEEP_GIVEN_UP)
        if spent := await jobs.given_up(connection, now):
            log.error("jobs_given_up", count=spent)
