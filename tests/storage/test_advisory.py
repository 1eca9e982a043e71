"""The lease on a PostgreSQL database: held by one connection, taken again when that was cut, lost to whoever was faster."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from livesupport.lease import LeaseHeld
from livesupport.storage.advisory import advisory_lease

pytestmark = pytest.mark.parametrize("kind", ["postgresql"])


async def test_a_second_holder_of_postgresql_is_told_who_has_it(empty_url: str) -> None:
    async with advisory_lease(empty_url) as still_held:
        assert await still_held()
        with pytest.raises(LeaseHeld, match=f"livesupport process {os.getpid()} on"):
            async with advisory_lease(empty_url):
                pass
    async with advisory_lease(empty_url):
        pass


async def cut_other_connections(url: str) -> None:
    """What a restart of PostgreSQL does to them."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> :me"
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        me = await connection.scalar(text("SELECT pg_backend_pid()"))
        await connection.execute(text(others), {"me": me})
    await engine.dispose()


async def test_a_cut_connection_takes_the_lease_again(empty_url: str) -> None:
    async with advisory_lease(empty_url) as still_held:
        await cut_other_connections(empty_url)

        assert await still_held()
        with pytest.raises(LeaseHeld):
            async with advisory_lease(empty_url):
                pass


async def test_a_lease_that_another_process_took_meanwhile_is_lost(empty_url: str) -> None:
    async with advisory_lease(empty_url) as still_held:
        await cut_other_connections(empty_url)
        async with advisory_lease(empty_url):
            assert not await still_held()
