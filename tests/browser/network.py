"""The way between pages and the server, in the hands of a test: it can be cut, and it can lose single frames without a word."""

from __future__ import annotations

import json
from typing import Any

from playwright.async_api import BrowserContext, WebSocketRoute


class Network:
    """Carries the sockets of one browser. `loses`: the kinds of frames that never arrive, in either direction."""

    def __init__(self) -> None:
        self.up = True
        self.loses: set[str] = set()
        self.routes: list[WebSocketRoute] = []

    @classmethod
    async def of(cls, context: BrowserContext, sockets: str) -> Network:
        """Takes over sockets of this browser, such as "**/ws/agent"."""
        network = cls()
        await context.route_web_socket(sockets, network._carry)
        return network

    async def _carry(self, route: WebSocketRoute) -> None:
        if not self.up:
            await route.close(code=1013)
            return
        server = route.connect_to_server()
        route.on_message(lambda frame: self._pass(server, frame))
        server.on_message(lambda frame: self._pass(route, frame))
        self.routes.append(route)

    def _pass(self, to: WebSocketRoute, frame: Any) -> None:
        if json.loads(frame)["t"] not in self.loses:
            to.send(frame)

    async def cut(self) -> None:
        """The connection ends, and no new one is made."""
        self.up = False
        await self.routes[-1].close(code=1013)

    def mend(self) -> None:
        """New connections are made again, and nothing is lost any more."""
        self.up = True
        self.loses.clear()
