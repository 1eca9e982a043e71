"""Queries for sessions: signed-in browsers. A session that is over is not kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Session
from livesupport.storage import agents
from livesupport.storage.schema import session


async def add(connection: AsyncConnection, session_id: str, agent_id: int, created_at: datetime, expires_at: datetime) -> None:
    """Adds a session, and sweeps out those that have expired."""
    await connection.execute(delete(session).where(session.c.expires_at <= created_at))
    row = {"id": session_id, "agent_id": agent_id, "created_at": created_at, "expires_at": expires_at}
    await connection.execute(insert(session).values(row))


async def find(connection: AsyncConnection, session_id: str, now: datetime) -> Session | None:
    """The session, if it has not expired and its agent is not disabled."""
    row = (
        await connection.execute(select(session).where(session.c.id == session_id, session.c.expires_at > now))
    ).one_or_none()
    agent = await agents.enabled(connection, row.agent_id) if row else None
    if row is None or agent is None:
        return None
    return Session(id=row.id, agent=agent, created_at=row.created_at, expires_at=row.expires_at)


async def prolong(connection: AsyncConnection, session_id: str, expires_at: datetime) -> None:
    """Sets a new end."""
    await connection.execute(update(session).where(session.c.id == session_id).values(expires_at=expires_at))


async def remove(connection: AsyncConnection, session_id: str) -> None:
    """Ends a session."""
    await connection.execute(delete(session).where(session.c.id == session_id))


async def remove_of_agent(connection: AsyncConnection, agent_id: int) -> None:
    """Ends all sessions of an agent."""
    await connection.execute(delete(session).where(session.c.agent_id == agent_id))


async def valid(connection: AsyncConnection, session_ids: Collection[str], now: datetime) -> set[str]:
    """Which of these sessions still hold."""
    query = select(session.c.id).where(session.c.id.in_(session_ids), session.c.expires_at > now)
    return set((await connection.execute(query)).scalars())
