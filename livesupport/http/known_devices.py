"""Browsers in which somebody has signed in before: their wrong passwords are counted apart, so that a stranger who guesses
keeps nobody out of a browser of their own (guarantees.md, T21).

The mark is a signed cookie that names the account. It opens nothing: it only says where failures are counted.
"""

from __future__ import annotations

import secrets

from starlette.responses import Response

from livesupport.accounts.requests import folded_login
from livesupport.http.state import Request

LASTS = 180 * 86_400  # seconds from the last time of signing in
NAME_BYTES = 12  # of a device: two that nobody can tell apart would be counted together


def device_of(request: Request, login: str) -> str:
    """The name of this browser, if this account has signed in here before; else empty."""
    read = request.state["devices"].read(request.cookies.get(_cookie(request), ""), tuple[str, str])
    if read is None or read[0][0] != folded_login(login):
        return ""
    return read[0][1]


def mark_device(request: Request, response: Response, login: str) -> None:
    """Marks the browser as one in which this account has just signed in."""
    name = device_of(request, login) or secrets.token_urlsafe(NAME_BYTES)
    mark = request.state["devices"].sign([folded_login(login), name])
    secure = request.state["config"].secure
    response.set_cookie(_cookie(request), mark, max_age=LASTS, path="/", secure=secure, httponly=True, samesite="lax")


def _cookie(request: Request) -> str:
    return f"{request.state['config'].session_cookie}-device"
