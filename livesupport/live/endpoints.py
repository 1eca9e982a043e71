"""The doors for sockets, as Starlette endpoints: who may come in is decided here, before and during the handshake.

| refused because | answer |
| --- | --- |
| Origin is not `public_url`, or an agent's socket comes without a session cookie | HTTP 403 |
| the subprotocol is not offered | HTTP 400 |
| too many sockets of one address | HTTP 429 |
| no session, for `/ws/news`, or one that has ended | accepted, then closed with 4401: scripts see no status of a handshake |
"""

from __future__ import annotations

import structlog
from starlette.responses import Response
from starlette.websockets import WebSocket

from livesupport.chat.protocol import SUBPROTOCOL, CloseCode
from livesupport.live.desk import Desk
from livesupport.live.handshake import EXTENSION, SocketProtocol
from livesupport.live.news import NewsReceiver
from livesupport.live.news_wire import Who
from livesupport.live.receivers import AgentReceiver, SocketReceiver, VisitorReceiver

LONGEST_ORIGIN_TO_LOG = 120
RETRY_AFTER = "60"

log = structlog.get_logger()


async def visitor_socket(websocket: WebSocket) -> None:
    """A panel's socket. Cookies mean nothing here: whoever comes is a visitor (T03)."""
    if await _may_knock(websocket):
        await _open(websocket, VisitorReceiver(_desk(websocket), _host(websocket)))


async def agent_socket(websocket: WebSocket) -> None:
    """A console's socket, for the agent whose session cookie it shows."""
    if not await _may_knock(websocket):
        return
    secret = websocket.cookies.get(websocket.state.config.session_cookie, "")
    if not secret:
        await _deny(websocket, 403, "no_session")
        return
    who = await _desk(websocket).ports.authenticate(secret)
    if who is None:
        await websocket.accept(subprotocol=SUBPROTOCOL)
        await websocket.close(CloseCode.NOT_SIGNED_IN)
        return
    await _open(websocket, AgentReceiver(_desk(websocket), _host(websocket), who))


async def news_socket(websocket: WebSocket) -> None:
    """The socket of a page that follows the news; its hello says as whom, and the cookies must then bear it out."""
    if await _may_knock(websocket):
        config, cookies = websocket.state.config, websocket.cookies
        secrets: dict[Who, str] = {
            "agent": cookies.get(config.session_cookie, ""),
            "requester": cookies.get(config.requester_cookie, ""),
        }
        await _open(websocket, NewsReceiver(_desk(websocket), websocket.state.news, _host(websocket), secrets))


async def _may_knock(websocket: WebSocket) -> bool:
    """All sockets carry the support server's own Origin, the widget's panel being an iframe from there (T01, T02)."""
    origins = websocket.headers.getlist("origin")
    if origins != [websocket.state.config.server.public_url]:
        shown = ",".join(origins)[:LONGEST_ORIGIN_TO_LOG]
        await _deny(websocket, 403, "origin", origin=shown, expected=websocket.state.config.server.public_url)
        return False
    if SUBPROTOCOL not in websocket.scope["subprotocols"]:
        await _deny(websocket, 400, "subprotocol")
        return False
    return True


async def _open(websocket: WebSocket, receiver: SocketReceiver) -> None:
    """Accepts, and takes the connection out of ASGI's hands."""
    protocol: SocketProtocol = websocket.scope["extensions"][EXTENSION]
    if not receiver.take_seat():
        await _deny(websocket, 429, "address", headers={"retry-after": RETRY_AFTER})
        return
    try:
        await websocket.accept(subprotocol=SUBPROTOCOL)
        socket = protocol.hand_over(receiver, _desk(websocket).hub.admission.limits)
    except BaseException:
        receiver.stay_out()
        raise
    receiver.begin(socket)


async def _deny(websocket: WebSocket, status: int, reason: str, headers: dict[str, str] | None = None, **details: str) -> None:
    log.warning("socket_denied", status=status, reason=reason, **details)
    await websocket.send_denial_response(Response(status_code=status, headers=headers))


def _desk(websocket: WebSocket) -> Desk:
    desk: Desk = websocket.state.desk
    return desk


def _host(websocket: WebSocket) -> str:
    return websocket.client.host if websocket.client else ""
