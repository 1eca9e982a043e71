"""A wire between a page and the server that can be cut, or that carries nothing while it looks whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Wire:
    """A TCP proxy. While it is `cut` nobody gets through; while it `swallows`, bytes vanish and no end is told (F06)."""

    def __init__(self, to: int) -> None:
        self.cut = False
        self.swallows = False
        self.address = ""
        self._to = to
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def to(cls, port: int) -> AsyncIterator[Wire]:
        """A wire to this port of this machine."""
        wire = cls(port)
        server = await asyncio.start_server(wire._connected, "127.0.0.1", 0)
        wire.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield wire
        finally:
            server.close()
            wire.break_off()

    def break_off(self) -> None:
        """Ends every connection now."""
        for writer in self._writers:
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.cut:
            writer.transport.abort()
            return
        there_reader, there = await asyncio.open_connection("127.0.0.1", self._to)
        self._writers |= {writer, there}
        for each in (self._carry(reader, there), self._carry(there_reader, writer)):
            task = asyncio.create_task(each)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if not self.swallows:
                    writer.write(data)
                    await writer.drain()
        if not self.swallows:
            writer.close()
