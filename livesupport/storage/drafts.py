"""Queries for drafts: what an agent has begun to write on a ticket and not yet sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Draft, DraftKind
from livesupport.storage.schema import draft


async def of_agent(connection: AsyncConnection, ticket_id: int, agent_id: int) -> dict[DraftKind, Draft]:
    """The agent's drafts on this ticket, by kind."""
    query = select(draft).where(draft.c.ticket_id == ticket_id, draft.c.agent_id == agent_id)
    return {row.kind: Draft(kind=row.kind, text=row.text, files=row.files) for row in await connection.execute(query)}


async def keep(connection: AsyncConnection, ticket_id: int, agent_id: int, kept: Draft, at: datetime) -> None:
    """Puts this draft in the place of the agent's earlier one of its kind."""
    await remove(connection, ticket_id, agent_id, kept.kind)
    row = {"ticket_id": ticket_id, "agent_id": agent_id, "kind": kept.kind, "text": kept.text, "files": kept.files}
    await connection.execute(insert(draft).values(updated_at=at, **row))


async def remove(connection: AsyncConnection, ticket_id: int, agent_id: int, kind: DraftKind) -> None:
    """Removes the agent's draft of this kind."""
    this = (draft.c.ticket_id == ticket_id, draft.c.agent_id == agent_id, draft.c.kind == kind)
    await connection.execute(delete(draft).where(*this))
