"""Queries for sessions: signed-in browsers. A session that is over is not kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Agent, Session
from livesupport.storage import agents
from livesupport.storage.schema import session


async def add(
    connection: AsyncConnection, session_id: str, agent_id: int, created_at: datetime, expires_at: datetime, device: str
) -> None:
    """Adds a session, and sweeps out those that have expired."""
    await connection.execute(delete(session).where(session.c.expires_at <= created_at))
    row = {"id": session_id, "agent_id": agent_id, "created_at": created_at, "expires_at": expires_at, "device": device}
    await connection.execute(insert(session).values(row))


async def find(connection: AsyncConnection, ids: Collection[str], now: datetime) -> dict[str, Session]:
    """Those of these sessions, by id, that have not expired and whose agents are not disabled."""
    rows = (await connection.execute(select(session).where(session.c.id.in_(ids), session.c.expires_at > now))).all()
    people = await agents.by_ids(connection, {row.agent_id for row in rows})
    enabled = [(row, people[row.agent_id]) for row in rows if people[row.agent_id].disabled_at is None]
    return {row.id: _session(row, agent) for row, agent in enabled}


async def of_agent(connection: AsyncConnection, agent: Agent, now: datetime) -> list[Session]:
    """An agent's sessions that have not expired, the newest first."""
    query = select(session).where(session.c.agent_id == agent.id, session.c.expires_at > now)
    rows = await connection.execute(query.order_by(session.c.created_at.desc()))
    return [_session(row, agent) for row in rows]


async def prolong(connection: AsyncConnection, session_id: str, expires_at: datetime) -> None:
    """Sets a new end."""
    await connection.execute(update(session).where(session.c.id == session_id).values(expires_at=expires_at))


async def set_locked(connection: AsyncConnection, session_id: str, at: datetime | None) -> None:
    """Locks a session from this moment on; None unlocks."""
    await connection.execute(update(session).where(session.c.id == session_id).values(locked_at=at))


async def remove(connection: AsyncConnection, session_id: str) -> None:
    """Ends a session."""
    await connection.execute(delete(session).where(session.c.id == session_id))


async def remove_of_agent(connection: AsyncConnection, agent_id: int) -> None:
    """Ends all sessions of an agent."""
    await connection.execute(delete(session).where(session.c.agent_id == agent_id))


async def valid(connection: AsyncConnection, session_ids: Collection[str], now: datetime) -> set[str]:
    """Which of these sessions still hold and are not locked."""
    good = (session.c.expires_at > now, session.c.locked_at.is_(None))
    query = select(session.c.id).where(session.c.id.in_(session_ids), *good)
    return set((await connection.execute(query)).scalars())


def _session(row: Any, agent: Agent) -> Session:
    return Session(
        id=row.id,
        agent=agent,
        created_at=row.created_at,
        expires_at=row.expires_at,
        device=row.device,
        locked_at=row.locked_at,
    )
