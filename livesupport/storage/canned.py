"""Queries for canned replies."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from livesupport.model import CannedReply
from livesupport.storage.schema import canned_reply, is_row_id


async def all_canned(connection: AsyncConnection) -> list[CannedReply]:
    """Every canned reply, by shortcut."""
    rows = await connection.execute(select(canned_reply).order_by(canned_reply.c.shortcut))
    return [CannedReply(id=row.id, shortcut=row.shortcut, text=row.text) for row in rows]


async def add(connection: AsyncConnection, shortcut: str, text: str) -> CannedReply:
    """Adds a canned reply; a shortcut that exists already is a unique value broken (`Conflict`)."""
    added = insert(canned_reply).values(shortcut=shortcut, text=text).returning(canned_reply.c.id)
    return CannedReply(id=(await connection.execute(added)).scalar_one(), shortcut=shortcut, text=text)


async def change(connection: AsyncConnection, reply_id: int, shortcut: str, text: str) -> bool:
    """Replaces a canned reply; False when there is none with this id."""
    if not is_row_id(reply_id):
        return False
    changed = update(canned_reply).where(canned_reply.c.id == reply_id).values(shortcut=shortcut, text=text)
    return (await connection.execute(changed)).rowcount == 1


async def remove(connection: AsyncConnection, reply_id: int) -> str | None:
    """Removes a canned reply and returns its shortcut; None when there is none with this id."""
    if not is_row_id(reply_id):
        return None
    removed = delete(canned_reply).where(canned_reply.c.id == reply_id).returning(canned_reply.c.shortcut)
    return (await connection.execute(removed)).scalar_one_or_none()
