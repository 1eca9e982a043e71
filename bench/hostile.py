"""Peers that mean no good, on plain sockets: each misbehaves, is cut, and comes again a moment later."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bench.servers import Product

HOSTILE_ADDRESS = "127.0.0.2"  # not exempt from the limits, as those are who are measured
SMALL_BUFFER = 4096
REST_SECONDS = 0.25
HELLO_VISITOR, HELLO_AGENT = b'{"t":"hello","site":"default"}', b'{"t":"hello"}'
CLOSE = b"\x88"  # how a close frame begins; the rest of what a panel hears is ASCII
TYPING = b'{"t":"typing","on":true}'

Misdeed = Callable[["Peer"], Awaitable[None]]


class Peer:
    """One hostile connection at a time. `cuts`: how often the server has ended it, or not let it in."""

    def __init__(self, product: Product, secret: str) -> None:
        """`secret`: the session of the agent whose second console it may be."""
        self.cuts = 0
        self._product = product
        self._secret = secret
        self._socket: socket.socket

    async def misbehave(self, misdeed: Misdeed) -> None:
        """Again and again, until cancelled."""
        while True:
            try:
                with suppress(OSError):
                    await misdeed(self)
                self.cuts += 1
            finally:
                self._socket.close()
            await asyncio.sleep(REST_SECONDS)

    async def knock(self, path: str, hello: bytes) -> None:
        """Opens the connection, with a buffer that is soon full."""
        self._socket = socket.socket()
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        self._socket.bind((HOSTILE_ADDRESS, 0))
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self._socket, ("127.0.0.1", self._product.port))
        key = base64.b64encode(os.urandom(16)).decode()
        await self.send(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._product.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nCookie: livesupport={self._secret}\r\n"
            f"{self._product.headers()}\r\n".encode()
        )
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += await self.receive(1024) or b"\r\n\r\n"
        await self.send(frame(hello))

    async def send(self, data: bytes) -> None:
        """Sends it, as fast as the server takes it."""
        await asyncio.get_running_loop().sock_sendall(self._socket, data)

    async def receive(self, most: int) -> bytes:
        """What has come, up to so many bytes; empty at the end."""
        return await asyncio.get_running_loop().sock_recv(self._socket, most)

    async def is_cut(self) -> None:
        """Reads until the server says that it ends the connection, or has ended it."""
        while (data := await self.receive(65536)) and CLOSE not in data:
            pass


def frame(payload: bytes, first: int = 0x81, length: int | None = None) -> bytes:
    """A frame masked with zeros. `length`: what its header claims, when that is a lie."""
    return struct.pack("!BBQ", first, 0xFF, len(payload) if length is None else length) + b"\0\0\0\0" + payload


async def never_reads(peer: Peer) -> None:
    """A second console that hears everything its agent hears, and takes nothing of it."""
    await peer.knock("/ws/agent", HELLO_AGENT)
    while True:  # a pong to every ping that must have come keeps it alive
        await asyncio.sleep(1.0)
        await peer.send(frame(b"", first=0x8A))


async def reads_ten_bytes_a_second(peer: Peer) -> None:
    """The same, with some patience."""
    await peer.knock("/ws/agent", HELLO_AGENT)
    while await peer.receive(10):
        await asyncio.sleep(1.0)
        await peer.send(frame(b"", first=0x8A))


async def floods(peer: Peer) -> None:
    """A thousand frames at once."""
    await peer.knock("/ws/visitor", HELLO_VISITOR)
    await peer.send(frame(TYPING) * 1000)
    await peer.is_cut()


async def throws_bombs(peer: Peer) -> None:
    """Frames that are too large, larger than memory, or in ten thousand pieces, and one that never ends."""
    bombs = (frame(b"x" * 2**20), frame(b"", length=2**62), frame(b"x", first=0x01) + frame(b"x", first=0x00) * 10_000)
    await peer.knock("/ws/visitor", HELLO_VISITOR)
    await peer.send(bombs[peer.cuts % len(bombs)])
    await peer.is_cut()


MISDEEDS: dict[str, Misdeed] = {
    "never reads": never_reads,
    "reads 10 B/s": reads_ten_bytes_a_second,
    "floods": floods,
    "throws bombs": throws_bombs,
}
