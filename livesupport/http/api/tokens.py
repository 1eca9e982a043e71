"""/api/v1/me and /api/v1/me/tokens: who the caller is, and the tokens with which programs act for them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from livesupport.http.api.call import Call, Shape
from livesupport.http.api.operations import operation
from livesupport.http.api.shapes import AgentShape, TokenShape, of_agent, of_token
from livesupport.model import Scope


class NewToken(Shape, frozen=True):
    """A token to be made. `days`: how long it is good; null: until it is revoked."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    scopes: Annotated[list[Scope], Meta(min_length=1)]
    days: Annotated[int, Meta(ge=1, le=366)] | None = None


class MadeToken(Shape, frozen=True):
    """A new token. `secret` is told only this once."""

    id: int
    name: str
    scopes: list[Scope]
    secret: str
    expires_at: datetime | None


class TokenList(Shape, frozen=True):
    """Tokens, oldest first."""

    items: list[TokenShape]


@operation("GET", "/me", "tickets:read", "Who am I")
async def get_me(call: Call) -> AgentShape:
    """The agent whom the caller acts for."""
    return of_agent(call.agent)


@operation("GET", "/me/tokens", "tickets:read", "List my tokens")
async def list_tokens(call: Call) -> TokenList:
    """The caller's own tokens that were not revoked; never their secrets."""
    return TokenList(items=[of_token(token) for token in await call.state["tokens"].of(call.agent)])


@operation("POST", "/me/tokens", "tickets:write", "Make a token", 201, in_person=True)
async def create_token(call: Call, body: NewToken) -> MadeToken:
    """Makes a token of the caller's own. Only a person who is signed in can: a token cannot beget another one."""
    secret, token = await call.state["tokens"].create(call.agent, body.name, body.scopes, body.days)
    return MadeToken(id=token.id, name=token.name, scopes=list(token.scopes), secret=secret, expires_at=token.expires_at)


@operation("DELETE", "/me/tokens/{id}", "tickets:write", "Revoke a token", 204)
async def revoke_token(call: Call) -> None:
    """Makes one of the caller's own tokens worthless at once."""
    await call.state["tokens"].revoke(call.agent, call.row_id)
