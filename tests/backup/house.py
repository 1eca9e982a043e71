"""An installation with a ticket, a file and people in it, on either database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import func, select

from livesupport.accounts.service import Accounts
from livesupport.config import Config
from livesupport.config import Database as DatabaseSettings
from livesupport.config import Files as Limits
from livesupport.data import make_directories, prepare_database
from livesupport.model import StoredFile
from livesupport.storage.database import Database
from livesupport.storage.files import FileStore
from livesupport.storage.schema import ticket
from livesupport.tickets.files import Files, owner_of
from livesupport.tickets.service import Tickets
from tests.databases import Clock
from tests.tickets.conftest import a_request

PASSWORD = "a good long password"
WORDS = b"What Nino saw on her screen.\n" * 100


class Installation:
    """A data directory and a database."""

    def __init__(self, data: Path, url: str, clock: Clock) -> None:
        self.config = Config(data_dir=str(data), database=DatabaseSettings(url=url))
        self.clock = clock

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Database]:
        make_directories(self.config)
        await prepare_database(self.config)
        async with Database.open(self.config.database_url) as database:
            yield database

    @property
    def store(self) -> FileStore:
        return FileStore(self.config.files_folder)

    async def ask(self, of: object = "request") -> StoredFile:
        """Somebody files a request with a file."""
        async with self.open() as database:
            files = Files(database, self.store, Limits(keep_free_bytes=1), self.clock)
            staged = await files.stage(owner_of("n" * 22), "screen.txt", _content())
            opened = await Tickets(database, self.clock).open(a_request(of))
            async with database.write() as connection:
                await files.take(connection, owner_of("n" * 22), [staged.id], ticket_id=opened.id)
        return staged

    async def sign_in(self, login: str = "ana") -> str:
        """Somebody new signs in; gives the secret of the session."""
        async with self.open() as database:
            accounts = Accounts(database, self.clock)
            await accounts.create_agent(login=login, name=login.title(), password=PASSWORD)
            secret, _session = await accounts.sign_in(login, PASSWORD)
        return secret

    async def tickets(self) -> int:
        async with self.open() as database, database.read() as connection:
            return int((await connection.execute(select(func.count()).select_from(ticket))).scalar_one())


async def _content() -> AsyncIterator[bytes]:
    await asyncio.sleep(0)
    yield WORDS
