"""Tokens with which programs act for an agent at /api/v1: never more than the agent may, and only what their scopes say."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from livesupport.accounts.base import hashed
from livesupport.cleaning import clean_line
from livesupport.errors import Invalid, NotFound, Unavailable
from livesupport.i18n import gettext as _
from livesupport.model import Agent, ApiToken, Scope
from livesupport.permits import check_administrator
from livesupport.storage import agents, audit, tokens
from livesupport.storage.database import Database
from livesupport.storage.schema import is_row_id

PREFIX = "livesupport_pat_"  # by which scanners of source code recognise a secret that was published by mistake
LONGEST_SECRET = 100
NAME_LIMIT = 80
MOST_DAYS = 366
USE_NOTED_EVERY = timedelta(hours=1)  # spares a write per request

SCOPES: dict[Scope, frozenset[str]] = {
    "tickets:read": frozenset({"agent", "supervisor", "administrator"}),
    "tickets:write": frozenset({"agent", "supervisor", "administrator"}),
    "admin:read": frozenset({"administrator"}),
    "admin:write": frozenset({"administrator"}),
}


class Bearer(NamedTuple):
    """Who a token speaks for, and what it may."""

    agent: Agent
    token: ApiToken


class Tokens:
    """What can be done with tokens. Every method may raise `Unavailable`, and then nothing has changed."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def create(self, owner: Agent, name: str, scopes: Collection[Scope], days: int | None = None) -> tuple[str, ApiToken]:
        """A new token of `owner`, good for so many days (None: until it is revoked), and its secret, told only now.

        Raises `Invalid`.
        """
        name = clean_line(name)
        _check(owner, name, scopes, days)
        secret = PREFIX + secrets.token_urlsafe(32)
        now = self._clock()
        async with self._database.write() as connection:
            token = await tokens.add(
                connection,
                agent_id=owner.id,
                name=name,
                hash=hashed(secret),
                scopes=sorted(scopes),
                created_at=now,
                expires_at=None if days is None else now + timedelta(days=days),
            )
            await audit.add(connection, owner, "token.created", name, now, {"scopes": sorted(scopes)})
        return secret, token

    async def bearer(self, secret: str) -> Bearer | None:
        """Who shows this secret; None when it is wrong, revoked or too old, or its agent was disabled."""
        if not secret.startswith(PREFIX) or len(secret) > LONGEST_SECRET:
            return None
        now = self._clock()
        async with self._database.read() as connection:
            token = await tokens.by_hash(connection, hashed(secret), now)
            agent = await agents.enabled(connection, token.agent) if token else None
        if token is None or agent is None:
            return None
        await self._note_use(token, now)
        return Bearer(agent, token)

    async def of(self, owner: Agent, *, actor: Agent | None = None) -> list[ApiToken]:
        """The owner's tokens, without their secrets, oldest first. `actor`: the administrator who looks; None: the owner.

        Raises `NotAllowed`.
        """
        check_administrator(actor)
        async with self._database.read() as connection:
            return await tokens.of_agent(connection, owner.id)

    async def revoke(self, owner: Agent, token_id: int, *, actor: Agent | None = None) -> None:
        """Makes one of the owner's tokens worthless at once. `actor`: the administrator who does it; None: the owner.

        Raises `NotAllowed`, `NotFound`.
        """
        check_administrator(actor)
        now = self._clock()
        async with self._database.write() as connection:
            name = await tokens.revoke(connection, token_id, owner.id, now) if is_row_id(token_id) else None
            if name is None:
                raise NotFound("no such token")
            await audit.add(connection, actor or owner, "token.revoked", name, now, {"of": owner.login})

    async def _note_use(self, token: ApiToken, now: datetime) -> None:
        if token.used_at is not None and now - token.used_at < USE_NOTED_EVERY:
            return
        try:
            async with self._database.write() as connection:
                await tokens.note_use(connection, token.id, now)
        except Unavailable:
            return  # a full disk must not keep anybody from reading


def may(agent: Agent, scope: Scope) -> bool:
    """Whether this agent's role can have this scope at all."""
    return agent.role in SCOPES[scope]


def _check(owner: Agent, name: str, scopes: Collection[Scope], days: int | None) -> None:
    problems = {}
    if not 1 <= len(name) <= NAME_LIMIT:
        problems["name"] = _("Write what the token is for, at most {limit} characters.").format(limit=NAME_LIMIT)
    if not scopes or not all(scope in SCOPES and may(owner, scope) for scope in scopes):
        problems["scopes"] = _("Choose what the token may do; it can do no more than you.")
    if days is not None and not 1 <= days <= MOST_DAYS:
        problems["days"] = _("Choose 1 to {limit} days.").format(limit=MOST_DAYS)
    if problems:
        raise Invalid(problems)
