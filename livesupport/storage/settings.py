"""What the installation keeps as single values: its counters and the secret of the setup link."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.errors import Unavailable
from livesupport.storage.database import Database
from livesupport.storage.schema import counter, setup_secret


async def next_epoch(database: Database) -> int:
    """Raises the counter of starts and returns it: a number that no earlier start of a desk has had."""
    async with database.write() as connection:
        return await advance(connection, "epoch")


async def advance(connection: AsyncConnection, name: str, by: int = 1) -> int:
    """Adds to a counter and returns the new value; a second writer waits here until this transaction ends."""
    raised = update(counter).where(counter.c.name == name).values(value=counter.c.value + by).returning(counter.c.value)
    return int((await connection.execute(raised)).scalar_one())


async def lock(connection: AsyncConnection, name: str) -> None:
    """Makes other transactions that lock or advance this counter wait until this one ends."""
    await connection.execute(select(counter.c.value).where(counter.c.name == name).with_for_update())


async def value(connection: AsyncConnection, name: str) -> int:
    """A counter as it stands."""
    return int((await connection.execute(select(counter.c.value).where(counter.c.name == name))).scalar_one())


async def is_well(database: Database) -> bool:
    """Whether the database can be read; after a write that the disk has refused, whether one works again."""
    try:
        if database.fails:
            async with database.write() as connection:
                await advance(connection, "directory")
        else:
            async with database.read() as connection:
                await value(connection, "directory")
    except Unavailable:
        return False
    return True


async def replace_setup_secret(connection: AsyncConnection, secret_hash: str, expires_at: datetime) -> None:
    """Makes this the only setup secret."""
    await connection.execute(delete(setup_secret))
    await connection.execute(insert(setup_secret).values(hash=secret_hash, expires_at=expires_at))


async def knows_setup_secret(connection: AsyncConnection, secret_hash: str, now: datetime) -> bool:
    """Whether the secret is good."""
    found = select(setup_secret.c.hash).where(setup_secret.c.hash == secret_hash, setup_secret.c.expires_at > now)
    return (await connection.execute(found)).first() is not None


async def use_setup_secret(connection: AsyncConnection, secret_hash: str, now: datetime) -> bool:
    """Whether the secret was good; afterwards it is not any more."""
    used = delete(setup_secret).where(setup_secret.c.hash == secret_hash, setup_secret.c.expires_at > now)
    return (await connection.execute(used)).rowcount == 1
