"""Who is asking: the session cookie, and the pages that need one.

Its cookie holds a random secret and nothing else; the session itself is a row that can be ended from here, from the
command line or by a new password.
"""

from __future__ import annotations

import math
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.responses import Response

from livesupport.errors import Invalid, TooOften
from livesupport.http.attempts import too_many_words
from livesupport.http.errors import SignedOut
from livesupport.http.known_devices import mark_device
from livesupport.http.state import Request
from livesupport.model import Agent, Session

_OWN_PATH = re.compile(r"/(?:[A-Za-z0-9][A-Za-z0-9/_.-]*)?(?:\?[A-Za-z0-9=&%+_.~-]*)?")


def secret_of(request: Request) -> str | None:
    """What the browser shows, whether it is still worth something or not."""
    return request.cookies.get(request.state["config"].session_cookie) or None


async def session_of(request: Request) -> Session | None:
    """The session of the browser that asks, if it is signed in."""
    secret = secret_of(request)
    return await request.state["accounts"].session(secret) if secret else None


async def signed_in(request: Request) -> Agent:
    """The agent who asks. Raises `SignedOut`."""
    session = await session_of(request)
    if session is None:
        raise SignedOut
    return session.agent


async def begin_session(request: Request, response: Response, secret: str, login: str) -> None:
    """Gives the browser its new session, and the mark that this account has signed in here. The session that it may have had
    before ends, so none can be planted beforehand."""
    if former := secret_of(request):
        await request.state["accounts"].sign_out(former)
    config = request.state["config"]
    # No Max-Age: the browser forgets at its end, the server after hours of silence.
    response.set_cookie(config.session_cookie, secret, path="/", secure=config.secure, httponly=True, samesite="lax")
    mark_device(request, response, login)


@asynccontextmanager
async def counted(request: Request, session: Session) -> AsyncIterator[None]:
    """Looks at a password within the block, unless there were too many wrong ones in this session (`TooOften`). Those of others
    do not count here: nobody can keep a person from unlocking what is open already."""
    attempts, login = request.state["attempts"], session.agent.login
    if wait := attempts.begin(login, "", session.id):
        raise TooOften({"former": too_many_words(math.ceil(wait))}, wait)
    try:
        yield
    except Invalid:  # the new password is none; the former one was right
        attempts.succeeded(login, "", session.id)
        raise
    attempts.succeeded(login, "", session.id)


async def end_session(request: Request, response: Response) -> None:
    """Ends the session on the server, which closes its sockets too, and takes the cookie away."""
    if secret := secret_of(request):
        await request.state["accounts"].sign_out(secret)
    config = request.state["config"]
    response.delete_cookie(config.session_cookie, path="/", secure=config.secure, httponly=True, samesite="lax")


def own_path(path: str, otherwise: str = "/console") -> str:
    """`path` if it can only lead to a page of ours, else `otherwise`: nobody is sent elsewhere after signing in."""
    return path if _OWN_PATH.fullmatch(path) else otherwise
