"""The audit log: who did which act of administration, to what, when. Written in the transaction of the act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import Act, Agent
from livesupport.storage.schema import audit


async def add(
    connection: AsyncConnection,
    actor: Agent | None,
    act: str,
    subject: str,
    at: datetime,
    details: Mapping[str, object] | None = None,
) -> None:
    """Notes an act such as "agent.disabled" on a subject such as a login. `actor` None: done on the command line. No secret
    and nothing that a visitor or requester wrote belongs into the details."""
    row = {
        "at": at,
        "actor_id": actor.id if actor else None,
        "actor": actor.name if actor else "",
        "act": act,
        "object": subject,
        "details": dict(details or {}),
    }
    await connection.execute(insert(audit).values(row))


async def page(connection: AsyncConnection, before: int | None, limit: int) -> list[Act]:
    """Acts, the newest first, from before this one on."""
    query = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.id < before)
    return [
        Act(id=row.id, at=row.at, actor=row.actor, act=row.act, subject=row.object, details=row.details)
        for row in await connection.execute(query)
    ]
