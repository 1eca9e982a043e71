"""The first run: whoever holds the printed link makes the administrator, once."""

from __future__ import annotations

import secrets
from datetime import timedelta

from livesupport.accounts.base import hashed
from livesupport.accounts.people import People, add_agent
from livesupport.accounts.requests import NewAgent
from livesupport.errors import NotFound
from livesupport.model import Agent
from livesupport.storage import agents, settings

SETUP_LASTS = timedelta(hours=24)


class FirstRun(People):
    """What can be done while there is no administrator."""

    async def setup_needed(self) -> bool:
        """Whether there is no administrator yet."""
        async with self._database.read() as connection:
            return await agents.count_administrators(connection) == 0

    async def new_setup_secret(self) -> str:
        """A secret that makes its holder the administrator, once, within 24 hours; a former one no longer counts."""
        secret = secrets.token_urlsafe(32)
        async with self._database.write() as connection:
            await settings.replace_setup_secret(connection, hashed(secret), self._clock() + SETUP_LASTS)
        return secret

    async def setup_open(self, secret: str) -> bool:
        """Whether `finish_setup` would take this secret."""
        async with self._database.read() as connection:
            known = await settings.knows_setup_secret(connection, hashed(secret), self._clock())
            return known and await agents.count_administrators(connection) == 0

    async def finish_setup(self, secret: str, *, login: str, name: str, password: str) -> Agent:
        """Makes the first administrator and uses the secret up.

        Raises `Invalid`, and `NotFound` when the secret is wrong, used or too old, or somebody is administrator already.
        """
        if not await self.setup_open(secret):  # before any costly work for a stranger
            raise NotFound("no such setup link")
        new = NewAgent(login=login, name=name, password=password, role="administrator")
        password_hash = await self._passwords.hash(password)
        async with self._database.write() as connection:
            await settings.advance(connection, "directory")
            is_good = await settings.use_setup_secret(connection, hashed(secret), self._clock())
            if not is_good or await agents.count_administrators(connection) > 0:
                raise NotFound("no such setup link")
            return await add_agent(connection, new, password_hash, None, self._clock())
