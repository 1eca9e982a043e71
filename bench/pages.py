"""Pages that outlive their server: what the panel and the console do when it dies and comes back, at the price of a bench."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import msgspec

from bench.client import Client, connect
from bench.servers import START, TEXT, Product

STEPS = (0.5, 1, 2, 4, 8, 15)  # seconds, as web/shared/connection.js
JITTER = 0.3
PAGE_BYTES = 24 * 1024  # as web/shared/records.js
PROBE = "still there?"

Place = tuple[int, int]


class Line(msgspec.Struct):
    """As much of a `line` frame as the bench looks at."""

    epoch: int
    seq: int
    by: str
    text: str = ""
    kind: str = ""


class Page:
    """A page that connects for as long as it is open, and keeps the records of its chats."""

    path: str

    def __init__(self, product: Product, headers: str = "") -> None:
        self.product = product
        self.is_welcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.records: dict[str, dict[Place, tuple[Line, str]]] = {}
        self._headers = product.headers() + headers
        self._client: Client | None = None
        self._tries = 0
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Connects, again and again."""
        self._task = asyncio.create_task(self._stay())

    def leave(self) -> None:
        """The page is closed."""
        if self._task:
            self._task.cancel()

    async def _stay(self) -> None:
        while True:
            try:
                self._client = await connect(self.product.port, self.path, self._headers)
            except OSError:
                pass
            else:
                self._client.hear = self._hear
                self.say(**self.hello())
                await self._client.closed
            wait = STEPS[min(self._tries, len(STEPS) - 1)] * (1 + JITTER * random.uniform(-1, 1))
            self._tries += 1
            await asyncio.sleep(wait)

    def hello(self) -> dict[str, Any]:
        """The first frame of each connection."""
        raise NotImplementedError

    def heard(self, frame: dict[str, Any]) -> None:
        """Every frame but the lines."""
        raise NotImplementedError

    def heard_line(self, chat: str, line: Line) -> None:
        """A line that was not there before."""
        raise NotImplementedError

    def say(self, **frame: Any) -> None:
        """Sends a frame."""
        if self._client and not self._client.closed.done():
            self._client.say(msgspec.json.encode(frame))

    def tip(self, chat: str) -> dict[str, int]:
        """The place of the last line that is held."""
        epoch, seq = max(self.records[chat])
        return {"epoch": epoch, "seq": seq}

    def words(self, chat: str) -> list[str]:
        """What people said, in its order."""
        return [line.text for _, (line, _) in sorted(self.records[chat].items()) if line.kind == "message"]

    def _hear(self, payload: bytes) -> None:
        frame = msgspec.json.decode(payload)
        match frame["t"]:
            case "line":
                line = msgspec.convert(frame, Line)
                known = self.records.setdefault(frame["chat"], {})
                is_new = (line.epoch, line.seq) not in known
                known[line.epoch, line.seq] = line, payload.decode()
                if is_new:
                    self.heard_line(frame["chat"], line)
            case "welcome":
                self._tries = 0
                if not self.is_welcome.done():
                    self.is_welcome.set_result(None)
            case "wanted":
                self._give_back(frame["chat"], frame.get("after", 0))
            case _:
                self.heard(frame)

    def _give_back(self, chat: str, after: int) -> None:
        page: list[str] = []
        size = 0
        rest = [raw for _, (_, raw) in sorted(self.records.get(chat, {}).items())][after:]
        for raw in rest:
            size += len(msgspec.json.encode(raw))
            if size > PAGE_BYTES and page:
                break
            page.append(raw)
        self.say(t="records", chat=chat, lines=page, last=len(page) == len(rest))


class VisitorPage(Page):
    """A visitor who asks, says some messages, one after each answer, and goes on after the death of the server."""

    path = "/ws/visitor"

    def __init__(self, product: Product, number: int, messages: int) -> None:
        super().__init__(product)
        loop = asyncio.get_running_loop()
        self.chat = ""
        self.has_talked: asyncio.Future[None] = loop.create_future()
        self.is_usable: asyncio.Future[float] = loop.create_future()
        self._start = START % number
        self._token = ""
        self._left = messages
        self._speaks = self._asks = False
        self._said_before: list[str] = []

    def hello(self) -> dict[str, Any]:
        """With the token and the tip, once there is a chat."""
        hello: dict[str, Any] = {"t": "hello", "site": "default"}
        return {**hello, "token": self._token, "tip": self.tip(self.chat)} if self._token else hello

    def will_resume(self) -> None:
        """From now on an active chat is tried out with a message."""
        self._asks = True
        self._said_before = self.words(self.chat) if self.chat else []

    def is_whole(self, agents_words: list[str] | None) -> bool:
        """The chat came back, with every line, the same for both."""
        mine = self.words(self.chat) if self.chat else []
        return self.is_usable.done() and mine == agents_words == [*self._said_before, PROBE]

    def heard(self, frame: dict[str, Any]) -> None:
        """Asks when somebody is there to answer, talks when somebody does."""
        if frame["t"] == "service" and frame["state"] == "open" and not self._token and self._client:
            self._client.say(self._start)
        elif frame["t"] == "token":
            self._token, self.chat = frame["token"], frame["chat"]
        elif frame["t"] == "chat" and frame["status"] == "active":
            self._go_on()

    def _go_on(self) -> None:
        if self._asks:
            self._asks = False
            self.say(t="say", id=f"probe{self.chat}"[:22], text=PROBE)
        elif not self._speaks:
            self._speaks = True
            self._speak()

    def _speak(self) -> None:
        self._left -= 1
        self.say(t="say", id=f"{self._left:04}{self.chat}"[:22], text=TEXT)

    def heard_line(self, chat: str, line: Line) -> None:
        """An answer: the next message, or the end of this part."""
        if line.by == "agent" and self._left:
            self._speak()
        elif line.by == "agent" and not self.has_talked.done():
            self.has_talked.set_result(None)


class AgentPage(Page):
    """An agent who accepts what rings, and answers every message but the probe."""

    path = "/ws/agent"

    def __init__(self, product: Product, secret: str, reached: Callable[[str], None]) -> None:
        """`reached` is called with the chat whose probe has come."""
        super().__init__(product, f"Cookie: livesupport={secret}\r\n")
        self._reached = reached
        self._said = 0

    def hello(self) -> dict[str, Any]:
        """With what is held of each chat."""
        return {"t": "hello", "intent": "available", "tips": {chat: self.tip(chat) for chat in self.records}}

    def said(self) -> dict[str, list[str]]:
        """What people said, by chat."""
        return {chat: self.words(chat) for chat in self.records}

    def heard(self, frame: dict[str, Any]) -> None:
        """Takes every offer."""
        if frame["t"] == "offer":
            self.say(t="accept", chat=frame["chat"])

    def heard_line(self, chat: str, line: Line) -> None:
        """Answers a visitor."""
        if line.by != "visitor" or line.kind != "message":
            return
        if line.text == PROBE:
            self._reached(chat)
        else:
            self._said += 1
            self.say(t="say", chat=chat, id=f"{self._said:016}", text=TEXT)
