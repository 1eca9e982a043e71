"""/healthz, /readyz, /metrics and /protocol.json: what machines ask a server."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response

from livesupport.http.state import Request
from livesupport.live import protocol_schema
from livesupport.metrics import CONTENT_TYPE
from livesupport.tickets.files import Room


async def healthz(_request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


_READY: Mapping[Room, str] = {"ample": "ready\n", "low": "ready, disk low\n", "none": "ready, disk full\n"}


async def readyz(request: Request) -> Response:
    """New visitors may be sent here: the database answers and the server is not about to stop."""
    if not request.state["desk"].is_draining and await request.state["is_ready"]():
        return PlainTextResponse(_READY[request.state["files"].room()])
    return PlainTextResponse("not ready\n", 503, {"Retry-After": "5"})


async def metrics(request: Request) -> Response:
    """Counters for Prometheus, for this machine itself or for whoever shows the configured token."""
    if not (_shows_token(request) or _is_this_machine(request)):
        raise HTTPException(404)
    return Response(request.state["metrics"].render(), media_type=CONTENT_TYPE)


async def protocol(_request: Request) -> Response:
    """The JSON Schema of every frame of the WebSocket protocol."""
    return JSONResponse(protocol_schema(), media_type="application/schema+json")


def _shows_token(request: Request) -> bool:
    token = request.state["config"].metrics.token
    shown = request.headers.get("authorization", "").removeprefix("Bearer ")
    return bool(token) and secrets.compare_digest(shown.encode(), token.encode())


def _is_this_machine(request: Request) -> bool:
    """A proxy on this machine speaks for others, so whatever was forwarded does not count as local."""
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers or request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
