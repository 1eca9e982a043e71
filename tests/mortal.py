"""A server that is a program of its own, to be killed in the middle of anything and started again on the same data and port."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from livesupport.accounts.service import Accounts
from livesupport.config import Config, load
from livesupport.data import make_directories, prepare_database
from livesupport.model import Role
from livesupport.sites.service import Sites
from livesupport.storage.database import Database
from tests.serving import Program, Reachable, free_port, program

PASSWORD = "a good long password"
PEOPLE: dict[str, tuple[str, Role]] = {"ana": ("Ana", "agent"), "ben": ("Ben", "agent"), "sofia": ("Sofia", "supervisor")}


class Mortal(Reachable):
    """The server with its data. `cookies` are the sessions of its agents, by login; they outlive every death."""

    def __init__(self, data: Path, config: Config, settings: dict[str, str]) -> None:
        super().__init__(config.server.public_url)
        self.data = data
        self.port = config.server.port
        self.config = config
        self.cookies: dict[str, str] = {}
        self.program: Program
        self._settings = settings
        self._life = AsyncExitStack()

    async def start(self) -> None:
        """Starts the program, on the data that is there."""
        self.program = await self._life.enter_async_context(program(self.data, self.port, **self._settings))

    async def stop(self, how: int = signal.SIGKILL) -> None:
        """Sends the signal, and waits until the program is gone."""
        await self.program.stop(how)
        await self.buried()

    async def buried(self) -> None:
        """Waits for the end of a program that is about to die by another hand."""
        await self.program.process.wait()
        await self._life.aclose()

    async def restart(self) -> None:
        """Kills the program and starts it again."""
        await self.stop()
        await self.start()


@asynccontextmanager
async def mortal(data: Path, *, origins: tuple[str, ...] = (), **settings: str) -> AsyncIterator[Mortal]:
    """A running server with the `PEOPLE` in it. `settings`: by key with "__" for the dot."""
    config = load(None, {}, {"data_dir": str(data), "server.port": free_port()})
    server = Mortal(data, config, {"chat__between_assignments": "0", **settings})
    make_directories(config)
    await prepare_database(config)
    async with Database.open(config.database_url) as database:
        accounts, sites = Accounts(database, lambda: datetime.now(UTC)), Sites(database, lambda: datetime.now(UTC))
        await sites.change("default", name="Kiln & Leaf", origins=origins)
        for login, (name, role) in PEOPLE.items():
            await accounts.create_agent(login=login, name=name, password=PASSWORD, role=role)
            secret, _ = await accounts.sign_in(login, PASSWORD)
            server.cookies[login] = f"livesupport={secret}"
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
