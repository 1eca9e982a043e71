"""Queries for agents: the people who answer, supervise and administer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Agent
from livesupport.storage.schema import agent, agent_topic, is_row_id


async def add(connection: AsyncConnection, topics: Collection[int], **columns: object) -> Agent:
    """Adds an agent; a login that exists already is a unique value broken (`Conflict`)."""
    agent_id = (await connection.execute(insert(agent).values(**columns).returning(agent.c.id))).scalar_one()
    if topics:
        await connection.execute(insert(agent_topic), [{"agent_id": agent_id, "topic_id": topic} for topic in topics])
    return (await by_ids(connection, [agent_id]))[agent_id]


async def change(connection: AsyncConnection, agent_id: int, topics: Collection[int], **columns: object) -> None:
    """Sets these columns, and replaces the topics."""
    await connection.execute(update(agent).where(agent.c.id == agent_id).values(**columns))
    await connection.execute(delete(agent_topic).where(agent_topic.c.agent_id == agent_id))
    if topics:
        await connection.execute(insert(agent_topic), [{"agent_id": agent_id, "topic_id": topic} for topic in topics])


async def all_agents(connection: AsyncConnection, *, disabled: bool) -> list[Agent]:
    """Agents in the order of their logins, those who are disabled only if asked for."""
    return await _find(connection) if disabled else await _find(connection, agent.c.disabled_at.is_(None))


async def by_ids(connection: AsyncConnection, ids: Collection[int]) -> dict[int, Agent]:
    """These agents, disabled or not."""
    found = await _find(connection, agent.c.id.in_(ids)) if ids else []
    return {one.id: one for one in found}


async def by_login(connection: AsyncConnection, login: str) -> Agent | None:
    """The agent with this login, disabled or not."""
    found = await _find(connection, agent.c.login == login)
    return found[0] if found else None


async def enabled(connection: AsyncConnection, agent_id: int) -> Agent | None:
    """The agent with this id, if not disabled."""
    if not is_row_id(agent_id):
        return None
    found = await _find(connection, agent.c.id == agent_id, agent.c.disabled_at.is_(None))
    return found[0] if found else None


async def credentials(connection: AsyncConnection, login: str) -> tuple[int, str] | None:
    """Id and password hash of an agent who is not disabled."""
    query = select(agent.c.id, agent.c.password_hash).where(agent.c.login == login, agent.c.disabled_at.is_(None))
    row = (await connection.execute(query)).one_or_none()
    return (row.id, row.password_hash) if row else None


async def set_password_hash(connection: AsyncConnection, agent_id: int, password_hash: str) -> None:
    """Replaces the password hash."""
    await connection.execute(update(agent).where(agent.c.id == agent_id).values(password_hash=password_hash))


async def set_disabled(connection: AsyncConnection, agent_id: int, at: datetime | None) -> None:
    """Disables an agent from this moment on; None enables."""
    await connection.execute(update(agent).where(agent.c.id == agent_id).values(disabled_at=at))


async def with_this_topic_only(connection: AsyncConnection, topic_id: int) -> list[str]:
    """The names of those who have this topic and no other, disabled or not."""
    only = select(agent_topic.c.agent_id).group_by(agent_topic.c.agent_id).having(func.count() == 1)
    these = select(agent_topic.c.agent_id).where(agent_topic.c.topic_id == topic_id, agent_topic.c.agent_id.in_(only))
    return [one.name for one in await _find(connection, agent.c.id.in_(these))]


async def count_administrators(connection: AsyncConnection) -> int:
    """How many administrators are not disabled."""
    query = select(func.count()).where(agent.c.role == "administrator", agent.c.disabled_at.is_(None))
    return int((await connection.execute(query)).scalar_one())


async def _find(connection: AsyncConnection, *where: ColumnElement[bool]) -> list[Agent]:
    rows = (await connection.execute(select(agent).where(*where).order_by(agent.c.login))).all()
    topics = await _topics(connection, [row.id for row in rows])
    return [_agent(row, topics.get(row.id, ())) for row in rows]


async def _topics(connection: AsyncConnection, ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    query = select(agent_topic).where(agent_topic.c.agent_id.in_(ids)).order_by(agent_topic.c.topic_id)
    found: dict[int, tuple[int, ...]] = {}
    for row in await connection.execute(query):
        found[row.agent_id] = (*found.get(row.agent_id, ()), row.topic_id)
    return found


def _agent(row: Any, topics: tuple[int, ...]) -> Agent:
    return Agent(
        id=row.id,
        login=row.login,
        name=row.name,
        role=row.role,
        capacity=row.capacity,
        languages=tuple(row.languages),
        topics=topics,
        disabled_at=row.disabled_at,
    )
