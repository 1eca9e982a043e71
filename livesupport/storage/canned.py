"""Queries for canned replies."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import CannedReply
from livesupport.storage.schema import canned_reply


async def all_canned(connection: AsyncConnection) -> list[CannedReply]:
    """Every canned reply, by shortcut."""
    rows = await connection.execute(select(canned_reply).order_by(canned_reply.c.shortcut))
    return [CannedReply(id=row.id, shortcut=row.shortcut, text=row.text) for row in rows]


async def add(connection: AsyncConnection, shortcut: str, text: str) -> CannedReply:
    """Adds a canned reply; a shortcut that exists already is a unique value broken (`Conflict`)."""
    added = insert(canned_reply).values(shortcut=shortcut, text=text).returning(canned_reply.c.id)
    return CannedReply(id=(await connection.execute(added)).scalar_one(), shortcut=shortcut, text=text)
