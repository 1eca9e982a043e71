"""The opening handshake: uvicorn and the ASGI application decide, then the connection becomes a `Socket`.

`SocketProtocol` is uvicorn's own WebSocket class (`uvicorn.Config(ws=SocketProtocol)`). It lies in the ASGI scope, under
`scope["extensions"][EXTENSION]`; an endpoint accepts as usual and calls `hand_over`. From then on the transport belongs
to a `Socket`, and request, headers, queue and task of the handshake are gone.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

import structlog
from uvicorn.config import Config
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.http11 import Request

from livesupport.config import Limits
from livesupport.live.transport import SILENT, Receiver, Socket

EXTENSION = "livesupport.socket"

log = structlog.get_logger()


class SocketProtocol(WebSocketsSansIOProtocol):
    """One connection, from the upgrade request to the end of its handshake."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.logger = SILENT  # uvicorn and websockets log addresses, query strings and frames
        self.conn.logger = SILENT
        self.conn.debug = False
        self._socket: Socket | None = None

    def data_received(self, data: bytes) -> None:
        """uvicorn passes the upgrade request. A browser says nothing more before it has our answer (RFC 6455, 4.1)."""
        if self.handshake_initiated:
            self.transport.abort()
        else:
            super().data_received(data)

    def handle_connect(self, event: Request) -> None:
        """The request is read: makes the ASGI scope and starts the application."""
        super().handle_connect(event)
        if not self.close_sent:
            cast("dict[str, Any]", self.scope["extensions"])[EXTENSION] = self

    def start_keepalive(self) -> None:
        """Nothing: the `Socket` has its own."""

    def hand_over(self, receiver: Receiver, limits: Limits) -> Socket:
        """After `accept`, in the same turn of the loop: the connection lives on as a `Socket` that tells `receiver`."""
        assert self.handshake_complete, "accept first"
        connections = cast("set[Any]", self.connections)
        connections.discard(self)
        self._socket = Socket(self.transport, receiver, limits, connections, self.loop)
        self.transport.set_protocol(self._socket)
        return self._socket

    async def run_asgi(self) -> None:
        """Runs the application. Unlike uvicorn's, its return does not end a connection that was handed over."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except Exception:
            log.exception("handshake_failed")
            self.send_500_response()
        if self._socket is None:
            self.transport.close()
        self.scope["extensions"] = {}  # it holds this object, which should go now and not with the next collection
