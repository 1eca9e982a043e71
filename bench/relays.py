"""Two relays to compare with: each passes a text frame from one side of a pair to the other, and does nothing else.

Run as `python -m bench.relays websockets|starlette PORT`; a pair meets at `/ws/NUMBER`.
"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.server import ServerConnection, serve


async def bare_websockets(port: int) -> None:
    """The `websockets` library alone."""
    pairs: dict[str, list[ServerConnection]] = defaultdict(list)

    async def relay(connection: ServerConnection) -> None:
        assert connection.request is not None
        pair = pairs[connection.request.path]
        pair.append(connection)
        async for text in connection:
            for other in pair:
                if other is not connection:
                    await other.send(text)
        pair.remove(connection)

    async with serve(relay, "127.0.0.1", port, compression=None, ping_interval=None):
        await asyncio.get_running_loop().create_future()


async def starlette(port: int) -> None:
    """A minimal Starlette endpoint on uvicorn."""
    pairs: dict[str, list[WebSocket]] = defaultdict(list)

    async def relay(websocket: WebSocket) -> None:
        pair = pairs[websocket.path_params["pair"]]
        await websocket.accept()
        pair.append(websocket)
        async for text in websocket.iter_text():
            for other in pair:
                if other is not websocket:
                    await other.send_text(text)
        pair.remove(websocket)

    app = Starlette(routes=[WebSocketRoute("/ws/{pair}", relay)])
    config = uvicorn.Config(
        app, port=port, ws="websockets-sansio", ws_per_message_deflate=False, log_level="error", access_log=False
    )
    await uvicorn.Server(config).serve()


RELAYS = {"websockets": bare_websockets, "starlette": starlette}

if __name__ == "__main__":
    uvloop.run(RELAYS[sys.argv[1]](int(sys.argv[2])))
