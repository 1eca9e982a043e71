"""The only owner of sockets: gives each a number, writes a push to many of them, closes them.

Nothing here waits. A push is encoded once, however many hear it; what one turn of the loop has gathered for a socket leaves
in one write; and a reader that is too slow is cut by its own `Socket`, so that nobody waits for anybody else.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable

from livesupport.chat.events import Connection
from livesupport.chat.protocol import Frame, encode
from livesupport.config import Limits
from livesupport.live.frames import text_frame
from livesupport.live.limits import Admission
from livesupport.live.transport import Socket


class Hub:
    """All open sockets of this server, and who may open one (`admission`)."""

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008 (frozen)
        self.admission = Admission(limits)
        self._numbers = itertools.count(1)
        self._sockets: dict[Connection, Socket] = {}
        self._unwritten: list[Socket] = []

    def __len__(self) -> int:
        return len(self._sockets)

    def join(self, socket: Socket) -> Connection:
        """Takes over an open socket; its number is never given again."""
        number = next(self._numbers)
        self._sockets[number] = socket
        return number

    def leave(self, connection: Connection) -> None:
        """Forgets a socket that has ended."""
        self._sockets.pop(connection, None)

    def deliver(self, to: Iterable[Connection], push: Frame) -> None:
        """Sends one push to all of these that are still here, after everything that was delivered to them before."""
        frame = text_frame(encode(push))
        for connection in to:
            socket = self._sockets.get(connection)
            if socket is not None:
                if not socket.outbox:
                    self._plan_write(socket)
                socket.outbox.append(frame)

    def close(self, connections: Iterable[Connection], code: int) -> None:
        """Ends these connections; what was delivered before still reaches them."""
        for connection in connections:
            socket = self._sockets.get(connection)
            if socket is not None:
                socket.close(code)

    def _plan_write(self, socket: Socket) -> None:
        if not self._unwritten:
            asyncio.get_running_loop().call_soon(self._write)
        self._unwritten.append(socket)

    def _write(self) -> None:
        sockets, self._unwritten = self._unwritten, []
        for socket in sockets:
            socket.flush()
