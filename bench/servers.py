"""The servers that are measured: the product and two relays, each a process of its own, and how pairs meet on them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.client import Client, connect
from livesupport.accounts.service import Accounts
from livesupport.chat.protocol import SUBPROTOCOL
from livesupport.config import Config, load
from livesupport.model import Role
from livesupport.storage.database import Database
from livesupport.storage.migrate import upgrade

SERVER_CORE, LOAD_CORE = 0, 1
AT_ONCE = 32  # connections that are opened at a time
START_SECONDS = 30.0
TEXT = "a line of a chat, about as long as people write them"
PASSWORD = "a password for the bench"

VISITOR_SAYS = f'{{"t":"say","id":"<id>","text":"{TEXT}"}}'
AGENT_SAYS = f'{{"t":"say","chat":"%s","id":"<id>","text":"{TEXT}"}}'
START = b'{"t":"start","id":"start%016d","name":"Visitor","phone":"+995555123456","question":"Is it open?"}'
OFFER, CHAT, LINE = b'{"t":"offer","chat":"', b'{"t":"chat","chat":"', b'{"t":"line","chat":"'
CHAT_ID = 22  # characters

SETTINGS = """
[chat]
default_capacity = 20
between_assignments = 0.0
queue_limit = 100000
messages_per_chat = 1000000000
bytes_per_chat = 1000000000000
bytes_of_all_chats = 1000000000000
[limits]
exempt = ["127.0.0.1/32"]
[log]
level = "warning"
"""


class Pair:
    """Two who talk. `heard(side)` is called when side 0 or 1 hears a line of the other; whoever measures sets it."""

    def __init__(self, clients: tuple[Client, Client], say: tuple[str, str]) -> None:
        self.heard: Callable[[int], None] = lambda side: None
        self._clients = clients
        self._say = tuple(text.encode().split(b"<id>") for text in say)
        self._number = 0

    def hear(self, side: int, _payload: bytes) -> None:
        """A connection's way to say that its side has heard a line."""
        self.heard(side)

    def say(self, side: int) -> None:
        """Sends the next line from this side."""
        self._number += 1
        before, after = self._say[side]
        self._clients[side].say(b"%b%016d%b" % (before, self._number, after))


class Server(ABC):
    """A running server. Its connections are opened by one measurement and closed at its end."""

    name: str

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[int]:
        """Starts the process, and gives its id."""
        with (
            tempfile.TemporaryFile() as complaints,
            subprocess.Popen(self.command(), preexec_fn=pin_server, stdout=subprocess.DEVNULL, stderr=complaints) as process,
        ):
            try:
                if not await self._answers(process):
                    complaints.seek(0)
                    raise RuntimeError(f"{self.name} did not start: {complaints.read().decode()}")
                yield process.pid
            finally:
                process.kill()

    async def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        async with asyncio.timeout(START_SECONDS):
            while process.poll() is None:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except ConnectionError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    return True
        return False

    @abstractmethod
    def command(self) -> list[str]:
        """The command line."""

    @abstractmethod
    async def pairs(self, count: int) -> tuple[list[Pair], list[Client]]:
        """This many pairs that can talk, and all connections behind them."""

    @abstractmethod
    async def idle(self, count: int) -> list[Client]:
        """This many connections that have nothing to say."""


class Relay(Server):
    """One of `bench.relays`."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def command(self) -> list[str]:
        """Another interpreter, this package."""
        return [sys.executable, "-m", "bench.relays", self.name, str(self.port)]

    async def pairs(self, count: int) -> tuple[list[Pair], list[Client]]:
        """A pair is two connections to one path. Both say what a visitor of the product says."""
        clients = await self.idle(2 * count)
        pairs = []
        for left, right in zip(clients[::2], clients[1::2], strict=True):
            pair = Pair((left, right), (VISITOR_SAYS, VISITOR_SAYS))
            left.hear, right.hear = partial(pair.hear, 0), partial(pair.hear, 1)
            pairs.append(pair)
        return pairs, clients

    async def idle(self, count: int) -> list[Client]:
        """Two connections to each path."""
        return await gather([partial(connect, self.port, f"/ws/{number // 2}") for number in range(count)])


class Meeting:
    """Brings visitors and agents together: the chats, by id, that are under way."""

    def __init__(self, count: int, text: str) -> None:
        self.pairs: dict[bytes, Pair] = {}
        self._text = text
        self.complete: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count = count
        self._agents: dict[bytes, Client] = {}

    def agent_hears(self, agent: Client, payload: bytes) -> None:
        """Accepts every offer."""
        if payload.startswith(OFFER):
            chat = payload[len(OFFER) :][:CHAT_ID]
            self._agents[chat] = agent
            agent.say(b'{"t":"accept","chat":"%b"}' % chat)

    def visitor_hears(self, visitor: Client, payload: bytes) -> None:
        """Is somebody's from the moment the chat is active."""
        chat = payload[len(CHAT) :][:CHAT_ID]
        if payload.startswith(CHAT) and b'"status":"active"' in payload and chat not in self.pairs:
            say = (VISITOR_SAYS.replace(TEXT, self._text), (AGENT_SAYS % chat.decode()).replace(TEXT, self._text))
            self.pairs[chat] = Pair((visitor, self._agents[chat]), say)
            if len(self.pairs) == self._count:
                self.complete.set_result(None)

    def hear_line(self, side: int, by_the_other: bytes, payload: bytes) -> None:
        """A side counts what the other has said, not its own acknowledgement."""
        if payload.startswith(LINE) and by_the_other in payload:
            self.pairs[payload[len(LINE) :][:CHAT_ID]].heard(side)


class Product(Server):
    """livesupport itself, with everything it promises switched on, and the exemption of this machine from the rate limits.

    Its pairs are visitors and agents, and an agent serves at most 20 of them: with 100 agents, 100 pairs have an agent each,
    and 1,000 pairs share them, ten to an agent.
    """

    name = "livesupport"
    settings = SETTINGS

    def __init__(self, data: Path, agents: int, text: str = TEXT) -> None:
        """`text`: what its pairs say."""
        super().__init__()
        self._text = text
        self._data = data
        self._agents = agents
        self.secrets: list[str] = []

    @property
    def _config(self) -> Path:
        return self._data / "bench.toml"

    def command(self) -> list[str]:
        """`livesupport serve`."""
        return [
            *(sys.executable, "-m", "livesupport", "serve", "--config", str(self._config)),
            *("--data", str(self._data), "--port", str(self.port)),
        ]

    async def prepare(self) -> None:
        """Makes the database and the agents' sessions."""
        self._config.write_text(self.settings)
        config: Config = load(self._config, {}, {"data_dir": str(self._data)})
        await upgrade(config.database_url)
        async with Database.open(config.database_url) as database:
            accounts = Accounts(database, lambda: datetime.now(UTC))
            for number in range(self._agents):
                login = f"agent{number}"
                role: Role = "agent" if number else "administrator"  # without one the server asks for its setup
                await accounts.create_agent(login=login, name=f"Agent {number}", password=PASSWORD, role=role)
                secret, _ = await accounts.sign_in(login, PASSWORD)
                self.secrets.append(secret)

    async def pairs(self, count: int) -> tuple[list[Pair], list[Client]]:
        """Visitors start chats and agents accept them, until every visitor has an agent. From then on only lines count."""
        agents = await gather([partial(self._agent, secret) for secret in self.secrets[:count]])
        visitors = await self.idle(count)
        meeting = Meeting(count, self._text)
        for agent in agents:
            agent.hear = partial(meeting.agent_hears, agent)
        for number, visitor in enumerate(visitors):
            visitor.hear = partial(meeting.visitor_hears, visitor)
            visitor.say(START % number)
        async with asyncio.timeout(START_SECONDS):
            await meeting.complete
        for agent in agents:
            agent.hear = partial(meeting.hear_line, 1, b'"by":"visitor"')
        for visitor in visitors:
            visitor.hear = partial(meeting.hear_line, 0, b'"by":"agent"')
        return list(meeting.pairs.values()), [*agents, *visitors]

    async def idle(self, count: int) -> list[Client]:
        """Panels that have been welcomed."""
        return await gather([self._visitor for _ in range(count)])

    async def _visitor(self) -> Client:
        client = await connect(self.port, "/ws/visitor", self.headers())
        return await greet(client, b'{"t":"hello","site":"default"}')

    async def _agent(self, secret: str) -> Client:
        client = await connect(self.port, "/ws/agent", self.headers() + f"Cookie: livesupport={secret}\r\n")
        return await greet(client, b'{"t":"hello","intent":"available"}')

    def headers(self) -> str:
        """What a page of the server itself would send with its handshake."""
        return f"Origin: http://127.0.0.1:{self.port}\r\nSec-WebSocket-Protocol: {SUBPROTOCOL}\r\n"


def pin_server() -> None:
    """Servers have one core, the load generator the other, where the system lets us say so."""
    pin(SERVER_CORE)


def pin(core: int) -> None:
    """Keeps this process on one core."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {core})


async def greet(client: Client, hello: bytes) -> Client:
    """Says hello and waits for the welcome."""
    welcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    client.hear = lambda payload: None if welcome.done() else welcome.set_result(None)
    client.say(hello)
    await welcome
    return client


async def gather(openers: list[Callable[[], Awaitable[Client]]]) -> list[Client]:
    """Opens many connections, some at a time."""
    clients: list[Client] = []
    for at in range(0, len(openers), AT_ONCE):
        clients += await asyncio.gather(*(open_one() for open_one in openers[at : at + AT_ONCE]))
    return clients
