"""Fills the desk of an installation that nobody serves at the moment with made-up tickets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import islice

from livesupport.accounts.service import Accounts
from livesupport.config import Config
from livesupport.data import hold_lease, make_directories, prepare_database
from livesupport.sample.making import Desk, tickets
from livesupport.sites.service import Sites
from livesupport.storage.database import Database
from livesupport.tickets.importing import Importer

AT_ONCE = 500  # tickets in one transaction

Prepare = Callable[[Accounts, Sites], Awaitable[None]]


async def fill(config: Config, count: int, site: str, prepare: Prepare, told: Callable[[int], None], seed: int = 1) -> None:
    """Adds made-up tickets to a site until there are `count` in all. `prepare` makes sure first that there are agents, topics
    and types of requests; `told` hears after each transaction how many more there are.

    Raises `LeaseHeld` while a server serves this data, and `Unavailable`.
    """
    make_directories(config)
    async with hold_lease(config):
        await prepare_database(config)
        async with Database.open(config.database_url) as database:
            accounts, sites, importer = Accounts(database, _now), Sites(database, _now), Importer(database)
            await prepare(accounts, sites)
            desk = Desk(await sites.get(site), await sites.types(site), await accounts.agents(), _now())
            there = await importer.count()
            told(min(there, count))
            made = tickets(desk, max(count - there, 0), seed=seed + there)  # going on, it makes up others
            while batch := list(islice(made, AT_ONCE)):
                await importer.add(batch)
                told(len(batch))


def _now() -> datetime:
    return datetime.now(UTC)
