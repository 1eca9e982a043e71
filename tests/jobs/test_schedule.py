"""What comes round: once each, again after its time, whatever happened before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from livesupport.jobs import schedule
from livesupport.jobs.runner import Runner
from livesupport.storage import jobs
from livesupport.storage.database import Database
from livesupport.storage.schema import job
from tests.databases import Clock

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def only_sweeping(monkeypatch: pytest.MonkeyPatch) -> None:
    """One kind of work, once a day."""
    monkeypatch.setattr(schedule, "RECURRING", {"sweep": DAY})


async def due_times(database: Database) -> dict[str, object]:
    async with database.read() as connection:
        return {row.key: row.run_at for row in await connection.execute(select(job))}


async def test_work_that_comes_round_is_written_once_however_often_the_server_starts(database: Database, clock: Clock) -> None:
    first = clock.now + DAY
    for _start in range(3):
        await schedule.renew(database, clock.now)
        clock.forward(hours=1)

    assert await due_times(database) == {"every:sweep": first}


async def test_when_it_is_done_the_next_time_is_written(database: Database, clock: Clock) -> None:
    swept = []

    async def sweep(_payload: Mapping[str, Any]) -> None:
        swept.append(clock.now)
        clock.forward(minutes=1)

    await schedule.renew(database, clock.now)
    clock.now += DAY
    runner = Runner(database, {"sweep": sweep}, clock)

    assert await runner.turn()
    assert not await runner.turn()
    assert len(swept) == 1
    assert await due_times(database) == {"every:sweep": clock.now + DAY}


async def test_what_was_given_up_comes_round_all_the_same(database: Database, clock: Clock) -> None:
    async def fail(_payload: Mapping[str, Any]) -> None:
        raise ValueError

    await schedule.renew(database, clock.now)
    clock.now += DAY
    async with database.write() as connection:
        await connection.execute(update(job).values(attempts=jobs.MOST_ATTEMPTS - 1))

    await Runner(database, {"sweep": fail}, clock).turn()

    assert await due_times(database) == {"every:sweep": clock.now + DAY}


async def test_what_killed_the_server_at_its_last_attempt_comes_round_at_the_next_start(
    database: Database, clock: Clock
) -> None:
    await schedule.renew(database, clock.now)
    async with database.write() as connection:
        await connection.execute(update(job).values(attempts=jobs.MOST_ATTEMPTS, leased_until=clock.now))

    await schedule.renew(database, clock.now)

    async with database.read() as connection:
        assert await jobs.keys(connection, "every:") == {"every:sweep"}


async def test_work_that_a_newer_program_does_not_know_any_more_is_forgotten(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await schedule.renew(database, clock.now)
    monkeypatch.setattr(schedule, "RECURRING", {})

    await schedule.renew(database, clock.now)

    assert await due_times(database) == {}
