"""Queries for the views of the inbox that people have saved, and for how each likes to see it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import SavedView
from livesupport.storage.schema import preference, saved_view


async def of_agent(connection: AsyncConnection, agent_id: int) -> list[SavedView]:
    """The agent's own views and everybody's, in the order in which they were made."""
    theirs = or_(saved_view.c.agent_id == agent_id, saved_view.c.agent_id.is_(None))
    rows = await connection.execute(select(saved_view).where(theirs).order_by(saved_view.c.position, saved_view.c.id))
    return [SavedView(id=row.id, name=row.name, query=row.query, shared=row.agent_id is None) for row in rows]


async def add(connection: AsyncConnection, agent_id: int | None, name: str, query: dict[str, str]) -> int:
    """Adds a view after all others; without an agent it is everybody's."""
    last = select(func.coalesce(func.max(saved_view.c.position), 0) + 1).scalar_subquery()
    row = {"agent_id": agent_id, "name": name, "query": query, "position": last}
    return int((await connection.execute(insert(saved_view).values(row).returning(saved_view.c.id))).scalar_one())


async def change(connection: AsyncConnection, view_id: int, **columns: Any) -> None:
    """Sets these columns of a view."""
    await connection.execute(update(saved_view).where(saved_view.c.id == view_id).values(**columns))


async def remove(connection: AsyncConnection, view_id: int) -> None:
    """Removes a view; the tickets in it stay."""
    await connection.execute(delete(saved_view).where(saved_view.c.id == view_id))


async def preferred(connection: AsyncConnection, agent_id: int, name: str) -> Any:
    """What the agent has set under this name; None: nothing."""
    this = (preference.c.agent_id == agent_id, preference.c.name == name)
    return (await connection.execute(select(preference.c.value).where(*this))).scalar_one_or_none()


async def prefer(connection: AsyncConnection, agent_id: int, name: str, value: object) -> None:
    """Sets this for the agent."""
    this = (preference.c.agent_id == agent_id, preference.c.name == name)
    changed = await connection.execute(update(preference).where(*this).values(value=value))
    if not changed.rowcount:
        await connection.execute(insert(preference).values(agent_id=agent_id, name=name, value=value))
