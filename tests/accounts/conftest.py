"""The room of accounts, on an empty house."""

from __future__ import annotations

import pytest

from livesupport.accounts.requesters import Requesters
from livesupport.accounts.service import Accounts
from livesupport.model import Agent
from livesupport.signing import SignInCodes
from livesupport.storage.database import Database
from tests.databases import Clock

PASSWORD = "correct horse battery"


@pytest.fixture
async def ana(accounts: Accounts) -> Agent:
    return await accounts.create_agent(login="ana", name="Ana", password=PASSWORD, role="administrator")


@pytest.fixture
async def ben(accounts: Accounts) -> Agent:
    return await accounts.create_agent(login="ben", name="Ben", password=PASSWORD)


@pytest.fixture
def requesters(database: Database, clock: Clock) -> Requesters:
    return Requesters(database, clock, SignInCodes(bytes(range(32))))
