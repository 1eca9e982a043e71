"""The room of accounts, on an empty house."""

from __future__ import annotations

import pytest

from livesupport.accounts.service import Accounts
from livesupport.model import Agent

PASSWORD = "correct horse battery"


@pytest.fixture
async def ana(accounts: Accounts) -> Agent:
    return await accounts.create_agent(login="ana", name="Ana", password=PASSWORD, role="administrator")


@pytest.fixture
async def ben(accounts: Accounts) -> Agent:
    return await accounts.create_agent(login="ben", name="Ben", password=PASSWORD)
