"""The only owner of sockets: gives each a number, writes a push to many of them, closes them.

Nothing here waits. A push is encoded once, however many hear it; what one event has for a socket leaves in one write (and
uvloop makes one of all writes of a turn); a reader that is too slow is cut by its own `Socket`, so nobody waits for anybody.
"""

from __future__ import annotations

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
        """Has one push ready for all of these that are still here, after everything that was delivered to them before. The
        next `write` sends it."""
        frame = text_frame(encode(push))
        for connection in to:
            socket = self._sockets.get(connection)
            if socket is not None:
                if not socket.outbox:
                    self._unwritten.append(socket)
                socket.outbox.append(frame)

    def write(self) -> None:
        """Sends what was delivered."""
        sockets, self._unwritten = self._unwritten, []
        for socket in sockets:
            socket.flush()

    def close(self, connections: Iterable[Connection], code: int) -> None:
        """Ends these connections; what was delivered before still reaches them."""
        for connection in connections:
            socket = self._sockets.get(connection)
            if socket is not None:
                socket.close(code)
