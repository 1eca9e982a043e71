"""People whose pages behave as ours do: they come back by themselves, give back what they hold, and send again what was not
acknowledged. They remember everything that they heard, so that a test can judge it afterwards.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Self

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin, Subprotocol

from livesupport.chat.protocol import SUBPROTOCOL
from tests.mortal import Mortal
from tests.serving import new_id

PATIENCE = 150.0 if os.environ.get("SOAK") else 30.0  # seconds until a test gives up; never a measurement
PAUSE = 0.05  # seconds between two tries to connect
PAGE_LINES = 50

Frame = dict[str, Any]
Place = tuple[int, int]


class Person:
    """One page of a visitor or an agent. `address`: where it connects, when that is not the server itself."""

    path: str

    def __init__(self, server: Mortal, cookie: str = "", address: str = "") -> None:
        self.server = server
        self.frames: list[Frame] = []
        self.chats: dict[str, Frame] = {}  # the last state of each chat
        self.lines: dict[str, dict[Place, Frame]] = {}
        self.unsent: dict[str, Frame] = {}
        self.closings: list[int] = []
        self.connection: ClientConnection | None = None
        self._raw: dict[str, dict[Place, str]] = {}
        self._headers = {"Cookie": cookie} if cookie else {}
        self._url = (address or server.url).replace("http", "ws", 1) + self.path
        self._news = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def at(cls, server: Mortal, cookie: str = "", address: str = "") -> AsyncIterator[Self]:
        """The page is open while the block runs."""
        person = cls(server, cookie, address)
        task = asyncio.create_task(person._stay())
        try:
            await person.sees(lambda: person.heard("welcome"))
            yield person
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _stay(self) -> None:
        while True:
            with suppress(OSError, WebSocketException, TimeoutError):
                async with connect(
                    self._url,
                    origin=Origin(self.server.url),
                    subprotocols=[Subprotocol(SUBPROTOCOL)],
                    additional_headers=self._headers,
                    compression=None,
                    proxy=None,
                    ping_interval=None,
                    close_timeout=1,
                ) as connection:
                    await self._talk(connection)
            await asyncio.sleep(PAUSE)

    async def _talk(self, connection: ClientConnection) -> None:
        self.connection = connection
        try:
            await self._send(self._hello())
            async for text in connection:
                await self._hear(str(text))
        finally:
            self.connection = None
            self.chats.clear()  # nobody knows how they are now; what was said stays
            if connection.close_code is not None:
                self.closings.append(connection.close_code)
            self._news.set()

    async def _hear(self, text: str) -> None:
        frame: Frame = msgspec.json.decode(text)
        self.frames.append(frame)
        chat = frame.get("chat", "")
        match frame["t"]:
            case "line":
                self.lines.setdefault(chat, {})[frame["epoch"], frame["seq"]] = frame
                self._raw.setdefault(chat, {})[frame["epoch"], frame["seq"]] = text
                self.unsent.pop(frame.get("id") or "", None)
            case "lines" if frame.get("reset"):
                self.lines.pop(chat, None)
                self._raw.pop(chat, None)
            case "chat":
                is_back = chat not in self.chats
                self.chats[chat] = frame
                if is_back:
                    await self._send_again(chat)
            case "erased" | "released":
                self.chats.pop(chat, None)
                self.lines.pop(chat, None)
                self._raw.pop(chat, None)
            case "wanted":
                await self._give_back(chat, frame.get("after", 0))
        await self.reacts(frame)
        self._news.set()

    async def reacts(self, frame: Frame) -> None:
        """What this kind of person does about a frame."""

    def _hello(self) -> Frame:
        raise NotImplementedError

    async def _give_back(self, chat: str, after: int) -> None:
        records = [raw for _, raw in sorted(self._raw.get(chat, {}).items())][after:]
        await self._send({"t": "records", "chat": chat, "lines": records[:PAGE_LINES], "last": len(records) <= PAGE_LINES})

    async def _send_again(self, chat: str) -> None:
        for frame in [frame for frame in self.unsent.values() if frame.get("chat", chat) == chat]:
            await self._send(frame)

    async def _send(self, frame: Frame) -> None:
        if self.connection is not None:
            with suppress(WebSocketException, OSError):
                await self.connection.send(msgspec.json.encode(frame).decode())

    async def does(self, t: str, **fields: Any) -> None:
        """A command, sent now or not at all."""
        await self._send({"t": t, **fields})

    async def says(self, text: str, **fields: Any) -> None:
        """A message: kept until it is acknowledged."""
        frame = {"t": "say", "id": new_id(), "text": text, **fields}
        self.unsent[frame["id"]] = frame
        await self._send(frame)

    def tip(self, chat: str) -> Frame:
        """The place of the last line that is held."""
        epoch, seq = max(self.lines[chat])
        return {"epoch": epoch, "seq": seq}

    def words(self, chat: str) -> list[str]:
        """What people said, in its order."""
        return [line["text"] for _, line in sorted(self.lines.get(chat, {}).items()) if line["kind"] == "message"]

    def ticket(self, chat: str) -> str | None:
        """The number that the page shows for a chat."""
        number: str | None = self.chats.get(chat, {}).get("ticket")
        return number

    def heard(self, t: str, **fields: Any) -> list[Frame]:
        """All frames of this kind with these fields."""
        return [frame for frame in self.frames if frame["t"] == t and fields.items() <= frame.items()]

    async def sees(self, condition: Callable[[], Any]) -> None:
        """Waits until the page shows it."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._news.clear()
                await self._news.wait()


async def all_see(people: Iterable[Person], condition: Callable[[Person], Any]) -> None:
    """Waits until it is true of each of them."""
    for person in people:
        await person.sees(partial(condition, person))


class Visitor(Person):
    """A visitor with one chat."""

    path = "/ws/visitor"

    def __init__(self, server: Mortal, cookie: str = "", address: str = "", token: str = "") -> None:
        super().__init__(server, cookie, address)
        self.chat = ""
        self.token = token

    def _hello(self) -> Frame:
        hello: Frame = {"t": "hello", "site": "default"}
        if self.token:
            hello["token"] = self.token
        return {**hello, "tip": self.tip(self.chat)} if self.lines.get(self.chat) else hello

    async def reacts(self, frame: Frame) -> None:
        """Keeps the token."""
        if frame["t"] == "token":
            self.token, self.chat = frame["token"], frame["chat"]

    async def asks(self, question: str = "Where is my order?", name: str = "Nino") -> None:
        """Starts a chat."""
        await self.does("start", id=new_id(), name=name, phone="555 12 34 56", question=question)
        await self.sees(lambda: self.chat in self.chats)

    @property
    def state(self) -> Frame:
        """What the page shows of the chat; empty while it knows none."""
        return self.chats.get(self.chat, {})

    async def sees_all_sent(self) -> None:
        """Every message has its tick."""
        await self.sees(lambda: not self.unsent)


class Agent(Person):
    """An agent who accepts whatever rings."""

    path = "/ws/agent"

    def _hello(self) -> Frame:
        return {"t": "hello", "intent": "available", "tips": {chat: self.tip(chat) for chat in self.lines}}

    async def reacts(self, frame: Frame) -> None:
        """Accepts."""
        if frame["t"] == "offer":
            await self.does("accept", chat=frame["chat"])

    async def serves(self, chat: str) -> None:
        """Waits until the chat is this agent's."""
        await self.sees(lambda: self.chats.get(chat, {}).get("mine", True) and chat in self.chats)


@asynccontextmanager
async def talking(server: Mortal, *, visitor: str = "", agent: str = "") -> AsyncIterator[tuple[Visitor, Agent]]:
    """Nino and Ana in a chat; `visitor` and `agent`: addresses through which they come."""
    async with Agent.at(server, server.cookies["ana"], agent) as ana, Visitor.at(server, address=visitor) as nino:
        await nino.asks()
        await ana.serves(nino.chat)
        await nino.sees(lambda: nino.state.get("status") == "active")
        yield nino, ana
