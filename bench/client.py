"""A WebSocket client that costs little, so that the load generator is not what is measured."""

from __future__ import annotations

import asyncio
import base64
import os
import struct
from collections.abc import Callable
from typing import cast

PONG = b"\x8a\x80\x00\x00\x00\x00"


class Client(asyncio.Protocol):
    """One connection. `hear` is called with the payload of every text frame."""

    def __init__(self) -> None:
        self.hear: Callable[[bytes], None] = lambda payload: None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TCP is open."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """During the handshake this is a refusal; later the measurement will miss its messages."""
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("the connection was cut"))
        if not self.closed.done():
            self.closed.set_result(None)

    def say(self, payload: bytes) -> None:
        """Sends a text frame masked with zeros: legal, the same work for the server, and none for us."""
        if len(payload) < 126:
            self._transport.write(bytes((0x81, 0x80 | len(payload))) + b"\0\0\0\0" + payload)
        else:
            self._transport.write(struct.pack("!BBH", 0x81, 0xFE, len(payload)) + b"\0\0\0\0" + payload)

    def close(self) -> None:
        """Drops the connection."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Takes the handshake's answer, then frames."""
        data = self._rest + data if self._rest else data
        if not self.opened.done():
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self._rest = head
                return
            status = head.split(b"\r\n")[0]
            if b" 101 " not in status:
                self.opened.set_exception(ConnectionError(status.decode()))
                return
            self.opened.set_result(None)
        self._rest = self._frames(data)

    def _frames(self, data: bytes) -> bytes:
        at, end = 0, len(data)
        while end - at >= 4:
            start, length = at + 2, data[at + 1]
            if length == 126:
                start, length = at + 4, int.from_bytes(data[at + 2 : at + 4], "big")
            elif length == 127:
                start, length = at + 10, int.from_bytes(data[at + 2 : at + 10], "big")
            if start + length > end:
                break
            if data[at] == 0x81:
                self.hear(data[start : start + length])
            elif data[at] == 0x89:
                self._transport.write(PONG)
            at = start + length
        return data[at:]


async def connect(port: int, path: str, headers: str = "") -> Client:
    """An open WebSocket. `headers`: further lines of the request, each with its line end."""
    _, client = await asyncio.get_running_loop().create_connection(Client, "127.0.0.1", port)
    key = base64.b64encode(os.urandom(16)).decode()
    client._transport.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{headers}\r\n".encode()
    )
    await client.opened
    return client
