"""The rooms that tasks work with, around a test's database."""

from __future__ import annotations

from pathlib import Path

from livesupport.config import Files as Limits
from livesupport.jobs.runner import Runner
from livesupport.jobs.tasks import Rooms, tasks
from livesupport.signing import ConfirmLinks
from livesupport.storage.database import Database
from livesupport.storage.files import FileStore
from livesupport.tickets.alerts import Alerts
from livesupport.tickets.asking import Asking
from livesupport.tickets.base import Announce
from livesupport.tickets.files import Files
from livesupport.tickets.lifecycle import Lifecycle
from tests.databases import Clock


def rooms(database: Database, clock: Clock, folder: Path, announce: Announce = lambda news: None) -> Rooms:
    """Everything that a running server hands to its tasks; files are in `folder`."""
    files = Files(database, FileStore(folder / "files"), Limits(keep_free_bytes=1), clock)
    return Rooms(
        database=database,
        clock=clock,
        alerts=Alerts(database, clock, announce),
        lifecycle=Lifecycle(database, clock, announce, files, close_after=4 * 86400),
        files=files,
        asking=Asking(database, clock, announce, files, ConfirmLinks(b"k" * 32)),
    )


def runner(rooms: Rooms) -> Runner:
    """Who does the work."""
    return Runner(rooms.database, tasks(rooms), rooms.clock)
