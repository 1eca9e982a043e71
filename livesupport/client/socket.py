"""A session on a WebSocket that comes back by itself."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import Callable
from typing import Generic, Self, TypeVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin, Subprotocol

from livesupport.client.copy import Frame
from livesupport.client.sessions import Session

SUBPROTOCOL = "livesupport.v1"
STEPS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)  # seconds before each try; the last one for ever
JITTER = 0.3
PING_EVERY = 10.0  # seconds; a server that does not answer for as long is lost


def backoff(tries: int, chance: float) -> float:
    """Seconds before the next try, after so many that failed; `chance` from 0 to 1."""
    return STEPS[min(tries, len(STEPS) - 1)] * (1 + JITTER * (2 * chance - 1))


def may_return(code: int | None) -> bool:
    """Whether a client may come back by itself after this close code; only 44xx says no."""
    return code is None or not 4400 <= code <= 4499


S = TypeVar("S", bound=Session)


class Client(Generic[S]):
    """A session on a socket that comes back by itself, until it is left or a 44xx code ends it.

    `url`: the server's public address, which is also sent as Origin. `cookie`: an agent's, as `name=value`. `chance`: a number
    from 0 to 1, for the jitter.
    """

    def __init__(self, session: S, url: str, cookie: str = "", chance: Callable[[], float] = random.random) -> None:
        self.session = session
        self.code: int | None = None  # why the last connection ended
        self._url = url.rstrip("/")
        self._headers = {"Cookie": cookie} if cookie else {}
        self._chance = chance
        self._socket: ClientConnection | None = None
        self._changed = asyncio.Condition()
        self._outbox: asyncio.Queue[Frame] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    def send(self, *frames: Frame) -> None:
        """Sends frames on the present connection; without one they are dropped (what a session keeps is sent again)."""
        for frame in frames if self._socket is not None else ():
            self._outbox.put_nowait(frame)

    async def until(self, ready: Callable[[], object]) -> None:
        """Waits until this is true; it is looked at after every push and every loss."""
        async with self._changed:
            await self._changed.wait_for(ready)

    async def run(self) -> None:
        """Connects, and connects again, until the server says that it is no use."""
        tries = 0
        while may_return(self.code):
            with contextlib.suppress(OSError, InvalidHandshake):
                tries = 0 if await self._talk() else tries
            wait = self.session.resume_after
            self.session.resume_after = None
            await asyncio.sleep(backoff(tries, self._chance()) if wait is None else wait)
            tries += 1

    async def _talk(self) -> bool:
        """One connection, to its end; returns whether the server has welcomed us."""
        async with connect(
            self._url.replace("http", "ws", 1) + self.session.path, origin=Origin(self._url),
            subprotocols=[Subprotocol(SUBPROTOCOL)], additional_headers=self._headers, compression=None, proxy=None,
            ping_interval=PING_EVERY, ping_timeout=PING_EVERY,
        ) as socket:  # fmt: skip
            self._outbox = asyncio.Queue()
            self._socket = socket
            self._outbox.put_nowait(self.session.hello())
            writer = asyncio.create_task(self._write(socket))
            try:
                return await self._listen(socket)
            finally:
                writer.cancel()
                self._socket, self.code = None, socket.close_code
                self.session.lost()
                await self._tell()

    async def _write(self, socket: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await socket.send(json.dumps(await self._outbox.get()))

    async def _listen(self, socket: ClientConnection) -> bool:
        welcomed = False
        with contextlib.suppress(ConnectionClosed):
            async for raw in socket:
                for answer in self.session.hear(raw if isinstance(raw, str) else raw.decode()):
                    self._outbox.put_nowait(answer)
                welcomed = welcomed or self.session.is_welcome
                await self._tell()
                if self.session.has_gap:
                    break
        return welcomed

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()
