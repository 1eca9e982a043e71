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

log = structlog.get_logger()

KEEP_GIVEN_UP = timedelta(days=30)  # jobs that failed for good, for whoever looks for the reason


class Rooms(NamedTuple):
    """What the tasks work with."""

    database: Database
    clock: Callable[[], datetime]
    alerts: Alerts


def tasks(rooms: Rooms) -> Mapping[str, Task]:
    """Kind of work → what does it. Each is safe to repeat."""
    return {
        "due": lambda job: rooms.alerts.tell(job["ticket"]),
        "promises": lambda job: rooms.alerts.follow(job["site"], job.get("after", 0)),
        "tidy": lambda _: _tidy(rooms),
    }


async def _tidy(rooms: Rooms) -> None:
    """Removes what is over, and reminds of what was given up."""
    now = rooms.clock()
    async with rooms.database.write() as connection:
        await expired.remove(connection, now)
        await jobs.forget_given_up(connection, now, now - KEEP_GIVEN_UP)
        if spent := await jobs.given_up(connection, now):
            log.error("jobs_given_up", count=spent)
