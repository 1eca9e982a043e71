"""The room of accounts, on an empty house."""

from __future__ import annotations

import pytest

from livesupport.accounts.service import Accounts
from livesupport.model import Agent
from livesupport.sites.service import Sites
from livesupport.storage.database import Database
from tests.databases import Clock

PASSWORD = "correct horse battery"


@pytest.fixture
def accounts(database: Database, clock: Clock) -> Accounts:
    return Accounts(database, clock)


@pytest.fixture
def sites(database: Database, clock: Clock) -> Sites:
    return Sites(database, clock)


@pytest.fixture
async def ana(accounts: Accounts) -> Agent:
    return await accounts.create_agent(login="ana", name="Ana", password=PASSWORD, role="administrator")


@pytest.fixture
async def ben(accounts: Accounts) -> Agent:
    return await accounts.create_agent(login="ben", name="Ben", password=PASSWORD)
