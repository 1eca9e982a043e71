"""Who asks the API: a program with a bearer token (RFC 6750), or the page of an agent who is signed in."""

from __future__ import annotations

from typing import NamedTuple

from livesupport.accounts.tokens import SCOPES
from livesupport.http.auth import session_of
from livesupport.http.state import Request
from livesupport.model import Agent, Scope

BEARER = "bearer "


class Caller(NamedTuple):
    """An agent, and what they may do this way."""

    agent: Agent
    scopes: frozenset[Scope]


async def caller_of(request: Request) -> Caller | None:
    """The caller. Who shows a token is judged by it alone: a cookie beside it neither helps nor is touched."""
    shown = request.headers.get("authorization")
    if shown is not None:
        is_bearer = shown[: len(BEARER)].lower() == BEARER
        bearer = await request.state["tokens"].bearer(shown[len(BEARER) :]) if is_bearer else None
        return Caller(bearer.agent, frozenset(bearer.token.scopes)) if bearer else None
    session = await session_of(request)
    return Caller(session.agent, frozenset(SCOPES)) if session else None
