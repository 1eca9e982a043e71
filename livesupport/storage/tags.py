"""Queries for tags, and for the agents who watch a ticket."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Agent
from livesupport.storage import agents, search
from livesupport.storage.schema import ticket_tag, ticket_watcher

LATEST = 1_000  # tags that suggestions are made of: counting all of them would take longer than the page


async def of_ticket(connection: AsyncConnection, ticket_id: int) -> list[str]:
    """The ticket's tags, in alphabetical order."""
    query = select(ticket_tag.c.tag).where(ticket_tag.c.ticket_id == ticket_id).order_by(ticket_tag.c.tag)
    return list((await connection.execute(query)).scalars())


async def add(connection: AsyncConnection, ticket_id: int, tag: str) -> None:
    """Adds a tag that the ticket has not."""
    await connection.execute(insert(ticket_tag).values(ticket_id=ticket_id, tag=tag))
    await search.add(connection, ticket_id, (tag,))


async def remove(connection: AsyncConnection, ticket_id: int, tag: str) -> bool:
    """Takes a tag away; False when the ticket had it not."""
    this = (ticket_tag.c.ticket_id == ticket_id, ticket_tag.c.tag == tag)
    has_gone = (await connection.execute(delete(ticket_tag).where(*this))).rowcount == 1
    if has_gone:
        await search.renew(connection, ticket_id)
    return has_gone


async def most_used(connection: AsyncConnection, limit: int) -> list[str]:
    """The tags that most of the latest tickets have."""
    latest = select(ticket_tag.c.tag).order_by(ticket_tag.c.ticket_id.desc()).limit(LATEST).subquery()
    query = select(latest.c.tag).group_by(latest.c.tag).order_by(func.count().desc(), latest.c.tag).limit(limit)
    return list((await connection.execute(query)).scalars())


async def watching(connection: AsyncConnection, ticket_id: int) -> list[tuple[Agent, int]]:
    """Who watches the ticket, by login, and which version of it each has last seen."""
    query = select(ticket_watcher.c.agent_id, ticket_watcher.c.seen).where(ticket_watcher.c.ticket_id == ticket_id)
    seen = {row.agent_id: row.seen for row in await connection.execute(query)}
    found = await agents.by_ids(connection, list(seen))
    return [(agent, seen[agent.id]) for agent in sorted(found.values(), key=lambda agent: agent.login)]


async def watchers(connection: AsyncConnection, ticket_id: int) -> list[Agent]:
    """Who watches the ticket, by login."""
    return [agent for agent, _seen in await watching(connection, ticket_id)]


async def watch(connection: AsyncConnection, ticket_id: int, agent_id: int, seen: int) -> None:
    """Adds a watcher who is none yet, and has seen this version."""
    await connection.execute(insert(ticket_watcher).values(ticket_id=ticket_id, agent_id=agent_id, seen=seen))


async def unwatch(connection: AsyncConnection, ticket_id: int, agent_id: int) -> bool:
    """Takes a watcher away; False when the agent was none."""
    return (await connection.execute(delete(ticket_watcher).where(*_this(ticket_id, agent_id)))).rowcount == 1


async def see(connection: AsyncConnection, ticket_id: int, agent_id: int, version: int) -> None:
    """Notes that a watcher has seen this version of the ticket."""
    await connection.execute(update(ticket_watcher).where(*_this(ticket_id, agent_id)).values(seen=version))


async def unseen(connection: AsyncConnection, agent_id: int, versions: Mapping[int, int]) -> set[int]:
    """Those of these tickets (versions by id) that the agent watches and has not seen as they are now."""
    ids = ticket_watcher.c.ticket_id.in_(versions)
    query = select(ticket_watcher.c.ticket_id, ticket_watcher.c.seen).where(ticket_watcher.c.agent_id == agent_id, ids)
    return {row.ticket_id for row in await connection.execute(query) if row.seen < versions[row.ticket_id]}


def _this(ticket_id: int, agent_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ticket_watcher.c.ticket_id == ticket_id, ticket_watcher.c.agent_id == agent_id
