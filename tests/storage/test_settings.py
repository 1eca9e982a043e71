"""Counters and the setup secret."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from livesupport.storage import settings
from livesupport.storage.database import Database
from tests.databases import Clock


async def test_every_start_gets_an_epoch_that_no_start_had_before(database_url: str) -> None:
    seen = []
    for _start in range(3):
        async with Database.open(database_url) as database:
            seen.append(await settings.next_epoch(database))
    assert seen == [1, 2, 3]


async def test_starts_at_the_same_moment_get_different_epochs(database: Database) -> None:
    epochs = await asyncio.gather(*(settings.next_epoch(database) for _start in range(10)))
    assert sorted(epochs) == list(range(1, 11))


async def test_a_counter_that_was_raised_in_vain_keeps_its_value(database: Database) -> None:
    async with database.write() as connection:
        before = await settings.value(connection, "ticket")
        await settings.advance(connection, "ticket")
        await connection.rollback()
    async with database.read() as connection:
        assert await settings.value(connection, "ticket") == before


async def test_a_setup_secret_works_once_and_only_the_newest_one_works(database: Database, clock: Clock) -> None:
    async with database.write() as connection:
        await settings.replace_setup_secret(connection, "first", clock() + timedelta(hours=1))
        await settings.replace_setup_secret(connection, "second", clock() + timedelta(hours=1))
        assert not await settings.use_setup_secret(connection, "first", clock())
        assert await settings.use_setup_secret(connection, "second", clock())
        assert not await settings.use_setup_secret(connection, "second", clock())


async def test_a_setup_secret_ends_at_its_hour(database: Database, clock: Clock) -> None:
    async with database.write() as connection:
        await settings.replace_setup_secret(connection, "secret", clock())
        assert not await settings.use_setup_secret(connection, "secret", clock())
