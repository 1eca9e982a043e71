"""Work that is done later: once its time has come, at least once whatever dies, and not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from livesupport.errors import Unavailable
from livesupport.jobs.runner import LEASE, Runner, Task
from livesupport.storage import jobs
from livesupport.storage.database import Database
from livesupport.storage.schema import job
from tests.databases import Clock


class Desk:
    """Somebody's work: what was done, and what still fails."""

    def __init__(self) -> None:
        self.done: list[object] = []
        self.fails = 0

    async def write(self, payload: Mapping[str, Any]) -> None:
        if self.fails:
            self.fails -= 1
            raise ValueError("the letter to Ana could not be written")
        self.done.append(payload["to"])


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def runner(database: Database, clock: Clock, desk: Desk) -> Runner:
    return runner_of(database, clock, desk.write)


def runner_of(database: Database, clock: Clock, task: Task) -> Runner:
    return Runner(database, {"letter": task}, clock, chance=lambda: 1.0)


async def ask(database: Database, clock: Clock, to: str, *, after: float = 0.0, key: str | None = None) -> None:
    async with database.write() as connection:
        await jobs.add(connection, "letter", clock.now + timedelta(seconds=after), {"to": to}, key=key)


async def rows(database: Database) -> list[Any]:
    async with database.read() as connection:
        return list((await connection.execute(select(job).order_by(job.c.id))).all())


async def test_work_is_done_when_its_time_has_come_and_then_forgotten(
    database: Database, clock: Clock, desk: Desk, runner: Runner
) -> None:
    await ask(database, clock, "Ben", after=60)

    assert not await runner.turn()
    clock.forward(seconds=60)
    assert await runner.turn()

    assert desk.done == ["Ben"]
    assert await rows(database) == []


async def test_who_waited_longest_comes_first(database: Database, clock: Clock, desk: Desk, runner: Runner) -> None:
    await ask(database, clock, "Ben", after=2)
    await ask(database, clock, "Ana", after=1)
    clock.forward(seconds=5)

    while await runner.turn():
        pass

    assert desk.done == ["Ana", "Ben"]


async def test_newer_work_takes_the_place_of_what_waits_under_its_key(
    database: Database, clock: Clock, desk: Desk, runner: Runner
) -> None:
    await ask(database, clock, "the old address", key="letter:7")
    await ask(database, clock, "the new address", key="letter:7")

    while await runner.turn():
        pass

    assert desk.done == ["the new address"]


async def test_what_fails_is_tried_again_after_pauses_that_grow(
    database: Database, clock: Clock, desk: Desk, runner: Runner
) -> None:
    desk.fails = 3
    await ask(database, clock, "Ana")

    pauses = []
    for _failure in range(3):
        assert await runner.turn()
        assert not await runner.turn()
        [waiting] = await rows(database)
        pauses.append((waiting.run_at - clock.now).total_seconds())
        clock.now = waiting.run_at
    assert await runner.turn()

    assert pauses == [5, 10, 20]
    assert desk.done == ["Ana"]


async def test_what_fails_always_is_given_up_and_says_only_what_kind_of_error_it_was(
    database: Database, clock: Clock, desk: Desk, runner: Runner
) -> None:
    desk.fails = 1000
    results: list[tuple[str, str]] = []
    counting = Runner(database, {"letter": desk.write}, clock, lambda *told: results.append(told))
    await ask(database, clock, "Ana")

    while await counting.turn():
        clock.forward(hours=1)

    [left] = await rows(database)
    assert results == [("letter", "retried")] * (jobs.MOST_ATTEMPTS - 1) + [("letter", "given_up")]
    assert left.error == "ValueError"
    async with database.read() as connection:
        assert await jobs.given_up(connection, clock.now) == 1


async def test_work_of_a_kind_that_nobody_knows_waits_for_a_newer_program(database: Database, clock: Clock) -> None:
    await ask(database, clock, "Ana")

    await Runner(database, {}, clock).turn()

    [left] = await rows(database)
    assert (left.error, left.leased_until) == ("UnknownKind", None)


async def test_work_of_a_runner_that_died_is_begun_again_when_its_lease_has_run_out(
    database: Database, clock: Clock, desk: Desk, runner: Runner
) -> None:
    async def die(_payload: Mapping[str, Any]) -> None:
        raise KeyboardInterrupt  # as abrupt for the runner as a kill: it writes nothing any more

    await ask(database, clock, "Ana")
    with pytest.raises(KeyboardInterrupt):
        await runner_of(database, clock, die).turn()

    assert not await runner.turn()
    clock.now += LEASE
    assert await runner.turn()
    assert desk.done == ["Ana"]
    assert await rows(database) == []


async def test_a_runner_that_slept_past_its_lease_removes_nothing_that_is_not_its_own(
    database: Database, clock: Clock, desk: Desk, runner: Runner
) -> None:
    async def sleep_past_the_lease(_payload: Mapping[str, Any]) -> None:
        await ask(database, clock, "the new address", key="letter:7")  # given anew; on SQLite under the same id

    await ask(database, clock, "the old address", key="letter:7")
    await runner_of(database, clock, sleep_past_the_lease).turn()

    assert await runner.turn()
    assert desk.done == ["the new address"]


async def test_two_runners_never_do_the_same_work(database: Database, clock: Clock, desk: Desk, database_url: str) -> None:
    people = [f"person {number}" for number in range(20)]
    for person in people:
        await ask(database, clock, person)

    async def work(runner: Runner) -> None:
        while await runner.turn():
            pass

    async with Database.open(database_url) as other:
        await asyncio.gather(*(work(runner_of(one, clock, desk.write)) for one in (database, other)))

    assert sorted(map(str, desk.done)) == sorted(people)


async def test_a_task_that_takes_longer_than_its_lease_is_stopped(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dream(_payload: Mapping[str, Any]) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("livesupport.jobs.runner.LEASE", timedelta(seconds=0))
    await ask(database, clock, "Ana")
    async with database.write() as connection:
        await connection.execute(update(job).values(attempts=0))

    await runner_of(database, clock, dream).turn()

    [left] = await rows(database)
    assert left.error == "TimeoutError"


async def test_a_database_that_is_away_for_a_while_stops_nothing(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = asyncio.Event()

    async def finish(_payload: Mapping[str, Any]) -> None:
        done.set()

    runner, looks = runner_of(database, clock, finish), iter([Unavailable("gone"), Unavailable("gone")])
    turn = runner.turn

    async def turn_when_it_is_back() -> bool:
        if away := next(looks, None):
            raise away
        return await turn()

    monkeypatch.setattr(runner, "turn", turn_when_it_is_back)
    monkeypatch.setattr("livesupport.jobs.runner.LOOK_EVERY", 0)
    await ask(database, clock, "Ana")

    working = asyncio.create_task(runner.work())
    await asyncio.wait_for(done.wait(), 20)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
