"""Queries for the tokens with which programs act for an agent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import ApiToken
from livesupport.storage.schema import agent, api_token


async def add(connection: AsyncConnection, **columns: object) -> ApiToken:
    """Adds a token and returns it."""
    row = (await connection.execute(insert(api_token).values(**columns).returning(api_token))).one()
    return _token(row)


async def by_hash(connection: AsyncConnection, secret_hash: str, now: datetime) -> ApiToken | None:
    """The token with this hash, if it is still good and its agent may still sign in."""
    query = (
        select(api_token)
        .join(agent, agent.c.id == api_token.c.agent_id)
        .where(
            api_token.c.hash == secret_hash,
            api_token.c.revoked_at.is_(None),
            api_token.c.expires_at.is_(None) | (api_token.c.expires_at > now),
            agent.c.disabled_at.is_(None),
        )
    )
    row = (await connection.execute(query)).first()
    return _token(row) if row else None


async def of_agent(connection: AsyncConnection, agent_id: int) -> list[ApiToken]:
    """The tokens of an agent that were not revoked, oldest first."""
    query = select(api_token).where(api_token.c.agent_id == agent_id, api_token.c.revoked_at.is_(None))
    return [_token(row) for row in await connection.execute(query.order_by(api_token.c.id))]


async def note_use(connection: AsyncConnection, token_id: int, at: datetime) -> None:
    """Notes that a token was used."""
    await connection.execute(update(api_token).where(api_token.c.id == token_id).values(used_at=at))


async def revoke(connection: AsyncConnection, token_id: int, agent_id: int, at: datetime) -> str | None:
    """Makes a token of this agent worthless, and returns its name; None when there is none."""
    mine = (api_token.c.id == token_id, api_token.c.agent_id == agent_id, api_token.c.revoked_at.is_(None))
    revoked = update(api_token).where(*mine).values(revoked_at=at).returning(api_token.c.name)
    row = (await connection.execute(revoked)).one_or_none()
    return row.name if row else None


async def revoke_all(connection: AsyncConnection, agent_id: int, at: datetime) -> None:
    """Makes every token of this agent worthless."""
    theirs = (api_token.c.agent_id == agent_id, api_token.c.revoked_at.is_(None))
    await connection.execute(update(api_token).where(*theirs).values(revoked_at=at))


def _token(row: Any) -> ApiToken:
    return ApiToken(
        id=row.id,
        agent=row.agent_id,
        name=row.name,
        scopes=tuple(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
    )
